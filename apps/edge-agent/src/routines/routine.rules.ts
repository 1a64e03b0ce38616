import type { StepEvidence, StepOutcome } from '@tillward/contracts';

/** A step that is over, with the sequence number of the entry that proves it. */
export interface StepRecord<S extends string = string> {
  step: S;
  outcome: StepOutcome;
  seq: number;
  evidence: StepEvidence;
}

/**
 * The step to do next: the first one without a record; null when all have one. After a crash this repeats at most the one step whose record was
 * not committed, hence every step must be safe to repeat (R1).
 */
export function nextStep<S extends string>(steps: readonly S[], progress: readonly StepRecord<S>[]): S | null {
  return steps.find((step) => !progress.some((record) => record.step === step)) ?? null;
}

/** The record of a step, if it is over. */
export function recordOf<S extends string>(progress: readonly StepRecord<S>[], step: S): StepRecord<S> | undefined {
  return progress.find((record) => record.step === step);
}
