import type { StepEvidence, StepFailure, StepOutcome } from '@tillward/contracts';
import type { JournalTransaction } from '../journal/index.js';
import type { TerminalActor, TerminalFacts } from '../terminals/index.js';
import type { StepRecord } from './routine.rules.js';
import type { RoutineKind, RoutineRun } from './routine.store.js';

/** What a step works with. `signal` aborts when the agent stops: the step then returns `stopped` and is repeated after the next start. */
export interface StepWork<S extends string> {
  run: RoutineRun;
  actor: TerminalActor;
  progress: readonly StepRecord<S>[];
  signal: AbortSignal;
}

/**
 * How a step ended. `facts` and `record` are committed in the same transaction as the step's entry. `blocked` ends the routine for this terminal and
 * leaves it as it is.
 */
export type StepResult =
  | { kind: StepOutcome; evidence: StepEvidence; facts?: Partial<TerminalFacts>; record?: (tx: JournalTransaction) => void }
  | { kind: 'blocked'; code: StepFailure; detail: string; evidence?: StepEvidence }
  | { kind: 'stopped' };

/** A routine: its steps in order, how to do each, and the entries that tell of it. */
export interface RoutineDefinition<S extends string> {
  kind: RoutineKind;
  steps: readonly S[];
  perform(step: S, work: StepWork<S>): Promise<StepResult>;
  /** The entry that begins a run; returns its sequence number. */
  started(tx: JournalTransaction, run: Omit<RoutineRun, 'seq'>, terminals: string[]): number;
  /** The entry of a step that is over; returns its sequence number. */
  completed(tx: JournalTransaction, work: StepWork<S>, step: S, outcome: StepOutcome, evidence: StepEvidence): number;
  /** The entry of a step that blocked its terminal. `terminal` stands alone, because the actor may be gone. */
  blocked(tx: JournalTransaction, run: RoutineRun, terminal: string, step: S, failure: Extract<StepResult, { kind: 'blocked' }>): void;
  /** The entry when one terminal went through all steps, and the facts that hold then. */
  passed(tx: JournalTransaction, work: StepWork<S>): void;
  factsWhenPassed(run: RoutineRun): Partial<TerminalFacts>;
  /** The entry that ends a run. */
  finished(tx: JournalTransaction, run: RoutineRun, passed: string[], blocked: string[]): void;
}
