import type { BatchTotals, BookedDetails, JournalKind, PaymentState } from '@tillward/contracts';
import type { Fold, FoldDatabase, ProjectedEntry, Projection } from '../ingest/index.js';
import { BatchLedger } from './batch.ledger.js';
import { type Payment, PaymentTable, paymentKey } from './payment.table.js';
import { nextPayment, totalsChange } from './settlement.rules.js';
import { TerminalTotals } from './terminal-total.ledger.js';

const KINDS = [
  'PaymentStarted',
  'PaymentCompleted',
  'PaymentDeclined',
  'PaymentFailed',
  'PaymentInDoubt',
  'PaymentResolved',
  'RepaymentStarted',
  'RepaymentCompleted',
  'RepaymentDeclined',
  'RepaymentFailed',
  'RepaymentInDoubt',
  'RepaymentResolved',
  'SettlementStarted',
  'SettlementCompleted',
  'SettlementFailed',
  'SettlementInDoubt',
  'SettlementResolved',
  'SettlementUnbalanced',
  'UnbalancedAccepted',
] as const satisfies readonly JournalKind[];

/** Journal → card_transaction and batch. `withoutCardNumbers` puts something else in the place of numbers that could be a card's, in what terminals and providers call a transaction. */
export function settlementProjection(withoutCardNumbers: (text: string) => string): Projection {
  return { kinds: KINDS, begin: () => new SettlementFold(withoutCardNumbers) };
}

type PaymentEntry = Extract<ProjectedEntry, { kind: `Payment${string}` | `Repayment${string}` }>;

class SettlementFold implements Fold {
  readonly #stores = new Map<string, Map<string, Payment>>();
  /** The store of the last entry and its payments: entries of one gateway come together. */
  #store = '';
  #payments = new Map<string, Payment>();
  readonly #ledger = new BatchLedger();
  readonly #told = new TerminalTotals();

  constructor(private readonly withoutCardNumbers: (text: string) => string) {}

  add(entry: ProjectedEntry): void {
    switch (entry.kind) {
      case 'PaymentStarted':
      case 'RepaymentStarted':
        this.#started(entry);
        return;
      case 'PaymentCompleted':
      case 'RepaymentCompleted':
        this.#booked(this.#moved(entry, 'completed'), entry.payload.booked, entry.atMs);
        return;
      case 'PaymentDeclined':
      case 'RepaymentDeclined':
        this.#ended(this.#moved(entry, 'declined'), entry.payload.resultCode, entry.atMs);
        return;
      case 'PaymentFailed':
      case 'RepaymentFailed':
        this.#ended(this.#moved(entry, 'failed'), entry.payload.code, entry.atMs);
        return;
      case 'PaymentInDoubt':
      case 'RepaymentInDoubt':
        this.#moved(entry, 'inDoubt').wasInDoubt = true;
        return;
      case 'PaymentResolved':
      case 'RepaymentResolved': {
        const payment = this.#moved(entry, entry.payload.booked === null ? 'failed' : 'completed');
        payment.wasInDoubt = true;
        if (entry.payload.booked === null) this.#ended(payment, 'notBooked', entry.atMs);
        else this.#booked(payment, entry.payload.booked, entry.atMs);
        return;
      }
      default:
        this.#settlement(entry);
    }
  }

