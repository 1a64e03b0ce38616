import { type Logger, pino } from 'pino';

/** Structured log. Fields are identifiers, counts and codes; payloads, secrets and card data never go in. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

/** Writes JSON lines to standard output, synchronously, so that the last line before a crash is there. */
export function createLog(level: string, bindings: Record<string, string>): Logger {
  return pino({ level, base: bindings }, pino.destination({ dest: 1, sync: true }));
}

/** A log that says nothing, for tests and measurements. */
export const silentLog: Log = pino({ level: 'silent' });

/** What may be said about an error: its name and message, never its payload. */
export function errorFields(error: unknown): { error: string } {
  return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}
