import type { CommandState, IncidentState, RefusalOf, StepMode, StepState } from '../graphql/index.js';
import { invalidInput, noteRefusal, refuse, requiredNoteRefusal } from '../graphql/index.js';

/** What the rules need to know of a step. */
export interface StepFacts {
  id: string;
  position: number;
  state: StepState;
  mode: StepMode;
  noteRequired: boolean;
}

/** What the rules need to know of an incident. `steps` in order. */
export interface IncidentFacts {
  state: IncidentState;
  steps: readonly StepFacts[];
}

/** Refusals an action on an incident can get. */
export type ActionRefusal =
  | RefusalOf<'notFound'>
  | RefusalOf<'notAllowed'>
  | RefusalOf<'alreadyDone'>
  | RefusalOf<'stepNotReady'>
  | RefusalOf<'invalidInput'>;

/** Why an incident can't be acknowledged. */
export function acknowledgeRefusal(incident: { state: IncidentState }): ActionRefusal | undefined {
  return incident.state === 'open' ? undefined : refuse('alreadyDone', 'The incident was acknowledged before.');
}

/** N1, N2: why a person can't act on a step now: it is over, its turn has not come, or its command is under way. */
function turnRefusal(step: StepFacts): ActionRefusal | undefined {
  switch (step.state) {
    case 'done':
    case 'skipped':
      return refuse('alreadyDone', 'The step was done before.');
    case 'waiting':
      return refuse('stepNotReady', 'An earlier step comes first.');
    case 'running':
      return refuse('stepNotReady', "The step's command is under way.");
    case 'ready':
      return undefined;
  }
}

/** Why a step can't be completed with this note. */
export function completeRefusal(step: StepFacts, note: string | null): ActionRefusal | undefined {
  const turn = turnRefusal(step);
  if (turn) return turn;
  if (step.mode === 'automatic') return refuse('stepNotReady', 'The step is done by itself when telemetry shows it.');
  if (step.noteRequired && (note === null || note.trim() === '')) return invalidInput('note', 'A note is required.');
  return note === null ? undefined : noteRefusal(note);
}

/** Why a step can't be skipped for this reason. A step whose command is under way can't: its effect is still to come. */
export function skipRefusal(step: StepFacts, reason: string): ActionRefusal | undefined {
  const turn = turnRefusal(step);
  if (turn) return turn;
  return requiredNoteRefusal(reason, 'reason');
}

/** N1: what follows when the step at a position is over: the next one is ready, or the incident is resolved. */
export function afterStep(steps: readonly StepFacts[], position: number): { next: StepFacts } | 'resolved' {
  const next = steps.find((step) => step.position > position);
  return next === undefined ? 'resolved' : { next };
}

/** What a step whose command reached a state does: goes on waiting, is checked against the evidence, or is the person's again. */
export function onCommandState(state: CommandState): 'wait' | 'check' | 'giveBack' {
  switch (state) {
    case 'created':
    case 'sent':
    case 'received':
    case 'running':
      return 'wait';
    case 'succeeded':
      return 'check';
    case 'failed':
    case 'rejected':
    case 'expired':
    case 'cancelled':
    case 'outcomeUnknown':
      return 'giveBack';
  }
}