  #settlement(entry: ProjectedEntry): void {
    switch (entry.kind) {
      case 'SettlementStarted':
        this.#ledger.event(entry, 'started', totals(entry.payload));
        this.#told.add(entry.store, entry.terminal ?? '', entry.payload.batchNo, entry.payload.terminalByScheme ?? []);
        return;
      case 'SettlementCompleted':
        this.#ledger.event(entry, 'completed', totals(entry.payload));
        return;
      case 'SettlementUnbalanced':
        this.#ledger.event(entry, 'unbalanced', totals(entry.payload));
        return;
      case 'SettlementFailed':
        this.#ledger.event(entry, 'failed', { failureCode: entry.payload.code, settlementId: entry.payload.settlementId });
        return;
      case 'SettlementInDoubt':
        this.#ledger.event(entry, 'inDoubt', { settlementId: entry.payload.settlementId });
        return;
      case 'SettlementResolved':
        this.#ledger.event(entry, entry.payload.settled ? 'resolvedSettled' : 'resolvedNotSettled', {
          host: entry.payload.hostTotals,
          settlementId: entry.payload.settlementId,
        });
        return;
      case 'UnbalancedAccepted':
        this.#ledger.event(entry, 'accepted', {});
        return;
    }
  }

  #started(entry: Extract<PaymentEntry, { kind: 'PaymentStarted' | 'RepaymentStarted' }>): void {
    const { payload } = entry;
    const payment = this.#moved(entry, 'started');
    payment.amountMinor = payload.amountMinor;
    payment.currency = payload.currency;
    payment.operatorId = payload.operatorId;
    payment.tillId = payload.tillId;
    payment.orderReference = payload.reference === undefined ? null : this.withoutCardNumbers(payload.reference);
    payment.startedAtMs = entry.atMs;
  }

  #booked(payment: Payment, booked: BookedDetails, atMs: number): void {
    const { providerReference: name } = booked;
    payment.booked = name === undefined ? booked : { ...booked, providerReference: this.withoutCardNumbers(name) };
    payment.amountMinor = booked.amountMinor;
    payment.currency = booked.currency;
    payment.finishedAtMs = atMs;
  }

  #ended(payment: Payment, detail: string, atMs: number): void {
    payment.detail = detail;
    payment.finishedAtMs = atMs;
  }

  #moved(entry: PaymentEntry, state: PaymentState): Payment {
    const { payload, store } = entry;
    // UUIDs are the same in either case; PostgreSQL answers in lower case.
    const paymentId = payload.paymentId.toLowerCase();
    let payment = this.#paymentsOf(store).get(paymentId);
    if (payment === undefined) {
      payment = {
        store,
        paymentId,
        kind: 'transaction' in payload ? payload.transaction : 'sale',
        originalPaymentId: 'originalPaymentId' in payload ? (payload.originalPaymentId?.toLowerCase() ?? null) : null,
        gateway: entry.gateway,
        terminal: entry.terminal ?? '',
        batchNo: payload.batchNo,
        businessDay: payload.businessDay,
        state,
        amountMinor: null,
        currency: null,
        operatorId: null,
        tillId: null,
        orderReference: null,
        booked: null,
        detail: null,
        wasInDoubt: false,
        startedAtMs: null,
        finishedAtMs: null,
        lastAtMs: entry.atMs,
      };
      this.#payments.set(paymentId, payment);
    } else {
      payment.state = nextPayment(payment.state, state);
      payment.lastAtMs = entry.atMs;
    }
    return payment;
  }

  #paymentsOf(store: string): Map<string, Payment> {
    if (store === this.#store) return this.#payments;
    this.#payments = this.#stores.get(store) ?? new Map();
    this.#stores.set(store, this.#payments);
    this.#store = store;
    return this.#payments;
  }

  async flush(db: FoldDatabase, careful: boolean): Promise<void> {
    if (this.#stores.size > 0) await this.#flushPayments(db, careful);
    await this.#ledger.flush(db);
    this.#told.flush(db);
  }

  async #flushPayments(db: FoldDatabase, careful: boolean): Promise<void> {
    const payments = new PaymentTable(db);
    const all = [...this.#stores.values()].flatMap((payments) => [...payments.values()]);
    const before = await payments.known(careful ? all : all.filter((payment) => payment.startedAtMs === null));
    const inserts: Payment[] = [];
    const updates: Payment[] = [];
    for (const payment of all) {
      const known = before.size === 0 ? undefined : before.get(paymentKey(payment.store, payment.paymentId));
      if (known !== undefined) {
        const state = nextPayment(known.state, payment.state);
        if (state === known.state && state !== 'started' && state !== 'inDoubt') continue;
        this.#ledger.change(
          payment,
          totalsChange(payment.kind, known, { state, amountMinor: payment.amountMinor ?? known.amountMinor }),
          null,
        );
        updates.push(payment);
      } else if (payment.amountMinor !== null) {
        // Its start may have been quarantined: then the booking alone says what is known.
        const change = totalsChange(payment.kind, undefined, { state: payment.state, amountMinor: payment.amountMinor });
        this.#ledger.change(payment, change, payment.currency);
        inserts.push(payment);
      }
    }
    payments.insert(inserts);
    payments.update(updates);
  }
}

function totals(payload: {
  settlementId: string;
  journalTotals: BatchTotals;
  terminalTotals: BatchTotals | null;
  hostTotals?: BatchTotals | null;
}) {
  const { settlementId, journalTotals, terminalTotals, hostTotals } = payload;
  return { currency: journalTotals.currency, settlementId, terminal: terminalTotals, host: hostTotals ?? null };
}
