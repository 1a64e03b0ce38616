import type { FeeRate, FeeSchedule } from '@tillward/reconciliation';
import { describe, expect, it } from 'vitest';
import {
  changesOf,
  checkedFrom,
  dayAfter,
  dayBefore,
  lineEnd,
  lineState,
  NO_TERMS,
  type PayoutTerms,
  reachesBack,
  sortLines,
  type Terms,
  termsOf,
} from './terms.rules.js';

const TODAY = '2026-11-22';
const rate = (change: Partial<FeeRate> = {}): FeeRate => ({
  currency: 'EUR',
  ratePpm: 6_000,
  rounding: 'halfUp',
  onRefund: 'returned',
  from: '2026-01-01',
  ...change,
});
const payout: PayoutTerms = { account: 'DE00', country: 'DE', delayBankDays: 1, reservePpm: 0, toleranceMinor: 0 };
const terms = (rates: readonly FeeRate[], funding: PayoutTerms | null = null, basis: FeeSchedule['basis'] = 'row'): Terms => ({
  fees: { basis, rates },
  funding,
});

describe('terms', () => {
  it('are read as the server keeps them, half of them or none', () => {
    expect(termsOf({ fees: { basis: 'row', rates: [rate()] }, funding: null })).toEqual(terms([rate()]));
    expect(termsOf({ fees: null, funding: payout })).toEqual({ fees: null, funding: payout });
    expect(termsOf({ fees: 'x', funding: undefined })).toEqual(NO_TERMS);
  });

  it.each([
    [{}, 'inForce'],
    [{ from: TODAY }, 'inForce'],
    [{ from: '2026-11-23' }, 'future'],
    [{ through: '2026-11-21' }, 'ended'],
    [{ through: TODAY }, 'inForce'],
    [{ from: '2025-01-01' }, 'replaced'],
    [{ from: '2025-01-01', cardKind: 'visa' }, 'inForce'],
  ] as const)('%o is %s on a day', (change, state) => {
    expect(lineState(rate(change), [rate(change), rate(), rate({ from: '2026-11-23' })], TODAY)).toBe(state);
  });

  it('ends when it says, or when the next one begins', () => {
    const rates = [rate({ cardKind: 'visa' }), rate(), rate({ from: '2026-06-01' }), rate({ from: '2026-09-01', through: '2026-12-31' })];
    expect(rates.map((one) => lineEnd(one, rates))).toEqual([undefined, '2026-05-31', '2026-08-31', '2026-12-31']);
  });

  it('takes the same cards written in another case for the same', () => {
    const [old, newer] = [rate({ cardKind: 'visa debit' }), rate({ cardKind: ' Visa Debit', from: '2026-06-01' })];
    expect(lineState(old, [old, newer], TODAY)).toBe('replaced');
  });

  it('lists lines by currency, certain cards before all others, the newest first', () => {
    const lines = [rate(), rate({ cardKind: 'visa' }), rate({ currency: 'CNY' }), rate({ cardKind: 'visa', from: '2026-06-01' })];
    expect(sortLines(lines).map(({ currency, cardKind, from }) => [currency, cardKind, from])).toEqual([
      ['CNY', undefined, '2026-01-01'],
      ['EUR', 'visa', '2026-06-01'],
      ['EUR', 'visa', '2026-01-01'],
      ['EUR', undefined, '2026-01-01'],
    ]);
  });

  it('know the days around one, at the ends of months and years too', () => {
    expect([dayBefore('2028-03-01'), dayAfter('2026-12-31')]).toEqual(['2028-02-29', '2027-01-01']);
  });

  it('are checked from the first day of any of their lines on', () => {
    expect(checkedFrom(terms([rate({ from: '2026-06-01' }), rate()]))).toBe('2026-01-01');
    expect(checkedFrom({ fees: null, funding: payout })).toBeUndefined();
  });
});

describe('what changes between two versions', () => {
  it('is nothing where only the order differs', () => {
    const [a, b] = [rate(), rate({ currency: 'CNY' })];
    expect(changesOf(terms([a, b], payout), terms([b, a], { ...payout }))).toEqual([]);
  });

  it('names lines that came, went and changed, and the payout', () => {
    const before = terms([rate(), rate({ currency: 'CNY' })], payout);
    const after = terms([rate({ ratePpm: 5_000, capMinor: 2_000 }), rate({ currency: 'JPY' })], { ...payout, delayBankDays: 2 }, 'batch');
    expect(changesOf(before, after)).toEqual([
      { kind: 'basis', before: 'row', after: 'batch' },
      {
        kind: 'lineChanged',
        rate: after.fees?.rates[0],
        fields: [
          { field: 'ratePpm', before: 6_000, after: 5_000 },
          { field: 'capMinor', before: undefined, after: 2_000 },
        ],
      },
      { kind: 'lineAdded', rate: after.fees?.rates[1], follows: undefined },
      { kind: 'lineRemoved', rate: before.fees?.rates[1] },
      { kind: 'payoutChanged', fields: [{ field: 'delayBankDays', before: 1, after: 2 }] },
    ]);
  });

  it('names the price a new one follows', () => {
    const [old, next] = [rate(), rate({ ratePpm: 5_000, from: '2026-12-01' })];
    expect(changesOf(terms([old]), terms([old, next]))).toEqual([{ kind: 'lineAdded', rate: next, follows: old }]);
  });

  it('says when a half is new or gone', () => {
    expect(changesOf(NO_TERMS, terms([rate()], payout)).map(({ kind }) => kind)).toEqual(['basis', 'lineAdded', 'payoutAdded']);
    expect(changesOf(terms([rate()], payout), NO_TERMS).map(({ kind }) => kind)).toEqual(['feesRemoved', 'payoutRemoved']);
  });

  it.each([
    [[rate()], [rate({ ratePpm: 1 })], [true]],
    [[rate()], [], [true]],
    [[], [rate({ from: TODAY })], [false]],
    [[], [rate({ from: '2026-11-21' })], [true]],
    // A new price from tomorrow on, and the old one through today.
    [[rate()], [rate({ through: TODAY }), rate({ from: '2026-11-23' })], [false, false]],
    [[rate()], [rate({ through: '2026-10-31' })], [true]],
  ] as const)('knows whether past days come out otherwise', (before, after, back) => {
    const changes = changesOf(
      { fees: { basis: 'row', rates: before }, funding: null },
      { fees: { basis: 'row', rates: after }, funding: null },
    );
    expect(changes.map((change) => reachesBack(change, TODAY)).toSorted()).toEqual(back.toSorted());
  });
});
