import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort, reapPidFile, signal, writePidFile } from '../supervisor/index.js';
import { type Cluster, POSTGRES_USER, prepareCluster } from './cluster.js';

/** Database made at first start, owned by the role of the returned URL. */
export const POSTGRES_DATABASE = 'tillward';

/** What to run for a prepared cluster, for a supervisor or a plain spawn. Stops fast and clean on SIGINT (fast shutdown). */
export interface PostgresCommand {
  command: string;
  args: string[];
  cwd: '/';
  env: Record<string, string>;
  uid?: number;
  gid?: number;
}

/**
 * Small and safe: full durability (fsync and synchronous commit stay on), little memory, loopback with passwords only, no Unix socket (its path
 * could be too long and its file would be open to every local account).
 */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '48MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  // The first change of a page after a checkpoint writes the whole page to the log: few checkpoints, and no compression, which costs more processor time than it saves.
  max_wal_size: '1GB',
  checkpoint_completion_target: '0.9',
  io_method: 'sync',
  jit: 'off',
  autovacuum_max_workers: '2',
  autovacuum_worker_slots: '2',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // A statement's text can hold what a person typed: it never goes to the log, not even when it fails.
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
};

/** The command that serves a cluster on a loopback port. `settings` override single server settings (benchmarks). */
export function postgresCommand(cluster: Cluster, port: number, settings: Readonly<Record<string, string>> = {}): PostgresCommand {
  const args = ['-D', cluster.clusterDir, '-p', String(port)];
  for (const [key, value] of Object.entries({ ...SERVER_SETTINGS, ...settings })) args.push('-c', `${key}=${value}`);
  return {
    command: join(cluster.nativeDir, 'bin', 'postgres'),
    args,
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ...(cluster.account ?? {}),
  };
}

/** Connection URL of a served cluster. Holds the password: never log it. */
export function postgresUrl(cluster: Cluster, port: number, database = POSTGRES_DATABASE): string {
  return `postgresql://${POSTGRES_USER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${database}`;
}

/**
 * Waits until the server answers and the database exists. Rejects when `aborted` says the server is gone, or after the timeout.
 */
export async function awaitDatabase(
  cluster: Cluster,
  port: number,
  options: { timeoutMs?: number; aborted?: () => string | undefined } = {},
): Promise<void> {
  const deadline = performance.now() + (options.timeoutMs ?? 30_000);
  for (;;) {
    const gone = options.aborted?.();
    if (gone !== undefined) throw new Error(gone);
    try {
      if (!cluster.created) {
        await onConnection(postgresUrl(cluster, port), async () => undefined);
      } else {
        await onConnection(postgresUrl(cluster, port, 'postgres'), createDatabase);
      }
      return;
    } catch (error) {
      if (isMissingDatabase(error)) await onConnection(postgresUrl(cluster, port, 'postgres'), createDatabase);
      else if (!isStarting(error)) throw error;
      else if (performance.now() > deadline) throw new Error(`PostgreSQL did not answer on port ${port} in time`, { cause: error });
      else await sleep(25);
    }
  }
}

async function createDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [POSTGRES_DATABASE]);
  // A fresh cluster's template is a few megabytes that nobody else reads: copying its files beats writing every page to the log.
  if (rowCount === 0) await client.query(`create database ${POSTGRES_DATABASE} strategy file_copy`);
}

async function onConnection(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function isStarting(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  // 57P03: the database system is starting up.
  return (
    code === 'ECONNREFUSED' ||
    code === 'ECONNRESET' ||
    code === '57P03' ||
    (error as Error).message === 'Connection terminated unexpectedly'
  );
}

/** 3D000: an earlier start was cut off between initdb and the creation of the database. */
function isMissingDatabase(error: unknown): boolean {
  return (error as { code?: string }).code === '3D000';
}

/** A running embedded PostgreSQL that belongs to this process. */
export interface EmbeddedPostgres {
  /** URL of the database `tillward` for its owner, a superuser of this cluster. Holds the password: never log it. */
  url: string;
  /** The same for another database of the cluster. */
  urlOf(database: string): string;
  port: number;
  /** Process number of the postmaster. */
  pid: number;
  /** Folder that really holds the cluster. */
  dataDir: string;
  /** Fast shutdown: ends sessions, writes a checkpoint, keeps the data. */
  stop(): Promise<void>;
}

/** `log` hears the server's own lines; `port` is any free one when left out. */
export interface EmbeddedPostgresOptions {
  dataDir: string;
  port?: number;
  log?: (line: string) => void;
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts PostgreSQL 18 from npm's binaries on a data folder, making it at first use. A server that an earlier process left running on the
 * same folder is ended first (by pidfile). It stops with this process, even when nobody calls `stop`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const cluster = await prepareCluster(options.dataDir);
  const pidFile = join(cluster.dataDir, 'postgres.pid');
  await reapPidFile(pidFile, { signal: 'SIGINT', graceMs: 5_000 });
  const port = options.port ?? (await freePort());
  const { command, args, ...spawnOptions } = postgresCommand(cluster, port, options.settings);
  // Its own process group: a Ctrl-C at the terminal goes to whoever started us, who then decides the order of the end.
  const child = spawn(command, args, { ...spawnOptions, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let tail = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    tail = (tail + text).slice(-2_000);
    for (const line of text.split('\n')) if (line !== '') log(line);
  });
  await once(child, 'spawn');
  const endWithUs = () => child.pid !== undefined && signal(child.pid, 'SIGQUIT');
  process.once('exit', endWithUs);
  try {
    await writePidFile(pidFile, child.pid!);
    await awaitDatabase(cluster, port, { aborted: () => exitSentence(child, tail) });
  } catch (error) {
    process.off('exit', endWithUs);
    await stopChild(child, pidFile);
    throw error;
  }
  return {
    url: postgresUrl(cluster, port),
    urlOf: (database) => postgresUrl(cluster, port, database),
    port,
    pid: child.pid!,
    dataDir: cluster.dataDir,
    stop: async () => {
      process.off('exit', endWithUs);
      await stopChild(child, pidFile);
    },
  };
}

function exitSentence(child: ChildProcess, tail: string): string | undefined {
  if (child.exitCode === null && child.signalCode === null) return undefined;
  return `PostgreSQL ended (${child.signalCode ?? `code ${child.exitCode}`}) before it was ready: ${tail.trim()}`;
}

async function stopChild(child: ChildProcess, pidFile: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGINT');
    const force = setTimeout(() => child.kill('SIGQUIT'), 5_000);
    await once(child, 'exit');
    clearTimeout(force);
  }
  await reapPidFile(pidFile, { signal: 'SIGINT', graceMs: 1_000 });
}
