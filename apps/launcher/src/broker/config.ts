import { flagVariable, logLevelVariable, numberVariable, readEnvironment, textVariable } from '@tillward/contracts';
import { z } from 'zod';

const complete = (c: Record<string, unknown>, name: string) => c['BROKER_TLS_PORT'] === undefined || c[name] !== undefined;

const variables = z.object({
  BROKER_HOST: textVariable('the address to listen on').default('127.0.0.1'),
  BROKER_PORT: numberVariable(1, 65_535, 'the port to listen on'),
  BROKER_CREDENTIALS_FILE: textVariable(
    'the path of a JSON array of who may connect with a password: username, passwordSha256 and role, which is core; gateways have certificates',
  ),
  BROKER_GATEWAY_PASSWORDS: flagVariable(
    false,
    'for tests and measurements on this machine only: take gateways with a password from the credentials file too',
  ),
  BROKER_TLS_PORT: numberVariable(1, 65_535, 'the port to listen on for gateways, which come in by certificate only').optional(),
  BROKER_TLS_KEY_FILE: textVariable('the path of the key of the broker’s certificate (PEM); with BROKER_TLS_PORT').optional(),
  BROKER_TLS_CERTIFICATE_FILE: textVariable('the path of the broker’s certificate (PEM); with BROKER_TLS_PORT').optional(),
  BROKER_CLIENT_CA_FILE: textVariable(
    'the path of the certificate of who signs gateways’ certificates (PEM); with BROKER_TLS_PORT',
  ).optional(),
  BROKER_REVOCATIONS_FILE: textVariable(
    'the path of core’s list of revoked certificates: revoked.json in TILLWARD_BROKER_FILES_DIR',
  ).optional(),
  LOG_LEVEL: logLevelVariable(),
});

/** The broker's environment variables. Their descriptions are what messages and docs/environment.md say is expected. */
export const brokerEnvironment = variables
  .refine((c) => !c.BROKER_GATEWAY_PASSWORDS || (c.BROKER_HOST === '127.0.0.1' && c.BROKER_TLS_PORT === undefined), {
    path: ['BROKER_GATEWAY_PASSWORDS'],
  })
  .refine((c) => complete(c, 'BROKER_TLS_KEY_FILE'), { path: ['BROKER_TLS_KEY_FILE'] })
  .refine((c) => complete(c, 'BROKER_TLS_CERTIFICATE_FILE'), { path: ['BROKER_TLS_CERTIFICATE_FILE'] })
  .refine((c) => complete(c, 'BROKER_CLIENT_CA_FILE'), { path: ['BROKER_CLIENT_CA_FILE'] });

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
