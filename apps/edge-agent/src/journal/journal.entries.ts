import type { StatementSync } from 'node:sqlite';
import { chainHashes, type JournalColumns } from '@tillward/journal';
import type { SqliteStore } from './journal.store.js';

/** An entry as it stands in the table. */
export interface EntryRow {
  at: number;
  kind: string;
  terminal: string | null;
  payload: string;
  hash: string;
}

/** Consecutive entries of one epoch as columns, with the hashes that frame them. */
export interface JournalSlice extends JournalColumns {
  prevHash: string;
  lastHash: string;
}

/** An earlier epoch that core may not hold to its end: what lies after `acked` is still to be sent, or carried into the present epoch. */
export interface JournalSegment {
  epoch: number;
  /** The last entry that was deleted, and its hash. */
  baseSeq: number;
  baseHash: string;
  acked: number;
  through: number;
}

/** Rows of `entries` and `journal_segments`, and what is derived from them without knowing the journal's state. */
export class EntryTable {
  readonly #store: SqliteStore;
  readonly #insert: StatementSync;
  readonly #slice: StatementSync;
  readonly #hashAt: StatementSync;
  readonly #segment: StatementSync;

  constructor(store: SqliteStore) {
    this.#store = store;
    this.#insert = store.prepare('INSERT INTO entries (epoch, seq, at, kind, terminal, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#slice = store.prepare(
      'SELECT at, kind, terminal, payload, hash FROM entries WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq',
    );
    this.#hashAt = store.prepare('SELECT hash FROM entries WHERE epoch = ? AND seq = ?');
    this.#segment = store.prepare('SELECT * FROM journal_segments ORDER BY epoch LIMIT 1');
  }

  insert(epoch: number, seq: number, row: EntryRow): void {
    this.#insert.run(epoch, seq, row.at, row.kind, row.terminal, row.payload, row.hash);
  }

  slice(epoch: number, fromSeq: number, throughSeq: number): EntryRow[] {
    return this.#slice.all(epoch, fromSeq, throughSeq) as unknown as EntryRow[];
  }

  /** Hash of an entry; undefined when it isn't there. */
  hashAt(epoch: number, seq: number): string | undefined {
    return (this.#hashAt.get(epoch, seq) as { hash: string } | undefined)?.hash;
  }

  last(epoch: number): { seq: number; hash: string } | undefined {
    const row = this.#store.get('SELECT seq, hash FROM entries WHERE epoch = ? ORDER BY seq DESC LIMIT 1', epoch);
    return row && { seq: Number(row['seq']), hash: String(row['hash']) };
  }

  /** The last entry up to which `fromSeq`… fits `prevHash` and each other; a gap doesn't fit. `fromSeq - 1` when not even the first does. */
  intactThrough(epoch: number, fromSeq: number, throughSeq: number, prevHash: string): number {
    const rows = this.slice(epoch, fromSeq, throughSeq);
    const hashes = chainHashes(prevHash, { epoch, fromSeq, ...columnsOf(rows) });
    const damaged = rows.findIndex((row, i) => row.hash !== hashes[i]);
    return fromSeq + (damaged < 0 ? rows.length : damaged) - 1;
  }

  /** The newest entry up to `throughSeq` that was written before `olderThan`; 0 when there is none. */
  newestBefore(epoch: number, throughSeq: number, olderThan: number): number {
    const row = this.#store.get(
      'SELECT max(seq) AS seq FROM entries WHERE epoch = ? AND seq <= ? AND at < ?',
      epoch,
      throughSeq,
      olderThan,
    );
    return Number(row?.['seq'] ?? 0);
  }

  /** Deletes entries of an epoch up to `throughSeq`, and all of earlier epochs of which nothing is left to send. Returns how many. */
  deleteThrough(epoch: number, throughSeq: number): number {
    const result = this.#store
      .prepare('DELETE FROM entries WHERE (epoch = ? AND seq <= ?) OR (epoch < ? AND epoch NOT IN (SELECT epoch FROM journal_segments))')
      .run(epoch, throughSeq, epoch);
    return Number(result.changes);
  }

  /** The oldest epoch of which something is left to send. */
  segment(): JournalSegment | undefined {
    const row = this.#segment.get() as Record<string, number | string> | undefined;
    if (!row) return undefined;
    return {
      epoch: Number(row['epoch']),
      baseSeq: Number(row['base_seq']),
      baseHash: String(row['base_hash']),
      acked: Number(row['acked']),
      through: Number(row['through']),
    };
  }

  addSegment({ epoch, baseSeq, baseHash, acked, through }: JournalSegment): void {
    this.#store
      .prepare('INSERT INTO journal_segments (epoch, base_seq, base_hash, acked, through) VALUES (?, ?, ?, ?, ?)')
      .run(epoch, baseSeq, baseHash, acked, through);
  }

  /** Notes how far core holds an earlier epoch; one it holds whole is done with. */
  acknowledgeSegment(epoch: number, acked: number): void {
    this.#store.prepare('UPDATE journal_segments SET acked = max(acked, ?) WHERE epoch = ?').run(acked, epoch);
    this.#store.prepare('DELETE FROM journal_segments WHERE epoch = ? AND acked >= through').run(epoch);
  }

  dropSegment(epoch: number): void {
    this.#store.prepare('DELETE FROM journal_segments WHERE epoch = ?').run(epoch);
  }
}

/** Rows as the columns of a batch. */
export function columnsOf(rows: readonly EntryRow[]): Pick<JournalColumns, 'at' | 'kind' | 'terminal' | 'payload'> {
  return {
    at: rows.map((row) => row.at),
    kind: rows.map((row) => row.kind),
    terminal: rows.map((row) => row.terminal),
    payload: rows.map((row) => row.payload),
  };
}

/** How many rows from the first on hold at most `maxBytes` of payload; at least one. */
export function countWithin(rows: readonly EntryRow[], maxBytes: number): number {
  let bytes = 0;
  for (let i = 0; i < rows.length; i++) {
    bytes += rows[i]!.payload.length;
    if (bytes > maxBytes) return Math.max(1, i);
  }
  return rows.length;
}
