import type { WorkContext } from '../database/index.js';
import type { StatementFileRow } from '../statements/index.js';

/** What makes a row of a corrected file the same as one of the file it replaces: everything but where it stands. */
const SAME = `r.store_id, coalesce(r.terminal_id, ''), r.type, r.business_day, r.merchant_no, r.terminal_no, r.batch_no, r.trace_no, r.reference, r.merchant_reference, r.currency, r.gross_minor,
  coalesce(r.fee_minor, 0), r.net_minor`;

/** What became of the pairs people made with rows of a replaced file. */
export interface ForcedPairs {
  readonly carried: number;
  readonly reopened: number;
}

interface MovedRow {
  storeId: string;
  paymentId: string;
  oldRowNo: number;
  fileId: string | null;
  rowNo: number | null;
}

/** A file that counts no more, the files that count in its place, and what became of it as a sentence. */
export interface FileOutOfUse {
  readonly replaced: StatementFileRow;
  readonly heirs: readonly StatementFileRow[];
  readonly why: string;
}

/**
 * Pairs that two people made stand on the row they read. Where a file in place of theirs has the same row (of rows that are equal in everything the one at the same place among them), the pair goes over to
 * it, and with it the difference of the row. Where none has, the pair ends and the transaction's difference is open again: it was ended for other facts.
 */
export async function carryForcedPairs(ctx: WorkContext, { replaced, heirs, why }: FileOutOfUse): Promise<ForcedPairs> {
  const [any] = (await ctx.tx.query(
    'SELECT EXISTS (SELECT 1 FROM reconciliation_match WHERE file_id = $1 AND forced_by IS NOT NULL) AS found',
    [replaced.id],
  )) as [{ found: boolean }];
  if (!any.found) return { carried: 0, reopened: 0 };
  const moved: MovedRow[] = await ctx.tx.query(
    `WITH same AS (
       SELECT r.file_id, r.store_id, r.row_no, row_number() OVER (PARTITION BY r.file_id, ${SAME} ORDER BY r.row_no) AS place,
              md5(jsonb_build_array(${SAME})::text) AS content
         FROM statement_row r WHERE r.file_id = $1 AND r.superseded OR r.file_id = ANY($2::uuid[]) AND NOT r.superseded)
     SELECT DISTINCT ON (o.store_id, o.row_no) o.store_id AS "storeId", m.payment_id AS "paymentId", o.row_no AS "oldRowNo", n.file_id AS "fileId", n.row_no AS "rowNo"
       FROM reconciliation_match m
       JOIN same o ON o.file_id = m.file_id AND o.store_id = m.store_id AND o.row_no = m.row_no
       LEFT JOIN same n ON n.file_id = ANY($2::uuid[]) AND n.content = o.content AND n.place = o.place
      WHERE m.file_id = $1 AND m.forced_by IS NOT NULL
      ORDER BY o.store_id, o.row_no, n.file_id`,
    [replaced.id, heirs.map(({ id }) => id)],
  );
  const carried = moved.filter((row) => row.rowNo !== null);
  const gone = moved.filter((row) => row.rowNo === null);
  for (const file of heirs) {
    const own = carried.filter((row) => row.fileId === file.id);
    await carry(ctx, replaced, { file, rows: own, detail: `the same row of ${file.name}; ${why}` });
  }
  await reopen(ctx, replaced, { rows: gone, detail: `${why}; nothing has the row it was matched with` });
  ctx.changed({ stores: [...new Set(moved.map((row) => row.storeId))] });
  return { carried: carried.length, reopened: gone.length };
}

async function carry(
  ctx: WorkContext,
  replaced: StatementFileRow,
  { file, rows, detail }: { readonly file: StatementFileRow; readonly rows: readonly MovedRow[]; readonly detail: string },
): Promise<void> {
  if (rows.length === 0) return;
  const of = <T>(pick: (row: MovedRow) => T) => rows.map(pick);
  const keys = [of((r) => r.storeId), of((r) => r.paymentId), of((r) => r.oldRowNo), of((r) => r.rowNo)];
  await ctx.tx.query(
    `UPDATE reconciliation_match m SET file_id = $6, row_no = n.row_no
       FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[]) AS n (store_id, payment_id, old_row_no, row_no)
      WHERE m.store_id = n.store_id AND m.payment_id = n.payment_id AND m.file_id = $5 AND m.row_no = n.old_row_no`,
    [...keys, replaced.id, file.id],
  );
  await ctx.tx.query(
    `WITH moved AS (
       UPDATE difference d SET subject = 'r:' || $6 || ':' || n.row_no, file_id = $6::uuid, row_no = n.row_no
         FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[]) AS n (store_id, payment_id, old_row_no, row_no)
        WHERE d.store_id = n.store_id AND d.subject = 'r:' || $5 || ':' || n.old_row_no RETURNING d.store_id, d.id)
     INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail) SELECT store_id, id, $7, 'carriedOver', $8, $9 FROM moved`,
    [...keys, replaced.id, file.id, ctx.now(), ctx.actor.name, detail],
  );
}

async function reopen(
  ctx: WorkContext,
  replaced: StatementFileRow,
  { rows, detail }: { readonly rows: readonly MovedRow[]; readonly detail: string },
): Promise<void> {
  if (rows.length === 0) return;
  const keys = [rows.map((row) => row.storeId), rows.map((row) => row.paymentId)];
  await ctx.tx.query(
    `DELETE FROM reconciliation_match m USING unnest($1::text[], $2::uuid[]) AS n (store_id, payment_id) WHERE m.store_id = n.store_id AND m.payment_id = n.payment_id AND m.file_id = $3`,
    [...keys, replaced.id],
  );
  await ctx.tx.query(
    `WITH opened AS (
       UPDATE difference d SET state = 'open', ended_by = NULL, ended_by_run = false, note = NULL, changed_at = $3
         FROM unnest($1::text[], $2::uuid[]) AS n (store_id, payment_id)
        WHERE d.store_id = n.store_id AND d.subject = 'p:' || n.payment_id AND d.state IN ('resolved', 'accepted') RETURNING d.store_id, d.id)
     INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail) SELECT store_id, id, $3, 'reopened', $4, $5 FROM opened`,
    [...keys, ctx.now(), ctx.actor.name, detail],
  );
}
