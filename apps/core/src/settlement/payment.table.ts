import type { BookedDetails, PaymentState, TransactionKind } from '@tillward/contracts';
import { BinaryCopy } from '../database/index.js';
import type { FoldDatabase } from '../ingest/index.js';

/** What the entries of one transaction say about a payment; null where they say nothing. */
export interface Payment {
  store: string;
  paymentId: string;
  /** The amount is positive whichever it is. */
  kind: TransactionKind;
  /** The sale that is given back, where the gateway knew it. */
  originalPaymentId: string | null;
  gateway: string;
  terminal: string;
  batchNo: number;
  businessDay: string;
  state: PaymentState;
  amountMinor: number | null;
  currency: string | null;
  operatorId: string | null;
  tillId: string | null;
  /** What the order was called towards the terminal. */
  orderReference: string | null;
  booked: BookedDetails | null;
  detail: string | null;
  wasInDoubt: boolean;
  startedAtMs: number | null;
  finishedAtMs: number | null;
  lastAtMs: number;
}

/** What core knew of a payment before. */
export interface KnownPayment {
  readonly state: PaymentState;
  readonly amountMinor: number;
}

/** A payment's key: its store and id. */
export function paymentKey(store: string, paymentId: string): string {
  return `${store}/${paymentId}`;
}

/** The lane's access to card_transaction. */
export class PaymentTable {
  constructor(private readonly db: FoldDatabase) {}

  /** Those of these payments that core has, by {@link paymentKey}. */
  async known(payments: readonly Payment[]): Promise<Map<string, KnownPayment>> {
    if (payments.length === 0) return new Map();
    const { rows } = await this.db.query<{ store_id: string; payment_id: string; state: PaymentState; amount_minor: number }>(
      `SELECT store_id, payment_id, state, amount_minor FROM card_transaction
        WHERE (store_id, payment_id) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))`,
      [payments.map((payment) => payment.store), payments.map((payment) => payment.paymentId)],
    );
    return new Map(rows.map((row) => [paymentKey(row.store_id, row.payment_id), { state: row.state, amountMinor: row.amount_minor }]));
  }

  /** Adds new payments; every one has an amount. The transaction is refused when one exists already. */
  insert(payments: readonly Payment[]): void {
    if (payments.length === 0) return;
    const copy = new BinaryCopy(COLUMN_COUNT);
    for (const payment of payments) writeRow(copy, payment);
    this.db.copy('card_transaction', COLUMNS, copy.finish());
    // Nearly all are sales, which is what a row is until it says otherwise.
    const repayments = payments.filter(({ kind }) => kind !== 'sale');
    if (repayments.length === 0) return;
    const of = <T>(pick: (payment: Payment) => T) => repayments.map(pick);
    this.db.say(MARK_REPAYMENTS, [of((p) => p.store), of((p) => p.paymentId), of((p) => p.kind), of((p) => p.originalPaymentId)]);
  }

  /** Changes known payments; what a payment says nothing about stays. */
  update(payments: readonly Payment[]): void {
    if (payments.length === 0) return;
    const of = <T>(pick: (payment: Payment) => T) => payments.map(pick);
    this.db.say(UPDATE, [
      of((p) => p.store),
      of((p) => p.paymentId),
      of((p) => p.state),
      of((p) => p.amountMinor),
      of((p) => p.currency),
      of((p) => p.booked?.traceNo ?? null),
      of((p) => p.booked?.receiptNo ?? null),
      of((p) => p.booked?.cardLast4 ?? null),
      of((p) => p.booked?.cardName ?? null),
      of((p) => p.detail),
      of((p) => p.wasInDoubt),
      of((p) => p.finishedAtMs),
      of((p) => p.booked?.providerReference ?? null),
      of((p) => p.orderReference),
    ]);
  }
}

const COLUMNS = `store_id, payment_id, gateway_id, terminal_id, batch_no, business_day, state, amount_minor, currency, operator_id, till_id,
  trace_no, receipt_no, card_last4, card_name, detail, was_in_doubt, started_at, finished_at, provider_reference, order_reference`;
const COLUMN_COUNT = 21;
/** More than the code units of all texts of a row: ids have 48, names 64, references 64 and with tags for numbers twice that, details 200 at most. */
const ROW_CHARACTERS = 850;

function writeRow(copy: BinaryCopy, p: Payment): void {
  const { booked } = p;
  copy.row(ROW_CHARACTERS);
  copy.text(p.store);
  copy.uuid(p.paymentId);
  copy.text(p.gateway);
  copy.text(p.terminal);
  copy.integer(p.batchNo);
  copy.date(p.businessDay);
  copy.text(p.state);
  copy.bigint(p.amountMinor);
  copy.text(p.currency);
  copy.text(p.operatorId);
  copy.text(p.tillId);
  copy.integer(booked?.traceNo ?? null);
  copy.integer(booked?.receiptNo ?? null);
  copy.text(booked?.cardLast4 ?? null);
  copy.text(booked?.cardName ?? null);
  copy.text(p.detail);
  copy.boolean(p.wasInDoubt);
  copy.timestamp(p.startedAtMs ?? p.lastAtMs);
  copy.timestamp(p.finishedAtMs);
  copy.text(booked?.providerReference ?? null);
  copy.text(p.orderReference);
}

const MARK_REPAYMENTS = `
  UPDATE card_transaction t SET kind = n.kind, original_payment_id = n.original_payment_id
    FROM unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[]) AS n (store_id, payment_id, kind, original_payment_id)
   WHERE t.store_id = n.store_id AND t.payment_id = n.payment_id`;

const UPDATE = `
  UPDATE card_transaction t
     SET state = n.state, amount_minor = coalesce(n.amount_minor, t.amount_minor), currency = coalesce(n.currency, t.currency),
         trace_no = coalesce(n.trace_no, t.trace_no), receipt_no = coalesce(n.receipt_no, t.receipt_no),
         card_last4 = coalesce(n.card_last4, t.card_last4), card_name = coalesce(n.card_name, t.card_name),
         detail = coalesce(n.detail, t.detail), was_in_doubt = t.was_in_doubt OR n.was_in_doubt,
         finished_at = coalesce(to_timestamp(n.finished_at / 1000), t.finished_at),
         provider_reference = coalesce(n.provider_reference, t.provider_reference), order_reference = coalesce(n.order_reference, t.order_reference)
    FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::int[], $7::int[], $8::text[], $9::text[], $10::text[],
                $11::boolean[], $12::float8[], $13::text[], $14::text[])
         AS n (store_id, payment_id, state, amount_minor, currency, trace_no, receipt_no, card_last4, card_name, detail, was_in_doubt, finished_at,
               provider_reference, order_reference)
   WHERE t.store_id = n.store_id AND t.payment_id = n.payment_id`;
