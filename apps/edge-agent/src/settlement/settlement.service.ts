import { randomUUID } from 'node:crypto';
import type { BatchTotals, StepFailure } from '@tillward/contracts';
import { judgeSettlement, type SettlementOutcome, type TotalsOutcome } from '@tillward/driver';
import { BatchStore } from '../batches/index.js';
import { type Clock, pause } from '../clock.js';
import type { Journal, JournalTransaction } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import { enquiryDelayMs, type TerminalActor, type Terminals } from '../terminals/index.js';
import { afterSettleAttempt, balanced, needsEvidence, nothingToSettle, planSettlement, schemeTotalsOf } from './settlement.rules.js';
import { type Settlement, SettlementStore } from './settlement.store.js';

/** Who asked for a settlement. */
export type SettlementRequester = 'policy' | 'command' | 'till' | 'recovery';

/**
 * How a request to settle ended. `settled`: the batch is closed and all totals agree; `nothing`: there was no batch and the terminal holds none;
 * `unbalanced`: the batch is closed and the totals differ; `failed`: the batch is known to be open; `inDoubt`: nobody knows yet.
 */
export type SettlementResult =
  | { kind: 'settled' | 'unbalanced'; settlement: Settlement }
  | { kind: 'nothing'; totals: BatchTotals }
  | { kind: 'failed'; code: StepFailure; detail: string }
  | { kind: 'inDoubt'; detail: string };

/** `nothing`: there is no such settlement, or its totals do not differ. */
export type Acceptance = { kind: 'accepted'; settlement: Settlement; record: (tx: JournalTransaction) => void } | { kind: 'nothing' };

/** How often a refused settlement is tried, and the pause between. */
export interface SettlementPatience {
  attempts: number;
  retryDelayMs: number;
}

/** The end of several attempts; `stopped`: the agent stopped first. */
export type SettlementEnd = { kind: 'over'; result: SettlementResult; refusals: number; enquiries: number } | { kind: 'stopped' };

interface SettlementContext {
  clock: Clock;
  log: Log;
  /** Aborts when the agent stops. */
  signal: AbortSignal;
}

/**
 * Closes batches with the acquirer's host. The intent with the totals of journal and terminal is committed first, then bytes go out, then the outcome
 * is committed. A settlement cut off is in doubt and asked about before anything is repeated.
 */
export class SettlementService {
  readonly #context: SettlementContext;
  readonly #settlements: SettlementStore;
  readonly #batches: BatchStore;
  readonly #policy: PolicyService;
  readonly #resolving = new Set<string>();

  constructor(context: SettlementContext, journal: Journal, policy: PolicyService) {
    this.#context = context;
    this.#settlements = new SettlementStore(journal.store);
    this.#batches = new BatchStore(journal.store);
    this.#policy = policy;
  }

  /** Declares every settlement in doubt that a crash cut off, in the transaction of the start entry. Returns how many. */
  recover(tx: JournalTransaction): number {
    const cutOff = this.#settlements.interrupted();
    for (const settlement of cutOff) this.#declareInDoubt(tx, settlement, 'the gateway stopped before the outcome was recorded');
    return cutOff.length;
  }

  /** Keeps asking about settlements that are in doubt until it is known, whoever started them. Call after the terminals are there. */
  resumeEnquiries(terminals: Terminals): void {
    for (const actor of terminals.all()) if (this.inDoubtAt(actor.id)) this.#enquireUntilKnown(actor);
  }

