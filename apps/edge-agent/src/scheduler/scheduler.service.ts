import { instantInBusinessDay } from '@tillward/calendar';
import type { ClosingStep, MaintenanceStep, OpeningStep } from '@tillward/contracts';
import { tradingHours } from '@tillward/policy';
import type { Clock } from '../clock.js';
import { JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import type { EffectivePolicy, PolicyService } from '../policy/index.js';
import { maintenanceOfDay, type RoutineRunner, type RunResult } from '../routines/index.js';
import type { Terminals } from '../terminals/index.js';
import {
  type BlockedClosing,
  closesAgain,
  missedClosings,
  type Night,
  nextMove,
  openingRetryMs,
  type ScheduleSettings,
  type StoreTime,
  storeTimeAt,
} from './scheduler.rules.js';

const TICK_MS = 1_000;

interface SchedulerContext {
  clock: Clock;
  log: Log;
}

export interface SchedulerParts {
  policy: PolicyService;
  terminals: Terminals;
  closing: RoutineRunner<ClosingStep>;
  opening: RoutineRunner<OpeningStep>;
  maintenance: RoutineRunner<MaintenanceStep>;
}

interface OpeningFailures {
  count: number;
  /** Monotonic: a corrected clock must not keep a terminal waiting. */
  notBefore: number;
}

/** Starts openings and closings when the policy's hours say so. Looks every second; all decisions are in scheduler.rules.ts. */
export class Scheduler {
  readonly #context: SchedulerContext;
  readonly #parts: SchedulerParts;
  readonly #failures = new Map<string, OpeningFailures>();
  /** Closings of this run of the agent that were blocked; after a restart the next opening catches up. */
  readonly #blockedClosings = new Map<string, BlockedClosing & { businessDay: string; since: number }>();
  #cancel: () => void = () => {};

  constructor(context: SchedulerContext, parts: SchedulerParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Looks now and then every second. */
  start(): void {
    try {
      this.tick();
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#context.log.error(errorFields(error), 'a routine could not be started, will try again');
    }
    this.#cancel = this.#context.clock.after(TICK_MS, () => this.start());
  }

  stop(): void {
    this.#cancel();
  }

  /** One look. */
  tick(): void {
    const policy = this.#parts.policy.current;
    if (!policy) return;
    const now = this.#context.clock.now();
    const settings = scheduleOf(policy);
    const time = storeTimeAt(now, settings);
    this.#tellMissed(policy, time, settings);
    const move = nextMove(now, time, this.#night(policy, time), this.#terminals(now, policy));
    const { closing, opening, maintenance } = this.#parts;
    switch (move.kind) {
      case 'wait':
        return;
      case 'close': {
        const { businessDay, scheduledFor, terminals } = move;
        this.#context.log.info({ businessDay, again: scheduledFor === null, terminals: terminals.length }, 'closing time');
        const by = scheduledFor === null ? 'recovery' : 'policy';
        const run = closing.start({ businessDay, by, scheduledFor, commandId: null }, terminals);
        void closing.result(run.routineId).then(
          (result) => this.#closed(result, businessDay),
          (error: unknown) => this.#context.log.error(errorFields(error), 'a closing failed'),
        );
        return;
      }
      case 'maintain': {
        const { businessDay, scheduledFor, terminals } = move;
        maintenance.start({ businessDay, by: 'policy', scheduledFor, commandId: null }, terminals);
        return;
      }
      case 'open': {
        const run = opening.start({ businessDay: move.businessDay, by: 'policy', scheduledFor: null, commandId: null }, move.terminals);
        void opening.result(run.routineId).then(
          (result) => this.#opened(result),
          (error: unknown) => this.#context.log.error(errorFields(error), 'an opening failed'),
        );
      }
    }
  }

  /** S4: a night in which nothing ran is said, once. */
  #tellMissed(policy: EffectivePolicy, time: StoreTime, settings: ScheduleSettings): void {
    const { closing, maintenance } = this.#parts;
    for (const { businessDay, closesAtMs } of missedClosings(time, closing.newestScheduled, settings))
      closing.missed(businessDay, closesAtMs);
    if (time.kind !== 'closed' || closing.newestScheduled === null || maintenance.active) return;
    const window = maintenanceOfDay(policy, time.last.businessDay);
    const over = window !== null && window.closesAtMs <= this.#context.clock.now();
    if (over && (maintenance.newestScheduled ?? 0) < window.opensAtMs) maintenance.missed(time.last.businessDay, window.opensAtMs);
  }

  #night(policy: EffectivePolicy, time: StoreTime): Night {
    if (time.kind === 'trading') return { closingStarted: false, openedSince: false, maintenance: null, maintenanceStarted: false };
    const { closing, opening, maintenance } = this.#parts;
    const window = maintenanceOfDay(policy, time.last.businessDay);
    return {
      closingStarted: closing.wasScheduled(time.last.closesAtMs),
      openedSince: opening.lastOrdinal > closing.lastOrdinal,
      maintenance: window,
      maintenanceStarted: window !== null && maintenance.wasScheduled(window.opensAtMs),
    };
  }

  #terminals(now: number, policy: EffectivePolicy) {
    const passed = this.#context.clock.monotonic();
    return this.#parts.terminals.all().map((actor) => ({
      id: actor.id,
      ...this.#closeAgain(actor.id, now, passed, policy),
      facts: actor.facts,
      watchedOnly: actor.watchedOnly,
      held: actor.heldBy !== null,
      occupied: actor.occupied,
      notBefore: now + (this.#failures.get(actor.id)?.notBefore ?? passed) - passed,
    }));
  }

  /** S5: when a terminal's blocked closing is made again; nothing once the acquirer's cut-off has passed, because the batch is paid a day later anyway. */
  #closeAgain(terminal: string, now: number, passed: number, { settings, timeZone }: EffectivePolicy): { closeAgainAt?: number } {
    const blocked = this.#blockedClosings.get(terminal);
    if (blocked === undefined || !settings['settlement.automatic'] || !closesAgain(blocked, settings['settlement.nightRetries'])) return {};
    const { businessDay, since } = blocked;
    const cutOffAt = instantInBusinessDay(businessDay, timeZone, settings['settlement.acquirerCutOff'], settings['businessDay.cutOff']);
    if (now >= cutOffAt) return {};
    return { closeAgainAt: now + since + settings['settlement.nightRetryMinutes'] * 60_000 - passed };
  }

  #closed(result: RunResult, businessDay: string): void {
    for (const terminal of result.passed) this.#blockedClosings.delete(terminal);
    for (const { terminal, detail } of result.blocked) {
      const [step = '', code = ''] = detail.split(': ');
      const before = this.#blockedClosings.get(terminal);
      const times = (before?.businessDay === businessDay ? before.times : 0) + 1;
      this.#blockedClosings.set(terminal, { businessDay, step, code, times, since: this.#context.clock.monotonic() });
    }
  }

  #opened(result: RunResult): void {
    for (const terminal of result.passed) this.#blockedClosings.delete(terminal);
    for (const terminal of result.passed) this.#failures.delete(terminal);
    for (const { terminal } of result.blocked) {
      const count = (this.#failures.get(terminal)?.count ?? 0) + 1;
      this.#failures.set(terminal, { count, notBefore: this.#context.clock.monotonic() + openingRetryMs(count) });
    }
  }
}

function scheduleOf(policy: EffectivePolicy): ScheduleSettings {
  return { ...tradingHours(policy.settings), timeZone: policy.timeZone, leadMs: policy.settings['opening.leadMinutes'] * 60_000 };
}
