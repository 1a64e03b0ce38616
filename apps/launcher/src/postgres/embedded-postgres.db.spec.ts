import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { freePort, isAlive, readPidFile, writePidFile } from '../supervisor/index.js';
import { canTraverse } from './binaries.js';
import { clusterHome, prepareCluster } from './cluster.js';
import { postgresCommand, startEmbeddedPostgres } from './embedded-postgres.js';

let base = '';
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'tillward pg '));
  // As root the server runs as nobody, who must be able to get here; a normal user is the owner anyway.
  execFileSync('chmod', ['755', base]);
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('serves a database in a path with spaces, keeps it over a restart, asks everybody for the password', async () => {
  const dataDir = join(base, 'postgres');
  const first = await startEmbeddedPostgres({ dataDir });
  await query(first.url, 'create table kept (n int); insert into kept values (7)');
  const [settings] = await query(
    first.url,
    `select current_setting('fsync') fsync, current_setting('listen_addresses') listen, current_setting('data_checksums') checksums,
            (select datlocprovider::text || ':' || datlocale from pg_database where datname = current_database()) locale`,
  );
  expect(settings).toEqual({ fsync: 'on', listen: '127.0.0.1', checksums: 'on', locale: 'b:C.UTF-8' });
  const wrong = new URL(first.url);
  wrong.password = 'guessed';
  await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await first.stop();

  const second = await startEmbeddedPostgres({ dataDir });
  try {
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
  } finally {
    await second.stop();
  }
});

test('the password file and the cluster are for their owner only', async () => {
  const postgres = await startEmbeddedPostgres({ dataDir: join(base, 'postgres') });
  await postgres.stop();
  expect((await stat(join(postgres.dataDir, 'password'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(postgres.dataDir, 'cluster'))).mode & 0o777).toBe(0o700);
  expect((await readFile(join(postgres.dataDir, 'password'), 'utf8')).trim()).toHaveLength(32);
});

test('a server that an earlier process left behind is ended by its pidfile before the next one starts', async () => {
  const dataDir = join(base, 'postgres');
  const cluster = await prepareCluster(dataDir);
  const { command, args, ...options } = postgresCommand(cluster, 0);
  const orphan = spawn(command, args.with(3, String(await freePort())), { ...options, detached: true, stdio: 'ignore' });
  await once(orphan, 'spawn');
  const identity = await writePidFile(join(cluster.dataDir, 'postgres.pid'), orphan.pid!);

  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    expect(await isAlive(identity)).toBe(false);
    expect(await readPidFile(join(cluster.dataDir, 'postgres.pid'))).toMatchObject({ pid: postgres.pid });
  } finally {
    await postgres.stop();
  }
});

test('an initdb that was cut off is made good', async () => {
  const dataDir = join(base, 'postgres');
  await (await startEmbeddedPostgres({ dataDir })).stop();
  await rm(join(dataDir, 'password'));
  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    await postgres.stop();
  }
});

test('a folder made for its owner only, as temporary ones are, is used where it is', async () => {
  const dataDir = await mkdtemp(join(base, 'private-'));
  const postgres = await startEmbeddedPostgres({ dataDir });
  await postgres.stop();
  expect(postgres.dataDir).toBe(dataDir);
});

test.runIf(process.getuid?.() === 0)('as root below a folder that others can’t enter, the cluster lives where the server can', async () => {
  await chmod(base, 0o700);
  const postgres = await startEmbeddedPostgres({ dataDir: join(base, 'postgres') });
  onTestFinished(() => rm(postgres.dataDir, { recursive: true, force: true }));
  expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await postgres.stop();
  expect(postgres.dataDir).toBe(await clusterHome(join(base, 'postgres')));
  expect(postgres.dataDir).toMatch(/^\/var\/lib\/tillward\//);
});

test('permission bits decide whether another account may enter a folder', async () => {
  const stranger = { uid: 54_321, gid: 54_321 };
  expect(await canTraverse(base, stranger)).toBe(true);
  execFileSync('chmod', ['700', base]);
  expect(await canTraverse(base, stranger)).toBe(false);
  const { uid, gid } = await stat(base);
  expect(await canTraverse(base, { uid, gid })).toBe(true);
});
