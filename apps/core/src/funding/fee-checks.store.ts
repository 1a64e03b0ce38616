import type { WorkContext } from '../database/index.js';
import type { ChargedRow, CheckedBatch, FeeSums } from './fee-check.rules.js';

/** Where a batch stands among the rows of a file: store, account, batch number, business day. */
export type FeePlace = readonly [store: string, account: string, batch: string, day: string];

/** Rows of a file that tell fees, batch by batch, behind a place; those of no store wait for their mapping. What isn't told can't be wrong. */
export async function chargedRows(ctx: WorkContext, fileId: string, after: FeePlace | null, limit: number): Promise<ChargedRow[]> {
  return await ctx.tx.query(
    `SELECT r.store_id AS "storeId", coalesce(r.terminal_id, '') AS account, r.batch_no AS "batchNo", r.business_day AS "businessDay", r.row_no AS "rowNo", r.trace_no AS "traceNo", r.type,
            r.gross_minor AS "amountMinor", r.fee_minor AS "feeMinor", r.fee_remainder AS "feeRemainder", r.currency, r.scheme, r.card_funding AS "cardFunding"
       FROM statement_row r
      WHERE r.file_id = $1 AND r.store_id <> '' AND r.business_day IS NOT NULL AND r.type IN ('sale', 'refund', 'reversal') AND NOT r.superseded AND r.fee_minor IS NOT NULL
        AND (r.store_id, coalesce(r.terminal_id, ''), r.batch_no, r.business_day) > ($2, $3, $4, $5::date)
      ORDER BY r.store_id, coalesce(r.terminal_id, ''), r.batch_no, r.business_day, r.currency, r.row_no LIMIT $6`,
    [fileId, ...(after ?? ['', '', '', '0001-01-01']), limit],
  );
}

/** Files of an acquirer that count and hold days from this one on, oldest first. */
export async function filesSince(ctx: WorkContext, acquirerId: string, fromDay: string): Promise<string[]> {
  const rows: { id: string }[] = await ctx.tx.query(
    `SELECT file_id AS id FROM statement_file WHERE acquirer_id = $1 AND state = 'imported' AND period_to >= $2 ORDER BY arrived_at, file_id`,
    [acquirerId, fromDay],
  );
  return rows.map((row) => row.id);
}

/** Removes what was found about a file's fees. */
export async function deleteFileChecks(ctx: WorkContext, fileId: string): Promise<void> {
  await ctx.tx.query('DELETE FROM fee_kind WHERE file_id = $1', [fileId]);
  await ctx.tx.query('DELETE FROM fee_check WHERE file_id = $1', [fileId]);
}

/** Writes what was found about batches of a file, over what was found of them before. */
export async function saveFeeChecks(
  ctx: WorkContext,
  { fileId, acquirerId, termsVersion }: { readonly fileId: string; readonly acquirerId: string; readonly termsVersion: number },
  checked: readonly CheckedBatch[],
): Promise<void> {
  if (checked.length === 0) return;
  await ctx.tx.query(
    `INSERT INTO fee_check (acquirer_id, file_id, terms_version, checked_at, ${PLACE}, ${SUMS}) SELECT $1, $2, $3, $4, n.* FROM ${columns(5, [])}
     ON CONFLICT (store_id, file_id, account, batch_no, business_day, currency) DO UPDATE SET terms_version = excluded.terms_version, checked_at = excluded.checked_at, ${OVER}`,
    [acquirerId, fileId, termsVersion, ctx.now(), ...values(checked.map((batch) => [batch, batch] as const))],
  );
  const kinds = checked.flatMap((batch) => [...batch.kinds].map(([kind, sums]) => [batch, sums, kind] as const));
  await ctx.tx.query(
    `INSERT INTO fee_kind (acquirer_id, file_id, ${PLACE}, ${SUMS}, card_kind) SELECT $1, $2, n.* FROM ${columns(3, ['text'])}
     ON CONFLICT (store_id, file_id, account, batch_no, business_day, currency, card_kind) DO UPDATE SET ${OVER}`,
    [acquirerId, fileId, ...values(kinds), kinds.map(([, , kind]) => kind)],
  );
}

const PLACE = 'store_id, account, batch_no, business_day, currency';
const SUMS = 'rows, wrong_rows, rows_without_rate, gross_minor, expected_minor, charged_minor, unrated_minor';
const OVER = SUMS.split(', ')
  .map((name) => `${name} = excluded.${name}`)
  .join(', ');
const TYPES = ['text', 'text', 'text', 'date', 'text', 'int', 'int', 'int', 'bigint', 'bigint', 'bigint', 'bigint'];

/** unnest of PLACE, SUMS and more columns, the first of them parameter `from`. */
function columns(from: number, more: readonly string[]): string {
  return `unnest(${[...TYPES, ...more].map((type, i) => `$${from + i}::${type}[]`).join(', ')}) AS n`;
}

function values(rows: readonly (readonly [CheckedBatch, FeeSums, ...unknown[]])[]): unknown[][] {
  const place = (pick: (batch: CheckedBatch) => unknown) => rows.map(([batch]) => pick(batch));
  const sums = (pick: (of: FeeSums) => number) => rows.map(([, of]) => pick(of));
  return [
    place((batch) => batch.storeId),
    place((batch) => batch.account),
    place((batch) => batch.batchNo),
    place((batch) => batch.businessDay),
    place((batch) => batch.currency),
    sums((of) => of.rows),
    sums((of) => of.wrongRows),
    sums((of) => of.rowsWithoutRate),
    sums((of) => of.grossMinor),
    sums((of) => of.expectedMinor),
    sums((of) => of.chargedMinor),
    sums((of) => of.unratedMinor),
  ];
}