  /** Settles as jobs of the actor: refused attempts are repeated, one in doubt is asked about, both with an end. */
  async settleWithin(actor: TerminalActor, by: SettlementRequester, patience: SettlementPatience): Promise<SettlementEnd> {
    let refusals = 0;
    let enquiries = 0;
    for (;;) {
      const result = await actor.run('settling', () => this.settle(actor, by));
      if (result.kind === 'failed') refusals += 1;
      if (result.kind === 'inDoubt') enquiries += 1;
      const move = afterSettleAttempt(result.kind === 'failed' ? result.code : result.kind, refusals, enquiries, patience);
      if (move.kind === 'end') return { kind: 'over', result, refusals, enquiries };
      await pause(this.#context.clock, move.afterMs, this.#context.signal);
      if (this.#context.signal.aborted) return { kind: 'stopped' };
    }
  }

  /** One attempt. Must run inside a job of the actor. What is in doubt is asked about first; nothing is ever repeated blindly. */
  async settle(actor: TerminalActor, by: SettlementRequester): Promise<SettlementResult> {
    const open = this.#batches.current(actor.id);
    switch (planSettlement(this.#batches.unresolvedPayments(actor.id), open?.state ?? null)) {
      case 'resolvePaymentsFirst':
        return { kind: 'failed', code: 'paymentInDoubt', detail: 'a payment of this batch is in doubt' };
      case 'resolveSettlementFirst': {
        const resolved = await this.resolve(actor);
        return resolved.kind === 'notSettled' ? this.#attempt(actor, by) : resolved;
      }
      case 'askTotals':
        return this.#attempt(actor, by);
    }
  }

  /**
   * Asks what became of a settlement in doubt. `notSettled`: the batch is open as before and may be settled again. Must run inside a job of the actor.
   */
  async resolve(actor: TerminalActor): Promise<SettlementResult | { kind: 'notSettled' }> {
    const settlement = this.#settlements.unfinished(actor.id);
    if (!settlement) return { kind: 'notSettled' };
    if (!(await actor.readyToBeAsked())) return { kind: 'inDoubt', detail: 'the terminal does not answer' };
    const answer = await actor.driver.totals();
    const verdict = settlement.terminalTotals ? judgeSettlement(settlement.terminalTotals, answer) : 'unknown';
    if (verdict === 'unknown') {
      return { kind: 'inDoubt', detail: answer.kind === 'failed' ? answer.detail : 'the totals match neither before nor after' };
    }
    const asked = `${actor.driver.capabilities.protocol} totals`.slice(0, 64);
    const { settlementId, batchNo, businessDay } = settlement;
    if (verdict === 'notSettled') {
      actor.commit({}, (tx) => {
        const code = 'settlementRefused' as const;
        this.#batches.setState(tx, actor.id, batchNo, 'open');
        const payload = { settlementId, batchNo, businessDay, settled: false, hostTotals: null, asked };
        const seq = tx.append('SettlementResolved', actor.id, payload);
        this.#settlements.update(tx, { ...settlement, state: 'failed', code, detail: 'not settled, the terminal was asked' }, seq);
      });
      return { kind: 'notSettled' };
    }
    return this.#commitSettled(actor, settlement, null, (tx) => {
      tx.append('SettlementResolved', actor.id, { settlementId, batchNo, businessDay, settled: true, hostTotals: null, asked });
    });
  }

  /** Whether a terminal's settlement has an unknown outcome. */
  inDoubtAt(terminal: string): boolean {
    return this.#settlements.unfinished(terminal) !== undefined;
  }

  /** The newest settlement that closed a batch of a terminal: of this business day (null: none), or recorded after entry `seq`. */
  closedFor(terminal: string, businessDay: string | null, seq: number): Settlement | undefined {
    return this.#settlements.closedFor(terminal, businessDay, seq);
  }

  /** The unbalanced settlement that still stands in the way of a proof, of whatever day: no balanced one with money in it has followed. */
  standingUnbalanced(terminal: string): Settlement | undefined {
    return this.#settlements.standingUnbalanced(terminal);
  }

  /**
   * What it takes to accept that an unbalanced settlement's totals differ, for the transaction that answers the command; or why there is nothing to accept. Accepted
   * again it changes nothing.
   */
  acceptance(terminal: string, settlementId: string, commandId: string): Acceptance {
    const settlement = this.#settlements.byId(terminal, settlementId);
    if (settlement?.state === 'accepted') return { kind: 'accepted', settlement, record: () => {} };
    if (settlement?.state !== 'unbalanced') return { kind: 'nothing' };
    const { batchNo, businessDay } = settlement;
    return {
      kind: 'accepted',
      settlement,
      record: (tx) => {
        tx.append('UnbalancedAccepted', terminal, { settlementId, batchNo, businessDay, commandId });
        this.#settlements.accept(tx, settlementId);
      },
    };
  }

  async #attempt(actor: TerminalActor, by: SettlementRequester): Promise<SettlementResult> {
    const signedOn = await actor.signOnIfRestarted();
    if (signedOn.kind === 'failed') return { kind: 'failed', code: signedOn.code, detail: signedOn.detail };
    const answer = await actor.driver.totals();
    const needed = actor.facts.service === 'settlementNeeded';
    const open = this.#batches.current(actor.id);
    if (answer.kind === 'totals' && nothingToSettle(open?.state ?? null, answer.totals, needed))
      return { kind: 'nothing', totals: answer.totals };
    const settlement = this.#commitIntent(actor, by, answer.kind === 'totals' ? answer : null);
    if (answer.kind === 'failed') {
      // Without the totals before, a lost outcome could never be judged: the command is not sent.
      return this.#commitFailed(actor, settlement, answer.code, answer.resultCode, `totals could not be read: ${answer.detail}`);
    }
    const outcome = await this.#send(actor);
    switch (outcome.kind) {
      case 'settled':
        return outcome.hostTotals
          ? this.#settledAs(actor, settlement, outcome.hostTotals)
          : this.#confirmEmpty(actor, settlement, answer.totals);
      case 'refused':
        return this.#commitFailed(actor, settlement, outcome.code, outcome.resultCode, outcome.detail);
      case 'inDoubt':
        return this.#leftInDoubt(actor, settlement, outcome.reason);
    }
  }

