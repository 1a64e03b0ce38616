import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalDamagedError } from './journal.errors.js';
import { SqliteStore } from './journal.store.js';

const FILE = 'journal.sqlite';
const SUSPECT = 'journal.suspect';

/**
 * Opens the database of a data folder. One that can't be read, or that turned out damaged while it ran ({@link markSuspect}) and does not pass SQLite's own
 * check, is set aside as `journal.damaged.sqlite` for people to look at, and an empty one is begun. Throws JournalUnavailableError when the folder can't be written.
 */
export function openStore(dataDir: string): SqliteStore {
  const file = join(dataDir, FILE);
  const suspect = join(dataDir, SUSPECT);
  try {
    const store = new SqliteStore(file);
    if (!existsSync(suspect) || store.isSound()) {
      rmSync(suspect, { force: true });
      return store;
    }
    store.close();
  } catch (error) {
    if (!(error instanceof JournalDamagedError)) throw error;
  }
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, join(dataDir, `journal.damaged.sqlite${suffix}`));
    else rmSync(join(dataDir, `journal.damaged.sqlite${suffix}`), { force: true });
  }
  rmSync(suspect, { force: true });
  return new SqliteStore(file);
}

/** Has the next start check the whole database, which takes too long to do at every one. */
export function markSuspect(dataDir: string): void {
  writeFileSync(join(dataDir, SUSPECT), '', { flush: true });
}
