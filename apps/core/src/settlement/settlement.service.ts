import type { PaymentState, TransactionKind } from '@tillward/contracts';
import type { WorkContext } from '../database/index.js';
import { type BatchState, nextBatch } from './settlement.rules.js';

/** A batch as it stands. Amounts in minor units of `currency`. */
export interface BatchView {
  readonly storeId: string;
  readonly terminalId: string;
  readonly terminalName: string;
  readonly batchNo: number;
  readonly businessDay: string;
  readonly state: BatchState;
  /** The settlement was missed once, whatever the state now. */
  readonly missed: boolean;
  readonly currency: string;
  readonly journalMinor: number;
  readonly journalCount: number;
  readonly terminalMinor: number | null;
  readonly hostMinor: number | null;
  /** Stable code of the last failed settlement. */
  readonly failureCode: string | null;
  readonly openedAt: Date;
  readonly settledAt: Date | null;
}

/** A card transaction as it stands. */
export interface TransactionView {
  readonly paymentId: string;
  /** The amount is positive whichever it is. */
  readonly kind: TransactionKind;
  readonly originalPaymentId: string | null;
  readonly storeId: string;
  readonly terminalId: string;
  readonly terminalName: string;
  readonly batchNo: number;
  readonly businessDay: string;
  readonly state: PaymentState;
  readonly amountMinor: number;
  readonly currency: string;
  readonly operatorId: string | null;
  readonly traceNo: number | null;
  readonly receiptNo: number | null;
  readonly cardLast4: string | null;
  readonly cardName: string | null;
  readonly wasInDoubt: boolean;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** Which rows; absent or null means all the actor may see. */
export interface SettlementFilter<S extends string> {
  readonly storeId?: string | null | undefined;
  readonly terminalId?: string | null | undefined;
  readonly businessDay?: string | null | undefined;
  readonly state?: readonly S[] | null | undefined;
}

/** Where a list continues: after the row with this instant and id (newest first). */
export interface ListPage {
  readonly limit: number;
  readonly after?: { readonly at: Date; readonly id: string } | undefined;
}

/** Unsettled amount of one currency. */
export interface FundsAtRisk {
  readonly currency: string;
  readonly amountMinor: number;
  readonly count: number;
}

const BATCH_ID = "b.store_id || '/' || b.terminal_id || '/' || b.batch_no";
const BATCH_COLUMNS = `b.store_id AS "storeId", b.terminal_id AS "terminalId", coalesce(t.name, b.terminal_id) AS "terminalName",
  b.batch_no AS "batchNo", b.business_day AS "businessDay", b.state, b.missed, b.currency, b.journal_minor AS "journalMinor",
  b.journal_count AS "journalCount", b.terminal_minor AS "terminalMinor", b.host_minor AS "hostMinor", b.failure_code AS "failureCode",
  b.opened_at AS "openedAt", b.settled_at AS "settledAt"`;
const TRANSACTION_COLUMNS = `x.payment_id AS "paymentId", x.kind, x.original_payment_id AS "originalPaymentId", x.store_id AS "storeId", x.terminal_id AS "terminalId",
  coalesce(t.name, x.terminal_id) AS "terminalName", x.batch_no AS "batchNo", x.business_day AS "businessDay", x.state,
  x.amount_minor AS "amountMinor", x.currency, x.operator_id AS "operatorId", x.trace_no AS "traceNo", x.receipt_no AS "receiptNo",
  x.card_last4 AS "cardLast4", x.card_name AS "cardName", x.was_in_doubt AS "wasInDoubt", x.started_at AS "startedAt", x.finished_at AS "finishedAt"`;

/** A batch's id on the outside, and in {@link ListPage.after}: `<store>/<terminal>/<batchNo>`. */
export function batchId(batch: Pick<BatchView, 'storeId' | 'terminalId' | 'batchNo'>): string {
  return `${batch.storeId}/${batch.terminalId}/${batch.batchNo}`;
}

/** Reads batches and transactions within the actor's stores, and marks a settlement missed. All else about them comes from the journal. */
export class SettlementService {
  /** Newest first. */
  async batches(ctx: WorkContext, filter: SettlementFilter<BatchState>, page: ListPage): Promise<BatchView[]> {
    const where = conditions('b', filter);
    after(where, 'b.opened_at', BATCH_ID, page);
    return ctx.tx.query(
      `SELECT ${BATCH_COLUMNS} FROM batch b LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE ${where.sql.join(' AND ')} ORDER BY b.opened_at DESC, ${BATCH_ID} DESC LIMIT ${limit(where, page.limit)}`,
      where.values,
    );
  }

  async countBatches(ctx: WorkContext, filter: SettlementFilter<BatchState>): Promise<number> {
    const where = conditions('b', filter);
    return countOf(await ctx.tx.query(`SELECT count(*) AS n FROM batch b WHERE ${where.sql.join(' AND ')}`, where.values));
  }

