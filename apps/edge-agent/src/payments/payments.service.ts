import { randomUUID } from 'node:crypto';
import type {
  BookedDetails,
  PaymentRequest,
  PaymentView,
  RefundRequest,
  RefundRequestView,
  ReversalRequest,
  TillRefusalCode,
} from '@tillward/contracts';
import {
  type BookedReference,
  nextOrderNo,
  orderReference,
  type PaymentFailed,
  type PaymentObserver,
  type PaymentOutcome,
} from '@tillward/driver';
import { BatchStore } from '../batches/index.js';
import type { EventHub } from '../events/index.js';
import { ShiftStore } from '../handover/index.js';
import { type Journal, type JournalTransaction, JournalUnavailableError } from '../journal/index.js';
import { errorFields } from '../log.js';
import type { OperatorService } from '../operators/index.js';
import type { PolicyService } from '../policy/index.js';
import type { TerminalActor, TerminalFacts, Terminals } from '../terminals/index.js';
import { type Adopted, PaymentEnquiries, type PaymentsContext } from './payment.enquiries.js';
import { type Approval, appendCompleted, appendDeclined, appendFailed, appendStarted } from './payment.entries.js';
import { PaymentPlanner, type Plan, type PlannerParts } from './payment.planner.js';
import { type Payment, PaymentStore } from './payment.store.js';
import { contentOf, evidenceFor, type MoneyRequest, receiptWithin } from './payments.rules.js';
import { ReceiptStore } from './receipt.store.js';
import { type RefundRecord, RefundRequests, sameRefund } from './refund.requests.js';
import { judgeStart } from './refund.rules.js';

/** The payment as it stands, or why it was refused before anything happened. */
export type PaymentAnswer = { ok: true; view: PaymentView } | { ok: false; code: TillRefusalCode };
/** Of a refund also that it waits for a second person. */
export type RefundAnswer = PaymentAnswer | { ok: true; waits: RefundRequestView };

export interface PaymentsParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  operators: OperatorService;
  events: EventHub;
  restricted?: NonNullable<PlannerParts['restricted']>;
}

/**
 * The tills' payments: sales, reversals and refunds. Order is law: the intent is committed, then bytes go out, then the outcome is committed (DESIGN.md, Journal).
 * What is cut off in between is in doubt: the terminal is asked until it tells, takes no order meanwhile, and is never sent the same one again.
 */
export class PaymentService {
  /** Refunds that wait for a second person. */
  readonly refunds: RefundRequests;
  /** What was printed. */
  readonly receipts: ReceiptStore;
  readonly #context: PaymentsContext;
  readonly #parts: PaymentsParts;
  readonly #payments: PaymentStore;
  readonly #batches: BatchStore;
  readonly #shifts: ShiftStore;
  readonly #enquiries: PaymentEnquiries;
  readonly #planner: PaymentPlanner;
  readonly #running = new Map<string, { content: string; answer: Promise<PaymentAnswer> }>();

  constructor(context: PaymentsContext, parts: PaymentsParts) {
    const { store } = parts.journal;
    this.#context = context;
    this.#parts = parts;
    this.#payments = new PaymentStore(store);
    this.#batches = new BatchStore(store);
    this.#shifts = new ShiftStore(store);
    this.#enquiries = new PaymentEnquiries(context, this.#payments, parts);
    this.#planner = new PaymentPlanner(context, parts, { payments: this.#payments, batches: this.#batches, enquiries: this.#enquiries });
    this.receipts = new ReceiptStore(store);
    this.refunds = new RefundRequests(context, parts);
  }

  /** {@link PaymentEnquiries.recover} */
  recover(tx: JournalTransaction): number {
    return this.#enquiries.recover(tx);
  }

  /** Asks about everything that is in doubt; keeps asking until it is known. Call after the terminals are there. */
  resumeEnquiries(): void {
    this.#enquiries.resume();
  }

