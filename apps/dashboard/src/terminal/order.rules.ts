import type { CommandState } from '../graphql/generated/graphql.js';

/** The way of a command, as people follow it. */
export const ORDER_STEPS = ['sent', 'received', 'running', 'ended'] as const;

const REACHED: Record<CommandState, number> = {
  created: 0,
  sent: 1,
  received: 2,
  running: 3,
  succeeded: 4,
  failed: 4,
  rejected: 4,
  expired: 4,
  cancelled: 4,
  outcomeUnknown: 4,
};

/** How many steps of its way a command has behind it, 0 to 4. */
export const stepsDone = (state: CommandState): number => REACHED[state];

/** Whether nothing more is expected to happen. */
export const hasEnded = (state: CommandState): boolean => REACHED[state] === ORDER_STEPS.length;

/** How a command's state is shown. */
export function orderTone(state: CommandState): 'ok' | 'warn' | 'bad' | 'info' {
  if (state === 'succeeded') return 'ok';
  if (state === 'failed' || state === 'rejected') return 'bad';
  return hasEnded(state) ? 'warn' : 'info';
}
