import type { WorkContext } from '../database/index.js';
import type { BatchKey } from '../settlement/index.js';
import { exactMinor } from './exact.rules.js';
import { payoutKey } from './reserve.rules.js';

/** Sums of one type of rows that are paid out together. */
export interface PayoutSum {
  payoutId: string;
  merchantNo: string;
  reference: string;
  businessDay: string;
  currency: string;
  type: string;
  amountMinor: number;
  feeMinor: number;
}

/** Columns of `statement_row r` that tell which rows are paid out together: those of a merchant's payout the file names, else those of a merchant's day. Providers number payouts by merchant account. */
const PAID_TOGETHER = "r.merchant_no, r.payout, CASE WHEN r.payout = '' THEN r.business_day END AS day";
/** The id of what is paid out together (`PayoutRow.payoutId`), from those columns of `g`. A merchant's number is one word of it, so that no two ids are alike. */
const PAYOUT_ID = `CASE WHEN g.merchant_no = '' THEN '' ELSE 'merchant ' || replace(replace(g.merchant_no, '%', '%25'), ' ', '%20') || ' ' END
              || CASE WHEN g.payout <> '' THEN 'payout ' || g.payout ELSE 'day ' || g.day END`;
/** Rows that are the transfer itself are no part of what is owed, whenever it was made and whoever is named in them. */
const IS_OWED = "r.type NOT IN ('payout', 'balance')";

/** Rows among which those of payouts are: a condition that an index answers, on the parameters `$n` and `$n + 1`, and their values. */
function rowsAmong(payoutIds: readonly string[], n: number): readonly [condition: string, numbers: string[], days: string[]] {
  const parts = payoutIds.map((id) => /^(?:merchant [^ ]+ )?(payout|day) (.*)$/s.exec(id)!);
  const of = (kind: string) => [...new Set(parts.filter((part) => part[1] === kind).map((part) => part[2]!))];
  return [
    `(r.payout <> '' AND r.payout = ANY($${n}) OR r.payout = '' AND r.business_day = ANY($${n + 1}::date[]))`,
    of('payout'),
    of('day'),
  ];
}

/**
 * These payouts' rows, added up by type. Fees finer than minor units are added up exactly over all of a payout and cut once, towards zero, as statements' own totals are: where, between types, the cut
 * falls changes nothing in the payout. Throws InexactSum when a payout moves more than is exact.
 */
export async function sumPayouts(ctx: WorkContext, acquirerId: string, payoutIds: readonly string[]): Promise<PayoutSum[]> {
  const [among, numbers, days] = rowsAmong(payoutIds, 2);
  const ofPayout = 'PARTITION BY g.merchant_no, g.payout, g.day, g.currency';
  const rows: (Omit<PayoutSum, 'amountMinor' | 'feeMinor'> & { amount: string; fee: string; moved: string })[] = await ctx.tx.query(
    `SELECT ${PAYOUT_ID} AS "payoutId", g.merchant_no AS "merchantNo", g.payout AS reference, g.last AS "businessDay", g.currency, g.type, g.amount::text AS amount,
            (g.fee + CASE WHEN row_number() OVER (${ofPayout} ORDER BY g.type) = 1
                THEN coalesce(trunc(sum(g.remainder) OVER (${ofPayout}) / 100000.0), 0) ELSE 0 END)::text AS fee,
            (sum(g.moved) OVER (${ofPayout}))::text AS moved
       FROM (SELECT ${PAID_TOGETHER}, r.currency, r.type, max(r.business_day) AS last, sum(r.gross_minor) AS amount, coalesce(sum(r.fee_minor), 0) AS fee,
                    sum(r.fee_remainder) AS remainder, sum(abs(r.gross_minor::numeric) + abs(coalesce(r.fee_minor, 0)::numeric)) AS moved
               FROM statement_row r
              WHERE r.acquirer_id = $1 AND NOT r.superseded AND ${IS_OWED} AND ${among}
              GROUP BY 1, 2, 3, 4, 5) g
      WHERE ${PAYOUT_ID} = ANY($4)`,
    [acquirerId, numbers, days, payoutIds],
  );
  return rows.map(({ amount, fee, moved, ...row }) => {
    // All parts together are exact, and so is every sum of some of them.
    exactMinor(moved);
    return { ...row, amountMinor: exactMinor(amount), feeMinor: exactMinor(fee) };
  });
}

