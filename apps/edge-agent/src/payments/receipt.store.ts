import type { StatementSync } from 'node:sqlite';
import type { ReceiptView } from '@tillward/contracts';
import type { JournalTransaction, SqliteStore } from '../journal/index.js';

/** How long receipts are at hand in the store; core keeps them longer. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** Receipts by payment: the merchant's copy, masked to the last four digits before it was ever recorded, and how often it was printed again. */
export class ReceiptStore {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #copied: StatementSync;
  readonly #prune: StatementSync;

  constructor(store: SqliteStore) {
    this.#insert = store.prepare('INSERT INTO receipts (payment_id, lines, kept_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
    this.#select = store.prepare('SELECT lines, copies FROM receipts WHERE payment_id = ?');
    this.#copied = store.prepare(
      `INSERT INTO receipts (payment_id, lines, copies, kept_at) VALUES (?, '[]', 1, ?) ON CONFLICT (payment_id) DO UPDATE SET copies = copies + 1`,
    );
    this.#prune = store.prepare('DELETE FROM receipts WHERE payment_id IN (SELECT payment_id FROM receipts WHERE kept_at < ? LIMIT 50)');
  }

  /** Keeps a receipt, and lets go of some that are too old. */
  keep(_tx: JournalTransaction, paymentId: string, lines: readonly string[], now: number): void {
    this.#insert.run(paymentId, JSON.stringify(lines), now);
    this.#prune.run(now - KEPT_MS);
  }

  /** A payment's receipt; undefined when nothing is known of one. Without lines: only the terminal has it. */
  find(paymentId: string): ReceiptView | undefined {
    const row = this.#select.get(paymentId);
    return row && { paymentId, lines: JSON.parse(String(row['lines'])) as string[], copies: Number(row['copies']) };
  }

  /** Counts a copy, also of a receipt that only the terminal has. */
  copied(_tx: JournalTransaction, paymentId: string, now: number): void {
    this.#copied.run(paymentId, now);
  }
}
