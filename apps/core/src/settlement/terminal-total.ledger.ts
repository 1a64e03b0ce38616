import type { SchemeTotal } from '@tillward/contracts';
import type { FoldDatabase } from '../ingest/index.js';

interface Told {
  store: string;
  terminal: string;
  batchNo: number;
  cardName: string;
  minor: number;
  count: number | null;
}

/** Collects what terminals told of their totals by card before a settlement; what was told later replaces what was told before. */
export class TerminalTotals {
  readonly #told = new Map<string, Told>();

  /** Takes one terminal's totals of a batch. */
  add(store: string, terminal: string, batchNo: number, totals: readonly SchemeTotal[]): void {
    for (const { scheme: cardName, amountMinor: minor, count } of totals) {
      this.#told.set(`${store}/${terminal}/${batchNo}/${cardName}`, { store, terminal, batchNo, cardName, minor, count });
    }
  }

  /** Writes what was collected. */
  flush(db: FoldDatabase): void {
    if (this.#told.size === 0) return;
    const rows = [...this.#told.values()];
    const of = <T>(pick: (row: Told) => T) => rows.map(pick);
    db.say(REPLACE, [
      of((r) => r.store),
      of((r) => r.terminal),
      of((r) => r.batchNo),
      of((r) => r.cardName),
      of((r) => r.minor),
      of((r) => r.count),
    ]);
  }
}

const REPLACE = `
  INSERT INTO batch_terminal_total (store_id, terminal_id, batch_no, card_name, minor, count)
  SELECT n.store_id, n.terminal_id, n.batch_no, n.card_name, n.minor, n.count
    FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::int[]) AS n (store_id, terminal_id, batch_no, card_name, minor, count)
  ON CONFLICT (store_id, terminal_id, batch_no, card_name) DO UPDATE SET minor = excluded.minor, count = excluded.count`;
