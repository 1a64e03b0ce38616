import type { ClosingStep, OpeningStep } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import { JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import type { EffectivePolicy, PolicyService } from '../policy/index.js';
import type { RoutineRunner, RunResult } from '../routines/index.js';
import type { Terminals } from '../terminals/index.js';
import { nextMove, openingRetryMs, type ScheduleMove, storeTimeAt } from './scheduler.rules.js';

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
}

interface OpeningFailures {
  count: number;
  notBefore: number;
}

/** Starts openings and closings when the policy's hours say so. Looks every second; all decisions are in scheduler.rules.ts. */
export class Scheduler {
  readonly #context: SchedulerContext;
  readonly #parts: SchedulerParts;
  readonly #failures = new Map<string, OpeningFailures>();
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
    const move = this.#nextMove(policy);
    switch (move.kind) {
      case 'wait':
        return;
      case 'close':
        this.#context.log.info(
          { scheduledFor: new Date(move.scheduledFor).toISOString(), terminals: move.terminals.length },
          'closing time',
        );
        this.#parts.closing.start(
          { businessDay: move.businessDay, by: 'policy', scheduledFor: move.scheduledFor, commandId: null },
          move.terminals,
        );
        return;
      case 'open': {
        const run = this.#parts.opening.start(
          { businessDay: move.businessDay, by: 'policy', scheduledFor: null, commandId: null },
          move.terminals,
        );
        void this.#parts.opening.result(run.routineId).then(
          (result) => this.#opened(result),
          (error: unknown) => this.#context.log.error(errorFields(error), 'an opening failed'),
        );
      }
    }
  }

  #nextMove(policy: EffectivePolicy): ScheduleMove {
    const { settings, timeZone } = policy;
    const now = this.#context.clock.now();
    const time = storeTimeAt(now, {
      timeZone,
      open: settings['hours.open'],
      close: settings['hours.close'],
      cutOff: settings['businessDay.cutOff'],
      leadMs: settings['opening.leadMinutes'] * 60_000,
    });
    const terminals = this.#parts.terminals.all().map((actor) => ({
      id: actor.id,
      facts: actor.facts,
      watchedOnly: actor.watchedOnly,
      held: actor.heldBy !== null,
      occupied: actor.occupied,
      notBefore: this.#failures.get(actor.id)?.notBefore ?? 0,
    }));
    const closingStarted = time.kind === 'closed' && this.#parts.closing.wasScheduled(time.last.closesAtMs);
    return nextMove(now, time, closingStarted, terminals);
  }

  #opened(result: RunResult): void {
    for (const terminal of result.passed) this.#failures.delete(terminal);
    for (const { terminal } of result.blocked) {
      const count = (this.#failures.get(terminal)?.count ?? 0) + 1;
      this.#failures.set(terminal, { count, notBefore: this.#context.clock.now() + openingRetryMs(count) });
    }
  }
}
