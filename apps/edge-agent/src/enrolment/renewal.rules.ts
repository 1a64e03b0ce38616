/** The certificate is renewed after this part of its life, so that two thirds are left for whatever keeps it from happening. */
export const RENEWAL_PART = 1 / 3;
/** A broker that has not let us in for so long may think the certificate expired, whatever our clock says. */
export const SHUT_OUT_MS = 120_000;
/** How often the agent looks whether a renewal is due. */
export const LOOK_EVERY_MS = 60_000;

/** A successful renewal is followed by at least this much quiet, whatever the evidence says then. */
export const PAUSE_AFTER_RENEWAL_MS = 6 * 60 * 60_000;

/** First and longest pause. */
const RETRY_MS = [5 * 60_000, 6 * 60 * 60_000] as const;
const SHUT_OUT_RETRY_MS = [30_000, 10 * 60_000] as const;

/** What decides whether to renew. All by this machine's clock, which may be wrong. */
export interface RenewalEvidence {
  readonly nowMs: number;
  /** When the certificate arrived, by the same clock. */
  readonly receivedAtMs: number;
  /** From the certificate's beginning to its end. */
  readonly lifeMs: number;
  /** For how long the broker has not let us in; 0 while connected. */
  readonly shutOutMs: number;
}

/**
 * Whether the broker keeps the door shut: for two minutes, or at all when the certificate is past its life. An agent that has just started counts as not let in.
 */
export function isShutOut({ nowMs, receivedAtMs, lifeMs, shutOutMs }: RenewalEvidence): boolean {
  return shutOutMs >= SHUT_OUT_MS || (shutOutMs > 0 && nowMs - receivedAtMs >= lifeMs);
}

/**
 * The certificate's age is what passed since it arrived, not what its dates say: a clock that is wrong by any constant changes nothing. One that was set back since
 * makes the age negative, and one that was set forward makes it large; either leads to one renewal, after which the age is right again.
 */
export function isRenewalDue(evidence: RenewalEvidence): boolean {
  const ageMs = evidence.nowMs - evidence.receivedAtMs;
  return ageMs < 0 || ageMs >= evidence.lifeMs * RENEWAL_PART || isShutOut(evidence);
}

/**
 * The pause after a try, the more the more failed before: five minutes to six hours, between half and the whole of that; a gateway that the broker does not let in has nothing else left to do and
 * tries after half a minute, later every ten. `random` is in [0, 1).
 */
export function retryDelayMs(failures: number, random: number, shutOut: boolean): number {
  const [first, longest] = shutOut ? SHUT_OUT_RETRY_MS : RETRY_MS;
  return Math.round(Math.min(longest, first * 2 ** Math.min(failures, 10)) * (0.5 + random / 2));
}

/** When to look next: in a minute, sooner when a pause ends sooner. */
export function lookInMs(steadyMs: number, notBeforeMs: number): number {
  return notBeforeMs > steadyMs ? Math.min(LOOK_EVERY_MS, notBeforeMs - steadyMs) : LOOK_EVERY_MS;
}
