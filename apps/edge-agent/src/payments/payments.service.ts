import { randomUUID } from 'node:crypto';
import type { PaymentRequest, PaymentView, TillRefusalCode } from '@tillward/contracts';
import { judgeEnquiry, type LostOutcome, nextOrderNo, orderReference, type PaymentFailed, type PaymentOutcome } from '@tillward/driver';
import { BatchStore } from '../batches/index.js';
import { type Clock, pause } from '../clock.js';
import { type Journal, type JournalTransaction, JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import type { OperatorService } from '../operators/index.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import { enquiryDelayMs, type TerminalActor, type TerminalFacts, type Terminals } from '../terminals/index.js';
import { type Payment, PaymentStore } from './payment.store.js';
import { afterRestart, evidenceFor, judgeSale, receiptWithin, sameContent } from './payments.rules.js';

interface PaymentsContext {
  clock: Clock;
  log: Log;
  /** Aborts when the agent stops. */
  signal: AbortSignal;
}

/** The payment as it stands, or why it was refused before anything happened. */
export type PaymentAnswer = { ok: true; view: PaymentView } | { ok: false; code: TillRefusalCode };

export interface PaymentsParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  operators: OperatorService;
}

/**
 * The tills' payments. Order is law: the intent is committed, then bytes go out, then the outcome is committed (DESIGN.md, Journal). What is cut off
 * in between is in doubt: the terminal is asked until it tells, takes no sale meanwhile, and is never sent the same sale again.
 */
export class PaymentService {
  readonly #context: PaymentsContext;
  readonly #parts: PaymentsParts;
  readonly #payments: PaymentStore;
  readonly #batches: BatchStore;
  readonly #running = new Map<string, { request: PaymentRequest; answer: Promise<PaymentAnswer> }>();
  readonly #resolving = new Set<string>();

  constructor(context: PaymentsContext, parts: PaymentsParts) {
    this.#context = context;
    this.#parts = parts;
    this.#payments = new PaymentStore(parts.journal.store);
    this.#batches = new BatchStore(parts.journal.store);
  }

  /**
   * Declares every payment in doubt that was started and has no outcome, in the transaction of the start entry. Returns how many. Call once, before
   * anything else may start a sale.
   */
  recover(tx: JournalTransaction): number {
    const cutOff = this.#payments.unresolved().filter((payment) => afterRestart(payment.state) === 'declareInDoubt');
    for (const payment of cutOff) this.#declareInDoubt(tx, payment, 'the gateway stopped before the outcome was recorded');
    return cutOff.length;
  }

