import { isOnline, isProven, tileState } from '../fleet/fleet.rules.js';
import type { StoreBoardFragment, TerminalBoardFragment } from '../graphql/generated/graphql.js';

/** Terminals of a store that tonight's closing still has to close. */
export function notClosed(store: StoreBoardFragment): TerminalBoardFragment[] {
  return store.terminals.filter((terminal) => !isProven(terminal, store.businessDay) && tileState(terminal, store) !== 'off');
}

/** Where a store stands tonight. */
export type ClosingPhase = 'open' | 'closing' | 'blocked' | 'proven' | 'unknown' | 'closed';

/** Phase of the store's closing, for the card on top. `unknown` while its gateway cannot be asked. */
export function closingPhase(store: StoreBoardFragment): ClosingPhase {
  const tonight = store.closing?.businessDay === store.businessDay ? store.closing : null;
  if (tonight && tonight.running > 0) return 'closing';
  if (tonight && tonight.blocked > 0)
    return store.terminals.every((terminal) => isProven(terminal, store.businessDay)) ? 'proven' : 'blocked';
  if (tonight && tonight.proven > 0) return 'proven';
  if (!isOnline(store)) return 'unknown';
  return store.isOpen ? 'open' : 'closed';
}
