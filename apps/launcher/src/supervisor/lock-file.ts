import { link, rm, writeFile } from 'node:fs/promises';
import { readPidFile } from './pid-file.js';
import { identityOf, isAlive } from './process-identity.js';

/**
 * Takes a lock file for this process; undefined when it is ours now, the number of the process that has it when that one lives. A lock whose process ended, however it ended, is taken
 * over. The folder must exist. Throws what the file system throws.
 */
export async function takeLockFile(path: string): Promise<number | undefined> {
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, JSON.stringify(await identityOf(process.pid)));
  try {
    for (;;) {
      if (await linked(mine, path)) return undefined;
      const holder = await readPidFile(path);
      if (holder !== undefined && (await isAlive(holder))) return holder.pid;
      await rm(path, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Makes the lock appear with its content complete, or says that there is one. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
