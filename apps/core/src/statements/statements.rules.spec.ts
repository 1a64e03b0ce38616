import { describe, expect, it } from 'vitest';
import { lastPlausibleDay, mayCorrect, nameMatches } from './statements.rules.js';

describe('nameMatches', () => {
  it.each([
    ['*', 'anything', true],
    ['*.zip', 'a.zip', true],
    ['*.zip', 'a.zip.part', false],
    ['RD*_*.txt', 'RD2015_09.txt', true],
    ['a*a', 'a', false],
    ['exact.csv', 'exact.csv', true],
    ['exact.csv', 'exactXcsv', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*b*a', 'ab', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(nameMatches(pattern, name)).toBe(expected);
  });
});

describe('F9: a file may correct another one', () => {
  const scope = (merchant: string | null, periodFrom: string | null, periodTo = periodFrom) => ({ merchant, periodFrom, periodTo });
  const week = scope('M1,M2', '2026-11-02', '2026-11-08');
  it.each([
    ['with all of its days and merchants', week, true],
    ['with more of them', scope('M1,M2,M3', '2026-11-01', '2026-11-09'), true],
    ['not with some of its days', scope('M1,M2', '2026-11-02', '2026-11-07'), false],
    ['not of days before or after', scope('M1,M2', '2026-11-09'), false],
    ['not with some of its merchants', scope('M1', '2026-11-02', '2026-11-08'), false],
    ['not with a merchant whose number begins alike', scope('M1,M', '2026-11-02', '2026-11-08'), false],
    ['that names no merchant', scope('', '2026-11-02', '2026-11-08'), true],
    ['that names more merchants than are kept', scope('M7,…', '2026-11-02', '2026-11-08'), true],
    ['not without any day', scope('M1,M2', null), false],
  ])('%s', (_, correction, may) => {
    expect(mayCorrect(correction, week)).toBe(may);
  });

  it('that has no days', () => {
    expect(mayCorrect(scope('M1', '2026-11-02'), scope('M1', null))).toBe(true);
  });
});

describe('F10: the last day a row may be of', () => {
  it.each([
    ['2026-11-21T09:59:59.000Z', '2026-11-22'],
    ['2026-11-21T10:00:00.000Z', '2026-11-23'],
    ['2026-12-31T12:00:00.000Z', '2027-01-02'],
  ])('at %s it is %s', (now, day) => {
    expect(lastPlausibleDay(new Date(now), 'acquirer')).toBe(day);
  });

  it('is later for a bank, which books on its next day', () => {
    expect(lastPlausibleDay(new Date('2026-11-21T09:00:00.000Z'), 'bank')).toBe('2026-12-01');
  });
});
