import { expect, test } from 'vitest';
import { isRenewalDue, retryDelayMs, SHUT_OUT_MS } from './renewal.rules.js';

const DAY = 86_400_000;
const RECEIVED = Date.UTC(2026, 10, 1);
const evidence = { receivedAtMs: RECEIVED, lifeMs: 30 * DAY, shutOutMs: 0 };

test.each([
  ['after a day', 1, false],
  ['a moment before a third of its life', 9.99, false],
  ['after a third of its life', 10, true],
  ['a month too late', 60, true],
  ['when the clock was set back since', -1, true],
])('%s: %s', (_when, days, due) => {
  expect(isRenewalDue({ ...evidence, nowMs: RECEIVED + days * DAY })).toBe(due);
});

test.each([-20_000, -400, 400, 3_000])('a clock that has always been %d days off changes nothing', (offDays) => {
  const off = { ...evidence, receivedAtMs: RECEIVED + offDays * DAY };
  expect(isRenewalDue({ ...off, nowMs: off.receivedAtMs + 9 * DAY })).toBe(false);
  expect(isRenewalDue({ ...off, nowMs: off.receivedAtMs + 11 * DAY })).toBe(true);
});

test('a broker that keeps the door shut is reason enough', () => {
  expect(isRenewalDue({ ...evidence, nowMs: RECEIVED, shutOutMs: SHUT_OUT_MS - 1 })).toBe(false);
  expect(isRenewalDue({ ...evidence, nowMs: RECEIVED, shutOutMs: SHUT_OUT_MS })).toBe(true);
});

test('failures are followed by longer pauses, never more than six hours, never in step', () => {
  const minutes = [0, 1, 2, 5, 50].map((failures) => retryDelayMs(failures, 0.999_999) / 60_000);
  expect(minutes.map(Math.round)).toEqual([5, 10, 20, 160, 360]);
  expect(retryDelayMs(50, 0)).toBe(3 * 60 * 60_000);
});
