import { Inject, Injectable } from '@nestjs/common';
import { expectedBatchFee, expectedFee, type FeeableRow, type FeeSchedule } from '@tillward/reconciliation';
import type { WorkContext } from '../database/index.js';
import { Outbox } from '../outbox/index.js';
import type { StatementFileRow } from '../statements/index.js';
import { currentTerms } from './terms.store.js';

/** Outbox topic of the check of a file's fees, some batches at a time. */
export const FEES_TOPIC = 'funding.fees';

/** Rows read for one message: its batches are checked within a handler's time. */
const ROWS_AT_ONCE = 50_000;

/** Where the check of a file goes on: behind this batch. */
export interface FeeCheckStep {
  readonly fileId: string;
  readonly acquirerId: string;
  readonly after: readonly [store: string, account: string, batch: string, day: string] | null;
}

interface ChargedRow extends FeeableRow {
  storeId: string;
  account: string;
  batchNo: string;
  rowNo: number;
  traceNo: string;
  feeMinor: number;
  cardKind: string;
}

interface CheckedBatch {
  storeId: string;
  account: string;
  batchNo: string;
  businessDay: string;
  currency: string;
  rows: number;
  wrong: (ChargedRow & { expectedMinor: number })[];
  withoutRate: number;
  expectedMinor: number;
  chargedMinor: number;
}

/** Holds every fee of a statement against the provider's schedule. The only writer of fee_check; wrong fees become differences. */
@Injectable()
export class FeeChecks {
  constructor(@Inject(Outbox) private readonly outbox: Outbox) {}

  /** A file is in: its fees are checked after the commit, and what its predecessor's fees were found to be counts no more. */
  async onImported(ctx: WorkContext, file: StatementFileRow, replaced: StatementFileRow | undefined): Promise<void> {
    if (file.kind !== 'acquirer') return;
    if (replaced !== undefined) {
      await ctx.tx.query('DELETE FROM fee_check WHERE file_id = $1', [replaced.id]);
      await ctx.tx.query(
        `UPDATE difference SET state = 'resolved', ended_by = $2, ended_by_run = true, changed_at = $3 WHERE subject LIKE 'f:' || $1 || ':%' AND state IN ('open', 'assigned')`,
        [replaced.id, ctx.actor.name, ctx.now()],
      );
    }
    await this.outbox.add(ctx, FEES_TOPIC, { fileId: file.id, acquirerId: file.acquirerId, after: null }, file.id);
  }

  /** Checks some batches of a file and asks for the next ones. Checking the same ones twice writes the same. */
  async check(ctx: WorkContext, step: FeeCheckStep): Promise<void> {
    const terms = (await currentTerms(ctx)).find((one) => one.acquirerId === step.acquirerId);
    if (terms?.fees === null || terms?.fees === undefined) return;
    const rows = await chargedRows(ctx, step);
    const complete = rows.length < ROWS_AT_ONCE;
    const batches = [...Map.groupBy(rows, (row) => keyOf(row)).values()];
    // The last batch of a full page may go on behind it.
    if (!complete && batches.length > 1) batches.pop();
    const checked = batches.map((batch) => checkBatch(terms.fees!, batch));
    await saveChecks(ctx, step, terms.version, checked);
    await saveWrong(ctx, step, checked);
    ctx.changed({ stores: [...new Set(checked.filter((batch) => batch.wrong.length > 0).map((batch) => batch.storeId))] });
    const last = checked.at(-1);
    if (!complete && last !== undefined) {
      await this.outbox.add(ctx, FEES_TOPIC, { ...step, after: [last.storeId, last.account, last.batchNo, last.businessDay] }, step.fileId);
    }
  }
}

function keyOf(row: ChargedRow): string {
  return JSON.stringify([row.storeId, row.account, row.batchNo, row.businessDay, row.currency]);
}

async function chargedRows(ctx: WorkContext, { fileId, after }: FeeCheckStep): Promise<ChargedRow[]> {
  const from = after ?? ['', '', '', '0001-01-01'];
  return await ctx.tx.query(
    `SELECT r.store_id AS "storeId", coalesce(r.terminal_id, '') AS account, r.batch_no AS "batchNo", r.business_day AS "businessDay", r.row_no AS "rowNo", r.trace_no AS "traceNo", r.type,
            r.gross_minor AS "amountMinor", r.fee_minor AS "feeMinor", r.currency, coalesce(r.scheme, r.card_funding, '') AS "cardKind"
       FROM statement_row r
      WHERE r.file_id = $1 AND r.store_id <> '' AND r.business_day IS NOT NULL AND r.type IN ('sale', 'refund', 'reversal') AND NOT r.superseded
        AND (r.store_id, coalesce(r.terminal_id, ''), r.batch_no, r.business_day) > ($2, $3, $4, $5::date)
      ORDER BY r.store_id, coalesce(r.terminal_id, ''), r.batch_no, r.business_day, r.currency, r.row_no LIMIT ${ROWS_AT_ONCE}`,
    [fileId, ...from],
  );
}

