import type { TransactionKind } from '@tillward/contracts';
import type { FoldDatabase } from '../ingest/index.js';

/** Who counted: the journal, payment by payment, or the terminal, as it said before the settlement. */
export type CardTotalSource = 'journal' | 'terminal';
/** ISO 8583's words (fields 74 to 89): debit takes money from cardholders, credit gives it back; net is one sum of both, as a terminal tells it. */
export type CardTotalDirection = 'debit' | 'credit' | 'net';

interface CardTotal {
  store: string;
  terminal: string;
  batchNo: number;
  cardName: string;
  direction: CardTotalDirection;
  minor: number;
  count: number;
}

/** One batch in a fold. */
interface BatchAt {
  readonly store: string;
  readonly terminal: string;
  readonly batchNo: number;
}

/** What a terminal told of one card. */
export interface ToldByCard {
  readonly scheme: string;
  readonly amountMinor: number;
  readonly count: number | null;
}

/** Longest name of a card that is kept; terminals print 20 characters. */
const NAME_LENGTH = 64;

/** Collects what one transaction's entries change in the totals by card: payments add up, what a terminal told replaces what it told before. */
export class CardTotals {
  readonly #journal = new Map<string, CardTotal>();
  readonly #terminal = new Map<string, CardTotal>();

  /** Counts a payment that was completed. `cardName` empty where the terminal named none. */
  completed(batch: BatchAt, kind: TransactionKind, cardName: string, amountMinor: number): void {
    const direction = kind === 'sale' ? 'debit' : 'credit';
    const total = entryOf(this.#journal, batch, cardName, direction);
    total.minor += amountMinor;
    total.count += 1;
  }

  /** Takes the terminal's own totals by card. */
  told(batch: BatchAt, byCard: readonly ToldByCard[]): void {
    for (const { scheme, amountMinor, count } of byCard) {
      const total = entryOf(this.#terminal, batch, scheme, 'net');
      total.minor = amountMinor;
      total.count = count ?? 0;
    }
  }

  /** Writes what was collected. */
  flush(db: FoldDatabase): void {
    say(db, ADD, this.#journal);
    say(db, REPLACE, this.#terminal);
  }
}

function entryOf(
  totals: Map<string, CardTotal>,
  { store, terminal, batchNo }: BatchAt,
  card: string,
  direction: CardTotalDirection,
): CardTotal {
  const cardName = card.slice(0, NAME_LENGTH);
  const key = `${store}/${terminal}/${batchNo}/${direction}/${cardName}`;
  let total = totals.get(key);
  if (total === undefined) {
    total = { store, terminal, batchNo, cardName, direction, minor: 0, count: 0 };
    totals.set(key, total);
  }
  return total;
}

function say(db: FoldDatabase, statement: string, totals: ReadonlyMap<string, CardTotal>): void {
  if (totals.size === 0) return;
  const rows = [...totals.values()];
  const of = <T>(pick: (row: CardTotal) => T) => rows.map(pick);
  db.say(statement, [
    of((r) => r.store),
    of((r) => r.terminal),
    of((r) => r.batchNo),
    of((r) => r.cardName),
    of((r) => r.direction),
    of((r) => r.minor),
    of((r) => r.count),
  ]);
}

const insert = (source: CardTotalSource) => `
  INSERT INTO batch_card_total AS c (store_id, terminal_id, batch_no, source, card_name, direction, minor, count)
  SELECT n.store_id, n.terminal_id, n.batch_no, '${source}', n.card_name, n.direction, n.minor, n.count
    FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::bigint[], $7::int[])
         AS n (store_id, terminal_id, batch_no, card_name, direction, minor, count)
  ON CONFLICT (store_id, terminal_id, batch_no, source, card_name, direction) DO UPDATE`;
const ADD = `${insert('journal')} SET minor = c.minor + excluded.minor, count = c.count + excluded.count`;
const REPLACE = `${insert('terminal')} SET minor = excluded.minor, count = excluded.count`;