  /** Newest first; the id of {@link ListPage.after} is the payment's. */
  async transactions(ctx: WorkContext, filter: SettlementFilter<PaymentState>, page: ListPage): Promise<TransactionView[]> {
    const where = conditions('x', filter);
    after(where, 'x.started_at', 'x.payment_id::text', page);
    return ctx.tx.query(
      `SELECT ${TRANSACTION_COLUMNS} FROM card_transaction x LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE ${where.sql.join(' AND ')} ORDER BY x.started_at DESC, x.payment_id::text DESC LIMIT ${limit(where, page.limit)}`,
      where.values,
    );
  }

  async countTransactions(ctx: WorkContext, filter: SettlementFilter<PaymentState>): Promise<number> {
    const where = conditions('x', filter);
    return countOf(await ctx.tx.query(`SELECT count(*) AS n FROM card_transaction x WHERE ${where.sql.join(' AND ')}`, where.values));
  }

  /** One batch, or undefined when there is none the actor may see. */
  async batch(ctx: WorkContext, storeId: string, terminalId: string, batchNo: number): Promise<BatchView | undefined> {
    const rows: BatchView[] = await ctx.tx.query(
      `SELECT ${BATCH_COLUMNS} FROM batch b LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE b.store_id = $1 AND b.terminal_id = $2 AND b.batch_no = $3`,
      [storeId, terminalId, batchNo],
    );
    return rows[0];
  }

  /** Batches that hold completed payments and aren't settled, of these stores or of all the actor sees; oldest first. */
  async unsettled(ctx: WorkContext, storeIds?: readonly string[]): Promise<BatchView[]> {
    return ctx.tx.query(
      `SELECT ${BATCH_COLUMNS} FROM batch b LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE b.settled_at IS NULL AND b.journal_count > 0 AND ($1::text[] IS NULL OR b.store_id = ANY($1)) ORDER BY b.opened_at`,
      [storeIds ?? null],
    );
  }

  /** Unsettled completed amounts per store and currency; a store without any is absent. */
  async fundsAtRisk(ctx: WorkContext, storeIds: readonly string[]): Promise<Map<string, FundsAtRisk[]>> {
    const rows: (FundsAtRisk & { storeId: string })[] = await ctx.tx.query(
      `SELECT store_id AS "storeId", currency, sum(journal_minor)::bigint AS "amountMinor", sum(journal_count)::int AS count FROM batch
        WHERE settled_at IS NULL AND journal_count > 0 AND store_id = ANY($1) GROUP BY store_id, currency ORDER BY store_id, currency`,
      [storeIds],
    );
    return Map.groupBy(rows, (row) => row.storeId);
  }

  /** Says that a batch should have been settled by now. Changes nothing when it is settled; saying it again has no further effect. */
  async markMissed(ctx: WorkContext, storeId: string, terminalId: string, batchNo: number): Promise<BatchView | undefined> {
    const rows: { state: BatchState; missed: boolean }[] = await ctx.tx.query(
      'SELECT state, missed FROM batch WHERE store_id = $1 AND terminal_id = $2 AND batch_no = $3 FOR UPDATE',
      [storeId, terminalId, batchNo],
    );
    const known = rows[0];
    if (known === undefined) return undefined;
    const next = nextBatch(known, 'missed');
    await ctx.tx.query('UPDATE batch SET state = $4, missed = $5 WHERE store_id = $1 AND terminal_id = $2 AND batch_no = $3', [
      storeId,
      terminalId,
      batchNo,
      next.state,
      next.missed,
    ]);
    ctx.changed({ stores: [storeId] });
    return this.batch(ctx, storeId, terminalId, batchNo);
  }
}

interface Where {
  sql: string[];
  values: unknown[];
}

function conditions(alias: string, filter: SettlementFilter<string>): Where {
  const where: Where = { sql: ['true'], values: [] };
  const equal = (column: string, value: string | null | undefined) => {
    if (value !== undefined && value !== null) where.sql.push(`${alias}.${column} = $${where.values.push(value)}`);
  };
  equal('store_id', filter.storeId);
  equal('terminal_id', filter.terminalId);
  equal('business_day', filter.businessDay);
  if (filter.state !== undefined && filter.state !== null) where.sql.push(`${alias}.state = ANY($${where.values.push(filter.state)})`);
  return where;
}

function after(where: Where, at: string, id: string, page: ListPage): void {
  if (page.after === undefined) return;
  where.sql.push(`(${at}, ${id}) < ($${where.values.push(page.after.at)}, $${where.values.push(page.after.id)})`);
}

function limit(where: Where, rows: number): string {
  return `$${where.values.push(rows)}`;
}

function countOf(rows: { n: number }[]): number {
  return rows[0]?.n ?? 0;
}
