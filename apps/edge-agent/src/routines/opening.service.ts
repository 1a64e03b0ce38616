import { OPENING_STEPS, type OpeningStep } from '@tillward/contracts';
import { BatchStore } from '../batches/index.js';
import { type Clock, pause } from '../clock.js';
import type { Journal } from '../journal/index.js';
import type { PaymentService } from '../payments/index.js';
import type { PolicyService } from '../policy/index.js';
import type { SettlementService } from '../settlement/index.js';
import { enquiryDelayMs, type TerminalActor } from '../terminals/index.js';
import { catchUpNeeded, readyToSell } from './opening.rules.js';
import type { RoutineDefinition, StepResult, StepWork } from './routine.definition.js';

/** How long a terminal may take from power on to answering. */
const BOOT_WITHIN_MS = 120_000;
const BOOT_LOOK_MS = 1_000;
const DOUBT_ENQUIRIES = 4;

export interface OpeningParts {
  journal: Journal;
  policy: PolicyService;
  payments: PaymentService;
  settlement: SettlementService;
}

interface OpeningContext {
  clock: Clock;
}

type Work = StepWork<OpeningStep>;

/**
 * Makes a terminal ready for the day: power, link, sign-on with the acquirer, what was left unsettled, and only then sales. A blocked terminal sells
 * nothing; the scheduler tries again later.
 */
export class Opening implements RoutineDefinition<OpeningStep> {
  readonly kind = 'opening';
  readonly steps = OPENING_STEPS;
  readonly #context: OpeningContext;
  readonly #parts: OpeningParts;
  readonly #batches: BatchStore;

  constructor(context: OpeningContext, parts: OpeningParts) {
    this.#context = context;
    this.#parts = parts;
    this.#batches = new BatchStore(parts.journal.store);
  }

  started: RoutineDefinition<OpeningStep>['started'] = (tx, { routineId, businessDay, by }, terminals) =>
    tx.append('OpeningStarted', null, { routineId, businessDay, by, terminals });

  completed: RoutineDefinition<OpeningStep>['completed'] = (tx, { run, actor }, step, outcome, evidence) =>
    tx.append('OpeningStepCompleted', actor.id, { routineId: run.routineId, businessDay: run.businessDay, step, outcome, evidence });

  blocked: RoutineDefinition<OpeningStep>['blocked'] = (tx, { routineId, businessDay }, terminal, step, { code, detail }) => {
    tx.append('OpeningBlocked', terminal, { routineId, businessDay, step, code, detail });
  };

  /** An opening has no proof of its own: its last step says that the terminal is ready. */
  passed: RoutineDefinition<OpeningStep>['passed'] = () => {};

  factsWhenPassed: RoutineDefinition<OpeningStep>['factsWhenPassed'] = () => ({ resting: 'idle', heldUntil: null });

  finished: RoutineDefinition<OpeningStep>['finished'] = (tx, { routineId, businessDay }, ready, blocked) => {
    tx.append('OpeningFinished', null, { routineId, businessDay, ready, blocked });
  };

  async perform(step: OpeningStep, work: Work): Promise<StepResult> {
    // Nobody here can register or sign on a terminal that works on its own; it gets power, and people do the rest.
    if (work.actor.watchedOnly && step !== 'powerOn') return { kind: 'skipped', evidence: { reason: 'the terminal is only watched' } };
    switch (step) {
      case 'powerOn':
        return this.#powerOn(work);
      case 'register':
        return this.#register(work);
      case 'signOn':
        return this.#signOn(work);
      case 'catchUpSettlement':
        return this.#catchUpSettlement(work);
      case 'ready':
        return this.#ready(work);
    }
  }