  /** One attempt to learn the outcome of what is in doubt at a terminal. True when nothing is in doubt any more. */
  resolveNow(actor: TerminalActor): Promise<boolean> {
    return this.#enquiries.resolveNow(actor);
  }

  /** Ends a payment in doubt as this gateway told core itself before its data went back to an older copy. */
  adopt(actor: TerminalActor, outcome: Readonly<Record<string, string>>): Adopted {
    return this.#enquiries.adopt(actor, outcome);
  }

  /** A payment by its id. */
  find(paymentId: string): PaymentView | undefined {
    const payment = this.#payments.byId(paymentId);
    return payment && this.#payments.view(payment);
  }

  /** The payment of an idempotency key. */
  findByKey(key: string): PaymentView | undefined {
    const payment = this.#payments.byKey(key);
    return payment && this.#payments.view(payment);
  }

  /** The last payments of a terminal, newest first. */
  newest(terminal: string, limit: number): PaymentView[] {
    return this.#payments.newest(terminal, limit).map((payment) => this.#payments.view(payment));
  }

  /**
   * Sells. The same key with the same content gets the same answer, also while the first request is still running; with other content it is
   * refused. Resolves when the outcome is known or in doubt.
   */
  start(request: PaymentRequest, key: string): Promise<PaymentAnswer> {
    return this.#order({ transaction: 'sale', ...request }, key, null);
  }

  /** Takes a sale of the open batch back; as {@link start} for everything else. */
  reverse(request: ReversalRequest, key: string): Promise<PaymentAnswer> {
    return this.#order({ transaction: 'reversal', ...request }, key, null);
  }