  /** Asks about everything that is in doubt; keeps asking until it is known. Call after the terminals are there. */
  resumeEnquiries(): void {
    for (const payment of this.#payments.unresolved()) this.#enquireUntilKnown(payment.terminal);
  }

  /** A payment by its id. */
  find(paymentId: string): PaymentView | undefined {
    const payment = this.#payments.byId(paymentId);
    return payment && viewOf(payment);
  }

  /**
   * Sells. The same key with the same content gets the same answer, also while the first request is still running; with other content it is
   * refused. Resolves when the outcome is known or in doubt.
   */
  async start(request: PaymentRequest, key: string): Promise<PaymentAnswer> {
    const running = this.#running.get(key);
    const known = running?.request ?? this.#payments.byKey(key);
    if (known && !sameContent(known, request)) return { ok: false, code: 'idempotencyKeyReused' };
    if (running) return running.answer;
    if (known) return { ok: true, view: viewOf(this.#payments.byKey(key)!) };
    const refusal = this.#refusalFor(request, false);
    if (refusal) return { ok: false, code: refusal };
    const actor = this.#parts.terminals.get(request.terminal)!;
    const answer = actor.run('selling', () => this.#sell(actor, request, key));
    this.#running.set(key, { request, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(key);
    }
  }

  /** One attempt to learn the outcome of what is in doubt at a terminal. True when nothing is in doubt any more. */
  async resolveNow(actor: TerminalActor): Promise<boolean> {
    const payment = this.#payments.unresolved().find((open) => open.terminal === actor.id);
    if (!payment) return true;
    return actor.run('selling', () => this.#enquire(actor, payment.paymentId));
  }

  #refusalFor(request: PaymentRequest, ignoreOwnJob: boolean): TillRefusalCode | null {
    const { policy, terminals, operators } = this.#parts;
    const actor = terminals.get(request.terminal);
    const current = policy.current;
    if (!actor || !current) return 'unknownTerminal';
    const now = this.#context.clock.now();
    const session = operators.at(request.terminal);
    return judgeSale({
      request,
      terminalCurrency: actor.connection.currency,
      watchedOnly: actor.watchedOnly,
      facts: actor.facts,
      heldBy: actor.heldBy,
      occupied: !ignoreOwnJob && actor.occupied,
      inDoubt: this.#resolving.has(actor.id) || this.#payments.inDoubtAt(actor.id),
      batchState: this.#batches.current(actor.id)?.state ?? null,
      operator: session ? { certifiedUntilMs: operators.certifiedUntilMs(session.operatorId) } : null,
      storeOpen: windowAt(current, now).isOpen,
      afterHours: current.settings['sales.afterHours'] as 'block' | 'allow',
      now,
    });
  }

  async #sell(actor: TerminalActor, request: PaymentRequest, key: string): Promise<PaymentAnswer> {
    // A poll may have run between the check and this job; what it found counts.
    const refusal = this.#refusalFor(request, true) ?? (await this.#traceRefusal(actor));
    if (refusal) return { ok: false, code: refusal };
    const paymentId = randomUUID();
    try {
      this.#commitIntent(actor, request, key, paymentId);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#context.log.error({ terminal: actor.id, ...errorFields(error) }, 'a sale was refused because it could not be recorded');
      return { ok: false, code: 'journalUnavailable' };
    }
    return this.#payAndRecord(actor, paymentId);
  }

  async #traceRefusal(actor: TerminalActor): Promise<TillRefusalCode | null> {
    if (actor.facts.lastTraceKnown || (await actor.learnLastTrace())) return null;
    return 'terminalNotSignedOn';
  }

  #commitIntent(actor: TerminalActor, request: PaymentRequest, key: string, paymentId: string): void {
    const now = this.#context.clock.now();
    const operatorId = this.#parts.operators.at(actor.id)!.operatorId;
    const lastOrderNo = nextOrderNo(actor.facts.lastOrderNo);
    const reference = orderReference(lastOrderNo, saltOf(paymentId));
    actor.commit({ lastUseAt: now, lastOrderNo }, (tx) => {
      const businessDay = windowAt(this.#parts.policy.current!, now).businessDay;
      const { batchNo, businessDay: batchDay } = this.#batches.openOrCreate(tx, actor.id, businessDay);
      const { amountMinor, currency, tillId } = request;
      const lastTraceNo = actor.facts.lastTraceNo;
      const payment = {
        paymentId,
        idempotencyKey: key,
        terminal: actor.id,
        batchNo,
        businessDay: batchDay,
        amountMinor,
        currency,
        operatorId,
        tillId,
      };
      this.#payments.insert(tx, { ...payment, state: 'started', reference, lastTraceNo, booked: null, detail: null, startedAt: now });
      tx.append('PaymentStarted', actor.id, {
        paymentId,
        batchNo,
        businessDay: batchDay,
        amountMinor,
        currency,
        operatorId,
        tillId,
        idempotencyKey: key,
        reference,
      });
    });
  }

  async #payAndRecord(actor: TerminalActor, paymentId: string): Promise<PaymentAnswer> {
    const payment = this.#payments.byId(paymentId)!;
    let outcome: PaymentOutcome;
    try {
      const { amountMinor, currency } = payment;
      outcome = await actor.driver.pay({ amountMinor, currency, reference: payment.reference!, signal: this.#context.signal });
    } catch (error) {
      // A bug in a driver says nothing about the money.
      this.#context.log.error({ terminal: actor.id, ...errorFields(error) }, 'the driver failed during a sale');
      outcome = { kind: 'inDoubt', reason: 'the driver failed' };
    }
    try {
      this.#commitOutcome(actor, payment, outcome);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      // Still `started` on disk: the enquiry will find out again what the terminal has just said.
      this.#context.log.error({ terminal: actor.id, ...errorFields(error) }, 'the outcome of a sale could not be recorded, will ask again');
      outcome = { kind: 'inDoubt', reason: 'the outcome could not be recorded' };
    }
    const evidence = evidenceFor(outcome);
    if (evidence) actor.evidence.keep(evidence);
    if (outcome.kind === 'inDoubt') this.#enquireUntilKnown(actor.id);
    if (outcome.kind === 'declined') actor.learnLastTraceSoon();
    if (outcome.kind === 'failed') actor.startPolling(0);
    return { ok: true, view: viewOf(this.#payments.byId(paymentId)!) };
  }

  #commitOutcome(actor: TerminalActor, payment: Payment, outcome: PaymentOutcome): void {
    const { paymentId, batchNo, businessDay } = payment;
    const ref = { paymentId, batchNo, businessDay };
    const now = this.#context.clock.now();
    switch (outcome.kind) {
      case 'booked': {
        const receipt = receiptWithin(outcome.receipt);
        actor.commit({ lastUseAt: now, lastTraceKnown: true, lastTraceNo: outcome.details.traceNo }, (tx) => {
          this.#payments.update(tx, paymentId, 'completed', outcome.details, null, now);
          tx.append('PaymentCompleted', actor.id, { ...ref, booked: outcome.details, ...(receipt ? { receipt } : {}) });
        });
        return;
      }
      case 'declined':
        actor.commit({ lastUseAt: now }, (tx) => {
          const detail = outcome.detail.slice(0, 200);
          this.#payments.update(tx, paymentId, 'declined', null, detail, now);
          tx.append('PaymentDeclined', actor.id, { ...ref, resultCode: outcome.resultCode.slice(0, 16), detail });
        });
        return;
      case 'failed':
        actor.commit(factsAfterFailure(outcome), (tx) => {
          const detail = outcome.detail.slice(0, 200);
          this.#payments.update(tx, paymentId, 'failed', null, detail, now);
          tx.append('PaymentFailed', actor.id, { ...ref, code: outcome.code, detail });
        });
        return;
      case 'inDoubt':
        actor.commit({ lastUseAt: now }, (tx) => this.#declareInDoubt(tx, payment, outcome.reason));
        return;
    }
  }

  #declareInDoubt(tx: JournalTransaction, payment: Payment, reason: string): void {
    const { paymentId, batchNo, businessDay, terminal } = payment;
    this.#payments.update(tx, paymentId, 'inDoubt', null, reason.slice(0, 200), this.#context.clock.now());
    tx.append('PaymentInDoubt', terminal, { paymentId, batchNo, businessDay, reason: reason.slice(0, 200) });
  }

  #enquireUntilKnown(terminal: string): void {
    if (this.#resolving.has(terminal)) return;
    this.#resolving.add(terminal);
    void this.#enquiryLoop(terminal).finally(() => this.#resolving.delete(terminal));
  }

  async #enquiryLoop(terminal: string): Promise<void> {
    const { clock, log, signal } = this.#context;
    for (let attempt = 0; !signal.aborted; attempt++) {
      await pause(clock, enquiryDelayMs(attempt), signal);
      const actor = this.#parts.terminals.get(terminal);
      if (!actor || signal.aborted) continue;
      try {
        if (await this.resolveNow(actor)) return;
        log.warn({ terminal, attempt }, 'a payment is still in doubt, will ask again');
      } catch (error) {
        log.error({ terminal, attempt, ...errorFields(error) }, 'the enquiry failed, will ask again');
      }
    }
  }

  async #enquire(actor: TerminalActor, paymentId: string): Promise<boolean> {
    const payment = this.#payments.byId(paymentId)!;
    if (payment.state !== 'started' && payment.state !== 'inDoubt') return true;
    if (!(await actor.readyToBeAsked())) return false;
    const answer = await actor.driver.enquireLostOutcome(lostSale(payment));
    const { amountMinor, currency, lastTraceNo: lastKnownTraceNo, batchNo, businessDay } = payment;
    const verdict = judgeEnquiry({ amountMinor, currency, lastKnownTraceNo }, answer);
    if (verdict === 'unknown') return false;
    const booked = verdict === 'booked' && (answer.kind === 'lastTransaction' || answer.kind === 'found') ? answer.details : null;
    const now = this.#context.clock.now();
    const { protocol, enquiry } = actor.driver.capabilities;
    const asked = `${protocol} ${enquiry === 'reference' ? 'transaction status' : 'last transaction'}`.slice(0, 64);
    actor.commit({ lastTraceKnown: true, ...(booked ? { lastTraceNo: booked.traceNo } : {}) }, (tx) => {
      this.#payments.update(
        tx,
        paymentId,
        booked ? 'completed' : 'failed',
        booked,
        booked ? null : 'not booked, the terminal was asked',
        now,
      );
      tx.append('PaymentResolved', actor.id, { paymentId, batchNo, businessDay, booked, asked });
    });
    this.#context.log.info({ terminal: actor.id, paymentId, verdict }, 'a payment in doubt was resolved');
    if (!booked) actor.learnLastTraceSoon();
    return true;
  }
}

function factsAfterFailure(outcome: PaymentFailed): Partial<TerminalFacts> {
  return outcome.code === 'signOnNeeded' ? { signedOn: false, service: 'signOnNeeded' } : {};
}

/** Four characters of a payment's own randomness, so that an agent that lost its counter can't name an older order. */
function saltOf(paymentId: string): string {
  const bits = Number.parseInt(paymentId.replaceAll('-', '').slice(-8), 16);
  return (bits % 36 ** 4).toString(36).toUpperCase().padStart(4, '0');
}

function lostSale({ reference }: Payment): LostOutcome | undefined {
  return reference === null ? undefined : { reference, transaction: 'sale' };
}

function viewOf(payment: Payment): PaymentView {
  const { paymentId, terminal, state, amountMinor, currency, booked, detail } = payment;
  return { paymentId, terminal, state, amountMinor, currency, ...(booked ? { booked } : {}), ...(detail ? { detail } : {}) };
}
