import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { canTraverse, exists, locateBinaries, type ServerAccount } from './binaries.js';

const run = promisify(execFile);

/** Nobody, on every Unix we know: owns no files, so a broken-into server reaches nothing but its own data. */
const NOBODY: ServerAccount = { uid: 65_534, gid: 65_534 };
/** Where root keeps a cluster whose own folder the server's account can't enter. Survives a reboot, unlike the temporary folder. */
const SYSTEM_DATA = '/var/lib/tillward';

/** Name of the database's owner; it is also the only role until core makes others. */
export const POSTGRES_USER = 'tillward';

/** A PostgreSQL data folder ready to be served. */
export interface Cluster {
  /** Folder holding `cluster/` and `password`. Differs from the one asked for when root's folder can't be entered by the server. */
  dataDir: string;
  clusterDir: string;
  nativeDir: string;
  password: string;
  /** Set when the launcher is root. */
  account: ServerAccount | undefined;
  /** True when this call made it. */
  created: boolean;
}

/** Folder where a data folder's cluster is kept. Equal to `dataDir` except for root with a folder that others can't enter. */
export async function clusterHome(dataDir: string): Promise<string> {
  const wanted = resolve(dataDir);
  await mkdir(wanted, { recursive: true });
  const account = await serverAccount(wanted);
  if (account === undefined) return wanted;
  // The folder itself is ours to open; what lies above it is not. The cluster inside stays closed to all but the server.
  await chmod(wanted, 0o755);
  if (await canTraverse(wanted, account)) return wanted;
  return join(SYSTEM_DATA, createHash('sha256').update(wanted).digest('hex').slice(0, 16));
}

/**
 * Makes the data folder on first use (initdb, scram password in a 0600 file), else reads it. Keeps the C.UTF-8 locale of
 * PostgreSQL itself, so that the order of texts doesn't depend on the machine.
 */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const home = await clusterHome(dataDir);
  await mkdir(home, { recursive: true, mode: 0o755 });
  const account = await serverAccount(home);
  const nativeDir = await locateBinaries(account);
  const clusterDir = join(home, 'cluster');
  const passwordFile = join(home, 'password');
  const complete = (await exists(passwordFile)) && (await exists(join(clusterDir, 'PG_VERSION')));
  if (complete) {
    const password = (await readFile(passwordFile, 'utf8')).trim();
    return { dataDir: home, clusterDir, nativeDir, password, account, created: false };
  }
  // Without both files nothing was ever stored here: an earlier start was cut off inside initdb.
  await rm(clusterDir, { recursive: true, force: true });
  await mkdir(clusterDir, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  await initialise({ home, clusterDir, nativeDir, password, account });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  return { dataDir: home, clusterDir, nativeDir, password, account, created: true };
}

async function initialise(c: {
  home: string;
  clusterDir: string;
  nativeDir: string;
  password: string;
  account: ServerAccount | undefined;
}): Promise<void> {
  const handOver = join(c.home, 'initdb-password');
  await writeFile(handOver, c.password, { mode: 0o600 });
  try {
    if (c.account !== undefined) {
      await chown(c.clusterDir, c.account.uid, c.account.gid);
      await chown(handOver, c.account.uid, c.account.gid);
    }
    await chmod(c.clusterDir, 0o700);
    await run(
      join(c.nativeDir, 'bin', 'initdb'),
      [
        `--pgdata=${c.clusterDir}`,
        `--username=${POSTGRES_USER}`,
        `--pwfile=${handOver}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
        ...INITDB_SIZES.flatMap((setting) => ['--set', setting]),
      ],
      { cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC' }, ...c.account },
    );
  } finally {
    await rm(handOver, { force: true });
  }
}

/** Given to initdb so that it doesn't spend its first moments trying out sizes. The server's own settings follow at each start. */
const INITDB_SIZES = ['max_connections=60', 'shared_buffers=48MB', 'dynamic_shared_memory_type=posix'] as const;

/** Who the server runs as: nobody when we are root (or the account a cluster already belongs to), else ourselves. */
async function serverAccount(home: string): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const clusterDir = join(home, 'cluster');
  if (!(await exists(clusterDir))) return NOBODY;
  const { uid, gid } = await stat(clusterDir);
  return uid === 0 ? NOBODY : { uid, gid };
}