  /** A terminal that says "done" and names no totals of the host is believed only when its batch is empty afterwards. */
  async #confirmEmpty(actor: TerminalActor, settlement: Settlement, before: BatchTotals): Promise<SettlementResult> {
    const answer = await actor.driver.totals();
    switch (judgeSettlement(before, answer)) {
      case 'settled':
        return this.#settledAs(actor, settlement, null);
      case 'notSettled':
        return this.#commitFailed(actor, settlement, 'settlementRefused', null, 'the terminal reported success and still holds its batch');
      case 'unknown':
        return this.#leftInDoubt(
          actor,
          settlement,
          'the terminal reported success without totals, and its batch could not be seen to be empty',
        );
    }
  }

  #settledAs(actor: TerminalActor, settlement: Settlement, hostTotals: BatchTotals | null): SettlementResult {
    const settled = this.#commitSettled(actor, settlement, hostTotals, () => {});
    actor.learnLastTraceSoon();
    return settled;
  }

  #leftInDoubt(actor: TerminalActor, settlement: Settlement, reason: string): SettlementResult {
    actor.commit({}, (tx) => this.#declareInDoubt(tx, settlement, reason));
    actor.evidence.keep('inDoubt');
    this.#enquireUntilKnown(actor);
    return { kind: 'inDoubt', detail: reason };
  }

  #enquireUntilKnown(actor: TerminalActor): void {
    if (this.#resolving.has(actor.id)) return;
    this.#resolving.add(actor.id);
    void this.#enquiryLoop(actor).finally(() => this.#resolving.delete(actor.id));
  }

  async #enquiryLoop(actor: TerminalActor): Promise<void> {
    const { clock, log, signal } = this.#context;
    for (let attempt = 0; !signal.aborted && this.inDoubtAt(actor.id); attempt++) {
      await pause(clock, enquiryDelayMs(attempt), signal);
      if (signal.aborted) return;
      try {
        const result = await actor.run('settling', () => this.resolve(actor));
        if (result.kind === 'inDoubt') log.warn({ terminal: actor.id, attempt }, 'a settlement is still in doubt, will ask again');
      } catch (error) {
        log.error({ terminal: actor.id, attempt, ...errorFields(error) }, 'the enquiry failed, will ask again');
      }
    }
  }

  async #send(actor: TerminalActor): Promise<SettlementOutcome> {
    try {
      return await actor.driver.settle();
    } catch (error) {
      this.#context.log.error({ terminal: actor.id, ...errorFields(error) }, 'the driver failed during a settlement');
      return { kind: 'inDoubt', reason: 'the driver failed' };
    }
  }

  #commitIntent(actor: TerminalActor, by: SettlementRequester, told: Extract<TotalsOutcome, { kind: 'totals' }> | null): Settlement {
    const now = this.#context.clock.now();
    const terminalTotals = told?.totals ?? null;
    return actor.commit({}, (tx) => {
      const { batchNo, businessDay } = this.#batches.openOrCreate(tx, actor.id, windowAt(this.#policy.current!, now).businessDay);
      const journalTotals = this.#batches.journalTotals(actor.id, batchNo, actor.connection.currency);
      const settlement: Settlement = {
        settlementId: randomUUID(),
        terminal: actor.id,
        batchNo,
        businessDay,
        state: 'started',
        journalTotals,
        terminalTotals,
        hostTotals: null,
        code: null,
        detail: null,
      };
      this.#batches.setState(tx, actor.id, batchNo, 'settling');
      const { settlementId } = settlement;
      const intent = { settlementId, batchNo, businessDay, by, journalTotals, terminalTotals };
      const byCard = schemeTotalsOf(told?.byCard);
      const seq = tx.append('SettlementStarted', actor.id, byCard === null ? intent : { ...intent, terminalByScheme: byCard });
      this.#settlements.insert(tx, settlement, seq);
      return settlement;
    });
  }

  #commitSettled(
    actor: TerminalActor,
    settlement: Settlement,
    hostTotals: BatchTotals | null,
    first: (tx: JournalTransaction) => void,
  ): SettlementResult {
    const { settlementId, batchNo, businessDay, journalTotals, terminalTotals } = settlement;
    const agree = balanced({ journal: journalTotals, terminal: terminalTotals, host: hostTotals }, actor.driver.capabilities.countModulus);
    const done: Settlement = { ...settlement, hostTotals, state: agree ? 'completed' : 'unbalanced', code: agree ? null : 'totalsUnequal' };
    actor.commit({}, (tx) => {
      first(tx);
      this.#batches.setState(tx, actor.id, batchNo, agree ? 'settled' : 'unbalanced');
      const payload = { settlementId, batchNo, businessDay, journalTotals, terminalTotals, hostTotals };
      const seq = tx.append(agree ? 'SettlementCompleted' : 'SettlementUnbalanced', actor.id, payload);
      this.#settlements.update(tx, done, seq);
    });
    return { kind: agree ? 'settled' : 'unbalanced', settlement: done };
  }

  #commitFailed(
    actor: TerminalActor,
    settlement: Settlement,
    code: StepFailure,
    resultCode: string | null,
    reason: string,
  ): SettlementResult {
    const detail = reason.slice(0, 200);
    const { settlementId, batchNo, businessDay } = settlement;
    actor.commit({}, (tx) => {
      this.#batches.setState(tx, actor.id, batchNo, 'open');
      const payload = { settlementId, batchNo, businessDay, code, resultCode: resultCode?.slice(0, 16) ?? null, detail };
      const seq = tx.append('SettlementFailed', actor.id, payload);
      this.#settlements.update(tx, { ...settlement, state: 'failed', code, detail }, seq);
    });
    if (needsEvidence(code)) actor.evidence.keep('failed');
    return { kind: 'failed', code, detail };
  }

  #declareInDoubt(tx: JournalTransaction, settlement: Settlement, reason: string): void {
    const { settlementId, batchNo, businessDay, terminal } = settlement;
    const detail = reason.slice(0, 200);
    this.#batches.setState(tx, terminal, batchNo, 'inDoubt');
    const seq = tx.append('SettlementInDoubt', terminal, { settlementId, batchNo, businessDay, reason: detail });
    this.#settlements.update(tx, { ...settlement, state: 'inDoubt', detail }, seq);
  }
}