  /** Gives money back once a second person has approved exactly this; until then it says that it waits. As {@link start} for everything else. */
  async refund(request: RefundRequest, key: string): Promise<RefundAnswer> {
    const money: MoneyRequest = { transaction: 'refund', ...request };
    const record = this.refunds.byKey(key);
    if (this.#running.has(key) || this.#payments.byKey(key)) return this.#order(money, key, record ?? null);
    if (record) {
      if (!sameRefund(record, request)) return { ok: false, code: 'idempotencyKeyReused' };
      const next = this.#judgeStart(record);
      if (next === 'wait') return { ok: true, waits: this.refunds.view(record) };
      return next === 'start' ? this.#order(money, key, record) : { ok: false, code: next };
    }
    const planned = this.#planner.plan(money, false);
    if (!planned.ok) return planned;
    return { ok: true, waits: this.refunds.ask(request, key, this.#parts.operators.at(request.terminal)!.operatorId) };
  }

  async #order(request: MoneyRequest, key: string, record: RefundRecord | null): Promise<PaymentAnswer> {
    const content = contentOf(request);
    const running = this.#running.get(key);
    const known = running ? undefined : this.#payments.byKey(key);
    if (running && running.content !== content) return { ok: false, code: 'idempotencyKeyReused' };
    if (running) return running.answer;
    if (known && contentKept(known) !== content) return { ok: false, code: 'idempotencyKeyReused' };
    if (known) return { ok: true, view: this.#payments.view(known) };
    // A key under which a refund was asked for means that refund, whatever became of it.
    if (!record && this.refunds.byKey(key)) return { ok: false, code: 'idempotencyKeyReused' };
    if (this.#context.signal.aborted) return { ok: false, code: 'gatewayStopping' };
    const planned = this.#planner.plan(request, false);
    if (!planned.ok) return planned;
    const actor = this.#parts.terminals.get(planned.plan.terminal)!;
    const answer = actor.run('selling', () => this.#perform(actor, request, key, record));
    this.#running.set(key, { content, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(key);
    }
  }

  #judgeStart(record: RefundRecord): ReturnType<typeof judgeStart> {
    const operatorId = this.#parts.operators.at(record.request.terminal)?.operatorId ?? null;
    return judgeStart(record, operatorId, this.#context.clock.now());
  }

  async #perform(actor: TerminalActor, request: MoneyRequest, key: string, record: RefundRecord | null): Promise<PaymentAnswer> {
    // Nothing new begins once the agent stops: it would be cut off in the middle and in doubt.
    if (this.#context.signal.aborted) return { ok: false, code: 'gatewayStopping' };
    // A poll may have run between the check and this job, or a payment that was queued before: what they found counts.
    const planned = this.#planner.plan(request, true);
    if (!planned.ok) return planned;
    const notReady = await this.#traceRefusal(actor);
    if (notReady) return { ok: false, code: notReady };
    if (this.#context.signal.aborted) return { ok: false, code: 'gatewayStopping' };
    const start = record && this.#judgeStart(record);
    if (start !== null && start !== 'start') return { ok: false, code: start === 'wait' ? 'approvalExpired' : start };
    let payment: Payment;
    try {
      payment = this.#commitIntent(actor, request, planned.plan, key, record);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#context.log.error({ terminal: actor.id, ...errorFields(error) }, 'an order was refused because it could not be recorded');
      return { ok: false, code: 'journalUnavailable' };
    }
    if (this.#parts.events.warm) this.#tell(payment.paymentId);
    return this.#sendAndRecord(actor, payment, planned.plan.original);
  }

  async #traceRefusal(actor: TerminalActor): Promise<TillRefusalCode | null> {
    if (actor.facts.lastTraceKnown || (await actor.learnLastTrace())) return null;
    return 'terminalNotSignedOn';
  }

  #commitIntent(actor: TerminalActor, request: MoneyRequest, plan: Plan, key: string, record: RefundRecord | null): Payment {
    const now = this.#context.clock.now();
    const paymentId = randomUUID();
    const lastOrderNo = nextOrderNo(actor.facts.lastOrderNo);
    const day = this.#planner.windowAt(now).businessDay;
    const approval: Approval | null = record && { requestId: record.requestId, digest: record.digest, approvedBy: record.decidedBy! };
    return actor.commit({ lastUseAt: now, lastOrderNo }, (tx) => {
      const { batchNo, businessDay } = this.#batches.openOrCreate(tx, actor.id, day);
      const payment: Payment = {
        paymentId,
        transaction: request.transaction,
        idempotencyKey: key,
        terminal: actor.id,
        batchNo,
        businessDay,
        amountMinor: plan.amountMinor,
        currency: plan.currency,
        operatorId: this.#parts.operators.at(actor.id)!.operatorId,
        tillId: request.tillId,
        originalPaymentId: plan.original?.paymentId ?? null,
        request: request.transaction === 'sale' ? null : contentOf(request),
        shiftNo: this.#shifts.currentOrNew(tx, actor.id, day),
        state: 'started',
        reference: orderReference(lastOrderNo, saltOf(paymentId)),
        lastTraceNo: actor.facts.lastTraceNo,
        booked: null,
        detail: null,
        startedAt: now,
      };
      this.#payments.insert(tx, payment);
      if (record) this.refunds.use(tx, record);
      appendStarted(tx, payment, request.transaction === 'sale' ? null : request.reason, approval);
      return payment;
    });
  }

  async #sendAndRecord(actor: TerminalActor, payment: Payment, original: Payment | null): Promise<PaymentAnswer> {
    let outcome: PaymentOutcome;
    try {
      outcome = await this.#send(actor, payment, original);
    } catch (error) {
      // A bug in a driver says nothing about the money.
      this.#context.log.error({ terminal: actor.id, ...errorFields(error) }, 'the driver failed during an order');
      outcome = { kind: 'inDoubt', reason: 'the driver failed' };
    }
    try {
      this.#commitOutcome(actor, payment, outcome);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      // Still `started` on disk: the enquiry will find out again what the terminal has just said.
      this.#context.log.error({ terminal: actor.id, ...errorFields(error) }, 'an outcome could not be recorded, will ask again');
      outcome = { kind: 'inDoubt', reason: 'the outcome could not be recorded' };
    }
    const evidence = evidenceFor(outcome);
    if (evidence) actor.evidence.keep(evidence);
    if (outcome.kind === 'inDoubt') this.#enquiries.untilKnown(actor.id);
    if (outcome.kind === 'declined') actor.learnLastTraceSoon();
    if (outcome.kind === 'failed') actor.startPolling(0);
    return { ok: true, view: this.#tell(payment.paymentId) };
  }

  #send(actor: TerminalActor, payment: Payment, original: Payment | null): Promise<PaymentOutcome> {
    const { amountMinor, currency } = payment;
    const order = {
      amountMinor,
      currency,
      reference: payment.reference!,
      signal: this.#context.signal,
      observer: this.#observer(actor.id, payment.paymentId),
    };
    switch (payment.transaction) {
      case 'sale':
        return actor.driver.pay(order);
      case 'refund':
        return actor.driver.refund(order);
      case 'reversal': {
        const booked = original!.booked!;
        return actor.driver.reverse({ ...order, original: referenceTo(booked), originalMinor: booked.amountMinor });
      }
    }
  }

  #observer(terminal: string, paymentId: string): PaymentObserver {
    const { events } = this.#parts;
    return {
      sent: () => events.emit({ type: 'progress', terminal, paymentId, phase: 'sent' }),
      progress: (statusCode) => events.emit({ type: 'progress', terminal, paymentId, phase: 'working', statusCode }),
    };
  }

  #commitOutcome(actor: TerminalActor, payment: Payment, outcome: PaymentOutcome): void {
    const at = this.#context.clock.now();
    switch (outcome.kind) {
      case 'booked': {
        const { details: booked } = outcome;
        const receipt = receiptWithin(outcome.receipt);
        actor.commit({ lastUseAt: at, lastTraceKnown: true, lastTraceNo: booked.traceNo }, (tx) => {
          this.#payments.update(tx, payment, { state: 'completed', booked, detail: null, at });
          if (receipt) this.receipts.keep(tx, payment.paymentId, receipt, at);
          appendCompleted(tx, payment, booked, receipt);
        });
        return;
      }
      case 'declined':
        actor.commit({ lastUseAt: at }, (tx) => {
          const detail = outcome.detail.slice(0, 200);
          this.#payments.update(tx, payment, { state: 'declined', booked: null, detail, at });
          appendDeclined(tx, payment, outcome.resultCode, detail);
        });
        return;
      case 'failed':
        actor.commit(factsAfterFailure(outcome), (tx) => {
          const detail = outcome.detail.slice(0, 200);
          this.#payments.update(tx, payment, { state: 'failed', booked: null, detail, at });
          appendFailed(tx, payment, outcome.code, detail);
        });
        return;
      case 'inDoubt':
        actor.commit({ lastUseAt: at }, (tx) => this.#enquiries.declare(tx, payment, outcome.reason));
        return;
    }
  }

  #tell(paymentId: string): PaymentView {
    const view = this.find(paymentId)!;
    this.#parts.events.emit({ type: 'payment', terminal: view.terminal, payment: view });
    return view;
  }
}

/** What names a booked sale to its terminal. */
function referenceTo({ traceNo, receiptNo, providerReference, bookedAt }: BookedDetails): BookedReference {
  return {
    traceNo,
    ...(receiptNo === undefined ? {} : { receiptNo }),
    ...(providerReference === undefined ? {} : { providerReference }),
    ...(bookedAt === undefined ? {} : { bookedAt }),
  };
}

function contentKept(payment: Payment): string {
  return payment.request ?? contentOf({ ...payment, transaction: 'sale' });
}

function factsAfterFailure(outcome: PaymentFailed): Partial<TerminalFacts> {
  return outcome.code === 'signOnNeeded' ? { signedOn: false, service: 'signOnNeeded' } : {};
}

/** Four characters of a payment's own randomness, so that an agent that lost its counter can't name an older order. */
function saltOf(paymentId: string): string {
  const bits = Number.parseInt(paymentId.replaceAll('-', '').slice(-8), 16);
  return (bits % 36 ** 4).toString(36).toUpperCase().padStart(4, '0');
}
