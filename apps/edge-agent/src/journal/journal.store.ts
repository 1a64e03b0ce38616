import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { JournalUnavailableError } from './journal.errors.js';
import { MIGRATIONS } from './journal.schema.js';

/** SQLite result codes that mean "could not write", as opposed to a bug in a statement (sqlite.org/rescode.html). */
const UNAVAILABLE = new Set([5 /* BUSY */, 8 /* READONLY */, 10 /* IOERR */, 13 /* FULL */, 14 /* CANTOPEN */]);

/** A row as node:sqlite returns it. */
export type Row = Record<string, string | number | bigint | null | Uint8Array>;

/**
 * The agent's SQLite file: WAL with `synchronous=FULL`, so that a committed transaction survives a power cut, and an exclusive lock, so that two
 * agents can never write the same store. All calls are synchronous; a transaction is therefore never interleaved with another.
 */
export class SqliteStore {
  readonly database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  #inTransaction = false;

  /** Opens or creates the file and brings its schema up to date. Throws {@link JournalUnavailableError} when it is locked or unwritable. */
  constructor(file: string) {
    this.database = unavailableToError(() => open(file));
    this.#begin = this.database.prepare('BEGIN IMMEDIATE');
    this.#commit = this.database.prepare('COMMIT');
    this.#rollback = this.database.prepare('ROLLBACK');
  }

  /** A prepared statement; keep it, preparing costs more than running. */
  prepare(sql: string): StatementSync {
    return this.database.prepare(sql);
  }

  /**
   * Runs `work` in one transaction. When it returns, everything it wrote is on disk; when this throws, nothing is.
   * Throws {@link JournalUnavailableError} when the disk refused, and whatever `work` threw otherwise.
   */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) throw new Error('a transaction was started inside a transaction');
    this.#inTransaction = true;
    try {
      return unavailableToError(() => {
        this.#begin.run();
        try {
          const result = work();
          this.#commit.run();
          return result;
        } catch (error) {
          // SQLite has rolled back by itself after some errors (disk full): a second ROLLBACK would hide the cause.
          if (this.database.isTransaction) this.#rollback.run();
          throw error;
        }
      });
    } finally {
      this.#inTransaction = false;
    }
  }

  /** Reads one row. */
  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.database.prepare(sql).get(...parameters) as Row | undefined;
  }

  /** Folds the write-ahead log into the file and closes it. */
  close(): void {
    this.database.close();
  }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    // The lock mode comes first: taken before the first read, WAL needs no shared-memory file.
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -512',
    );
    const mode = database.prepare('PRAGMA journal_mode').get() as Row;
    if (mode['journal_mode'] !== 'wal')
      throw new JournalUnavailableError(`the file system of ${file} does not support write-ahead logging`);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > MIGRATIONS.length) throw new JournalUnavailableError(`the data folder was written by a newer agent (schema ${version})`);
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[next]}; PRAGMA user_version = ${next + 1}; COMMIT`);
  }
}

function unavailableToError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as { errcode?: unknown }).errcode;
    if (typeof code === 'number' && UNAVAILABLE.has(code & 0xff)) {
      throw new JournalUnavailableError((error as Error).message, { cause: error });
    }
    throw error;
  }
}
