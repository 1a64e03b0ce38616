import { localDateTimeOf } from '@tillward/calendar';
import type { ExchangeFailure, ReprintOutcome } from '@tillward/driver';
import { BatchStore } from '../batches/index.js';
import { type Clock, pause } from '../clock.js';
import type { Journal, JournalTransaction } from '../journal/index.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import type { SettlementService } from '../settlement/index.js';
import type { TerminalActor, TerminalFacts } from '../terminals/index.js';
import { asCopy, type BesideAction, type Order, type OrderAction, planOrder, type Refused } from './actions.rules.js';
import { ReceiptStore } from './receipt.store.js';

/** How long a terminal may take to answer again, between two looks, and before the first one, when it may not have gone down yet. */
const BACK_WITHIN_MS = 180_000;
const BACK_LOOK_MS = 2_000;
const GOES_DOWN_MS = 5_000;
/** How long power is taken away: long enough for a terminal's capacitors. */
const POWER_OFF_SECONDS = 5;

interface ActionsContext {
  clock: Clock;
  /** Aborts when the agent stops. */
  signal: AbortSignal;
}

export interface ActionsParts {
  journal: Journal;
  policy: PolicyService;
  settlement: SettlementService;
}

/**
 * How an order ended. `facts` and `record` belong into the transaction of its answer. `stopped`: the agent stopped first; the order is taken up again after the
 * next start.
 */
export type ActionResult =
  | ({ kind: 'succeeded'; detail: string } & ActionEffect)
  | ({ kind: 'failed'; code: string; detail: string } & ActionEffect)
  | { kind: 'stopped' };

/** What an order's end changes and records. */
export interface ActionEffect {
  facts?: Partial<TerminalFacts>;
  record?: (tx: JournalTransaction) => void;
}

const BY = { by: 'command' } as const;

/** What people order of a terminal from afar, money aside. Each order is one exchange whose effect is looked at where it can be. */
export class TerminalActions {
  readonly #context: ActionsContext;
  readonly #parts: ActionsParts;
  readonly #batches: BatchStore;
  readonly #receipts: ReceiptStore;

  constructor(context: ActionsContext, parts: ActionsParts) {
    this.#context = context;
    this.#parts = parts;
    this.#batches = new BatchStore(parts.journal.store);
    this.#receipts = new ReceiptStore(parts.journal);
  }

  /**
   * Carries out an order. Must run inside a job of the actor, so that no sale is interrupted. `resumed`: the gateway stopped while it was being carried out before.
   */
  async carryOut(actor: TerminalActor, action: OrderAction, parameters: Record<string, string>, resumed: boolean): Promise<ActionResult> {
    const order = planOrder(action, parameters, {
      watchedOnly: actor.watchedOnly,
      capabilities: actor.driver.capabilities,
      power: actor.power?.capabilities ?? null,
      heldBy: actor.heldBy,
      paymentInDoubt: this.#batches.unresolvedPayments(actor.id) > 0,
      settlementInDoubt: this.#parts.settlement.inDoubtAt(actor.id),
      resumed,
    });
    return order.kind === 'refused' ? failedAs(order) : this.#perform(actor, order, resumed);
  }

  /** Carries out what may be done beside whatever runs on the terminal. */
  async beside(actor: TerminalActor, action: BesideAction, resumed: boolean): Promise<ActionResult> {
    if (action === 'captureDialogue') return captured(actor);
    if (actor.watchedOnly) return fail('terminalOnlyWatched', 'the terminal works on its own and is only watched');
    if (!actor.driver.capabilities.operations.has('abort')) return fail('unsupportedAction', 'this terminal can not be asked to give up');
    // What was running then is not what runs now.
    if (resumed) return fail('outcomeUnknown', 'the gateway stopped while it was carried out');
    const { running } = actor;
    if (running === null) return fail('nothingRunning', 'the terminal is doing nothing that could be given up');
    const outcome = await actor.driver.abort();
    if (outcome.kind === 'failed') return failed(outcome);
    return { kind: 'succeeded', detail: `asked the terminal to give up: ${running}; how that ended is told by its own entry` };
  }