/** Each row of a schedule that rounds by row; of one that rounds by batch, the batch as a whole. */
function checkBatch(schedule: FeeSchedule, rows: readonly ChargedRow[]): CheckedBatch {
  const { storeId, account, batchNo, businessDay, currency } = rows[0]!;
  const chargedMinor = rows.reduce((sum, row) => sum + row.feeMinor, 0);
  const batch = { storeId, account, batchNo, businessDay, currency, rows: rows.length, chargedMinor };
  if (schedule.basis === 'batch') {
    const fee = expectedBatchFee(schedule, rows);
    if (fee.kind === 'noRate') return { ...batch, wrong: [], withoutRate: fee.rows, expectedMinor: 0 };
    const wrong = fee.feeMinor === chargedMinor ? [] : [{ ...rows[0]!, feeMinor: chargedMinor, expectedMinor: fee.feeMinor }];
    return { ...batch, wrong, withoutRate: 0, expectedMinor: fee.feeMinor };
  }
  const wrong: CheckedBatch['wrong'] = [];
  let withoutRate = 0;
  let expectedMinor = 0;
  for (const row of rows) {
    const fee = expectedFee(schedule, row);
    if (fee.kind === 'noRate') {
      withoutRate += 1;
      continue;
    }
    expectedMinor += fee.feeMinor;
    if (fee.feeMinor !== row.feeMinor) wrong.push({ ...row, expectedMinor: fee.feeMinor });
  }
  return { ...batch, wrong, withoutRate, expectedMinor };
}

async function saveChecks(
  ctx: WorkContext,
  { fileId, acquirerId }: FeeCheckStep,
  version: number,
  checked: readonly CheckedBatch[],
): Promise<void> {
  const of = <T>(pick: (batch: CheckedBatch) => T) => checked.map(pick);
  await ctx.tx.query(
    `INSERT INTO fee_check (store_id, acquirer_id, file_id, account, batch_no, business_day, currency, rows, wrong_rows, rows_without_rate, expected_minor, charged_minor, terms_version,
                            checked_at)
     SELECT n.store_id, $1, $2, n.account, n.batch_no, n.business_day, n.currency, n.rows, n.wrong_rows, n.without_rate, n.expected, n.charged, $3, $4
       FROM unnest($5::text[], $6::text[], $7::text[], $8::date[], $9::text[], $10::int[], $11::int[], $12::int[], $13::bigint[], $14::bigint[])
            AS n (store_id, account, batch_no, business_day, currency, rows, wrong_rows, without_rate, expected, charged)
     ON CONFLICT (store_id, file_id, account, batch_no, business_day, currency) DO UPDATE SET rows = excluded.rows, wrong_rows = excluded.wrong_rows,
       rows_without_rate = excluded.rows_without_rate, expected_minor = excluded.expected_minor, charged_minor = excluded.charged_minor, terms_version = excluded.terms_version,
       checked_at = excluded.checked_at`,
    [
      acquirerId,
      fileId,
      version,
      ctx.now(),
      of((b) => b.storeId),
      of((b) => b.account),
      of((b) => b.batchNo),
      of((b) => b.businessDay),
      of((b) => b.currency),
      of((b) => b.rows),
      of((b) => b.wrong.length),
      of((b) => b.withoutRate),
      of((b) => b.expectedMinor),
      of((b) => b.chargedMinor),
    ],
  );
}

/** Wrong fees as differences: at the terminal's side what was agreed, at the acquirer's what was charged. One that was found before is left as people made it. */
async function saveWrong(ctx: WorkContext, { fileId, acquirerId }: FeeCheckStep, checked: readonly CheckedBatch[]): Promise<void> {
  const wrong = checked.flatMap((batch) => batch.wrong);
  if (wrong.length === 0) return;
  const of = <T>(pick: (row: CheckedBatch['wrong'][number]) => T) => wrong.map(pick);
  await ctx.tx.query(
    `WITH saved AS (
       INSERT INTO difference (store_id, id, subject, acquirer_id, type, business_day, account, terminal_id, batch_no, file_id, row_no, row_type, trace_no, currency, terminal_minor,
                               acquirer_minor, state, owner_role, found_at, changed_at)
       SELECT n.store_id, gen_random_uuid(), 'f:' || $2 || ':' || n.row_no, $1, 'feeWrong', n.day, n.account, nullif(n.account, ''), n.batch_no, $2::uuid, n.row_no, n.type, n.trace, n.currency,
              n.expected, n.charged, 'open', 'hq', $3, $3
         FROM unnest($4::text[], $5::bigint[], $6::date[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[])
              AS n (store_id, row_no, day, account, batch_no, type, trace, currency, expected, charged)
       ON CONFLICT (store_id, subject) DO NOTHING RETURNING store_id, id)
     INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail) SELECT store_id, id, $3, 'found', $14, 'feeWrong' FROM saved`,
    [
      acquirerId,
      fileId,
      ctx.now(),
      of((r) => r.storeId),
      of((r) => r.rowNo),
      of((r) => r.businessDay),
      of((r) => r.account),
      of((r) => r.batchNo),
      of((r) => r.type),
      of((r) => r.traceNo),
      of((r) => r.currency),
      of((r) => r.expectedMinor),
      of((r) => r.feeMinor),
      ctx.actor.name,
    ],
  );
}
