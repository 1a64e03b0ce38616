/** No update this long after closing, when the closing routine works, and before the terminals are prepared for opening. */
export const WINDOW_MARGIN_MS = 15 * 60_000;

/** What an update must not disturb. */
export interface StoreActivity {
  /** Terminals with a job that runs or waits. */
  occupied: readonly string[];
  /** Terminals a routine works on. */
  held: readonly string[];
  /** Null: no policy says when the store trades. */
  trading: boolean | null;
}

/** Why the agent must go on; empty when it may stop for an update. `quiet`: also while the store trades. */
export function reasonsToGoOn({ occupied, held, trading }: StoreActivity, when: 'window' | 'quiet'): string[] {
  const reasons: string[] = [];
  if (occupied.length > 0) reasons.push(`working: ${occupied.join(', ')}`);
  if (held.length > 0) reasons.push(`in a routine: ${held.join(', ')}`);
  if (when === 'window' && trading) reasons.push('the store trades');
  return reasons;
}

/**
 * Whether the store counts as trading: open now, a margin ago, or within the opening lead and a margin. `isOpenAt` says whether it is open at an instant.
 */
export function countsAsTrading(now: number, leadMs: number, isOpenAt: (at: number) => boolean): boolean {
  return [now, now - WINDOW_MARGIN_MS, now + leadMs, now + leadMs + WINDOW_MARGIN_MS].some(isOpenAt);
}
