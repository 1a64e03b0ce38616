import type { StatementSync } from 'node:sqlite';
import type { BookedDetails, PaymentState } from '@tillward/contracts';
import type { JournalTransaction, Row, SqliteStore } from '../journal/index.js';

/** One payment as the till asked for it and as far as it is known. */
export interface Payment {
  paymentId: string;
  idempotencyKey: string;
  terminal: string;
  batchNo: number;
  businessDay: string;
  amountMinor: number;
  currency: string;
  operatorId: string;
  tillId: string;
  state: PaymentState;
  /** Names the order to the terminal (orderReference of libs/driver). Null only in payments of an agent older than that. */
  reference: string | null;
  /** The terminal's last trace number before this sale; null: it had none. */
  lastTraceNo: number | null;
  booked: BookedDetails | null;
  detail: string | null;
  startedAt: number;
}

/** Rows of `payments`. */
export class PaymentStore {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #byId: StatementSync;
  readonly #byKey: StatementSync;
  readonly #open: StatementSync;
  readonly #inDoubt: StatementSync;

  constructor(store: SqliteStore) {
    this.#insert = store.prepare(
      `INSERT INTO payments (payment_id, idempotency_key, terminal, batch_no, business_day, amount_minor, currency, operator_id, till_id, state,
         reference, last_trace_no, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'started', ?, ?, ?)`,
    );
    this.#update = store.prepare(
      'UPDATE payments SET state = ?, booked_json = ?, booked_minor = ?, detail = ?, ended_at = ? WHERE payment_id = ?',
    );
    this.#byId = store.prepare('SELECT * FROM payments WHERE payment_id = ?');
    this.#byKey = store.prepare('SELECT * FROM payments WHERE idempotency_key = ?');
    this.#inDoubt = store.prepare(`SELECT 1 FROM payments WHERE terminal = ? AND state = 'inDoubt' LIMIT 1`);
    this.#open = store.prepare(`SELECT * FROM payments WHERE state IN ('started', 'inDoubt') ORDER BY started_at`);
  }

  insert(_tx: JournalTransaction, payment: Payment): void {
    this.#insert.run(
      payment.paymentId,
      payment.idempotencyKey,
      payment.terminal,
      payment.batchNo,
      payment.businessDay,
      payment.amountMinor,
      payment.currency,
      payment.operatorId,
      payment.tillId,
      payment.reference,
      payment.lastTraceNo,
      payment.startedAt,
    );
  }

  /** Records how far a payment is known. `booked` counts towards its batch. */
  update(
    _tx: JournalTransaction,
    paymentId: string,
    state: PaymentState,
    booked: BookedDetails | null,
    detail: string | null,
    at: number,
  ): void {
    this.#update.run(state, booked ? JSON.stringify(booked) : null, booked?.amountMinor ?? null, detail, at, paymentId);
  }

  byId(paymentId: string): Payment | undefined {
    return toPayment(this.#byId.get(paymentId) as Row | undefined);
  }

  byKey(idempotencyKey: string): Payment | undefined {
    return toPayment(this.#byKey.get(idempotencyKey) as Row | undefined);
  }

  /** Whether a payment of this terminal has been declared in doubt. */
  inDoubtAt(terminal: string): boolean {
    return this.#inDoubt.get(terminal) !== undefined;
  }

  /** Payments without a known outcome, oldest first. */
  unresolved(): Payment[] {
    return this.#open.all().map((row) => toPayment(row as Row)!);
  }
}

function toPayment(row: Row | undefined): Payment | undefined {
  if (!row) return undefined;
  return {
    paymentId: String(row['payment_id']),
    idempotencyKey: String(row['idempotency_key']),
    terminal: String(row['terminal']),
    batchNo: Number(row['batch_no']),
    businessDay: String(row['business_day']),
    amountMinor: Number(row['amount_minor']),
    currency: String(row['currency']),
    operatorId: String(row['operator_id']),
    tillId: String(row['till_id']),
    state: row['state'] as PaymentState,
    reference: row['reference'] as string | null,
    lastTraceNo: row['last_trace_no'] as number | null,
    booked: row['booked_json'] === null ? null : (JSON.parse(String(row['booked_json'])) as BookedDetails),
    detail: row['detail'] as string | null,
    startedAt: Number(row['started_at']),
  };
}
