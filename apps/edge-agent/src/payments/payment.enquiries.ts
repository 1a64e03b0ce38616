import { type BookedDetails, bookedDetails } from '@tillward/contracts';
import { judgeEnquiry, type LostOutcome } from '@tillward/driver';
import { type Clock, pause } from '../clock.js';
import type { EventHub } from '../events/index.js';
import type { JournalTransaction } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import { enquiryDelayMs, type TerminalActor, type Terminals } from '../terminals/index.js';
import { appendInDoubt, appendResolved } from './payment.entries.js';
import type { Payment, PaymentStore } from './payment.store.js';
import { afterRestart } from './payments.rules.js';

export interface PaymentsContext {
  clock: Clock;
  log: Log;
  /** Aborts when the agent stops. */
  signal: AbortSignal;
}

/** After so many enquiries without an answer the doubt is journaled once more, and after so many others again: about every hour. */
const SAID_AGAIN_AFTER = 3;
const SAID_AGAIN_EVERY = 120;

/** How taking over an outcome ended. */
export type Adopted = { kind: 'succeeded'; detail: string } | { kind: 'failed'; code: string; detail: string };

/**
 * What is in doubt, and how it becomes known: the terminal is asked until it tells. A sale, a reversal and a refund are all asked about, and none is ever
 * sent again.
 */
export class PaymentEnquiries {
  readonly #context: PaymentsContext;
  readonly #payments: PaymentStore;
  readonly #terminals: Terminals;
  readonly #events: EventHub;
  readonly #resolving = new Set<string>();
  /** Ends the pause before a terminal's next enquiry. */
  readonly #pauses = new Map<string, AbortController>();

  constructor(context: PaymentsContext, payments: PaymentStore, parts: { terminals: Terminals; events: EventHub }) {
    this.#context = context;
    this.#payments = payments;
    this.#terminals = parts.terminals;
    this.#events = parts.events;
  }

  /**
   * Declares every payment in doubt that was started and has no outcome, in the transaction of the start entry. Returns how many. Call once, before
   * anything else may start one.
   */
  recover(tx: JournalTransaction): number {
    const cutOff = this.#payments.unresolved().filter((payment) => afterRestart(payment.state) === 'declareInDoubt');
    for (const payment of cutOff) this.declare(tx, payment, 'the gateway stopped before the outcome was recorded');
    return cutOff.length;
  }

  /** Asks about everything that is in doubt; keeps asking until it is known. Call after the terminals are there. */
  resume(): void {
    for (const payment of this.#payments.unresolved()) this.untilKnown(payment.terminal);
  }

  /** Whether something of a terminal has an unknown outcome. */
  openAt(terminal: string): boolean {
    return this.#resolving.has(terminal) || this.#payments.inDoubtAt(terminal);
  }

  /** Records that money may have moved. */
  declare(tx: JournalTransaction, payment: Payment, why: string): void {
    const reason = why.slice(0, 200);
    this.#payments.update(tx, payment, { state: 'inDoubt', booked: null, detail: reason, at: this.#context.clock.now() });
    appendInDoubt(tx, payment, reason);
  }

  /** Asks about a terminal's open payment again and again until it is known. */
  untilKnown(terminal: string): void {
    if (this.#resolving.has(terminal)) return;
    this.#resolving.add(terminal);
    void this.#loop(terminal).finally(() => {
      this.#resolving.delete(terminal);
      this.#pauses.delete(terminal);
    });
  }

  /** One attempt. True when nothing is in doubt any more. */
  async resolveNow(actor: TerminalActor): Promise<boolean> {
    const payment = this.#payments.unresolved().find((open) => open.terminal === actor.id);
    if (!payment) return true;
    return actor.run('selling', () => this.#enquire(actor, payment.paymentId));
  }

  /** Core may know more than the terminal tells: this gateway may have said it before its data went back to an older copy. */
  #sayAgain(actor: TerminalActor): void {
    const payment = this.#payments.unresolved().find((open) => open.terminal === actor.id);
    if (payment) actor.commit({}, (tx) => appendInDoubt(tx, payment, 'the terminal does not tell what became of it'));
  }

