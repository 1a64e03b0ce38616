import { z } from 'zod';

const flag = (defaultValue: boolean) =>
  z
    .enum(['0', '1'], { error: 'expected 0 or 1' })
    .default(defaultValue ? '1' : '0')
    .transform((value) => value === '1');

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `expected a whole number from ${min} to ${max}`);

const url = (protocols: string[]) => {
  const error = `expected a URL starting with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`;
  return z.string({ error }).refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { error });
};

const environment = z.object({
  DATABASE_URL: url(['postgres:', 'postgresql:']),
  MQTT_URL: url(['mqtt:', 'mqtts:']),
  MQTT_USERNAME: z.string().min(1).default('core'),
  MQTT_PASSWORD: z.string({ error: "expected core's password at the broker" }).min(1),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
  HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  HTTP_PORT: wholeNumber(0, 65_535).default(8080),
  TILLWARD_SIGNING_KEY_FILE: z.string({ error: 'expected the path of an Ed25519 private key (PKCS8 PEM)' }).min(1),
  TILLWARD_SIGNING_KEY_ID: z.string({ error: 'expected the name gateways know the signing key by' }).min(1).max(64),
  CHAIN_FILE: z.string().min(1).optional(),
  TILLWARD_GRAPHIQL: flag(false),
  TILLWARD_DASHBOARD_DIR: z.string().min(1).optional(),
  TILLWARD_SECURE_COOKIES: flag(true),
  TILLWARD_INGEST_LANES: wholeNumber(1, 8).default(2),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** Core's settings, read once at the start. Field names say what the environment variables of the same meaning hold. */
export interface CoreConfig {
  databaseUrl: string;
  mqtt: { url: string; username: string; password: string };
  /** Absent: BullMQ runs on PostgreSQL. */
  redisUrl: string | undefined;
  http: { host: string; port: number };
  signing: { keyFile: string; keyId: string };
  chainFile: string | undefined;
  graphiql: boolean;
  /** Absent: no dashboard is served. */
  dashboardDir: string | undefined;
  secureCookies: boolean;
  ingestLanes: number;
  logLevel: string;
}

/** A setting of the environment is wrong or missing; the message names it and says what is expected. Exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Exit code of a start stopped by its configuration (sysexits EX_CONFIG). */
export const EXIT_CONFIG = 78;

/** Reads core's configuration. An empty variable counts as missing. Throws {@link ConfigError} naming every variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): CoreConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      (issue) => `${issue.path.join('.')}: ${missing(issue) ? `missing; ${issue.message}` : issue.message}`,
    );
    throw new ConfigError(`The environment is not usable.\n${lines.join('\n')}`);
  }
  const e = parsed.data;
  return {
    databaseUrl: e.DATABASE_URL,
    mqtt: { url: e.MQTT_URL, username: e.MQTT_USERNAME, password: e.MQTT_PASSWORD },
    redisUrl: e.REDIS_URL,
    http: { host: e.HTTP_HOST, port: e.HTTP_PORT },
    signing: { keyFile: e.TILLWARD_SIGNING_KEY_FILE, keyId: e.TILLWARD_SIGNING_KEY_ID },
    chainFile: e.CHAIN_FILE,
    graphiql: e.TILLWARD_GRAPHIQL,
    dashboardDir: e.TILLWARD_DASHBOARD_DIR,
    secureCookies: e.TILLWARD_SECURE_COOKIES,
    ingestLanes: e.TILLWARD_INGEST_LANES,
    logLevel: e.LOG_LEVEL,
  };
}

function missing(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.input === undefined;
}
