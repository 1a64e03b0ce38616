import { type BatchTotals, CLOSING_STEPS, type ClosingStep, type StepEvidence } from '@tillward/contracts';
import { BatchStore } from '../batches/index.js';
import { type Clock, pause } from '../clock.js';
import type { Journal } from '../journal/index.js';
import type { OperatorService } from '../operators/index.js';
import type { PaymentService } from '../payments/index.js';
import { type PolicyService, windowAt, windowOfDay } from '../policy/index.js';
import type { Settlement, SettlementPatience, SettlementService } from '../settlement/index.js';
import { enquiryDelayMs, type TerminalActor } from '../terminals/index.js';
import { type ClosingSituation, decideClosingStep, totalsEvidence } from './closing.rules.js';
import type { RoutineDefinition, StepResult, StepWork } from './routine.definition.js';
import { recordOf } from './routine.rules.js';
import { watchedSettlement, watchedSignOff, watchedTotals } from './watched-close.js';

/** Enquiries about what is in doubt before the close is blocked; with their pauses about 15 s. */
const DOUBT_ENQUIRIES = 6;
/** How long a terminal may take to be dead after its switch went off. */
const OFF_WITHIN_MS = 15_000;
const OFF_LOOK_MS = 500;
/** How often the traffic of a watched terminal is looked at while somebody may be closing it by hand. */
const WATCH_LOOK_MS = 1_000;
const MINUTE_MS = 60_000;

/** What the close needs to know about the upload. */
export interface Acknowledgements {
  /** Resolves true when core has acknowledged entry `seq`, false when `signal` aborts first. */
  waitForAck(seq: number, signal: AbortSignal): Promise<boolean>;
}

export interface ClosingParts {
  journal: Journal;
  policy: PolicyService;
  payments: PaymentService;
  settlement: SettlementService;
  operators: OperatorService;
  acknowledgements: Acknowledgements;
}

interface ClosingContext {
  clock: Clock;
}

type Work = StepWork<ClosingStep>;

/**
 * The proven close of DOMAIN.md section 1. Every step may be repeated after a crash: it looks first at what is already so. A blocked terminal stays on,
 * takes no sales, and waits for a person.
 */
export class Closing implements RoutineDefinition<ClosingStep> {
  readonly kind = 'closing';
  readonly steps = CLOSING_STEPS;
  readonly #context: ClosingContext;
  readonly #parts: ClosingParts;
  readonly #batches: BatchStore;

  constructor(context: ClosingContext, parts: ClosingParts) {
    this.#context = context;
    this.#parts = parts;
    this.#batches = new BatchStore(parts.journal.store);
  }

  started: RoutineDefinition<ClosingStep>['started'] = (tx, { routineId, businessDay, by }, terminals) =>
    tx.append('ClosingStarted', null, { routineId, businessDay, by, terminals });

  completed: RoutineDefinition<ClosingStep>['completed'] = (tx, { run, actor }, step, outcome, evidence) =>
    tx.append('ClosingStepCompleted', actor.id, { routineId: run.routineId, businessDay: run.businessDay, step, outcome, evidence });

  blocked: RoutineDefinition<ClosingStep>['blocked'] = (tx, { routineId, businessDay }, terminal, step, { code, detail, evidence }) => {
    tx.append('CloseBlocked', terminal, { routineId, businessDay, step, code, detail, evidence: evidence ?? {} });
  };

  passed: RoutineDefinition<ClosingStep>['passed'] = (tx, { run, actor, progress }) => {
    tx.append('CloseProven', actor.id, {
      routineId: run.routineId,
      businessDay: run.businessDay,
      overnight: this.#settings['power.overnight'] as 'off' | 'standby' | 'on',
      totals: this.#settled(actor, run)?.journalTotals ?? null,
      steps: progress.map(({ step, outcome, seq }) => ({ step, outcome, seq })),
    });
  };

  factsWhenPassed: RoutineDefinition<ClosingStep>['factsWhenPassed'] = () => ({ resting: 'closed' });

  finished: RoutineDefinition<ClosingStep>['finished'] = (tx, { routineId, businessDay }, proven, blocked) => {
    tx.append('ClosingFinished', null, { routineId, businessDay, proven, blocked });
  };

