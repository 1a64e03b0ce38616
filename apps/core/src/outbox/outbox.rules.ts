/** Tries before a message is set aside as poisoned. */
export const MAX_ATTEMPTS = 12;

/** What becomes of a message whose handler threw. */
export type FailureDecision = { readonly kind: 'retry'; readonly afterMs: number } | { readonly kind: 'poison' };

/** An outage says nothing about the message: it is tried again as long as it takes. `outages` counts from 1; 0.5 s doubling to 60 s. */
export function afterOutage(outages: number): { readonly kind: 'retry'; readonly afterMs: number } {
  return { kind: 'retry', afterMs: backoffMs(outages) };
}

/** Backoff 0.5 s doubling to 60 s; set aside after the last attempt. `attempt` counts from 1. */
export function afterFailure(attempt: number): FailureDecision {
  if (attempt >= MAX_ATTEMPTS) return { kind: 'poison' };
  return { kind: 'retry', afterMs: backoffMs(attempt) };
}

function backoffMs(tries: number): number {
  return Math.min(500 * 2 ** (tries - 1), 60_000);
}
