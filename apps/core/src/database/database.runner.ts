import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Log, reasonOf } from '../logging.js';
import { APP_ROLE, connectionAs, INGEST_ROLE, isTransient } from './database.connection.js';

/** One append-only step of the schema. `name` starts with a four-digit number; the numbers order all modules' steps together. */
export interface Migration {
  readonly name: string;
  /** SQL, run once in a transaction of its own. */
  readonly up: string;
}

/** The database can't be used as it is configured; the message says what an administrator must do. */
export class DatabaseRefused extends Error {
  override name = 'DatabaseRefused';
}

/** A migration's SQL is wrong for this database; nothing of it was applied. */
export class MigrationFailed extends Error {
  override name = 'MigrationFailed';
}

/** Advisory lock that lets exactly one starting core migrate. */
const MIGRATION_LOCK = 7_455_301;

/** Orders the steps of all modules by number. Throws for a malformed or repeated number. */
export function orderMigrations(all: readonly Migration[]): Migration[] {
  const ordered = [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
  const seen = new Set<string>();
  for (const { name } of ordered) {
    if (!/^\d{4}-[a-z0-9-]+$/.test(name)) throw new Error(`migration ${name}: a name is four digits, a hyphen and a slug`);
    const number = name.slice(0, 4);
    if (seen.has(number)) throw new Error(`migration ${name}: number ${number} is used twice`);
    seen.add(number);
  }
  return ordered;
}

/**
 * Brings the schema up to date, once, whoever else starts at the same time. Returns the names applied now.
 * Throws {@link DatabaseRefused} when the roles can't be created.
 */
export async function migrate(databaseUrl: string, all: readonly Migration[]): Promise<string[]> {
  const client = new pg.Client(connectionAs(databaseUrl, undefined, '*'));
  // A connection lost between statements is reported by the next statement; unheard it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await ensureRoles(client);
    await client.query(
      'CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const done = new Set((await client.query<{ name: string }>('SELECT name FROM schema_migration')).rows.map((row) => row.name));
    const applied: string[] = [];
    for (const migration of orderMigrations(all)) {
      if (done.has(migration.name)) continue;
      await applyOne(client, migration);
      applied.push(migration.name);
    }
    return applied;
  } finally {
    await client.end();
  }
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.up);
    await client.query('INSERT INTO schema_migration (name) VALUES ($1)', [migration.name]);
    await client.query('COMMIT');
  } catch (error) {
    if (isTransient(error)) throw error;
    await client.query('ROLLBACK');
    throw new MigrationFailed(`migration ${migration.name} failed: ${reasonOf(error)}`, { cause: error });
  }
}

async function ensureRoles(client: pg.Client): Promise<void> {
  const roles = [APP_ROLE, INGEST_ROLE];
  const known = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY($1)', [roles]);
  const me = await client.query<{ name: string; superuser: boolean }>(
    'SELECT rolname AS name, rolsuper AS superuser FROM pg_roles WHERE rolname = current_user',
  );
  const owner = me.rows[0]!;
  for (const role of roles) {
    if (!known.rows.some((row) => row.rolname === role)) await createRole(client, role, owner.name);
    if (!owner.superuser) await joinRole(client, role, owner.name);
  }
  await client.query(`GRANT USAGE, CREATE ON SCHEMA public TO ${INGEST_ROLE}`);
  await client.query(`GRANT USAGE ON SCHEMA public TO ${APP_ROLE}`);
}

async function createRole(client: pg.Client, role: string, owner: string): Promise<void> {
  try {
    await client.query(`CREATE ROLE ${role} NOLOGIN`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    // Another core on the same server created it a moment ago: that is what was wanted.
    if (code === '42710' || code === '23505') return;
    if (code === '42501') throw new DatabaseRefused(roleAdvice(owner));
    throw error;
  }
}

async function joinRole(client: pg.Client, role: string, owner: string): Promise<void> {
  try {
    await client.query(`GRANT ${role} TO CURRENT_USER`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    const member = await client.query<{ member: boolean }>("SELECT pg_has_role(current_user, $1, 'MEMBER') AS member", [role]);
    if (member.rows[0]?.member !== true) throw new DatabaseRefused(roleAdvice(owner));
  }
}

function roleAdvice(owner: string): string {
  return (
    `DATABASE_URL: the role "${owner}" may not create the roles Tillward works under. Give it CREATEROLE, or let an administrator run: ` +
    `CREATE ROLE ${APP_ROLE} NOLOGIN; CREATE ROLE ${INGEST_ROLE} NOLOGIN; GRANT ${APP_ROLE}, ${INGEST_ROLE} TO "${owner}";`
  );
}

/** What DATABASE_URL gets wrong, by SQLSTATE or the system's code: waiting cures none of it. */
const URL_FAULTS: Readonly<Record<string, string>> = {
  '28P01': 'a user name and password the server takes',
  '28000': 'a user the server lets in',
  '3D000': 'the name of a database that exists',
  ENOTFOUND: 'the name of a host that exists',
};

function settingAdvice(error: unknown): string | undefined {
  const codes = error instanceof AggregateError ? error.errors.map(codeOf) : [codeOf(error)];
  const code = codes.find((one) => one !== undefined && URL_FAULTS[one] !== undefined);
  return code === undefined ? undefined : `DATABASE_URL: expected ${URL_FAULTS[code]}: ${reasonOf(error)}`;
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** What a start waits for, told to /readyz while it waits. */
export interface StartProgress {
  waitingFor: string | undefined;
}

/**
 * Migrates as soon as the database can be reached: retries with backoff (0.25 s doubling to 5 s) while it can't, saying so in the log and
 * in `progress`. Errors that waiting can't cure are thrown. `signal` ends the waiting.
 */
export async function migrateWhenReachable(
  databaseUrl: string,
  all: readonly Migration[],
  log: Log,
  progress: StartProgress,
  signal?: AbortSignal,
): Promise<void> {
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 5_000)) {
    try {
      const applied = await migrate(databaseUrl, all);
      progress.waitingFor = undefined;
      if (applied.length > 0) log.info({ applied }, 'schema migrated');
      return;
    } catch (error) {
      const advice = settingAdvice(error);
      if (advice !== undefined) throw new DatabaseRefused(advice, { cause: error });
      if (error instanceof DatabaseRefused || error instanceof MigrationFailed || !isTransient(error)) throw error;
      progress.waitingFor = `database: ${reasonOf(error)}`;
      log.warn({ reason: reasonOf(error), retryInMs: delayMs }, 'database not reachable, trying again');
      await sleep(delayMs, undefined, signal === undefined ? undefined : { signal });
    }
  }
}
