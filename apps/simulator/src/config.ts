import { readFileSync } from 'node:fs';
import { logLevelVariable, numberVariable, readEnvironment, textVariable } from '@tillward/contracts';
import { z } from 'zod';
import { type SimulatorScenario, simulatorScenario } from './world/index.js';

/** The simulator's environment variables. Their descriptions are what messages and docs/environment.md say is expected. */
export const simulatorEnvironment = z.object({
  SIM_SCENARIO_FILE: textVariable('the path of a scenario (JSON)'),
  SIM_DATA_DIR: textVariable('the path of the folder for states and ledgers'),
  SIM_CONTROL_HOST: textVariable('the address to serve the control API at').default('127.0.0.1'),
  SIM_CONTROL_PORT: numberVariable(0, 65_535, 'the port to serve the control API at; 0 takes a free one'),
  LOG_LEVEL: logLevelVariable(),
});

/** Settings of the simulator process. */
export interface SimulatorConfig {
  readonly scenario: SimulatorScenario;
  readonly dataDir: string;
  readonly controlHost: string;
  readonly controlPort: number;
  readonly logLevel: string;
}

/** A setting that is missing or wrong: the message names it and says what is expected. The process must end with code 78. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads and checks the environment and the scenario file. Throws ConfigError. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): SimulatorConfig {
  const read = readEnvironment(simulatorEnvironment, env);
  if ('problems' in read) throw new ConfigError(read.problems.join('\n'));
  const { SIM_SCENARIO_FILE, SIM_DATA_DIR, SIM_CONTROL_HOST, SIM_CONTROL_PORT, LOG_LEVEL } = read.values;
  return {
    scenario: readScenario(SIM_SCENARIO_FILE),
    dataDir: SIM_DATA_DIR,
    controlHost: SIM_CONTROL_HOST,
    controlPort: SIM_CONTROL_PORT,
    logLevel: LOG_LEVEL,
  };
}

function readScenario(path: string): SimulatorScenario {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is no JSON' : 'it can not be read';
    throw new ConfigError(`SIM_SCENARIO_FILE: expected ${simulatorEnvironment.shape.SIM_SCENARIO_FILE.description}, but ${reason}`);
  }
  const parsed = simulatorScenario.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(
    `SIM_SCENARIO_FILE: expected a scenario, but ${issue?.path.join('.') || 'scenario'}: ${issue?.message ?? 'not valid'}`,
  );
}
