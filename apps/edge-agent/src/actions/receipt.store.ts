import type { StatementSync } from 'node:sqlite';
import type { Journal } from '../journal/index.js';

/** How far back a receipt is looked for: some days of a busy store. */
const ENTRIES_SEARCHED = 20_000;

/** Finds receipts in the gateway's own journal: the merchant's copy, masked to the last four digits before it was ever recorded. */
export class ReceiptStore {
  readonly #journal: Journal;
  readonly #newest: StatementSync;

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#newest = journal.store.prepare(
      `SELECT payload FROM entries WHERE epoch = ? AND seq > ? AND kind = 'PaymentCompleted' AND terminal = ?
         AND (? IS NULL OR json_extract(payload, '$.booked.receiptNo') = ?) AND json_extract(payload, '$.receipt') IS NOT NULL
       ORDER BY seq DESC LIMIT 1`,
    );
  }

  /** The lines of a terminal's receipt with this number, or of its newest one; undefined when none was kept. */
  find(terminal: string, receiptNo: number | null): string[] | undefined {
    const from = this.#journal.headSeq - ENTRIES_SEARCHED;
    const row = this.#newest.get(this.#journal.epoch, from, terminal, receiptNo, receiptNo);
    if (!row) return undefined;
    const { receipt } = JSON.parse(String(row['payload'])) as { receipt?: string[] };
    return receipt;
  }
}
