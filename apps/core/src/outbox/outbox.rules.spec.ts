import { expect, it } from 'vitest';
import { afterFailure, afterOutage, MAX_ATTEMPTS } from './outbox.rules.js';

it.each([
  [1, 500],
  [MAX_ATTEMPTS, 60_000],
  [10_000, 60_000],
])('after outage %i it is tried again in %i ms, never set aside', (outages, afterMs) => {
  expect(afterOutage(outages)).toEqual({ kind: 'retry', afterMs });
});

it.each([
  [1, { kind: 'retry', afterMs: 500 }],
  [2, { kind: 'retry', afterMs: 1_000 }],
  [8, { kind: 'retry', afterMs: 60_000 }],
  [MAX_ATTEMPTS - 1, { kind: 'retry', afterMs: 60_000 }],
  [MAX_ATTEMPTS, { kind: 'poison' }],
] as const)('after attempt %i: %o', (attempt, decision) => {
  expect(afterFailure(attempt)).toEqual(decision);
});
