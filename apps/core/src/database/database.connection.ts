import pg from 'pg';

/** Role of the API and of every background job: subject to row-level security, no change or deletion of journal and audit rows. */
export const APP_ROLE = 'tillward_app';
/** Role of the ingest lanes: owner of journal_entry, so that binary COPY is possible (docs/adr/0002). */
export const INGEST_ROLE = 'tillward_ingest';

const INT8 = 20;
const DATE = 1082;

/**
 * How values come back: bigint as a JavaScript number (all of ours fit 53 bits; one that doesn't is a bug and throws), date as its
 * `YYYY-MM-DD` text, because a business day has no time zone.
 */
export const pgTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
    if (oid === INT8 && format !== 'binary') return exactNumber;
    if (oid === DATE && format !== 'binary') return (value) => value;
    return pg.types.getTypeParser(oid, format as 'text') as (value: string) => unknown;
  },
};

function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`);
  return value;
}

/** Settings of a connection that acts as `role` from its first statement on. `stores` presets the scope of row-level security. */
export function connectionAs(url: string, role: string | undefined, stores?: string): pg.ClientConfig {
  const options = [role === undefined ? '' : `-c role=${role}`, stores === undefined ? '' : `-c tillward.stores=${stores}`]
    .filter(Boolean)
    .join(' ');
  return {
    connectionString: url,
    application_name: role === undefined ? 'tillward-owner' : role.replace('_', '-'),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    types: pgTypes as unknown as pg.CustomTypesConfig,
    ...(options === '' ? {} : { options }),
  };
}

// SQLSTATE classes 08, 40, 53, 57 and 58 as far as waiting cures them (PostgreSQL manual, appendix A).
const TRANSIENT = new Set([
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '40001',
  '40P01',
  '53000',
  '53100',
  '53200',
  '53300',
  '55P03',
  '57P01',
  '57P02',
  '57P03',
  '58000',
  '58030',
]);

/** True when the same statement may well succeed later: connection lost, server starting or out of room, serialisation or deadlock. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return TRANSIENT.has(code) || /^E[A-Z]+$/.test(code);
  return error instanceof Error && /terminated|Connection|timeout|closed/i.test(error.message);
}