  async perform(step: ClosingStep, work: Work): Promise<StepResult> {
    const decision = decideClosingStep(step, this.#situation(work));
    if (decision.kind === 'skip') return { kind: 'skipped', evidence: decision.evidence };
    if (decision.kind === 'block') return { kind: 'blocked', code: decision.code, detail: decision.detail };
    switch (step) {
      case 'stopSales':
        return this.#stopSales(work);
      case 'waitIdle':
        return this.#waitIdle(work);
      case 'resolveInDoubt':
        return this.#resolveInDoubt(work);
      case 'sendStored':
        return this.#sendStored(work);
      case 'settle':
        return work.actor.watchedOnly ? this.#seen(work, watchedSettlement) : this.#settle(work);
      case 'compareTotals':
        return work.actor.watchedOnly ? watchedTotals(work.actor, this.#opensAt(work)) : this.#compareTotals(work);
      case 'backUpJournal':
        return this.#backUpJournal(work);
      case 'signOff':
        return work.actor.watchedOnly ? this.#seen(work, watchedSignOff) : this.#signOff(work);
      case 'powerOff':
        return this.#powerOff(work);
      case 'verifyOff':
        return this.#verifyOff(work);
    }
  }

  get #settings() {
    return this.#parts.policy.current!.settings;
  }

  #situation({ actor, progress }: Work): ClosingSituation {
    return {
      overnight: this.#settings['power.overnight'] as ClosingSituation['overnight'],
      hasSwitch: actor.power?.capabilities.operations.has('off') === true,
      canSendStored: actor.driver.capabilities.operations.has('sendStored'),
      automatic: this.#settings['settlement.automatic'],
      batchOpen: this.#batches.current(actor.id) !== undefined,
      alreadyOff: recordOf(progress, 'stopSales')?.evidence['alreadyOff'] === true,
      unbalanced: this.#parts.settlement.standingUnbalanced(actor.id) !== undefined,
      watchedOnly: actor.watchedOnly,
    };
  }

  async #stopSales({ actor, run }: Work): Promise<StepResult> {
    const operator = this.#parts.operators.at(actor.id)?.operatorId ?? null;
    this.#parts.operators.signOff(actor.id, 'closing');
    const unsettled = this.#batches.current(actor.id) !== undefined || this.#batches.unresolvedPayments(actor.id) > 0;
    const alreadyOff = !unsettled && (await actor.readSwitch()) === 'off';
    // Closed on request in the middle of the day: stays closed until the day is over.
    const window = windowAt(this.#parts.policy.current!, this.#context.clock.now());
    const ordered = run.by === 'command' || run.by === 'till';
    const heldUntil = ordered && window.isOpen ? window.closesAtMs : null;
    return { kind: 'done', evidence: { operatorSignedOff: operator, alreadyOff }, facts: { heldUntil } };
  }

