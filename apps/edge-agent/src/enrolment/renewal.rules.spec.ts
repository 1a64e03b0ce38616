import { expect, test } from 'vitest';
import { isRenewalDue, isShutOut, lookInMs, retryDelayMs, SHUT_OUT_MS } from './renewal.rules.js';

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

test('a gateway with an expired certificate is shut out from the first moment without a connection', () => {
  const expired = { ...evidence, nowMs: RECEIVED + 30 * DAY };
  expect([0, 1].map((shutOutMs) => isShutOut({ ...expired, shutOutMs }))).toEqual([false, true]);
  expect(isShutOut({ ...expired, nowMs: expired.nowMs - 1, shutOutMs: 1 })).toBe(false);
});

test('failures are followed by longer pauses, never more than six hours, never in step', () => {
  const minutes = [0, 1, 2, 5, 50].map((failures) => retryDelayMs(failures, 0.999_999, false) / 60_000);
  expect(minutes.map(Math.round)).toEqual([5, 10, 20, 160, 360]);
  expect(retryDelayMs(50, 0, false)).toBe(3 * 60 * 60_000);
});

test('a gateway that is shut out tries soon again, and never pauses for long', () => {
  const seconds = [0, 1, 2, 50].map((failures) => retryDelayMs(failures, 0.999_999, true) / 1_000);
  expect(seconds.map(Math.round)).toEqual([30, 60, 120, 600]);
});

test.each([
  ['no pause', Number.NEGATIVE_INFINITY, 60_000],
  ['a pause that is over', 999, 60_000],
  ['a short pause', 16_000, 15_000],
  ['a long pause', 1_000_000, 60_000],
])('after %s the next look is soon enough', (_which, notBeforeMs, inMs) => {
  expect(lookInMs(1_000, notBeforeMs)).toBe(inMs);
});
