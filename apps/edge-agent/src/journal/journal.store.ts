import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type DiskTrouble, JournalDamagedError, JournalUnavailableError } from './journal.errors.js';
import { MIGRATIONS, SCHEMA_READABLE_FROM } from './journal.schema.js';

/** SQLite result codes that mean "could not write", as opposed to a bug in a statement (sqlite.org/rescode.html). */
const UNAVAILABLE: ReadonlyMap<number, DiskTrouble> = new Map([
  [5 /* BUSY */, 'locked'],
  [8 /* READONLY */, 'readOnly'],
  [10 /* IOERR */, 'ioError'],
  [13 /* FULL */, 'full'],
  [14 /* CANTOPEN */, 'readOnly'],
]);
/** What is in the file is no database, or one that contradicts itself. */
const DAMAGED: ReadonlySet<number> = new Set([11 /* CORRUPT */, 26 /* NOTADB */]);

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

  /**
   * Opens or creates the file and brings its schema up to date. Throws {@link JournalUnavailableError} when it is locked or unwritable,
   * {@link JournalDamagedError} when what is there is no database.
   */
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

  /** Folds the write-ahead log into the file and gives its room back. Throws {@link JournalUnavailableError} when the disk refused; nothing is lost then. */
  checkpoint(): void {
    unavailableToError(() => this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
  }

  /** True when every page of the database can be read and fits the others; reads the whole file. */
  isSound(): boolean {
    try {
      return this.get('PRAGMA quick_check(1)')?.['quick_check'] === 'ok';
    } catch (error) {
      if (DAMAGED.has(resultCode(error) ?? 0)) return false;
      throw error;
    }
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
  if (version > MIGRATIONS.length && readableFrom(database) > MIGRATIONS.length)
    throw new JournalUnavailableError(`the data folder was written by a newer agent (schema ${version})`);
  for (let next = version; next < MIGRATIONS.length; next++) {
    const told = next === MIGRATIONS.length - 1 ? `REPLACE INTO meta (key, value) VALUES ('readableFrom', '${SCHEMA_READABLE_FROM}');` : '';
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[next]}; ${told} PRAGMA user_version = ${next + 1}; COMMIT`);
  }
}

/** What a newer agent said of its schema; infinite when it said nothing. */
function readableFrom(database: DatabaseSync): number {
  const row = database.prepare(`SELECT value FROM meta WHERE key = 'readableFrom'`).get() as Row | undefined;
  return row ? Number(row['value']) : Number.POSITIVE_INFINITY;
}

/** SQLite's primary result code of an error; undefined for errors that are none of SQLite's. */
function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

function unavailableToError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = resultCode(error);
    const trouble = code === undefined ? undefined : UNAVAILABLE.get(code);
    if (trouble !== undefined) throw new JournalUnavailableError((error as Error).message, trouble, { cause: error });
    if (code !== undefined && DAMAGED.has(code)) throw new JournalDamagedError((error as Error).message, { cause: error });
    throw error;
  }
}
