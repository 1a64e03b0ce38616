import { describe, expect, it } from 'vitest';
import { coreTimeFrom, correctionBy, LONGEST_OFF_MS, lookAtMachine, skewWorthSaying, timeAtStart } from './time.rules.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KNOWN = Date.UTC(2026, 10, 21, 12);

describe('T1 timeAtStart', () => {
  it.each<[string, number, number | null, number, 'machine' | 'lastKnown']>([
    ['the first start believes the machine', 0, null, 0, 'machine'],
    ['a short while off', KNOWN + 30_000, KNOWN, KNOWN + 30_000, 'machine'],
    ['a month off', KNOWN + LONGEST_OFF_MS, KNOWN, KNOWN + LONGEST_OFF_MS, 'machine'],
    ['a day ahead can’t be told from a day off', KNOWN + DAY, KNOWN, KNOWN + DAY, 'machine'],
    ['an hour back', KNOWN - HOUR, KNOWN, KNOWN, 'lastKnown'],
    ['1970', 0, KNOWN, KNOWN, 'lastKnown'],
    ['400 days ahead', KNOWN + 400 * DAY, KNOWN, KNOWN, 'lastKnown'],
  ])('%s', (_name, machine, known, at, authority) => {
    expect(timeAtStart(machine, known)).toEqual({ at, authority });
  });
});

describe('T2 lookAtMachine', () => {
  it('follows no jump while the time is known', () => {
    for (const authority of ['core', 'machine'] as const) {
      for (const jumpMs of [-DAY, -HOUR, HOUR, DAY, 400 * DAY]) {
        expect(lookAtMachine(authority, KNOWN, KNOWN + jumpMs, 0)).toEqual({ kind: 'ignore', jumpMs });
        expect(lookAtMachine(authority, KNOWN, KNOWN + jumpMs, jumpMs)).toEqual({ kind: 'steady' });
      }
    }
  });

  it('takes a plausible machine clock over a guess, and no other', () => {
    expect(lookAtMachine('lastKnown', KNOWN, KNOWN + 8 * HOUR, -DAY)).toEqual({ kind: 'follow', jumpMs: 8 * HOUR });
    expect(lookAtMachine('lastKnown', KNOWN, KNOWN + 400 * DAY, 400 * DAY)).toEqual({ kind: 'steady' });
    expect(lookAtMachine('lastKnown', KNOWN, 0, -KNOWN)).toEqual({ kind: 'steady' });
  });
});

describe('T3 core’s time', () => {
  it('is right within half the round trip', () => {
    expect(coreTimeFrom(KNOWN, 1_000, 1_300)).toEqual({ at: KNOWN + 150, errorMs: 150 });
    expect(coreTimeFrom(KNOWN, 1_000, 30_000)).toBeNull();
    expect(coreTimeFrom(KNOWN, 1_000, 900)).toBeNull();
  });

  it('moves the time only by what the answer can tell', () => {
    expect(correctionBy({ at: KNOWN + 300, errorMs: 150 }, KNOWN, 'core')).toBe(0);
    expect(correctionBy({ at: KNOWN + 300, errorMs: 10 }, KNOWN, 'core')).toBe(300);
    expect(correctionBy({ at: KNOWN + 100, errorMs: 150 }, KNOWN, 'machine')).toBe(100);
  });
});

describe('skewWorthSaying', () => {
  it.each<[number | null, number, boolean]>([
    [null, 30_000, false],
    [null, -30_001, true],
    [61_000, 62_000, false],
    [61_000, 92_000, true],
    [61_000, 0, true],
  ])('said %s, now %s: %s', (said, now, expected) => {
    expect(skewWorthSaying(said, now, 30_000)).toBe(expected);
  });
});
