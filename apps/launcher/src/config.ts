import { numberVariable, readEnvironment, textVariable, urlVariable } from '@tillward/contracts';
import { z } from 'zod';

/** The launcher's environment variables. Their descriptions are what messages and docs/environment.md say is expected. */
export const launcherEnvironment = z
  .object({
    DATABASE_URL: urlVariable(['postgres:', 'postgresql:'], 'a PostgreSQL of one’s own instead of the embedded one').optional(),
    MQTT_URL: urlVariable(['mqtt:', 'mqtts:'], 'a broker of one’s own instead of the embedded one').optional(),
    MQTT_GATEWAY_URL: urlVariable(
      ['mqtts:'],
      'the broker of MQTT_URL as gateways reach it, when not at the same address; needed when that begins with mqtt:',
    ).optional(),
    MQTT_CA_FILE: textVariable('the path of a PEM file: who signs the certificate of the broker of MQTT_URL').optional(),
    MQTT_USERNAME: textVariable('core’s user name at the broker of MQTT_URL, and nothing without MQTT_URL').optional(),
    MQTT_PASSWORD: textVariable('core’s password at the broker of MQTT_URL').optional(),
    REDIS_URL: urlVariable(['redis:', 'rediss:'], 'Redis for the job queues, which are in PostgreSQL without it').optional(),
    LOG_LEVEL: z
      .enum(['trace', 'debug', 'info'])
      .default('info')
      .describe(
        'trace, debug or info: the least severe lines the programs log; nothing less, because the start waits for a line of level info',
      ),
    TILLWARD_STARTED_AT: numberVariable(
      1,
      9_999_999_999_999,
      'when the command began, in milliseconds since the Unix epoch; it sets this itself',
    ).optional(),
  })
  .refine((c) => c.MQTT_URL?.startsWith('mqtt:') !== true || c.MQTT_GATEWAY_URL !== undefined, { path: ['MQTT_GATEWAY_URL'] })
  .refine((c) => c.MQTT_USERNAME === undefined || c.MQTT_URL !== undefined, { path: ['MQTT_USERNAME'] });

/** What the environment may replace: each URL takes the place of one embedded part. */
export interface LauncherConfig {
  databaseUrl: string | undefined;
  /** Broker of one's own. `username` and `password` are core's; gateways come to `gatewayUrl` with their certificates. */
  mqtt:
    | { url: string; gatewayUrl: string; caFile: string | undefined; username: string | undefined; password: string | undefined }
    | undefined;
  redisUrl: string | undefined;
  logLevel: string;
  /** When the person's command began, milliseconds since the Unix epoch. */
  startedAtMs: number | undefined;
}

/** Reads the settings; the error's message has one line for each wrong one: its name and what is expected. */
export function readLauncherConfig(environment: Record<string, string | undefined>): LauncherConfig {
  const read = readEnvironment(launcherEnvironment, environment);
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  const c = read.values;
  return {
    databaseUrl: c.DATABASE_URL,
    mqtt:
      c.MQTT_URL === undefined
        ? undefined
        : {
            url: c.MQTT_URL,
            gatewayUrl: c.MQTT_GATEWAY_URL ?? c.MQTT_URL,
            caFile: c.MQTT_CA_FILE,
            username: c.MQTT_USERNAME,
            password: c.MQTT_PASSWORD,
          },
    redisUrl: c.REDIS_URL,
    logLevel: c.LOG_LEVEL,
    startedAtMs: c.TILLWARD_STARTED_AT,
  };
}

/** The settings of this process. */
export function launcherConfig(): LauncherConfig {
  return readLauncherConfig(process.env);
}
