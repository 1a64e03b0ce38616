import { z } from 'zod';

const schema = z.object({
  BROKER_HOST: z.string().min(1).default('127.0.0.1'),
  BROKER_PORT: z.coerce.number().int().min(1).max(65_535),
  BROKER_CREDENTIALS_FILE: z.string().min(1),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});

/** Settings of the broker process. */
export type BrokerConfig = z.infer<typeof schema>;

/** Reads the settings; the error's message has one line for each wrong or missing one: its name and what is expected. */
export function readConfig(environment: Record<string, string | undefined>): BrokerConfig {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
}

/** The settings of this process. */
export function configFromEnvironment(): BrokerConfig {
  return readConfig(process.env);
}
