import { randomUUID } from 'node:crypto';
import { type Clock, pause } from '../clock.js';
import { type Journal, JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import type { TerminalActor, Terminals } from '../terminals/index.js';
import type { RoutineDefinition, StepResult, StepWork } from './routine.definition.js';
import { nextStep, type StepRecord } from './routine.rules.js';
import { type RoutineRun, RoutineStore, type RoutineTerminal } from './routine.store.js';

/** How long to wait before a step is repeated that could not be recorded. */
const UNRECORDED_PAUSE_MS = 5_000;

interface RunnerContext {
  clock: Clock;
  log: Log;
  /** Aborts when the agent stops. */
  signal: AbortSignal;
}

/** How a run ended; `stopped` when the agent stopped first and the run goes on after the next start. */
export interface RunResult {
  passed: string[];
  blocked: { terminal: string; detail: string }[];
  stopped: boolean;
}

/**
 * Runs a routine over terminals in parallel, each through its steps in order. Progress is committed step by step, so that a crash anywhere continues with
 * the step that wasn't recorded (R1). A blocked terminal holds no other one up (R2).
 */
export class RoutineRunner<S extends string> {
  readonly #context: RunnerContext;
  readonly #journal: Journal;
  readonly #terminals: Terminals;
  readonly #definition: RoutineDefinition<S>;
  readonly #store: RoutineStore;
  readonly #results = new Map<string, Promise<RunResult>>();

  constructor(context: RunnerContext, journal: Journal, terminals: Terminals, definition: RoutineDefinition<S>) {
    this.#context = context;
    this.#journal = journal;
    this.#terminals = terminals;
    this.#definition = definition;
    this.#store = new RoutineStore(journal.store);
  }

  /** Commits the start of a run and begins it. Terminals another routine holds must not be among them. */
  start(request: Omit<RoutineRun, 'routineId' | 'kind' | 'seq'>, terminals: string[]): RoutineRun {
    const draft = { ...request, routineId: randomUUID(), kind: this.#definition.kind };
    const run = this.#journal.commit((tx) => {
      const started: RoutineRun = { ...draft, seq: this.#definition.started(tx, draft, terminals) };
      this.#store.insert(tx, started, terminals);
      return started;
    });
    this.#begin(run);
    return run;
  }

  /** Continues the runs a stop or crash interrupted. Call after the terminals are there and before tills may sell. */
  resume(): void {
    for (const run of this.#store.running()) if (run.kind === this.#definition.kind) this.#begin(run);
  }

  /** The outcome of a run that was started or resumed in this process, or is over. */
  result(routineId: string): Promise<RunResult> {
    return this.#results.get(routineId) ?? Promise.resolve(this.#resultFromStore(routineId));
  }

  /** Whether a run was started for this scheduled instant, ever. */
  wasScheduled(scheduledFor: number): boolean {
    return this.#store.wasScheduled(this.#definition.kind, scheduledFor);
  }

  /** Journals that nothing ran at a scheduled instant, once. */
  missed(businessDay: string, scheduledFor: number): void {
    const routine = this.#definition.kind;
    if (routine === 'opening') throw new Error('openings are not scheduled for an instant');
    this.#journal.commit((tx) => {
      this.#store.miss(tx, routine, scheduledFor, businessDay);
      tx.append('RoutineMissed', null, { routine, businessDay, scheduledFor: new Date(scheduledFor).toISOString() });
    });
    this.#context.log.warn({ routine, businessDay }, 'a routine was missed');
  }

  /** The newest scheduled instant that was dealt with, by a run or by missing it; null before the first. */
  get newestScheduled(): number | null {
    return this.#store.newestScheduled(this.#definition.kind);
  }

  /** The place of the newest run that nobody ordered, in the order all routines began; 0 when there is none. */
  get lastOrdinal(): number {
    return this.#store.lastOrdinal(this.#definition.kind);
  }

  /** Forgets the runs of every kind that were over on the day before this instant (epoch ms). Returns how many. */
  retire(before: number): number {
    return this.#store.retire(new Date(before).toISOString().slice(0, 10));
  }

  /** The run a command started, if any. */
  byCommand(commandId: string): RoutineRun | undefined {
    return this.#store.byCommand(commandId);
  }

  /** Whether a run is going on. */
  get active(): boolean {
    return this.#results.size > 0;
  }

  #begin(run: RoutineRun): void {
    const rows = this.#store.terminals(run.routineId).filter((row) => row.state === 'running');
    for (const row of rows) this.#terminals.get(row.terminal)?.hold(this.#definition.kind);
    const result = this.#runAll(run, rows);
    this.#results.set(run.routineId, result);
    result
      .catch((error: unknown) => this.#context.log.error({ routine: run.routineId, ...errorFields(error) }, 'a routine failed'))
      .finally(() => this.#results.delete(run.routineId));
  }

  async #runAll(run: RoutineRun, rows: RoutineTerminal[]): Promise<RunResult> {
    const { kind } = this.#definition;
    this.#context.log.info({ routine: run.routineId, kind, terminals: rows.length, by: run.by }, 'routine running');
    await Promise.all(rows.map((row) => this.#runTerminal(run, row)));
    const result = this.#resultFromStore(run.routineId);
    if (result.stopped) return result;
    const recorded = await this.#recordWhenPossible(() =>
      this.#journal.commit((tx) => {
        this.#store.finish(tx, run.routineId);
        const blocked = result.blocked.map((each) => each.terminal);
        this.#definition.finished(tx, run, result.passed, blocked);
      }),
    );
    if (!recorded) return { ...result, stopped: true };
    this.#context.log.info(
      { routine: run.routineId, kind, passed: result.passed.length, blocked: result.blocked.length },
      'routine finished',
    );
    return result;
  }

  async #runTerminal(run: RoutineRun, row: RoutineTerminal): Promise<void> {
    for (;;) {
      const step = nextStep(this.#definition.steps, row.progress as StepRecord<S>[]);
      if (step === null || row.state !== 'running' || this.#context.signal.aborted) return;
      const actor = this.#terminals.get(row.terminal);
      if (!actor) {
        await this.#recordWhenPossible(() => this.#journal.commit((tx) => this.#recordBlocked(tx, run, row, step, REMOVED)));
        return;
      }
      const work: StepWork<S> = { run, actor, progress: row.progress as StepRecord<S>[], signal: this.#context.signal };
      const result = await this.#perform(step, work);
      if (result.kind === 'stopped') return;
      await this.#recordWhenPossible(() => this.#record(work, row, step, result));
    }
  }

  async #perform(step: S, work: StepWork<S>): Promise<StepResult> {
    try {
      return await this.#definition.perform(step, work);
    } catch (error) {
      if (work.signal.aborted) return { kind: 'stopped' };
      this.#context.log.error({ terminal: work.actor.id, step, ...errorFields(error) }, 'a step failed');
      if (error instanceof JournalUnavailableError) {
        await pause(this.#context.clock, UNRECORDED_PAUSE_MS, work.signal);
        return work.signal.aborted ? { kind: 'stopped' } : this.#perform(step, work);
      }
      return { kind: 'blocked', code: 'internal', detail: 'the step failed unexpectedly, see the log' };
    }
  }

  #record(work: StepWork<S>, row: RoutineTerminal, step: S, result: Exclude<StepResult, { kind: 'stopped' }>): void {
    const { run, actor } = work;
    if (result.kind === 'blocked') {
      actor.commit({ resting: 'blocked' }, (tx) => this.#recordBlocked(tx, run, row, step, result));
      actor.hold(null);
      this.#context.log.warn({ terminal: actor.id, routine: this.#definition.kind, step, code: result.code }, 'routine blocked');
      return;
    }
    const last = this.#definition.steps.at(-1) === step;
    const facts = { ...result.facts, ...(last ? this.#definition.factsWhenPassed(run) : {}) };
    const next: RoutineTerminal = { ...row, state: last ? 'passed' : 'running' };
    actor.commit(facts, (tx) => {
      result.record?.(tx);
      const seq = this.#definition.completed(tx, work, step, result.kind, result.evidence);
      next.progress = [...row.progress, { step, outcome: result.kind, seq, evidence: result.evidence }];
      if (last) this.#definition.passed(tx, { ...work, progress: next.progress as StepRecord<S>[] });
      this.#store.saveTerminal(tx, run.routineId, next);
    });
    Object.assign(row, next);
    if (last) release(actor);
  }

  #recordBlocked(
    tx: Parameters<Parameters<Journal['commit']>[0]>[0],
    run: RoutineRun,
    row: RoutineTerminal,
    step: S,
    failure: Extract<StepResult, { kind: 'blocked' }>,
  ): void {
    this.#definition.blocked(tx, run, row.terminal, step, { ...failure, detail: failure.detail.slice(0, 200) });
    row.state = 'blocked';
    row.detail = `${step}: ${failure.code}`;
    this.#store.saveTerminal(tx, run.routineId, row);
  }

  /** False when the agent stopped before it could be recorded. */
  async #recordWhenPossible(record: () => void): Promise<boolean> {
    for (;;) {
      try {
        record();
        return true;
      } catch (error) {
        if (!(error instanceof JournalUnavailableError)) throw error;
        this.#context.log.error(errorFields(error), 'a step could not be recorded, will try again');
        await pause(this.#context.clock, UNRECORDED_PAUSE_MS, this.#context.signal);
        if (this.#context.signal.aborted) return false;
      }
    }
  }

  #resultFromStore(routineId: string): RunResult {
    const rows = this.#store.terminals(routineId);
    return {
      passed: rows.filter((row) => row.state === 'passed').map((row) => row.terminal),
      blocked: rows.filter((row) => row.state === 'blocked').map((row) => ({ terminal: row.terminal, detail: row.detail ?? '' })),
      stopped: rows.some((row) => row.state === 'running'),
    };
  }
}

const REMOVED = { kind: 'blocked', code: 'internal', detail: 'the terminal is no longer part of the store' } as const;

function release(actor: TerminalActor): void {
  actor.hold(null);
  actor.startPolling(1_000);
}
