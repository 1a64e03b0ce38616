import { z } from 'zod';

const schema = z
  .object({
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'expected a URL like postgresql://user:password@host:5432/database' })
      .optional(),
    MQTT_URL: z.url({ protocol: /^mqtts?$/, error: 'expected a URL like mqtt://host:1883' }).optional(),
    MQTT_USERNAME: z.string().min(1).optional(),
    MQTT_PASSWORD: z.string().min(1).optional(),
    REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'expected a URL like redis://host:6379' }).optional(),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
    TILLWARD_STARTED_AT: z.coerce.number().int().positive().optional(),
  })
  .refine((c) => c.MQTT_USERNAME === undefined || c.MQTT_URL !== undefined, {
    path: ['MQTT_USERNAME'],
    message: 'has no meaning without MQTT_URL',
  });

/** What the environment may replace: each URL takes the place of one embedded part. */
export interface LauncherConfig {
  databaseUrl: string | undefined;
  /** Broker of one's own. `username` and `password` are core's; gateways use their own id and generated password. */
  mqtt: { url: string; username: string | undefined; password: string | undefined } | undefined;
  redisUrl: string | undefined;
  logLevel: string;
  /** When the person's command began, milliseconds since the Unix epoch. */
  startedAtMs: number | undefined;
}

/** Reads the settings; the error's message has one line for each wrong one: its name and what is expected. */
export function readLauncherConfig(environment: Record<string, string | undefined>): LauncherConfig {
  // An empty variable is how shells and compose files say "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  const c = parsed.data;
  return {
    databaseUrl: c.DATABASE_URL,
    mqtt: c.MQTT_URL === undefined ? undefined : { url: c.MQTT_URL, username: c.MQTT_USERNAME, password: c.MQTT_PASSWORD },
    redisUrl: c.REDIS_URL,
    logLevel: c.LOG_LEVEL,
    startedAtMs: c.TILLWARD_STARTED_AT,
  };
}

/** The settings of this process. */
export function launcherConfig(): LauncherConfig {
  return readLauncherConfig(process.env);
}
