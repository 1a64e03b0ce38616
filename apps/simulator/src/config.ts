import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type SimulatorScenario, simulatorScenario } from './world/index.js';

const environment = z.object({
  SIM_SCENARIO_FILE: z.string().min(1, 'a path to a scenario (JSON)'),
  SIM_DATA_DIR: z.string().min(1, 'a folder for states and ledgers'),
  SIM_CONTROL_HOST: z.string().min(1).default('127.0.0.1'),
  SIM_CONTROL_PORT: z.coerce.number('a port number').int('a port number').min(0, 'a port number').max(65_535, 'a port number'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
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
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? 'environment');
    const problem = env[name] === undefined ? 'is missing' : 'is not valid';
    throw new ConfigError(`${name} ${problem}: expected ${expectation(name)} (${issue?.message ?? 'not valid'})`);
  }
  const { SIM_SCENARIO_FILE, SIM_DATA_DIR, SIM_CONTROL_HOST, SIM_CONTROL_PORT, LOG_LEVEL } = parsed.data;
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
    throw new ConfigError(`SIM_SCENARIO_FILE is not valid: expected a scenario file, but ${reason}`);
  }
  const parsed = simulatorScenario.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(`SIM_SCENARIO_FILE is not valid: ${issue?.path.join('.') || 'scenario'}: ${issue?.message ?? 'not valid'}`);
}

const EXPECTED: Readonly<Record<string, string>> = {
  SIM_SCENARIO_FILE: 'the path of a scenario file (JSON)',
  SIM_DATA_DIR: 'the path of a folder for states and ledgers',
  SIM_CONTROL_HOST: 'an address to listen on',
  SIM_CONTROL_PORT: 'a port number from 0 to 65535',
  LOG_LEVEL: 'trace, debug, info, warn, error, fatal or silent',
};

function expectation(name: string): string {
  return EXPECTED[name] ?? 'another value';
}