  /**
   * Ends a payment in doubt as core says that this gateway ended it before; `outcome` are the parameters of `adoptOutcome`. Succeeds without effect when the outcome is known already.
   */
  adopt(actor: TerminalActor, outcome: Readonly<Record<string, string>>): Adopted {
    const payment = this.#payments.byId(outcome['paymentId'] ?? '');
    if (!payment || payment.terminal !== actor.id)
      return { kind: 'failed', code: 'unknownPayment', detail: 'this terminal has no such payment' };
    if (payment.state !== 'started' && payment.state !== 'inDoubt') return { kind: 'succeeded', detail: 'its outcome was known already' };
    const told = readOutcome(outcome, payment);
    if (!told) return { kind: 'failed', code: 'outcomeUnusable', detail: 'what was told is no outcome of this payment' };
    const { booked } = told;
    actor.commit({}, (tx) => {
      const detail = booked ? null : 'not booked, as core was told before';
      this.#payments.update(tx, payment, { state: booked ? 'completed' : 'failed', booked, detail, at: this.#context.clock.now() });
      appendResolved(tx, payment, booked, 'core, which was told before');
    });
    this.#events.emit({ type: 'payment', terminal: actor.id, payment: this.#payments.view(this.#payments.byId(payment.paymentId)!) });
    this.#context.log.info({ terminal: actor.id, paymentId: payment.paymentId, booked: booked !== null }, 'core knew a payment in doubt');
    actor.learnLastTraceSoon();
    this.#pauses.get(actor.id)?.abort();
    return { kind: 'succeeded', detail: booked ? 'the payment was booked' : 'the payment was not booked' };
  }

  async #loop(terminal: string): Promise<void> {
    const { clock, log, signal } = this.#context;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const ended = new AbortController();
      this.#pauses.set(terminal, ended);
      await pause(clock, enquiryDelayMs(attempt), AbortSignal.any([signal, ended.signal]));
      const actor = this.#terminals.get(terminal);
      if (!actor || signal.aborted) continue;
      try {
        if (await this.resolveNow(actor)) return;
        log.warn({ terminal, attempt }, 'a payment is still in doubt, will ask again');
        if (attempt % SAID_AGAIN_EVERY === SAID_AGAIN_AFTER) this.#sayAgain(actor);
      } catch (error) {
        log.error({ terminal, attempt, ...errorFields(error) }, 'the enquiry failed, will ask again');
      }
    }
  }

  async #enquire(actor: TerminalActor, paymentId: string): Promise<boolean> {
    const payment = this.#payments.byId(paymentId)!;
    if (payment.state !== 'started' && payment.state !== 'inDoubt') return true;
    if (!(await actor.readyToBeAsked())) return false;
    const answer = await actor.driver.enquireLostOutcome(lostOrder(payment));
    const { state } = this.#payments.byId(paymentId)!;
    if (state !== 'started' && state !== 'inDoubt') return true;
    const { transaction, amountMinor, currency, lastTraceNo: lastKnownTraceNo } = payment;
    const verdict = judgeEnquiry({ transaction, amountMinor, currency, lastKnownTraceNo }, answer);
    if (verdict === 'unknown') return false;
    const booked = verdict === 'booked' && (answer.kind === 'lastTransaction' || answer.kind === 'found') ? answer.details : null;
    const at = this.#context.clock.now();
    const { protocol, enquiry } = actor.driver.capabilities;
    const asked = `${protocol} ${enquiry === 'reference' ? 'transaction status' : 'last transaction'}`.slice(0, 64);
    actor.commit({ lastTraceKnown: true, ...(booked ? { lastTraceNo: booked.traceNo } : {}) }, (tx) => {
      const known = booked
        ? ({ state: 'completed', booked, detail: null, at } as const)
        : ({ state: 'failed', booked, detail: 'not booked, the terminal was asked', at } as const);
      this.#payments.update(tx, payment, known);
      appendResolved(tx, payment, booked, asked);
    });
    this.#events.emit({ type: 'payment', terminal: actor.id, payment: this.#payments.view(this.#payments.byId(paymentId)!) });
    this.#context.log.info({ terminal: actor.id, paymentId, transaction, verdict }, 'a payment in doubt was resolved');
    if (!booked) actor.learnLastTraceSoon();
    return true;
  }
}

/** What core says of this payment; undefined when it can't be about it. */
function readOutcome(outcome: Readonly<Record<string, string>>, payment: Payment): { booked: BookedDetails | null } | undefined {
  if (outcome['state'] === 'declined' || outcome['state'] === 'failed') return { booked: null };
  if (outcome['state'] !== 'completed') return undefined;
  const { paymentId: _id, state: _state, amountMinor, traceNo, receiptNo, ...texts } = outcome;
  const numbers = {
    amountMinor: Number(amountMinor),
    traceNo: Number(traceNo),
    ...(receiptNo === undefined ? {} : { receiptNo: Number(receiptNo) }),
  };
  const read = bookedDetails.safeParse({ ...texts, ...numbers });
  if (!read.success || read.data.amountMinor !== payment.amountMinor || read.data.currency !== payment.currency) return undefined;
  return { booked: read.data };
}

function lostOrder({ reference, transaction }: Payment): LostOutcome | undefined {
  return reference === null ? undefined : { reference, transaction };
}
