import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import type { Log } from '../logging.js';
import { migrations as allMigrations } from '../migrations.js';
import { connectionAs, pgTypes } from './database.connection.js';
import { appDataSource } from './database.module.js';
import { type Migration, migrate, orderMigrations } from './database.runner.js';

/** A log that says nothing. */
export const silentLog: Log = pino({ level: 'silent' });

/** A database of one spec, dropped at its end. */
export interface TestDatabase {
  /** URL of its owner. */
  readonly url: string;
  /** Runs a statement as the owner, outside row-level security when the owner is a superuser. */
  query<R extends pg.QueryResultRow = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>;
  /** An initialised app DataSource (role tillward_app). */
  dataSource(): Promise<DataSource>;
  drop(): Promise<void>;
}

/** The test cluster's superuser URL, given by the tests' global setup. */
export function testServerUrl(): string {
  const url = process.env['TILLWARD_TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('TILLWARD_TEST_DATABASE_URL is not set: run with the project’s vitest configuration');
  return url;
}

/** Creates an empty database with the given migrations (default: all of core's). */
export async function createTestDatabase(migrations: readonly Migration[] = allMigrations): Promise<TestDatabase> {
  const server = testServerUrl();
  const name = `core_${randomBytes(6).toString('hex')}`;
  const url = databaseUrl(server, name);
  if (migrations === allMigrations)
    await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${await migratedTemplate(server)} STRATEGY FILE_COPY`);
  else {
    await onServer(server, `CREATE DATABASE ${name}`);
    await migrate(url, migrations);
  }
  const pool = new pg.Pool({ connectionString: url, max: 2, types: pgTypes as unknown as pg.CustomTypesConfig });
  // The server ends our idle connections when the database is dropped.
  pool.on('error', () => undefined);
  const sources: DataSource[] = [];
  return {
    url,
    query: async (text, values) => (await pool.query(text, values)).rows,
    dataSource: async () => {
      const source = await new DataSource(appDataSource(url, silentLog)).initialize();
      sources.push(source);
      return source;
    },
    drop: async () => {
      for (const source of sources) if (source.isInitialized) await source.destroy();
      await pool.end();
      await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Held while the template is made: spec files run side by side. */
const TEMPLATE_LOCK = 7_455_399;
let template: string | undefined;

/**
 * Name of a database with all of core's migrations, made once on a server for everybody who copies it: a copy takes a fraction of the time of
 * the migrations. Named after what it was made of, since a server may outlive a run.
 */
async function migratedTemplate(server: string): Promise<string> {
  if (template !== undefined) return template;
  const made = createHash('sha256')
    .update(JSON.stringify(orderMigrations(allMigrations)))
    .digest('hex')
    .slice(0, 16);
  const name = `core_template_${made}`;
  const client = new pg.Client(connectionAs(server, undefined));
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) {
      // It has its name only when it is whole: whoever is killed before leaves no half template.
      const unfinished = `${name}_unfinished`;
      await client.query(`DROP DATABASE IF EXISTS ${unfinished}`);
      await client.query(`CREATE DATABASE ${unfinished}`);
      await migrate(databaseUrl(server, unfinished), allMigrations);
      await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
    }
  } finally {
    await client.end();
  }
  template = name;
  return name;
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(connectionAs(url, undefined));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
