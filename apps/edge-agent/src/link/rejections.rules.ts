/** How many rejected messages were recorded in the running period. */
export interface RejectionCount {
  readonly since: number;
  readonly recorded: number;
}

const PERIOD_MS = 10 * 60_000;
const RECORDED_PER_PERIOD = 20;

/** Nothing recorded yet. */
export const NO_REJECTIONS: RejectionCount = { since: 0, recorded: 0 };

/**
 * Whether one more rejected message may become a journal entry: at most 20 in ten minutes, because a hostile broker can send as many bad
 * messages as it likes and the journal never forgets. Those beyond are only logged.
 */
export function recordRejection(count: RejectionCount, now: number): { record: boolean; count: RejectionCount } {
  const current = now - count.since >= PERIOD_MS || now < count.since ? { since: now, recorded: 0 } : count;
  if (current.recorded >= RECORDED_PER_PERIOD) return { record: false, count: current };
  return { record: true, count: { ...current, recorded: current.recorded + 1 } };
}