  #perform(actor: TerminalActor, order: Order, resumed: boolean): Promise<ActionResult> {
    switch (order.kind) {
      case 'signOn':
        return this.#signOn(actor);
      case 'signOff':
        return this.#signOff(actor);
      case 'sendStored':
        return this.#sendStored(actor);
      case 'diagnose':
        return this.#diagnose(actor, order.depth);
      case 'restart':
        return this.#restart(actor);
      case 'powerCycle':
        return resumed ? this.#givePowerBack(actor) : this.#powerCycle(actor);
      case 'setTime':
        return this.#setTime(actor);
      case 'display':
        return this.#display(actor, order);
      case 'reprint':
        return this.#reprint(actor, order);
    }
  }

  async #signOn(actor: TerminalActor): Promise<ActionResult> {
    const outcome = await actor.signOn('command');
    if (outcome.kind === 'failed') return failed(outcome);
    if (!actor.facts.lastTraceKnown) await actor.learnLastTrace();
    return { kind: 'succeeded', detail: 'signed on', facts: { heldUntil: null } };
  }

  /** Signed off on request it stays so until the day is over; the opening would sign it on again at once. */
  async #signOff(actor: TerminalActor): Promise<ActionResult> {
    const outcome = await actor.driver.signOff();
    if (outcome.kind === 'failed') return failed(outcome);
    const window = windowAt(this.#parts.policy.current!, this.#context.clock.now());
    const facts = { signedOn: false, heldUntil: window.isOpen ? window.closesAtMs : null };
    return { kind: 'succeeded', detail: 'signed off', facts, record: (tx) => tx.append('TerminalSignedOff', actor.id, BY) };
  }

  async #sendStored(actor: TerminalActor): Promise<ActionResult> {
    const outcome = await actor.driver.sendStored();
    if (outcome.kind === 'failed') return failed(outcome);
    const { count } = outcome;
    // What was sent may count as the terminal's last transaction.
    await actor.learnLastTrace();
    const detail = count === null ? 'sent; the terminal did not say how many' : `${count} sent`;
    return { kind: 'succeeded', detail, record: (tx) => tx.append('StoredTransactionsSent', actor.id, { ...BY, count }) };
  }

  async #diagnose(actor: TerminalActor, depth: 'host' | 'self'): Promise<ActionResult> {
    const outcome = await actor.driver.diagnose(depth);
    if (outcome.kind === 'failed') return failed(outcome);
    const { healthy } = outcome;
    const detail = outcome.detail.slice(0, 200);
    await actor.poll();
    return {
      kind: 'succeeded',
      detail: `${healthy ? 'healthy' : 'not healthy'}: ${detail}`,
      record: (tx) => tx.append('TerminalDiagnosed', actor.id, { ...BY, depth, healthy, detail }),
    };
  }

  async #restart(actor: TerminalActor): Promise<ActionResult> {
    const outcome = await actor.driver.restart();
    if (outcome.kind === 'failed') return failed(outcome);
    await pause(this.#context.clock, GOES_DOWN_MS, this.#context.signal);
    return this.#seenBack(actor, 'protocol');
  }

  async #powerCycle(actor: TerminalActor): Promise<ActionResult> {
    // One client at a time: the switch looks for the terminal itself.
    await actor.driver.close();
    const outcome = await actor.power!.cycle(POWER_OFF_SECONDS);
    if (outcome.kind === 'done') return this.#seenBack(actor, 'power');
    await actor.poll();
    return fail(outcome.code, outcome.detail);
  }

  /** The gateway stopped in the middle of a power cycle: whatever was done, the terminal must have power. It is not taken away again. */
  async #givePowerBack(actor: TerminalActor): Promise<ActionResult> {
    await actor.driver.close();
    const outcome = await actor.power!.on();
    if (outcome.kind === 'failed') return fail(outcome.code, outcome.detail);
    return this.#seenBack(actor, 'power');
  }

  /** A restart is over when the terminal answers again. */
  async #seenBack(actor: TerminalActor, means: 'protocol' | 'power'): Promise<ActionResult> {
    const { clock, signal } = this.#context;
    const startedAt = clock.now();
    for (;;) {
      if (signal.aborted) return { kind: 'stopped' };
      await actor.poll();
      const back = actor.facts.power === 'on' && actor.facts.service !== 'unknown';
      const waitedMs = clock.now() - startedAt;
      if (back || waitedMs >= BACK_WITHIN_MS) {
        const record = (tx: JournalTransaction) => tx.append('TerminalRestarted', actor.id, { ...BY, means, back });
        if (!back) return { kind: 'failed', code: 'terminalUnreachable', detail: 'the terminal did not come back in time', record };
        return { kind: 'succeeded', detail: `back after ${Math.round(waitedMs / 1_000)} s`, record };
      }
      await pause(clock, BACK_LOOK_MS, signal);
    }
  }

  async #setTime(actor: TerminalActor): Promise<ActionResult> {
    const localDateTime = localDateTimeOf(this.#context.clock.now(), this.#parts.policy.current!.timeZone);
    const outcome = await actor.driver.setTime(localDateTime);
    if (outcome.kind === 'failed') return failed(outcome);
    await actor.poll();
    return {
      kind: 'succeeded',
      detail: `set to ${localDateTime}`,
      record: (tx) => tx.append('TerminalTimeCorrected', actor.id, { ...BY, localDateTime }),
    };
  }

  async #display(actor: TerminalActor, { display }: Extract<Order, { kind: 'display' }>): Promise<ActionResult> {
    const outcome = await actor.driver.display(display);
    if (outcome.kind === 'failed') return failed(outcome);
    return { kind: 'succeeded', detail: `shown for ${display.seconds} s`, record: (tx) => tx.append('MessageDisplayed', actor.id, BY) };
  }

  async #reprint(actor: TerminalActor, { reprint }: Extract<Order, { kind: 'reprint' }>): Promise<ActionResult> {
    const { reprints } = actor.driver.capabilities;
    const receiptNo = reprint.which === 'receipt' ? reprint.receiptNo : null;
    const named = receiptNo === null ? {} : { receiptNo };
    if (!reprints.has(reprint.which)) return this.#printKept(actor, this.#receipts.find(actor.id, receiptNo), named);
    const outcome = await actor.driver.reprint(reprint);
    if (outcome.kind === 'failed') return failed(outcome);
    if (!handedOver(outcome)) {
      const record = (tx: JournalTransaction) => tx.append('ReceiptReprinted', actor.id, { ...BY, which: reprint.which, ...named });
      return { kind: 'succeeded', detail: 'printed by the terminal', record };
    }
    if (reprints.has('lines')) return this.#printKept(actor, outcome.receipt, named);
    return fail('notPrinted', 'the terminal handed the receipt to the gateway instead of printing it, and nothing prints there');
  }

  async #printKept(actor: TerminalActor, lines: readonly string[] | undefined, named: { receiptNo?: number }): Promise<ActionResult> {
    if (!lines) return fail('noReceipt', 'the gateway has kept no such receipt of this terminal');
    const outcome = await actor.driver.reprint({ which: 'lines', lines: asCopy(lines) });
    if (outcome.kind === 'failed') return failed(outcome);
    const record = (tx: JournalTransaction) => tx.append('ReceiptReprinted', actor.id, { ...BY, which: 'lines', ...named });
    return { kind: 'succeeded', detail: `${lines.length} kept lines printed as a copy`, record };
  }
}

function captured(actor: TerminalActor): ActionResult {
  if (actor.evidence.empty) return fail('noDialogue', 'nothing was said to this terminal since the gateway started');
  return { kind: 'succeeded', detail: 'the last protocol dialogue is in the journal', record: (tx) => actor.evidence.capture(tx) };
}

function handedOver(outcome: Extract<ReprintOutcome, { kind: 'printed' }>): outcome is { kind: 'printed'; receipt: readonly string[] } {
  return outcome.receipt !== undefined && outcome.receipt.length > 0;
}

function failed({ code, detail }: ExchangeFailure): ActionResult {
  return { kind: 'failed', code, detail };
}

function failedAs({ code, detail }: Refused): ActionResult {
  return { kind: 'failed', code, detail };
}

function fail(code: Refused['code'] | ExchangeFailure['code'], detail: string): ActionResult {
  return { kind: 'failed', code, detail };
}
