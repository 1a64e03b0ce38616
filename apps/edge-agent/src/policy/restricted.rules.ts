/** What a gateway does not do without core's word for too long: money only goes back on permissions that somebody could still withdraw. */
export const RESTRICTED_OPERATIONS = ['refund', 'reversal'] as const;
export type RestrictedOperation = (typeof RESTRICTED_OPERATIONS)[number];

const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;

/** Whether restricted mode begins or ends; null when nothing changes. `afterDays` is the policy's, counted in time the agent ran. */
export function restrictedChange(active: boolean, offlineMs: number, afterDays: number): 'enter' | 'leave' | null {
  const tooLong = offlineMs >= afterDays * DAY_MS;
  if (tooLong === active) return null;
  return tooLong ? 'enter' : 'leave';
}

/** Whole hours, as the journal says them. */
export function hoursOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}
