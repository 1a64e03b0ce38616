/** Tries before a message is set aside as poisoned. */
export const MAX_ATTEMPTS = 12;

/** What becomes of a message whose handler threw. */
export type FailureDecision = { readonly kind: 'retry'; readonly afterMs: number } | { readonly kind: 'poison' };

/** Backoff 0.5 s doubling to 60 s; set aside after the last attempt. `attempt` counts from 1. */
export function afterFailure(attempt: number): FailureDecision {
  if (attempt >= MAX_ATTEMPTS) return { kind: 'poison' };
  return { kind: 'retry', afterMs: Math.min(500 * 2 ** (attempt - 1), 60_000) };
}