  async #powerOn({ actor, run }: Work): Promise<StepResult> {
    const { power } = actor;
    if (!power) return { kind: 'skipped', evidence: { reason: 'the terminal has no power switch' } };
    if ((await actor.readSwitch()) === 'on') return { kind: 'skipped', evidence: { reason: 'the switch is on' } };
    // In a job, so that no poll opens a link beside the switch's own look at the terminal.
    const outcome = await actor.run('opening', async (driver) => {
      await driver.close();
      return power.on();
    });
    // Where nothing can be read back, the next step shows whether it worked.
    const verified = outcome.kind === 'done';
    if (outcome.kind === 'failed' && outcome.reason !== 'notVerified')
      return { kind: 'blocked', code: outcome.code, detail: outcome.detail };
    return { kind: 'done', evidence: { verified }, record: (tx) => tx.append('TerminalPoweredOn', actor.id, { by: run.by }) };
  }

  async #register({ actor, signal }: Work): Promise<StepResult> {
    const startedAt = this.#context.clock.monotonic();
    for (;;) {
      const outcome = await actor.run('opening', (driver) => driver.register());
      const waitedMs = Math.round(this.#context.clock.monotonic() - startedAt);
      if (outcome.kind === 'done') return { kind: 'done', evidence: { waitedMs }, facts: { power: 'on' } };
      if (waitedMs >= BOOT_WITHIN_MS) {
        const code = outcome.code === 'terminalUnreachable' && (await actor.readSwitch()) === 'off' ? 'stillOff' : outcome.code;
        return { kind: 'blocked', code, detail: outcome.detail };
      }
      await pause(this.#context.clock, BOOT_LOOK_MS, signal);
      if (signal.aborted) return { kind: 'stopped' };
    }
  }

  async #signOn({ actor, run }: Work): Promise<StepResult> {
    return actor.run('opening', async (): Promise<StepResult> => {
      const outcome = await actor.signOn(run.by);
      if (outcome.kind === 'failed') return { kind: 'blocked', code: outcome.code, detail: outcome.detail };
      const lastTraceKnown = actor.facts.lastTraceKnown || (await actor.learnLastTrace());
      return { kind: 'done', evidence: { lastTraceKnown } };
    });
  }

  async #catchUpSettlement({ actor, run, signal }: Work): Promise<StepResult> {
    if (!(await this.#paymentsKnown(actor, signal))) {
      if (signal.aborted) return { kind: 'stopped' };
      return { kind: 'blocked', code: 'paymentInDoubt', detail: 'the terminal did not say what happened to a payment' };
    }
    const batch = this.#batches.current(actor.id);
    if (!catchUpNeeded(batch, run.businessDay, actor.facts.service))
      return { kind: 'skipped', evidence: { reason: 'nothing is left from before' } };
    const { settings } = this.#parts.policy.current!;
    if (!settings['settlement.automatic'] && batch?.state === 'open') {
      return { kind: 'skipped', evidence: { reason: 'the policy leaves settlements to people', batchNo: batch.batchNo } };
    }
    const patience = { attempts: settings['settlement.attempts'], retryDelayMs: settings['settlement.retryDelaySeconds'] * 1_000 };
    const end = await this.#parts.settlement.settleWithin(actor, run.by, patience);
    if (end.kind === 'stopped') return end;
    const { result } = end;
    if (result.kind === 'failed') return { kind: 'blocked', code: result.code, detail: result.detail };
    if (result.kind === 'inDoubt') return { kind: 'blocked', code: 'settlementInDoubt', detail: result.detail };
    return { kind: 'done', evidence: { outcome: result.kind, batchNo: batch?.batchNo ?? null } };
  }

  async #paymentsKnown(actor: TerminalActor, signal: AbortSignal): Promise<boolean> {
    for (let enquiry = 0; enquiry < DOUBT_ENQUIRIES && !signal.aborted; enquiry++) {
      if (await this.#parts.payments.resolveNow(actor)) return true;
      await pause(this.#context.clock, enquiryDelayMs(enquiry), signal);
    }
    return false;
  }

  async #ready({ actor }: Work): Promise<StepResult> {
    await actor.run('opening', () => actor.poll());
    const { power, service, signedOn } = actor.facts;
    if (power !== 'on') return { kind: 'blocked', code: 'terminalUnreachable', detail: 'the terminal stopped answering' };
    if (!signedOn || !readyToSell(service)) return { kind: 'blocked', code: 'terminalRefused', detail: `the terminal says ${service}` };
    return { kind: 'done', evidence: { service } };
  }
}
