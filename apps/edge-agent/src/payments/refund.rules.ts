import type { RefundRequestState, TillRefusalCode } from '@tillward/contracts';

/** How long a manager has to decide, and then the cashier to start. */
export const REFUND_DECISION_MS = 5 * 60_000;

/** A refund that was asked for, as it was last recorded. */
export interface RefundStanding {
  readonly state: RefundRequestState;
  readonly askedBy: string;
  readonly digest: string;
  readonly askedAt: number;
  readonly decidedAt: number | null;
}

/** Where a request stands now. A clock that went back before the last step says nothing about how long ago that was: the request is over. */
export function standingAt({ state, askedAt, decidedAt }: RefundStanding, now: number): RefundRequestState {
  if (state !== 'waiting' && state !== 'approved') return state;
  return within(state === 'waiting' ? askedAt : (decidedAt ?? askedAt), now) ? state : 'expired';
}

function within(since: number, now: number): boolean {
  return now >= since && now - since < REFUND_DECISION_MS;
}

/** Until when the next step may be taken. */
export function expiresAt({ state, askedAt, decidedAt }: RefundStanding): number {
  return (state === 'waiting' ? askedAt : (decidedAt ?? askedAt)) + REFUND_DECISION_MS;
}

/** Why this person can't decide this refund, or null (P6: who asks for a refund can't approve it, and what is approved is exactly what was shown). */
export function judgeDecision(
  standing: RefundStanding,
  decider: { operatorId: string; manager: boolean; digest: string },
  now: number,
): TillRefusalCode | null {
  if (!decider.manager) return 'managerNeeded';
  if (decider.operatorId === standing.askedBy) return 'approverIsAsker';
  if (decider.digest !== standing.digest) return 'requestChanged';
  const state = standingAt(standing, now);
  if (state === 'expired') return 'approvalExpired';
  return state === 'waiting' ? null : 'alreadyDecided';
}

/** What asking again for a refund leads to: it waits, may start, or is over. A refund is started by who asked for it. */
export function judgeStart(standing: RefundStanding, operatorId: string | null, now: number): 'wait' | 'start' | TillRefusalCode {
  switch (standingAt(standing, now)) {
    case 'waiting':
      return 'wait';
    case 'approved':
      return operatorId === standing.askedBy ? 'start' : 'requestChanged';
    case 'denied':
      return 'refundDenied';
    case 'used':
    case 'expired':
      return 'approvalExpired';
  }
}
