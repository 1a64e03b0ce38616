import type { CommandState } from '../graphql/index.js';

/** What can happen to a command. The first is core's own doing, `deadlinePassed` its own clock; the rest is what the gateway's journal says. */
export type CommandEvent = 'sent' | 'deadlinePassed' | 'received' | 'started' | 'succeeded' | 'failed' | 'rejected' | 'expired';

/** C4: a command is good for this long unless its maker says otherwise. */
export const COMMAND_LIFE_MS = 15 * 60_000;
/** C4: how long after its expiry a command nobody received counts as expired: the journal may still be on its way. */
export const EXPIRY_GRACE_MS = 60_000;
/** C4: how long after its expiry a command that was received, and of which nothing more is heard, counts as outcome unknown. */
export const SILENCE_MS = 60 * 60_000;
/** C3: a command nobody has received is sent again this long after it was sent; the gateway knows it by its id. */
export const RESEND_MS = 10_000;

const RANK: Readonly<Record<CommandState, number>> = {
  created: 0,
  sent: 1,
  received: 2,
  running: 3,
  // What core only concluded from silence gives way to anything the gateway's journal says.
  expired: 1,
  outcomeUnknown: 2,
  succeeded: 4,
  failed: 4,
  rejected: 4,
  cancelled: 4,
};

const REACHED: Readonly<Record<Exclude<CommandEvent, 'deadlinePassed'>, CommandState>> = {
  sent: 'sent',
  received: 'received',
  started: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  rejected: 'rejected',
  expired: 'expired',
};

/**
 * C2: the state after an event; undefined when the event changes nothing (it was told before, or something later is known already).
 * Evidence only moves a command forward, and it overrules what core concluded from silence.
 */
export function nextCommandState(current: CommandState, event: CommandEvent): CommandState | undefined {
  if (event === 'deadlinePassed') {
    if (current === 'created' || current === 'sent') return 'expired';
    return current === 'received' || current === 'running' ? 'outcomeUnknown' : undefined;
  }
  if (event === 'sent') return current === 'created' ? 'sent' : undefined;
  const next = REACHED[event];
  if (event === 'expired') return RANK[current] < RANK.running && current !== 'expired' ? 'expired' : undefined;
  // A gateway that has taken a command can only refuse a second copy of it.
  if (event === 'rejected') return RANK[current] < RANK.received ? 'rejected' : undefined;
  return RANK[next] > RANK[current] ? next : undefined;
}

/** True when nothing more is expected to happen. */
export function isFinished(state: CommandState): boolean {
  return state !== 'created' && state !== 'sent' && state !== 'received' && state !== 'running';
}

/** True when the command's deadline has passed so long ago that core draws its conclusion. */
export function isOverdue(state: CommandState, expiresAtMs: number, nowMs: number): boolean {
  if (state === 'created' || state === 'sent') return nowMs >= expiresAtMs + EXPIRY_GRACE_MS;
  return (state === 'received' || state === 'running') && nowMs >= expiresAtMs + SILENCE_MS;
}