/** Ids of payouts the rows of these files, superseded ones too, belong or belonged to. */
export async function payoutsOfFiles(ctx: WorkContext, fileIds: readonly string[]): Promise<string[]> {
  const rows: { id: string }[] = await ctx.tx.query(
    `SELECT ${PAYOUT_ID} AS id
       FROM (SELECT DISTINCT ${PAID_TOGETHER} FROM statement_row r WHERE r.file_id = ANY($1::uuid[]) AND r.business_day IS NOT NULL) g`,
    [fileIds],
  );
  return rows.map((row) => row.id);
}

/** The store with most of what each of these payouts moves in its currency, by `payoutKey`; absent when no row of it has a store. */
export async function storesOfPayouts(ctx: WorkContext, acquirerId: string, payoutIds: readonly string[]): Promise<Map<string, string>> {
  const [among, numbers, days] = rowsAmong(payoutIds, 2);
  const rows: { payoutId: string; currency: string; storeId: string }[] = await ctx.tx.query(
    `SELECT DISTINCT ON (g.merchant_no, g.payout, g.day, g.currency) ${PAYOUT_ID} AS "payoutId", g.currency, g.store_id AS "storeId"
       FROM (SELECT ${PAID_TOGETHER}, r.currency, r.store_id, sum(r.net_minor) AS net
               FROM statement_row r WHERE r.acquirer_id = $1 AND NOT r.superseded AND r.store_id <> '' AND ${among} GROUP BY 1, 2, 3, 4, 5) g
      ORDER BY g.merchant_no, g.payout, g.day, g.currency, g.net DESC, g.store_id`,
    [acquirerId, numbers, days],
  );
  return new Map(rows.map((row) => [payoutKey(row), row.storeId]));
}

/** Confirmed batches that these payouts of a provider pay and nothing paid yet, each with its part of the money; by `payoutKey`. All payouts at once: each one by itself would read its day's rows of all merchants. */
export async function batchesOfPayouts(
  ctx: WorkContext,
  acquirerId: string,
  payoutIds: readonly string[],
): Promise<Map<string, (BatchKey & { amountMinor: number })[]>> {
  const [among, numbers, days] = rowsAmong(payoutIds, 2);
  const rows: (BatchKey & { payoutId: string; currency: string; amountMinor: number })[] = await ctx.tx.query(
    `SELECT ${PAYOUT_ID} AS "payoutId", g.currency, g.store_id AS "storeId", g.terminal_id AS "terminalId", g.batch_no AS "batchNo", g.net AS "amountMinor"
       FROM (SELECT ${PAID_TOGETHER}, r.currency, b.store_id, b.terminal_id, b.batch_no, sum(r.net_minor)::bigint AS net
               FROM statement_row r
               JOIN batch b ON b.store_id = r.store_id AND b.terminal_id = r.terminal_id AND ((b.batch_no - 1) % 9999 + 1)::text = r.batch_no AND b.business_day = r.business_day
              WHERE r.acquirer_id = $1 AND ${among} AND NOT r.superseded AND b.confirmed_by IS NOT NULL AND b.funded_by IS NULL
              GROUP BY 1, 2, 3, 4, 5, 6, 7) g
      ORDER BY 3, 4, 5`,
    [acquirerId, numbers, days],
  );
  const found = new Map<string, (BatchKey & { amountMinor: number })[]>();
  for (const { payoutId, currency, ...batch } of rows) {
    const key = payoutKey({ payoutId, currency });
    found.set(key, [...(found.get(key) ?? []), batch]);
  }
  return found;
}
