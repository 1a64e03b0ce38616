import { expect, test } from 'vitest';
import { fullAllowance, refilled, taken } from './rate.rules.js';

const RATE = { perSecond: 100, burst: 50 };

test.each([
  ['within the burst', 50, 0],
  ['more than the burst is waited off', 60, 100],
  ['much more', 350, 3_000],
])('%s', (_what, cost, waitMs) => {
  expect(taken(fullAllowance(RATE, 1_000), cost, RATE, 1_000).waitMs).toBe(waitMs);
});

test('time fills it up to the burst and no further, and a clock that goes back takes nothing away', () => {
  const { allowance } = taken(fullAllowance(RATE, 0), 50, RATE, 0);
  expect(refilled(allowance, RATE, 250).level).toBe(25);
  expect(refilled(allowance, RATE, 60_000).level).toBe(50);
  expect(refilled(allowance, RATE, -5).level).toBe(0);
});
