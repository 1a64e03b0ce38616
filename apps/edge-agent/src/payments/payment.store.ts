import type { StatementSync } from 'node:sqlite';
import { type BookedDetails, formsOfKey, type PaymentState, type PaymentView, type TransactionKind } from '@tillward/contracts';
import type { JournalTransaction, Row, SqliteStore } from '../journal/index.js';

/** One sale, reversal or refund as the till asked for it and as far as it is known. */
export interface Payment {
  paymentId: string;
  transaction: TransactionKind;
  idempotencyKey: string;
  terminal: string;
  batchNo: number;
  businessDay: string;
  /** Always positive; a reversal and a refund give it back. */
  amountMinor: number;
  currency: string;
  operatorId: string;
  tillId: string;
  /** The sale that is given back, where it is known. */
  originalPaymentId: string | null;
  /** What the key stands for, where the columns don't say it all. */
  request: string | null;
  shiftNo: number | null;
  state: PaymentState;
  /** Names the order to the terminal (orderReference of libs/driver). Null only in payments of an agent older than that. */
  reference: string | null;
  /** The terminal's last trace number before this order; null: it had none. */
  lastTraceNo: number | null;
  booked: BookedDetails | null;
  detail: string | null;
  startedAt: number;
}

/** Rows of `payments`. They are never deleted: an idempotency key is remembered as long as the gateway lives. */
export class PaymentStore {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #byId: StatementSync;
  readonly #byKey: StatementSync;
  readonly #open: StatementSync;
  readonly #inDoubt: StatementSync;
  readonly #givenBack: StatementSync;
  readonly #newest: StatementSync;

  constructor(store: SqliteStore) {
    this.#insert = store.prepare(
      `INSERT INTO payments (payment_id, kind, idempotency_key, terminal, batch_no, business_day, amount_minor, currency, operator_id, till_id,
         original_payment_id, request, shift_no, state, reference, last_trace_no, started_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'started', ?, ?, ?)`,
    );
    this.#update = store.prepare(
      'UPDATE payments SET state = ?, booked_json = ?, booked_minor = ?, detail = ?, ended_at = ? WHERE payment_id = ?',
    );
    this.#byId = store.prepare('SELECT * FROM payments WHERE payment_id = ?');
    this.#byKey = store.prepare('SELECT * FROM payments WHERE idempotency_key IN (?, ?) ORDER BY idempotency_key DESC');
    // Both conditions: with the first one SQLite may use the index of what is open, which is short, instead of all there ever was.
    this.#inDoubt = store.prepare(
      `SELECT 1 FROM payments WHERE terminal = ? AND state IN ('started', 'inDoubt') AND state = 'inDoubt' LIMIT 1`,
    );
    this.#open = store.prepare(`SELECT * FROM payments WHERE state IN ('started', 'inDoubt') ORDER BY started_at`);
    this.#givenBack = store.prepare(
      `SELECT coalesce(sum(coalesce(-booked_minor, amount_minor)), 0) AS minor FROM payments
        WHERE original_payment_id = ? AND state IN ('started', 'inDoubt', 'completed')`,
    );
    this.#newest = store.prepare('SELECT * FROM payments WHERE terminal = ? ORDER BY started_at DESC LIMIT ?');
  }

  insert(_tx: JournalTransaction, payment: Payment): void {
    this.#insert.run(
      payment.paymentId,
      payment.transaction,
      payment.idempotencyKey,
      payment.terminal,
      payment.batchNo,
      payment.businessDay,
      payment.amountMinor,
      payment.currency,
      payment.operatorId,
      payment.tillId,
      payment.originalPaymentId,
      payment.request,
      payment.shiftNo,
      payment.reference,
      payment.lastTraceNo,
      payment.startedAt,
    );
  }

  /** Records how far a payment is known. What was booked counts towards its batch, what gives money back with a minus. */
  update(
    _tx: JournalTransaction,
    { paymentId, transaction }: Pick<Payment, 'paymentId' | 'transaction'>,
    known: { state: PaymentState; booked: BookedDetails | null; detail: string | null; at: number },
  ): void {
    const { state, booked, detail, at } = known;
    const bookedMinor = booked && (transaction === 'sale' ? booked.amountMinor : -booked.amountMinor);
    this.#update.run(state, booked ? JSON.stringify(booked) : null, bookedMinor, detail, at, paymentId);
  }

  byId(paymentId: string): Payment | undefined {
    return toPayment(this.#byId.get(paymentId) as Row | undefined);
  }

  byKey(idempotencyKey: string): Payment | undefined {
    return toPayment(this.#byKey.get(...formsOfKey(idempotencyKey)) as Row | undefined);
  }

  /** Whether a payment of this terminal has been declared in doubt. */
  inDoubtAt(terminal: string): boolean {
    return this.#inDoubt.get(terminal) !== undefined;
  }

  /** Payments without a known outcome, oldest first. */
  unresolved(): Payment[] {
    return this.#open.all().map((row) => toPayment(row as Row)!);
  }

  /** What reversals and refunds have taken back of a sale, or may have while their outcome is unknown. */
  givenBackMinor(paymentId: string): number {
    return Number(this.#givenBack.get(paymentId)?.['minor'] ?? 0);
  }

  /** The last payments of a terminal, newest first. */
  newest(terminal: string, limit: number): Payment[] {
    return this.#newest.all(terminal, limit).map((row) => toPayment(row as Row)!);
  }

  /** A payment as tills see it. */
  view(payment: Payment): PaymentView {
    const { paymentId, transaction, terminal, state, amountMinor, currency, tillId, operatorId, booked, detail, originalPaymentId } =
      payment;
    const givenBackMinor = transaction === 'sale' ? this.givenBackMinor(paymentId) : 0;
    return {
      paymentId,
      transaction,
      terminal,
      state,
      amountMinor,
      currency,
      tillId,
      operatorId,
      startedAt: new Date(payment.startedAt).toISOString(),
      ...(originalPaymentId === null ? {} : { originalPaymentId }),
      ...(givenBackMinor === 0 ? {} : { givenBackMinor }),
      ...(booked ? { booked } : {}),
      ...(detail ? { detail } : {}),
    };
  }
}

function toPayment(row: Row | undefined): Payment | undefined {
  if (!row) return undefined;
  return {
    paymentId: String(row['payment_id']),
    transaction: row['kind'] as TransactionKind,
    idempotencyKey: String(row['idempotency_key']),
    terminal: String(row['terminal']),
    batchNo: Number(row['batch_no']),
    businessDay: String(row['business_day']),
    amountMinor: Number(row['amount_minor']),
    currency: String(row['currency']),
    operatorId: String(row['operator_id']),
    tillId: String(row['till_id']),
    originalPaymentId: row['original_payment_id'] as string | null,
    request: row['request'] as string | null,
    shiftNo: row['shift_no'] as number | null,
    state: row['state'] as PaymentState,
    reference: row['reference'] as string | null,
    lastTraceNo: row['last_trace_no'] as number | null,
    booked: row['booked_json'] === null ? null : (JSON.parse(String(row['booked_json'])) as BookedDetails),
    detail: row['detail'] as string | null,
    startedAt: Number(row['started_at']),
  };
}
