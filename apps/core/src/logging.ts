import { type Logger as PinoLogger, pino } from 'pino';

/** Structured log, JSON lines on stdout. Never given payloads, passwords or keys. */
export type Log = PinoLogger;

/** The process's log at the given level. */
export function createLog(level: string): Log {
  return pino({ level, base: { process: 'core' }, timestamp: pino.stdTimeFunctions.isoTime });
}

/** The text of whatever was thrown, for a log field; without a stack because expected outages are logged this way. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
