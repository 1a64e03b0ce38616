/** On whose word the agent's time stands: core's signed one, the machine's clock, or only that it can't be earlier than what was known before. */
export type TimeAuthority = 'core' | 'machine' | 'lastKnown';

/** A gateway that was off for longer than this is taken for one whose clock is wrong, until core says otherwise. */
export const LONGEST_OFF_MS = 31 * 24 * 3_600_000;
/** What a healthy machine clock may differ from what has passed since the last look. */
export const STEADY_MS = 2_000;
/** An answer that took longer than this says too little about the time. */
export const LONGEST_ROUND_TRIP_MS = 10_000;

/** Where time begins at a start of the agent. */
export interface TimeStart {
  at: number;
  authority: 'machine' | 'lastKnown';
}

/**
 * T1: the time at a start is the machine's, unless that lies before `lastKnown` (the latest time that was ever known, null at the first start) or implausibly long
 * after it: then it is `lastKnown`, which is too early by the time the gateway was off, and certainly not too late.
 */
export function timeAtStart(machine: number, lastKnown: number | null): TimeStart {
  if (lastKnown === null || isPlausible(machine, lastKnown)) return { at: machine, authority: 'machine' };
  return { at: lastKnown, authority: 'lastKnown' };
}

/** What a look at the machine's clock leads to. `jumpMs`: it moved by so much beside the time that passed. */
export type MachineLook = { kind: 'steady' } | { kind: 'follow'; jumpMs: number } | { kind: 'ignore'; jumpMs: number };

/**
 * T2: a jump of the machine's clock is not followed, because what has passed is known better; only a time that was a guess takes over a machine clock that has
 * become plausible. `now` is the agent's time, `difference` by how much the machine was ahead of it at the last look.
 */
export function lookAtMachine(authority: TimeAuthority, now: number, machine: number, difference: number): MachineLook {
  if (authority === 'lastKnown' && isPlausible(machine, now - STEADY_MS)) return { kind: 'follow', jumpMs: machine - now };
  const jumpMs = machine - now - difference;
  return Math.abs(jumpMs) <= STEADY_MS ? { kind: 'steady' } : { kind: 'ignore', jumpMs };
}

function isPlausible(machine: number, lastKnown: number): boolean {
  return machine >= lastKnown && machine <= lastKnown + LONGEST_OFF_MS;
}

/** Core's time as one answer tells it: right when the answer arrived, give or take `errorMs`. */
export interface CoreTime {
  at: number;
  errorMs: number;
}

/**
 * T3: core's time from a signed answer to something sent at `sentAt` and answered at `receivedAt` (both monotonic); null when the answer took so long that it says
 * little. Core read its clock in between, hence the error of half the round trip.
 */
export function coreTimeFrom(coreAt: number, sentAt: number, receivedAt: number): CoreTime | null {
  const roundTripMs = receivedAt - sentAt;
  if (roundTripMs < 0 || roundTripMs > LONGEST_ROUND_TRIP_MS) return null;
  return { at: coreAt + roundTripMs / 2, errorMs: roundTripMs / 2 };
}

/** Smaller differences than the answer's own error, or than this, are no reason to move the time. */
const WORTH_MOVING_MS = 250;

/** By how much the agent's time moves on core's word; 0 when it agrees as far as the answer can tell. */
export function correctionBy({ at, errorMs }: CoreTime, now: number, authority: TimeAuthority): number {
  const byMs = Math.round(at - now);
  if (authority === 'core' && Math.abs(byMs) <= errorMs + WORTH_MOVING_MS) return 0;
  return byMs;
}

/** Whether a clock's error is worth an entry: it changed by more than the threshold since the last one (`said`, null: never). */
export function skewWorthSaying(said: number | null, skewMs: number, thresholdMs: number): boolean {
  return Math.abs(skewMs - (said ?? 0)) > thresholdMs;
}
