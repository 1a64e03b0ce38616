import type { WorkContext } from '../database/index.js';
import type { CheckedBatch } from './fee-check.rules.js';

/** Where a file's wrong fees stand among the differences: `f:`, file and row. */
const SUBJECT = "'f:' || $2 || ':'";

/** Ends the wrong fees of a file that counts no more, with the reason. */
export async function resolveReplacedFile(ctx: WorkContext, fileId: string, why: string): Promise<void> {
  await ctx.tx.query(
    `WITH ended AS (
       UPDATE difference SET state = 'resolved', ended_by = $2, ended_by_run = true, changed_at = $3 WHERE subject LIKE 'f:' || $1 || ':%' AND state IN ('open', 'assigned')
       RETURNING store_id, id)
     INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail) SELECT store_id, id, $3, 'resolved', $2, $4 FROM ended`,
    [fileId, ctx.actor.name, ctx.now(), why],
  );
}

/**
 * D3, for fees: brings the differences of checked batches up to what was found. At the terminal's side stands what was agreed, at the acquirer's what was charged. A new one is headquarters' work; one
 * whose amounts changed is open again, whoever ended it; one that is right now is resolved; what people ended otherwise stays ended. Returns the stores touched.
 */
export async function keepWrongFees(
  ctx: WorkContext,
  { fileId, acquirerId }: { readonly fileId: string; readonly acquirerId: string },
  checked: readonly CheckedBatch[],
): Promise<string[]> {
  if (checked.length === 0) return [];
  const found = await saveWrong(ctx, acquirerId, fileId, checked);
  const gone = await resolveRight(ctx, fileId, checked);
  return [...new Set([...found, ...gone].map((row) => row.storeId))];
}

async function saveWrong(
  ctx: WorkContext,
  acquirerId: string,
  fileId: string,
  checked: readonly CheckedBatch[],
): Promise<{ storeId: string }[]> {
  const wrong = checked.flatMap((batch) => batch.wrong);
  const of = <T>(pick: (row: (typeof wrong)[number]['row']) => T) => wrong.map(({ row }) => pick(row));
  return await ctx.tx.query(
    `WITH saved AS (
       INSERT INTO difference AS d (store_id, id, subject, acquirer_id, type, business_day, account, terminal_id, batch_no, file_id, row_no, row_type, trace_no, currency, terminal_minor,
                                    acquirer_minor, state, owner_role, found_at, changed_at)
       SELECT n.store_id, gen_random_uuid(), ${SUBJECT} || n.row_no, $1, 'feeWrong', n.day, n.account, nullif(n.account, ''), n.batch_no, $2::uuid, n.row_no, n.type, n.trace, n.currency,
              n.expected, n.charged, 'open', 'hq', $3, $3
         FROM unnest($4::text[], $5::bigint[], $6::date[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[])
              AS n (store_id, row_no, day, account, batch_no, type, trace, currency, expected, charged)
       ON CONFLICT (store_id, subject) DO UPDATE
         SET terminal_minor = excluded.terminal_minor, acquirer_minor = excluded.acquirer_minor, state = CASE WHEN d.state = 'assigned' THEN 'assigned' ELSE 'open' END,
             ended_by = NULL, ended_by_run = false, note = NULL,
             owner_role = CASE WHEN d.state = 'assigned' THEN d.owner_role ELSE 'hq' END, owner_id = CASE WHEN d.state = 'assigned' THEN d.owner_id END,
             owner_name = CASE WHEN d.state = 'assigned' THEN d.owner_name END, changed_at = excluded.changed_at
       WHERE d.ended_by_run OR (d.terminal_minor, d.acquirer_minor) IS DISTINCT FROM (excluded.terminal_minor, excluded.acquirer_minor)
       RETURNING d.store_id, d.id, xmax = 0 AS new)
     INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail)
     SELECT store_id, id, $3, CASE WHEN new THEN 'found' ELSE 'changed' END, $14, 'feeWrong' FROM saved RETURNING store_id AS "storeId"`,
    [
      acquirerId,
      fileId,
      ctx.now(),
      of((row) => row.storeId),
      of((row) => row.rowNo),
      of((row) => row.businessDay),
      of((row) => row.account),
      of((row) => row.batchNo),
      of((row) => row.type),
      of((row) => row.traceNo),
      of((row) => row.currency),
      wrong.map(({ expectedMinor }) => expectedMinor),
      wrong.map(({ chargedMinor }) => chargedMinor),
      ctx.actor.name,
    ],
  );
}

async function resolveRight(ctx: WorkContext, fileId: string, checked: readonly CheckedBatch[]): Promise<{ storeId: string }[]> {
  return await ctx.tx.query(
    `WITH ended AS (
       UPDATE difference d SET state = 'resolved', ended_by = $1, ended_by_run = true, changed_at = $3
        WHERE d.subject LIKE ${SUBJECT} || '%' AND d.state IN ('open', 'assigned')
          AND (d.store_id, d.account, d.batch_no, d.business_day, d.currency) IN (SELECT * FROM unnest($4::text[], $5::text[], $6::text[], $7::date[], $8::text[]))
          AND NOT d.subject = ANY($9)
       RETURNING d.store_id, d.id)
     INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail)
     SELECT store_id, id, $3, 'resolved', $1, 'the fee is what was agreed' FROM ended RETURNING store_id AS "storeId"`,
    [
      ctx.actor.name,
      fileId,
      ctx.now(),
      checked.map((batch) => batch.storeId),
      checked.map((batch) => batch.account),
      checked.map((batch) => batch.batchNo),
      checked.map((batch) => batch.businessDay),
      checked.map((batch) => batch.currency),
      checked.flatMap((batch) => batch.wrong.map(({ row }) => `f:${fileId}:${row.rowNo}`)),
    ],
  );
}
