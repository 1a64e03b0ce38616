import type { PaymentState, TransactionKind } from '@tillward/contracts';
import type { WorkContext } from '../database/index.js';
import type { BatchMoney } from './batch-life.rules.js';
import type { BatchKey } from './batch-life.service.js';
import { type CardTotalView, cardTotals } from './card-total.store.js';
import { type BatchState, type Handling, nextBatch } from './settlement.rules.js';

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
  readonly terminalCount: number | null;
  readonly hostCount: number | null;
  /** The settlement that closed it or tried to. */
  readonly settlementId: string | null;
  /** What was done about an unbalanced batch; null for others. */
  readonly handling: Handling | null;
  /** When two people had accepted the difference and the gateway had taken note. */
  readonly acceptedAt: Date | null;
  /** Named by an acquirer's statement: when, by which, with what amount. */
  readonly confirmedAt: Date | null;
  readonly confirmedBy: string | null;
  readonly confirmedMinor: number | null;
  /** Credited by the bank: when core learnt it, by which line, how much, value date. */
  readonly fundedAt: Date | null;
  readonly fundedBy: string | null;
  readonly fundedMinor: number | null;
  readonly fundedOn: string | null;
  /** Stable code of the last failed settlement. */
  readonly failureCode: string | null;
  readonly openedAt: Date;
  readonly settledAt: Date | null;
}

