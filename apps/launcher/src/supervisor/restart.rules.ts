/** What is remembered between the lives of a part. */
export interface RestartHistory {
  delayMs: number;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;
/** A life this long clears what came before. */
const STEADY_MS = 30_000;

/** Before the first crash. */
export const NEVER_RESTARTED: RestartHistory = { delayMs: 0 };

/** Delay before the next start: 200 ms after a steady life, doubling up to 5 s while lives stay short. */
export function afterExit(history: RestartHistory, livedMs: number): RestartHistory {
  if (livedMs >= STEADY_MS || history.delayMs === 0) return { delayMs: FIRST_DELAY_MS };
  return { delayMs: Math.min(history.delayMs * 2, LONGEST_DELAY_MS) };
}
