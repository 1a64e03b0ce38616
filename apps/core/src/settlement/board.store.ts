import type { WorkContext } from '../database/index.js';
import type { BatchState } from './settlement.rules.js';

/** What a store's batches of one business day and currency add up to. Amounts in minor units of the currency. */
export interface BoardDayRow {
  readonly businessDay: string;
  readonly currency: string;
  readonly batches: number;
  readonly count: number;
  readonly open: number;
  readonly settling: number;
  readonly inDoubt: number;
  readonly unbalanced: number;
  readonly missed: number;
  readonly settled: number;
  readonly confirmed: number;
  readonly funded: number;
  readonly missedOnce: number;
  readonly accepted: number;
  readonly journalMinor: number;
  readonly unsettledMinor: number;
  readonly confirmedMinor: number;
  readonly fundedMinor: number;
  readonly onlyTerminalId: string | null;
  readonly onlyBatchNo: number | null;
}

/** A store of the board with its days, newest first. */
export interface BoardStoreRow {
  readonly storeId: string;
  readonly storeName: string;
  readonly position: number;
  readonly days: readonly BoardDayRow[];
}

/** Which part of the board: business days `YYYY-MM-DD`, both included, and stores; absent or null means all the actor sees. */
export interface BoardChoice {
  readonly fromDay: string;
  readonly throughDay: string;
  readonly storeIds?: readonly string[] | null | undefined;
  /** Only stores with a batch of these days in one of these states; an unbalanced one that two people accepted doesn't count. */
  readonly states?: readonly BatchState[] | null | undefined;
}

// What stands behind each batch once: those who answer for an unbalanced one have ended it like a settlement.
const DONE = "(b.state IN ('settled', 'recovered') OR b.state = 'unbalanced' AND b.handling = 'accepted')";
const NOT_ACCEPTED = "(b.state <> 'unbalanced' OR b.handling IS DISTINCT FROM 'accepted')";

/** Stores of a choice; $1 to $4 are its parts. */
const CHOSEN = `($3::text[] IS NULL OR s.store_id = ANY($3)) AND ($4::text[] IS NULL OR EXISTS (
  SELECT 1 FROM batch b WHERE b.store_id = s.store_id AND b.business_day BETWEEN $1 AND $2 AND b.state = ANY($4) AND ${NOT_ACCEPTED}))`;

const BOARD = `
  WITH page AS (
    SELECT s.store_id, s.name, s.position FROM store s WHERE ${CHOSEN} AND (s.position, s.store_id) > ($5, $6) ORDER BY s.position, s.store_id LIMIT $7)
  SELECT p.store_id AS "storeId", p.name AS "storeName", p.position, d.* FROM page p
    LEFT JOIN LATERAL (
      SELECT b.business_day AS "businessDay", b.currency, count(*)::int AS batches, sum(b.journal_count)::int AS count,
             count(*) FILTER (WHERE b.state = 'open')::int AS open,
             count(*) FILTER (WHERE b.state = 'settling')::int AS settling,
             count(*) FILTER (WHERE b.state = 'inDoubt')::int AS "inDoubt",
             count(*) FILTER (WHERE b.state = 'unbalanced' AND ${NOT_ACCEPTED})::int AS unbalanced,
             count(*) FILTER (WHERE b.state = 'missed')::int AS missed,
             count(*) FILTER (WHERE ${DONE} AND b.confirmed_by IS NULL AND b.funded_by IS NULL)::int AS settled,
             count(*) FILTER (WHERE ${DONE} AND b.confirmed_by IS NOT NULL AND b.funded_by IS NULL)::int AS confirmed,
             count(*) FILTER (WHERE ${DONE} AND b.funded_by IS NOT NULL)::int AS funded,
             count(*) FILTER (WHERE b.missed)::int AS "missedOnce",
             count(*) FILTER (WHERE b.state = 'unbalanced' AND b.handling = 'accepted')::int AS accepted,
             sum(b.journal_minor)::bigint AS "journalMinor",
             coalesce(sum(b.journal_minor) FILTER (WHERE b.settled_at IS NULL), 0)::bigint AS "unsettledMinor",
             coalesce(sum(b.confirmed_minor), 0)::bigint AS "confirmedMinor",
             coalesce(sum(b.funded_minor), 0)::bigint AS "fundedMinor",
             CASE WHEN count(*) = 1 THEN min(b.terminal_id) END AS "onlyTerminalId", CASE WHEN count(*) = 1 THEN min(b.batch_no) END AS "onlyBatchNo"
        FROM batch b WHERE b.store_id = p.store_id AND b.business_day BETWEEN $1 AND $2
       GROUP BY b.business_day, b.currency) d ON true
   ORDER BY p.position, p.store_id, d."businessDay" DESC, d.currency`;

interface BoardRow extends Omit<BoardDayRow, 'businessDay'> {
  readonly storeId: string;
  readonly storeName: string;
  readonly position: number;
  /** Null for a store without any batch of these days. */
  readonly businessDay: string | null;
}

/** A page of stores in the chain's order with what their batches add up to, in one query; within the actor's stores. */
export async function readBoard(
  ctx: WorkContext,
  choice: BoardChoice,
  page: { readonly limit: number; readonly after?: { readonly position: number; readonly id: string } | undefined },
): Promise<BoardStoreRow[]> {
  const rows: BoardRow[] = await ctx.tx.query(BOARD, [...chosen(choice), page.after?.position ?? -1, page.after?.id ?? '', page.limit]);
  return [...Map.groupBy(rows, (row) => row.storeId).values()].map((own) => {
    const { storeId, storeName, position } = own[0]!;
    return { storeId, storeName, position, days: own.filter(hasDay) };
  });
}

/** How many stores the choice finds. */
export async function countBoard(ctx: WorkContext, choice: BoardChoice): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM store s WHERE ${CHOSEN}`, chosen(choice));
  return rows[0]!.n;
}

function chosen({ fromDay, throughDay, storeIds, states }: BoardChoice): unknown[] {
  return [fromDay, throughDay, storeIds ?? null, states ?? null];
}

function hasDay(row: BoardRow): row is BoardRow & BoardDayRow {
  return row.businessDay !== null;
}
