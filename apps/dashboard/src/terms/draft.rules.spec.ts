import type { FeeRate } from '@tillward/reconciliation';
import { describe, expect, it } from 'vitest';
import {
  changedFrom,
  draftOf,
  EMPTY_PAYOUT,
  emptyLine,
  type LineDraft,
  percentText,
  ppmOf,
  readDraft,
  type TermsDraft,
} from './draft.rules.js';
import { NO_TERMS, type Terms } from './terms.rules.js';

const full: Terms = {
  fees: {
    basis: 'batch',
    rates: [
      {
        currency: 'EUR',
        cardKind: 'visa debit',
        types: ['sale', 'refund'],
        ratePpm: 2_500,
        fixedMinor: 10,
        floorMinor: 5,
        capMinor: 2_000,
        rounding: 'halfEven',
        onRefund: 'kept',
        from: '2026-01-01',
        through: '2026-12-31',
      },
      { currency: 'JPY', ratePpm: 1_000_000, fixedMinor: 15, rounding: 'down', onRefund: 'charged', from: '2026-01-01' },
    ],
  },
  funding: { account: 'DE00 1', country: 'DE', delayBankDays: 2, reservePpm: 50_000, reserveReleaseDays: 90, toleranceMinor: 5 },
};
const line = (change: Partial<LineDraft>): LineDraft => ({ ...emptyLine([], '2026-01-01'), currency: 'EUR', rate: '0.6', ...change });
const draft = (lines: readonly LineDraft[], payout: TermsDraft['payout'] = null): TermsDraft => ({ basis: 'row', lines, payout });
const faultsOf = (given: TermsDraft) => {
  const read = readDraft(given);
  return 'faults' in read ? read.faults.map(({ field, why }) => `${field} ${why}`) : [];
};

describe('a form of terms', () => {
  it('says what it was filled with', () => {
    expect(readDraft(draftOf(full))).toEqual({ terms: full });
    expect(readDraft(draftOf(NO_TERMS))).toEqual({ terms: NO_TERMS });
  });

  it.each([
    ['0.6', 6_000],
    ['0,6 %', 6_000],
    ['100', 1_000_000],
    ['0.0001', 1],
    ['0', 0],
    ['100.0001', undefined],
    ['0.00001', undefined],
    ['-1', undefined],
    ['', undefined],
    ['1.', undefined],
    ['1e2', undefined],
  ] as const)('reads “%s” per cent as %s millionths', (typed, ppm) => {
    expect(ppmOf(typed)).toBe(ppm);
  });

  it('writes every share the way it reads it', () => {
    for (const ppm of [0, 1, 10, 999, 6_000, 10_000, 123_456, 1_000_000]) expect(ppmOf(percentText(ppm))).toBe(ppm);
  });

  it.each([
    [{ currency: 'EURO' }, ['currency currency']],
    [{ currency: '' }, ['currency currency']],
    [{ currency: 'XAU', fixed: '1' }, ['currency currency']],
    [{ rate: 'sixty' }, ['rate percent']],
    [{ fixed: '0.105' }, ['fixed amount']],
    [{ fixed: '-1' }, ['fixed amount']],
    [{ cap: '100000000.01' }, ['cap amount']],
    [{ currency: 'JPY', fixed: '1.5' }, ['fixed amount']],
    [{ floor: '2', cap: '1' }, ['floor floorAboveCap']],
    [{ types: [] }, ['types types']],
    [{ from: '' }, ['from day']],
    [{ from: '2026-02-30' }, ['from day']],
    [{ from: '2026-02-02', through: '2026-02-01' }, ['through throughBefore']],
    [{}, []],
  ] as const)('names what is wrong in %o', (change, faults) => {
    expect(faultsOf(draft([line(change)]))).toEqual(faults);
  });

  it('refuses two prices that begin on one day for the same rows, however they are written', () => {
    const twins = [line({ key: 1, cardKind: 'Visa' }), line({ key: 2, cardKind: 'visa ', types: ['refund'] })];
    expect(readDraft(draft(twins))).toEqual({ faults: [{ line: 2, field: 'from', why: 'twin' }] });
    expect(faultsOf(draft([line({ key: 1, types: ['sale'] }), line({ key: 2, types: ['refund'] })]))).toEqual([]);
    expect(faultsOf(draft([line({ key: 1 }), line({ key: 2, from: '2026-01-02' })]))).toEqual([]);
  });

  it('names what is wrong with a payout', () => {
    const all = { ...EMPTY_PAYOUT, delay: '61', reserve: '101', release: '0', tolerance: '1.5' };
    expect(faultsOf(draft([], all))).toEqual([
      'account account',
      'country country',
      'reserve percent',
      'release release',
      'delay delay',
      'tolerance tolerance',
    ]);
  });

  it('takes no tolerance that core refuses', () => {
    const faults = (tolerance: string) => faultsOf(draft([], { ...EMPTY_PAYOUT, tolerance })).includes('tolerance tolerance');
    expect([faults('1000'), faults('1001')]).toEqual([false, true]);
  });

  it('adds a price from a day on, and leaves the one before as it is', () => {
    const agreed: FeeRate = { currency: 'EUR', ratePpm: 6_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' };
    const { lines } = draftOf({ fees: { basis: 'row', rates: [agreed] }, funding: null });
    const both = changedFrom(lines, 1, '2026-12-01');
    expect(both[0]).toEqual(lines[0]);
    expect(both[1]).toMatchObject({ key: 2, from: '2026-12-01', through: '', rate: '0.6', agreed: null });
    expect(faultsOf(draft(both))).toEqual([]);
    // One that is to come is followed by another one only after it began.
    expect(changedFrom(both, 2, '2026-11-23')[2]?.from).toBe('2026-12-02');
  });
});
