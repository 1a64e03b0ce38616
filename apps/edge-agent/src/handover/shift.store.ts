import type { StatementSync } from 'node:sqlite';
import type { JournalTransaction, SqliteStore } from '../journal/index.js';

/** What a shift took at a terminal. */
export interface ShiftCount {
  shiftNo: number;
  /** Booked sales, reversals and refunds: each leaves a slip. */
  transactions: number;
}

/**
 * Shifts of a terminal: counted from 1, a new one with every handover and every business day. Payments carry the number of theirs, so that counting them needs no
 * clock.
 */
export class ShiftStore {
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #count: StatementSync;

  constructor(store: SqliteStore) {
    this.#select = store.prepare('SELECT shift_no, business_day FROM shifts WHERE terminal = ?');
    // No payment of a new shift can be in a batch before the newest one: that keeps counting short in a table that never loses a row.
    this.#upsert = store.prepare(
      `INSERT INTO shifts (terminal, shift_no, business_day, from_batch)
       VALUES (?1, ?2, ?3, coalesce((SELECT max(batch_no) FROM batches WHERE terminal = ?1), 0))
       ON CONFLICT (terminal) DO UPDATE SET shift_no = excluded.shift_no, business_day = excluded.business_day, from_batch = excluded.from_batch`,
    );
    this.#count = store.prepare(
      `SELECT count(p.booked_minor) AS count FROM shifts s JOIN payments p
           ON p.terminal = s.terminal AND p.batch_no >= s.from_batch AND p.shift_no = s.shift_no
        WHERE s.terminal = ?`,
    );
  }

  /** The shift a payment of this business day belongs to; begins one when the last one was another day's. */
  currentOrNew(tx: JournalTransaction, terminal: string, businessDay: string): number {
    const row = this.#select.get(terminal);
    if (row && row['business_day'] === businessDay) return Number(row['shift_no']);
    return this.begin(tx, terminal, businessDay);
  }

  /** Begins the next shift; returns its number. */
  begin(_tx: JournalTransaction, terminal: string, businessDay: string): number {
    const shiftNo = Number(this.#select.get(terminal)?.['shift_no'] ?? 0) + 1;
    this.#upsert.run(terminal, shiftNo, businessDay);
    return shiftNo;
  }

  /** What was booked in the shift of this business day that is not handed over yet. */
  count(terminal: string, businessDay: string): ShiftCount {
    const row = this.#select.get(terminal);
    const last = Number(row?.['shift_no'] ?? 0);
    if (!row || row['business_day'] !== businessDay) return { shiftNo: last + 1, transactions: 0 };
    return { shiftNo: last, transactions: Number(this.#count.get(terminal)?.['count'] ?? 0) };
  }
}
