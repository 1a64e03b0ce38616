import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import type { Log } from '../logging.js';
import { migrations as allMigrations } from '../migrations.js';
import { connectionAs, pgTypes } from './database.connection.js';
import { appDataSource } from './database.module.js';
import { type Migration, migrate } from './database.runner.js';

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
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await migrate(url.href, migrations);
  const pool = new pg.Pool({ connectionString: url.href, max: 2, types: pgTypes as unknown as pg.CustomTypesConfig });
  // The server ends our idle connections when the database is dropped.
  pool.on('error', () => undefined);
  const sources: DataSource[] = [];
  return {
    url: url.href,
    query: async (text, values) => (await pool.query(text, values)).rows,
    dataSource: async () => {
      const source = await new DataSource(appDataSource(url.href, silentLog)).initialize();
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

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(connectionAs(url, undefined));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