/** One row of a batch's history. */
export interface BatchEventView extends BatchKey {
  readonly eventNo: number;
  readonly at: Date;
  readonly what: string;
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
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

/** Where one of the lists of batches begins and ends, and how far their money must have come; business days are `YYYY-MM-DD`, both included. */
export interface BatchSpan {
  readonly fromBusinessDay?: string | null | undefined;
  readonly throughBusinessDay?: string | null | undefined;
  readonly money?: BatchMoney | null | undefined;
}

/** Which rows; absent or null means all the actor may see. */
export interface SettlementFilter<S extends string> {
  readonly storeId?: string | null | undefined;
  readonly terminalId?: string | null | undefined;
  readonly businessDay?: string | null | undefined;
  readonly state?: readonly S[] | null | undefined;
}

/** A transaction is also found by its batch; `batchNo` counts for the terminal that is named with it. */
export interface TransactionChoice extends SettlementFilter<PaymentState> {
  readonly batchNo?: number | null | undefined;
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
  b.opened_at AS "openedAt", b.settled_at AS "settledAt", b.terminal_count AS "terminalCount", b.host_count AS "hostCount",
  b.settlement_id AS "settlementId", b.handling, b.accepted_at AS "acceptedAt", b.confirmed_at AS "confirmedAt", b.confirmed_by AS "confirmedBy",
  b.confirmed_minor AS "confirmedMinor", b.funded_at AS "fundedAt", b.funded_by AS "fundedBy", b.funded_minor AS "fundedMinor", b.funded_on AS "fundedOn"`;
const TRANSACTION_COLUMNS = `x.payment_id AS "paymentId", x.kind, x.original_payment_id AS "originalPaymentId", x.store_id AS "storeId", x.terminal_id AS "terminalId",
  coalesce(t.name, x.terminal_id) AS "terminalName", x.batch_no AS "batchNo", x.business_day AS "businessDay", x.state,
  x.amount_minor AS "amountMinor", x.currency, x.operator_id AS "operatorId", x.trace_no AS "traceNo", x.receipt_no AS "receiptNo",
  x.card_last4 AS "cardLast4", x.card_name AS "cardName", x.was_in_doubt AS "wasInDoubt", x.started_at AS "startedAt", x.finished_at AS "finishedAt"`;

/** A batch's id on the outside, and in {@link ListPage.after}: `<store>/<terminal>/<batchNo>`. */
export function batchId(batch: BatchKey): string {
  return `${batch.storeId}/${batch.terminalId}/${batch.batchNo}`;
}

/** Reads batches and transactions within the actor's stores, and marks a settlement missed. All else about them comes from the journal. */
export class SettlementService {
  /** Newest first. */
  async batches(ctx: WorkContext, filter: SettlementFilter<BatchState> & BatchSpan, page: ListPage): Promise<BatchView[]> {
    const where = batchConditions(filter);
    after(where, 'b.opened_at', BATCH_ID, page);
    return ctx.tx.query(
      `SELECT ${BATCH_COLUMNS} FROM batch b LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE ${where.sql.join(' AND ')} ORDER BY b.opened_at DESC, ${BATCH_ID} DESC LIMIT ${limit(where, page.limit)}`,
      where.values,
    );
  }

  async countBatches(ctx: WorkContext, filter: SettlementFilter<BatchState> & BatchSpan): Promise<number> {
    const where = batchConditions(filter);
    return countOf(await ctx.tx.query(`SELECT count(*) AS n FROM batch b WHERE ${where.sql.join(' AND ')}`, where.values));
  }

  /** Newest first; the id of {@link ListPage.after} is the payment's. */
  async transactions(ctx: WorkContext, filter: TransactionChoice, page: ListPage): Promise<TransactionView[]> {
    const where = transactionConditions(filter);
    after(where, 'x.started_at', 'x.payment_id::text', page);
    return ctx.tx.query(
      `SELECT ${TRANSACTION_COLUMNS} FROM card_transaction x LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE ${where.sql.join(' AND ')} ORDER BY x.started_at DESC, x.payment_id::text DESC LIMIT ${limit(where, page.limit)}`,
      where.values,
    );
  }

  async countTransactions(ctx: WorkContext, filter: TransactionChoice): Promise<number> {
    const where = transactionConditions(filter);
    return countOf(await ctx.tx.query(`SELECT count(*) AS n FROM card_transaction x WHERE ${where.sql.join(' AND ')}`, where.values));
  }

  /** The transactions with these ids, as far as the actor sees their stores. */
  async transactionsOf(
    ctx: WorkContext,
    keys: readonly { readonly storeId: string; readonly paymentId: string }[],
  ): Promise<TransactionView[]> {
    return ctx.tx.query(
      `SELECT ${TRANSACTION_COLUMNS} FROM card_transaction x LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE (x.store_id, x.payment_id) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))`,
      [keys.map((key) => key.storeId), keys.map((key) => key.paymentId)],
    );
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

  /**
   * Batches of these business days (both included) that hold completed payments or were settled, in the order of their keys: one side of the totals a reconciliation
   * begins with.
   */
  async batchesOfDays(
    ctx: WorkContext,
    fromBusinessDay: string,
    throughBusinessDay: string,
    storeIds?: readonly string[],
  ): Promise<BatchView[]> {
    return ctx.tx.query(
      `SELECT ${BATCH_COLUMNS} FROM batch b LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE b.business_day BETWEEN $1 AND $2 AND ($3::text[] IS NULL OR b.store_id = ANY($3)) AND (b.journal_count > 0 OR b.settled_at IS NOT NULL)
        ORDER BY b.store_id, b.terminal_id, b.batch_no`,
      [fromBusinessDay, throughBusinessDay, storeIds ?? null],
    );
  }

  /**
   * S10: the batch an acquirer's statement means by a number that wraps at `max`: of the terminal's batches shown so, the one whose business day lies nearest, and
   * not farther than `withinDays`. Undefined when there is none, or when two lie equally near: then nothing may be concluded.
   */
  async batchShownAs(
    ctx: WorkContext,
    shown: { readonly storeId: string; readonly terminalId: string; readonly number: number; readonly businessDay: string },
    max: number,
    withinDays = 7,
  ): Promise<BatchView | undefined> {
    const rows: (BatchView & { away: number })[] = await ctx.tx.query(
      `SELECT ${BATCH_COLUMNS}, abs(b.business_day - $4::date) AS away FROM batch b LEFT JOIN terminal t USING (store_id, terminal_id)
        WHERE b.store_id = $1 AND b.terminal_id = $2 AND (b.batch_no - 1) % $5 + 1 = $3 AND abs(b.business_day - $4::date) <= $6
        ORDER BY away, b.batch_no LIMIT 2`,
      [shown.storeId, shown.terminalId, shown.number, shown.businessDay, max, withinDays],
    );
    const [nearest, next] = rows;
    if (nearest === undefined || nearest.away === next?.away) return undefined;
    const { away: _away, ...batch } = nearest;
    return batch;
  }

  /** Totals by card of these batches, as the journal adds them up and as their terminals told them; in the order of key, source, card and direction. */
  async cardTotals(ctx: WorkContext, keys: readonly BatchKey[]): Promise<CardTotalView[]> {
    return await cardTotals(ctx, keys);
  }

  /** What was decided about a batch and what statements and banks said of it, oldest first. */
  async events(ctx: WorkContext, keys: readonly BatchKey[]): Promise<BatchEventView[]> {
    return ctx.tx.query(
      `SELECT store_id AS "storeId", terminal_id AS "terminalId", batch_no AS "batchNo", event_no AS "eventNo", at, what, actor, detail
         FROM batch_event WHERE (store_id, terminal_id, batch_no) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[]))
        ORDER BY event_no`,
      [keys.map((key) => key.storeId), keys.map((key) => key.terminalId), keys.map((key) => key.batchNo)],
    );
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

function transactionConditions(filter: TransactionChoice): Where {
  const where = conditions('x', filter);
  if (typeof filter.batchNo === 'number') where.sql.push(`x.batch_no = $${where.values.push(filter.batchNo)}`);
  return where;
}

function batchConditions(filter: SettlementFilter<BatchState> & BatchSpan): Where {
  const where = conditions('b', filter);
  const { fromBusinessDay: from, throughBusinessDay: through, money } = filter;
  if (typeof from === 'string') where.sql.push(`b.business_day >= $${where.values.push(from)}`);
  if (typeof through === 'string') where.sql.push(`b.business_day <= $${where.values.push(through)}`);
  if (money === 'funded') where.sql.push('b.funded_by IS NOT NULL');
  if (money === 'confirmed') where.sql.push('b.confirmed_by IS NOT NULL AND b.funded_by IS NULL');
  if (money === 'unconfirmed') where.sql.push('b.confirmed_by IS NULL AND b.funded_by IS NULL');
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
