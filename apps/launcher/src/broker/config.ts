import { logLevelVariable, numberVariable, readEnvironment, textVariable } from '@tillward/contracts';
import { z } from 'zod';

/** The broker's environment variables. Their descriptions are what messages and docs/environment.md say is expected. */
export const brokerEnvironment = z.object({
  BROKER_HOST: textVariable('the address to listen on').default('127.0.0.1'),
  BROKER_PORT: numberVariable(1, 65_535, 'the port to listen on'),
  BROKER_CREDENTIALS_FILE: textVariable(
    'the path of a JSON array of who may connect: username, passwordSha256, role (core or gateway), store and gateway of a gateway',
  ),
  LOG_LEVEL: logLevelVariable(),
});

/** Settings of the broker process. */
export type BrokerConfig = z.infer<typeof brokerEnvironment>;

/** Reads the settings; the error's message has one line for each wrong or missing one: its name and what is expected. */
export function readConfig(environment: Record<string, string | undefined>): BrokerConfig {
  const read = readEnvironment(brokerEnvironment, environment);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read.values;
}

/** The settings of this process. */
export function configFromEnvironment(): BrokerConfig {
  return readConfig(process.env);
}
