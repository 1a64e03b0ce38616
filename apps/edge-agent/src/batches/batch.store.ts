import type { StatementSync } from 'node:sqlite';
import type { BatchTotals } from '@tillward/contracts';
import type { JournalTransaction, SqliteStore } from '../journal/index.js';

/**
 * Where a batch stands at the edge. `open` takes sales; `settling` and `inDoubt` take none until the answer is known; `settled` and `unbalanced`
 * are over.
 */
export type BatchState = 'open' | 'settling' | 'inDoubt' | 'settled' | 'unbalanced';

/** One batch of one terminal. `batchNo` is the gateway's own count, from 1. */
export interface Batch {
  batchNo: number;
  businessDay: string;
  state: BatchState;
}

/** Rows of `batches`, and what the journal says was booked in them. */
export class BatchStore {
  readonly #current: StatementSync;
  readonly #last: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #totals: StatementSync;
  readonly #unresolved: StatementSync;

  constructor(store: SqliteStore) {
    this.#current = store.prepare(
      `SELECT batch_no, business_day, state FROM batches WHERE terminal = ? AND state IN ('open', 'settling', 'inDoubt') ORDER BY batch_no DESC LIMIT 1`,
    );
    this.#last = store.prepare('SELECT max(batch_no) AS batch_no FROM batches WHERE terminal = ?');
    this.#insert = store.prepare(`INSERT INTO batches (terminal, batch_no, business_day, state) VALUES (?, ?, ?, 'open')`);
    this.#update = store.prepare('UPDATE batches SET state = ? WHERE terminal = ? AND batch_no = ?');
    this.#totals = store.prepare(
      'SELECT coalesce(sum(booked_minor), 0) AS amount, count(booked_minor) AS count FROM payments WHERE terminal = ? AND batch_no = ?',
    );
    this.#unresolved = store.prepare(`SELECT count(*) AS count FROM payments WHERE terminal = ? AND state IN ('started', 'inDoubt')`);
  }

  /** The batch that is not over yet; undefined when the next sale will open a new one. */
  current(terminal: string): Batch | undefined {
    const row = this.#current.get(terminal);
    if (!row) return undefined;
    return { batchNo: Number(row['batch_no']), businessDay: String(row['business_day']), state: row['state'] as BatchState };
  }

  /** The open batch, or a new one of this business day. A batch keeps the business day it was opened in. */
  openOrCreate(_tx: JournalTransaction, terminal: string, businessDay: string): Batch {
    const current = this.current(terminal);
    if (current) return current;
    const batchNo = Number(this.#last.get(terminal)?.['batch_no'] ?? 0) + 1;
    this.#insert.run(terminal, batchNo, businessDay);
    return { batchNo, businessDay, state: 'open' };
  }

  /** Moves a batch to another state. */
  setState(_tx: JournalTransaction, terminal: string, batchNo: number, state: BatchState): void {
    this.#update.run(state, terminal, batchNo);
  }

  /** Sum and number of what the journal says was booked in a batch, resolved ones included. `batchNo` undefined: nothing. */
  journalTotals(terminal: string, batchNo: number | undefined, currency: string): BatchTotals {
    if (batchNo === undefined) return { currency, amountMinor: 0, count: 0 };
    const row = this.#totals.get(terminal, batchNo);
    return { currency, amountMinor: Number(row?.['amount'] ?? 0), count: Number(row?.['count'] ?? 0) };
  }

  /** How many payments of a terminal have no known outcome. */
  unresolvedPayments(terminal: string): number {
    return Number(this.#unresolved.get(terminal)?.['count'] ?? 0);
  }
}
