import type { RefundRequestState, TillRefusalCode } from '@tillward/contracts';
import type { Sponsors } from '../operators/index.js';

/** How long a manager has to decide, and then the cashier to start. */
export const REFUND_DECISION_MS = 5 * 60_000;

/** A refund that was asked for, as it was last recorded. */
export interface RefundStanding {
  readonly state: RefundRequestState;
  readonly askedBy: string;
  /** From whom the passcode came with which `askedBy` was signed on. */
  readonly askerSponsors: Sponsors;
  readonly digest: string;
  readonly askedAt: number;
  readonly decidedAt: number | null;
}

/** What of a request says until when it may go on. */
type RefundTimes = Pick<RefundStanding, 'state' | 'askedAt' | 'decidedAt'>;

/** Where a request stands now. A clock that went back before the last step says nothing about how long ago that was: the request is over. */
export function standingAt({ state, askedAt, decidedAt }: RefundTimes, now: number): RefundRequestState {
  if (state !== 'waiting' && state !== 'approved') return state;
  return within(state === 'waiting' ? askedAt : (decidedAt ?? askedAt), now) ? state : 'expired';
}

function within(since: number, now: number): boolean {
  return now >= since && now - since < REFUND_DECISION_MS;
}

/** Until when the next step may be taken. */
export function expiresAt({ state, askedAt, decidedAt }: RefundTimes): number {
  return (state === 'waiting' ? askedAt : (decidedAt ?? askedAt)) + REFUND_DECISION_MS;
}

/** Somebody who decides about a refund. */
export interface Decider {
  readonly operatorId: string;
  readonly sponsors: Sponsors;
  readonly manager: boolean;
  readonly approves: boolean;
  readonly digest: string;
}

/**
 * Why this person can't decide this refund, or null (P6: who asks for a refund can't approve it, and what is approved is exactly what was shown). Two persons are two only when neither could
 * have made the other's passcode; money stays where it is when somebody refuses a refund, so for that it is enough not to have asked.
 */
export function judgeDecision(standing: RefundStanding, decider: Decider, now: number): TillRefusalCode | null {
  if (!decider.manager) return 'managerNeeded';
  if (decider.operatorId === standing.askedBy) return 'approverIsAsker';
  const asker = { operatorId: standing.askedBy, sponsors: standing.askerSponsors };
  if (decider.approves && !areIndependent(asker, decider)) return 'personsNotIndependent';
  if (decider.digest !== standing.digest) return 'requestChanged';
  const state = standingAt(standing, now);
  if (state === 'expired') return 'approvalExpired';
  return state === 'waiting' ? null : 'alreadyDecided';
}

/**
 * Whether one person could not have made both passcodes: nobody is behind both of them. Who gives out a code can choose the passcode with it and act as that person, and as everybody whose
 * code was given out with it. Not known where a passcode comes from: then nobody can say that they are two.
 */
export function areIndependent(
  a: { readonly operatorId: string; readonly sponsors: Sponsors },
  b: { readonly operatorId: string; readonly sponsors: Sponsors },
): boolean {
  if (a.sponsors === null || b.sponsors === null) return false;
  const behind = new Set([a.operatorId, ...a.sponsors]);
  return ![b.operatorId, ...b.sponsors].some((person) => behind.has(person));
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
