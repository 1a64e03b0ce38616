import type { WorkContext } from '../database/index.js';
import type { BatchKey } from './batch-life.service.js';

/** Who counted: the journal, payment by payment, or the terminal, as it said before the settlement. */
export type CardTotalSource = 'journal' | 'terminal';
/** ISO 8583's words (fields 74 to 89): debit takes money from cardholders, credit gives it back; net is one sum of both, as a terminal tells it. */
export type CardTotalDirection = 'debit' | 'credit' | 'net';

/** One card's totals in a batch and one currency. Amounts of debit and credit are positive; `direction` says which way the money went. */
export interface CardTotalView extends BatchKey {
  readonly source: CardTotalSource;
  /** As the terminal names it; empty where it named none. */
  readonly cardName: string;
  readonly direction: CardTotalDirection;
  /** A batch may hold several: a cardholder's own currency (DCC) beside the terminal's. No total mixes them. */
  readonly currency: string;
  readonly minor: number;
  /** Null where a terminal told no number. */
  readonly count: number | null;
}

interface JournalRow extends CardTotalView {
  readonly count: number;
}

/**
 * Totals by card of these batches, in the order of key, source, card, direction and currency. The journal's are added up from completed payments when they are asked for, so that taking
 * payments in costs nothing more. They are looked for around the time the batch was open, because nothing leads from a batch to its payments faster; a batch of which not all
 * payments were found there (a gateway's clock had jumped) is looked for everywhere.
 */
export async function cardTotals(ctx: WorkContext, keys: readonly BatchKey[]): Promise<CardTotalView[]> {
  if (keys.length === 0) return [];
  const columns = columnsOf(keys);
  const near: JournalRow[] = await ctx.tx.query(journalTotals(true), columns);
  const counted = new Map<string, number>();
  for (const row of near) counted.set(textOf(row), (counted.get(textOf(row)) ?? 0) + row.count);
  const known: (BatchKey & { count: number })[] = await ctx.tx.query(
    `SELECT store_id AS "storeId", terminal_id AS "terminalId", batch_no AS "batchNo", journal_count AS count FROM batch
      WHERE (store_id, terminal_id, batch_no) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[]))`,
    columns,
  );
  const incomplete = known.filter((batch) => (counted.get(textOf(batch)) ?? 0) !== batch.count);
  const again = new Set(incomplete.map(textOf));
  const everywhere: JournalRow[] = incomplete.length === 0 ? [] : await ctx.tx.query(journalTotals(false), columnsOf(incomplete));
  const told: CardTotalView[] = await ctx.tx.query(TOLD, columns);
  return [...near.filter((row) => !again.has(textOf(row))), ...everywhere, ...told].sort(inOrder);
}

function columnsOf(keys: readonly BatchKey[]): [string[], string[], number[]] {
  return [keys.map((key) => key.storeId), keys.map((key) => key.terminalId), keys.map((key) => key.batchNo)];
}

function textOf({ storeId, terminalId, batchNo }: BatchKey): string {
  return `${storeId}/${terminalId}/${batchNo}`;
}

function inOrder(a: CardTotalView, b: CardTotalView): number {
  const [one, other] = [a, b].map(({ storeId, terminalId, source, cardName, direction, currency }) =>
    [storeId, terminalId, source, cardName, direction, currency].join('\n'),
  );
  if (a.storeId === b.storeId && a.terminalId === b.terminalId && a.batchNo !== b.batchNo) return a.batchNo - b.batchNo;
  return one! < other! ? -1 : one! > other! ? 1 : 0;
}

/** `near`: only payments begun from a day before the batch was opened until a day after it was settled; these are the gateways' clocks. */
function journalTotals(near: boolean): string {
  const window = near
    ? `AND x.started_at >= b.opened_at - interval '1 day' AND x.started_at <= coalesce(b.settled_at, 'infinity') + interval '1 day'`
    : '';
  return `
    SELECT b.store_id AS "storeId", b.terminal_id AS "terminalId", b.batch_no AS "batchNo", 'journal' AS source, coalesce(x.card_name, '') AS "cardName",
           CASE WHEN x.kind = 'sale' THEN 'debit' ELSE 'credit' END AS direction, coalesce(x.currency, b.currency) AS currency,
           sum(x.amount_minor)::bigint AS minor, count(*)::int AS count
      FROM batch b
      JOIN card_transaction x ON x.store_id = b.store_id AND x.terminal_id = b.terminal_id AND x.batch_no = b.batch_no AND x.state = 'completed' ${window}
     WHERE (b.store_id, b.terminal_id, b.batch_no) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[]))
     GROUP BY 1, 2, 3, 5, 6, 7`;
}

const TOLD = `
  SELECT t.store_id AS "storeId", t.terminal_id AS "terminalId", t.batch_no AS "batchNo", 'terminal' AS source, t.card_name AS "cardName", 'net' AS direction, b.currency, t.minor, t.count
    FROM batch_terminal_total t JOIN batch b USING (store_id, terminal_id, batch_no) WHERE (t.store_id, t.terminal_id, t.batch_no) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[]))`;
