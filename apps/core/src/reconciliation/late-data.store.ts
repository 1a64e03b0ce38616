import type { WorkContext } from '../database/index.js';
import type { BatchKey } from '../settlement/index.js';

/** What a batch that changed after its days were matched concerns: days of one acquirer at one store. */
export interface LateDays {
  storeId: string;
  acquirerId: string;
  fromDay: string;
  toDay: string;
}

/**
 * The days of these batches, by the acquirer of their terminals, as far as a file that is in covers one of them or a day on which the acquirer may still have booked them: only there has anything been
 * matched without them. One answer for each store and acquirer.
 */
export async function daysOfLateBatches(ctx: WorkContext, batches: readonly BatchKey[]): Promise<LateDays[]> {
  return await ctx.tx.query(
    `WITH days AS (
       SELECT x.store_id, x.terminal_id, min(x.business_day) AS from_day, max(x.business_day) AS to_day
         FROM unnest($1::text[], $2::text[], $3::int[]) AS n (store_id, terminal_id, batch_no)
         JOIN batch b ON b.store_id = n.store_id AND b.terminal_id = n.terminal_id AND b.batch_no = n.batch_no
         -- Their time narrows them down to some days' by index.
         JOIN card_transaction x ON x.store_id = b.store_id AND x.started_at >= b.opened_at - interval '1 day' AND x.terminal_id = b.terminal_id AND x.batch_no = b.batch_no
        GROUP BY x.store_id, x.terminal_id),
     places AS (
       SELECT d.store_id, a.acquirer_id, min(d.from_day) AS from_day, max(d.to_day) AS to_day
         FROM days d
         JOIN acquirer_terminal a ON a.store_id = d.store_id AND (a.terminal_id = d.terminal_id OR a.terminal_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM acquirer_terminal o WHERE o.store_id = d.store_id AND o.terminal_id = d.terminal_id))
        GROUP BY d.store_id, a.acquirer_id)
     SELECT p.store_id AS "storeId", p.acquirer_id AS "acquirerId", p.from_day AS "fromDay", p.to_day AS "toDay"
       FROM places p LEFT JOIN reconciliation_setting s ON s.acquirer_id = p.acquirer_id
      WHERE EXISTS (SELECT 1 FROM statement_file f WHERE f.acquirer_id = p.acquirer_id AND f.state = 'imported' AND f.period_to >= p.from_day
                       AND f.period_from <= p.to_day + greatest(coalesce(s.timing_days, 1), 1))
         -- A row whose day nobody told may be of the day after, though its file covers nothing of that.
         OR EXISTS (SELECT 1 FROM difference d JOIN statement_row r ON r.store_id = d.store_id AND r.file_id = d.file_id AND r.row_no = d.row_no
                     WHERE d.store_id = p.store_id AND d.acquirer_id = p.acquirer_id AND d.business_day = p.from_day - 1 AND d.payment_id IS NULL AND d.state IN ('open', 'assigned')
                       AND NOT r.day_told)
      ORDER BY p.store_id, p.acquirer_id`,
    [batches.map((key) => key.storeId), batches.map((key) => key.terminalId), batches.map((key) => key.batchNo)],
  );
}

/** Batches are looked back for so many days: one that is settled later than that is a matter for people. */
const LOOK_BACK_DAYS = 62;

/**
 * Stores with batches of days before `beforeDay` that were settled since the last file of this acquirer and merchant came: the new one is the first that can name their sales, though it is of later
 * days. None when it is the first file at all.
 */
export async function daysSettledSince(
  ctx: WorkContext,
  file: { readonly id: string; readonly acquirerId: string | null; readonly merchant: string | null },
  beforeDay: string,
): Promise<LateDays[]> {
  return await ctx.tx.query(
    `WITH last AS (
       SELECT max(arrived_at) AS at FROM statement_file WHERE acquirer_id = $1 AND merchant = $2 AND file_id <> $3 AND state IN ('imported', 'superseded'))
     SELECT b.store_id AS "storeId", $1 AS "acquirerId", min(b.business_day) AS "fromDay", max(b.business_day) AS "toDay"
       FROM batch b, last
      WHERE b.business_day < $4::date AND b.business_day >= $4::date - ${LOOK_BACK_DAYS} AND b.settled_at > last.at AND b.confirmed_by IS NULL
        AND EXISTS (SELECT 1 FROM acquirer_terminal a WHERE a.acquirer_id = $1 AND a.store_id = b.store_id AND (a.terminal_id = b.terminal_id OR a.terminal_id IS NULL))
      GROUP BY b.store_id ORDER BY b.store_id`,
    [file.acquirerId, file.merchant, file.id, beforeDay],
  );
}