  async #waitIdle({ actor, signal }: Work): Promise<StepResult> {
    const startedAt = this.#context.clock.monotonic();
    const idle = await this.#within(this.#settings['closing.waitIdleMinutes'] * MINUTE_MS, signal, (limit) => actor.whenIdle(limit));
    if (signal.aborted) return { kind: 'stopped' };
    const waitedMs = this.#since(startedAt);
    if (!idle)
      return {
        kind: 'blocked',
        code: 'terminalBusy',
        detail: 'a sale was still running when the time to wait was over',
        evidence: { waitedMs },
      };
    return { kind: 'done', evidence: { waitedMs } };
  }

  async #resolveInDoubt({ actor, signal }: Work): Promise<StepResult> {
    const payments = this.#batches.unresolvedPayments(actor.id);
    const settlement = this.#parts.settlement.inDoubtAt(actor.id);
    for (let enquiry = 0; ; enquiry++) {
      const paymentsKnown = await this.#parts.payments.resolveNow(actor);
      const settlementKnown = await this.#settlementKnown(actor);
      if (paymentsKnown && settlementKnown) return { kind: 'done', evidence: { payments, settlement } };
      if (enquiry + 1 >= DOUBT_ENQUIRIES) {
        const code = paymentsKnown ? 'settlementInDoubt' : 'paymentInDoubt';
        return { kind: 'blocked', code, detail: 'the terminal did not say what happened', evidence: { payments, settlement } };
      }
      await pause(this.#context.clock, enquiryDelayMs(enquiry), signal);
      if (signal.aborted) return { kind: 'stopped' };
    }
  }

  async #settlementKnown(actor: TerminalActor): Promise<boolean> {
    if (!this.#parts.settlement.inDoubtAt(actor.id)) return true;
    const result = await actor.run('settling', () => this.#parts.settlement.resolve(actor));
    return result.kind !== 'inDoubt';
  }

  /** What the terminal authorised without the host goes to the host before the batch is closed; repeating it sends nothing twice. */
  async #sendStored({ actor, run }: Work): Promise<StepResult> {
    return actor.run('closing', async (driver): Promise<StepResult> => {
      const signedOn = await actor.signOnIfRestarted();
      if (signedOn.kind === 'failed') return { kind: 'blocked', code: signedOn.code, detail: signedOn.detail };
      const outcome = await driver.sendStored();
      if (outcome.kind === 'failed') return { kind: 'blocked', code: outcome.code, detail: outcome.detail };
      const { count } = outcome;
      if (count !== 0) await actor.learnLastTrace();
      return { kind: 'done', evidence: { count }, record: (tx) => tx.append('StoredTransactionsSent', actor.id, { by: run.by, count }) };
    });
  }

  /** Waits, as long as for a running sale, until a watched terminal's traffic shows what a step needs. */
  async #seen(work: Work, judge: (actor: TerminalActor, opensAt: number) => StepResult): Promise<StepResult> {
    const { actor, signal } = work;
    const until = this.#context.clock.monotonic() + this.#settings['closing.waitIdleMinutes'] * MINUTE_MS;
    for (;;) {
      const result = judge(actor, this.#opensAt(work));
      if (result.kind !== 'blocked' || this.#context.clock.monotonic() >= until) return result;
      await pause(this.#context.clock, WATCH_LOOK_MS, signal);
      if (signal.aborted) return { kind: 'stopped' };
    }
  }

  #opensAt({ run }: Work): number {
    return windowOfDay(this.#parts.policy.current!, run.businessDay).opensAtMs;
  }

  async #settle({ actor, run }: Work): Promise<StepResult> {
    // A crash may have come between the settlement's outcome and this step's record.
    const unrecorded = this.#parts.settlement.closedFor(actor.id, null, run.seq);
    if (unrecorded) return { kind: 'done', evidence: settlementEvidence(unrecorded) };
    const before = this.#settled(actor, run);
    if (!this.#settings['settlement.automatic']) return this.#nothingByHand(actor, before);
    const end = await this.#parts.settlement.settleWithin(actor, run.by, this.#patience);
    if (end.kind === 'stopped') return end;
    const { result, refusals, enquiries } = end;
    const evidence = { attempts: refusals, enquiries };
    switch (result.kind) {
      case 'settled':
      case 'unbalanced':
        return { kind: 'done', evidence: settlementEvidence(result.settlement) };
      case 'nothing':
        return settledBefore(before, 'nothing to settle');
      case 'failed':
        return { kind: 'blocked', code: result.code, detail: result.detail, evidence };
      case 'inDoubt':
        return { kind: 'blocked', code: 'settlementInDoubt', detail: result.detail, evidence };
    }
  }

  get #patience(): SettlementPatience {
    return { attempts: this.#settings['settlement.attempts'], retryDelayMs: this.#settings['settlement.retryDelaySeconds'] * 1_000 };
  }

  /** The batch is closed already; only a terminal that holds money the journal doesn't know stands in the way. */
  async #nothingByHand(actor: TerminalActor, before: Settlement | undefined): Promise<StepResult> {
    const answer = await actor.run('settling', (driver) => driver.totals());
    if (answer.kind === 'failed') return { kind: 'blocked', code: answer.code, detail: answer.detail };
    if (answer.totals.amountMinor === 0 && (answer.totals.count ?? 0) === 0) {
      return settledBefore(before, 'settled by hand before the closing');
    }
    return { kind: 'blocked', code: 'manualSettlementRequired', detail: 'the terminal holds unsettled transactions' };
  }

  async #compareTotals({ actor, run }: Work): Promise<StepResult> {
    // What was unequal stays unequal, however often the close is tried and whatever day it is.
    const settlement = this.#parts.settlement.standingUnbalanced(actor.id) ?? this.#settled(actor, run);
    if (!settlement) {
      const nothing = this.#nothing(actor);
      return {
        kind: 'done',
        evidence: { ...totalsEvidence(nothing, null, null), reason: 'nothing was settled, the terminal holds nothing' },
      };
    }
    const evidence = totalsEvidence(settlement.journalTotals, settlement.terminalTotals, settlement.hostTotals);
    if (settlement.state === 'completed') {
      const reason = 'host named no totals; the terminal’s batch is empty';
      return { kind: 'done', evidence: settlement.hostTotals ? evidence : { ...evidence, reason } };
    }
    if (settlement.state === 'accepted') return { kind: 'done', evidence: { ...evidence, reason: 'two people accepted the difference' } };
    return { kind: 'blocked', code: 'totalsUnequal', detail: 'the totals of journal, terminal and host differ', evidence };
  }

  async #backUpJournal({ actor, signal }: Work): Promise<StepResult> {
    const through = this.#parts.journal.headSeq;
    const limitMs = this.#settings['closing.backUpTimeoutMinutes'] * MINUTE_MS;
    const acked = await this.#within(limitMs, signal, (limit) => this.#parts.acknowledgements.waitForAck(through, limit));
    if (signal.aborted) return { kind: 'stopped' };
    const evidence: StepEvidence = { through, ackedThrough: this.#parts.journal.ackedThrough, terminal: actor.id };
    if (acked) return { kind: 'done', evidence };
    if (this.#settings['closing.withoutCore'] === 'block') {
      return { kind: 'blocked', code: 'coreUnreachable', detail: 'core did not acknowledge the journal in time', evidence };
    }
    // Core reads the proof only after every entry before it: when it has the proof, it has the backup.
    return {
      kind: 'skipped',
      evidence: { ...evidence, reason: 'core did not answer in time; the journal is kept here and delivered later' },
    };
  }

  async #signOff({ actor, run }: Work): Promise<StepResult> {
    const outcome = await actor.run('closing', (driver) => driver.signOff());
    if (outcome.kind === 'failed') return { kind: 'blocked', code: outcome.code, detail: outcome.detail };
    return {
      kind: 'done',
      evidence: {},
      facts: { signedOn: false },
      record: (tx) => tx.append('TerminalSignedOff', actor.id, { by: run.by }),
    };
  }

  async #powerOff({ actor, run }: Work): Promise<StepResult> {
    // In a job, so that no poll opens a link beside the switch's own look at the terminal.
    const outcome = await actor.run('closing', async (driver) => {
      await driver.close();
      return actor.power!.off();
    });
    if (outcome.kind === 'failed') return { kind: 'blocked', code: outcome.code, detail: outcome.detail };
    return {
      kind: 'done',
      evidence: {},
      record: (tx) => tx.append('TerminalPoweredOff', actor.id, { by: run.by }),
    };
  }

  async #verifyOff({ actor, signal }: Work): Promise<StepResult> {
    const startedAt = this.#context.clock.monotonic();
    for (;;) {
      const reading = await actor.readSwitch();
      const link = await actor.run('closing', (driver) => driver.connect());
      await actor.driver.close();
      const waitedMs = this.#since(startedAt);
      if (reading === 'off' && link.kind === 'failed') {
        return {
          kind: 'done',
          evidence: { switch: reading, connection: actor.watchedOnly ? 'none' : 'refused', waitedMs },
          facts: { power: 'off', service: 'unknown', signedOn: false },
        };
      }
      if (waitedMs >= OFF_WITHIN_MS) {
        const evidence = { switch: reading, connection: link.kind === 'done' ? 'accepted' : 'refused', waitedMs };
        const code = reading === 'unknown' ? 'powerSwitchUnreachable' : 'stillOn';
        return { kind: 'blocked', code, detail: 'the terminal could not be seen to be off', evidence };
      }
      await pause(this.#context.clock, OFF_LOOK_MS, signal);
      if (signal.aborted) return { kind: 'stopped' };
    }
  }

  /** The settlement a close proof speaks of: the terminal's newest of the business day, or one made since the routine began. */
  #settled(actor: TerminalActor, run: { businessDay: string; seq: number }): Settlement | undefined {
    return this.#parts.settlement.closedFor(actor.id, run.businessDay, run.seq);
  }

  /** Whole milliseconds that have passed, whatever the clock says. */
  #since(startedAt: number): number {
    return Math.round(this.#context.clock.monotonic() - startedAt);
  }

  #nothing(actor: TerminalActor): BatchTotals {
    return { currency: actor.connection.currency, amountMinor: 0, count: 0 };
  }

  async #within(limitMs: number, signal: AbortSignal, wait: (limit: AbortSignal) => Promise<boolean>): Promise<boolean> {
    const limit = new AbortController();
    const stop = () => limit.abort();
    signal.addEventListener('abort', stop, { once: true });
    const cancel = this.#context.clock.after(limitMs, stop);
    try {
      return await wait(limit.signal);
    } finally {
      cancel();
      signal.removeEventListener('abort', stop);
    }
  }
}

/** The batch was settled earlier in the day and the terminal holds nothing more; or there never was anything. */
function settledBefore(before: Settlement | undefined, otherwise: string): StepResult {
  if (!before) return { kind: 'skipped', evidence: { reason: otherwise } };
  return { kind: 'done', evidence: { ...settlementEvidence(before), reason: 'settled before the closing' } };
}

function settlementEvidence(settlement: Settlement): StepEvidence {
  const { settlementId, batchNo, journalTotals } = settlement;
  return { settlementId, batchNo, currency: journalTotals.currency, amountMinor: journalTotals.amountMinor, count: journalTotals.count };
}
