import { Ban, CircleCheck, CircleHelp, CircleX, Hourglass, Inbox, LoaderCircle, type LucideIcon, Send, TimerOff } from 'lucide-react';
import type { CommandState } from '../graphql/generated/graphql.js';

/** What each state of an order looks like; always beside its word. */
export const ORDER_STATE_ICONS: Record<CommandState, LucideIcon> = {
  created: Hourglass,
  sent: Send,
  received: Inbox,
  running: LoaderCircle,
  succeeded: CircleCheck,
  failed: CircleX,
  rejected: Ban,
  expired: TimerOff,
  cancelled: Ban,
  outcomeUnknown: CircleHelp,
};
