import { describe, expect, it } from 'vitest';
import { cardKindParts } from './card-kind.rules.js';
import {
  byAcquirer,
  calendarOf,
  type FeeKind,
  feeDays,
  feeShare,
  moneyByDay,
  monthOf,
  type Payout,
  payoutGap,
  sortKinds,
  wholeDays,
} from './funding.rules.js';

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const payout = (change: Partial<Payout>): Payout =>
  ({
    id: 'p',
    acquirerId: 'acq',
    businessDay: '2026-11-22',
    dueDay: '2026-11-23',
    bankEntryId: null,
    received: null,
    expectedTogether: null,
    expected: eur(100),
    ...change,
  }) as Payout;

describe('the funding calendar', () => {
  it('counts an entry of the bank once although it pays several payouts', () => {
    const [day] = calendarOf([
      payout({ bankEntryId: 'e1', received: eur(200) }),
      payout({ bankEntryId: 'e1', received: eur(200) }),
      payout({ bankEntryId: 'e2', received: eur(50) }),
    ]);
    expect(day).toMatchObject({ day: '2026-11-23', expected: [eur(300)], received: [eur(250)] });
  });

  it('has the newest bank day first, and before it what nobody knows the day of', () => {
    expect(calendarOf([payout({}), payout({ dueDay: '2026-11-24' }), payout({ dueDay: null })]).map(({ day }) => day)).toEqual([
      null,
      '2026-11-24',
      '2026-11-23',
    ]);
  });

  it('compares an entry with all it pays', () => {
    expect(payoutGap(payout({ received: eur(190), expectedTogether: eur(200) }))).toEqual(eur(-10));
    expect(payoutGap(payout({ received: eur(100) }))).toEqual(eur(0));
    expect(payoutGap(payout({}))).toBeNull();
    expect(payoutGap(payout({ received: { amountMinor: 100, currency: 'USD' } }))).toBeNull();
  });
});

describe('bank days in a picture', () => {
  const came = (bankEntryId: string, amount: number, change: Partial<Payout> = {}) =>
    payout({ id: `${bankEntryId} ${change.dueDay ?? ''}`, bankEntryId, received: eur(amount), state: 'funded', ...change });
  const days = (payouts: Payout[], complete = true) => moneyByDay(calendarOf(wholeDays(payouts, complete)));

  it('stand oldest first, each with what should have come and what came', () => {
    expect(
      days([
        payout({ id: 'w', dueDay: '2026-11-25', state: 'awaited' }),
        came('e1', 80, { dueDay: '2026-11-24', state: 'short' }),
        payout({ id: 'o', dueDay: '2026-11-23', state: 'overdue' }),
        payout({ id: 'u', dueDay: null }),
      ]),
    ).toEqual([
      {
        currency: 'EUR',
        days: [
          { day: '2026-11-23', expectedMinor: 100, receivedMinor: null, gapMinor: -100 },
          { day: '2026-11-24', expectedMinor: 100, receivedMinor: 80, gapMinor: -20 },
          { day: '2026-11-25', expectedMinor: 100, receivedMinor: null, gapMinor: null },
        ],
      },
    ]);
  });

  it('share an entry that pays several of them, and never add currencies', () => {
    const together = { expectedTogether: eur(200), state: 'over' } as const;
    expect(
      days([
        came('e1', 210, { dueDay: '2026-11-24', ...together }),
        came('e1', 210, { dueDay: '2026-11-23', ...together }),
        payout({ id: 'usd', dueDay: '2026-11-23', state: 'awaited', expected: { amountMinor: 7, currency: 'USD' } }),
      ]),
    ).toEqual([
      {
        currency: 'EUR',
        days: [
          { day: '2026-11-23', expectedMinor: 100, receivedMinor: 110, gapMinor: 10 },
          { day: '2026-11-24', expectedMinor: 100, receivedMinor: 100, gapMinor: null },
        ],
      },
      { currency: 'USD', days: [{ day: '2026-11-23', expectedMinor: 7, receivedMinor: null, gapMinor: null }] },
    ]);
  });

  it('leave out a day of which not everything is loaded', () => {
    const payouts = [
      payout({ id: 'a', businessDay: '2026-11-23', dueDay: '2026-11-24' }),
      payout({ id: 'b', businessDay: '2026-11-21', dueDay: '2026-11-23' }),
      payout({ id: 'c', businessDay: '2026-11-21', dueDay: null }),
    ];
    // Saturday's and Sunday's money comes on Monday too, and Sunday's may be on the next page.
    expect(days(payouts, false)[0]?.days.map(({ day }) => day)).toEqual(['2026-11-24']);
    expect(wholeDays(payouts, false).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(wholeDays(payouts, true)).toHaveLength(3);
    expect(wholeDays(payouts.slice(1), false)).toHaveLength(2);
  });

  it('steps over months and years', () => {
    expect(monthOf('2026-11-22', 0)).toEqual({ from: '2026-11-01', to: '2026-11-30' });
    expect(monthOf('2026-12-31', 1)).toEqual({ from: '2027-01-01', to: '2027-01-31' });
    expect(monthOf('2028-03-31', -1)).toEqual({ from: '2028-02-01', to: '2028-02-29' });
  });
});

describe('the fee report', () => {
  const kind = (acquirerId: string, change: Partial<FeeKind>): FeeKind => ({
    acquirerId,
    cardKind: '',
    currency: 'EUR',
    rows: 2,
    wrongRows: 0,
    rowsWithoutRate: 0,
    grossMinor: 1_000,
    expectedMinor: -10,
    chargedMinor: -10,
    gapMinor: 0,
    ...change,
  });

  it('sums the kinds of cards per acquirer and currency, the largest gap first', () => {
    const kinds = [
      kind('a', {}),
      // Nobody knows what should have been charged on these: that is not nothing.
      kind('a', { currency: 'USD', expectedMinor: 0, rowsWithoutRate: 2 }),
      kind('b', { gapMinor: -5, chargedMinor: -15 }),
      // Two of what was charged have no rate.
      kind('b', { cardKind: 'visa debit', gapMinor: -2, chargedMinor: -14, rowsWithoutRate: 1 }),
      kind('b', { currency: 'JPY' }),
    ];
    expect(byAcquirer(kinds)).toEqual([
      { acquirerId: 'b', currency: 'EUR', expectedMinor: -20, chargedMinor: -27, gapMinor: -7 },
      { acquirerId: 'a', currency: 'EUR', expectedMinor: -10, chargedMinor: -10, gapMinor: 0 },
      { acquirerId: 'b', currency: 'JPY', expectedMinor: -10, chargedMinor: -10, gapMinor: 0 },
    ]);
  });

  it('lists an acquirer’s kinds together, the wrong ones first', () => {
    const kinds = [
      kind('b', {}),
      kind('a', { cardKind: 'small', grossMinor: 5 }),
      kind('a', { cardKind: 'large', grossMinor: 500 }),
      kind('a', { cardKind: 'wrong', wrongRows: 1, grossMinor: 1 }),
      kind('a', { currency: 'CNY' }),
    ];
    expect(sortKinds(kinds).map(({ acquirerId, currency, cardKind }) => `${acquirerId} ${currency} ${cardKind}`.trim())).toEqual([
      'a CNY',
      'a EUR wrong',
      'a EUR large',
      'a EUR small',
      'b EUR',
    ]);
  });

  it.each([
    ['visa debit', 'visa', 'debit'],
    ['girocard', 'girocard', null],
    ['debit', null, 'debit'],
    ['', null, null],
    ['other', 'other', null],
  ] as const)('takes the kind “%s” apart', (cardKind, scheme, funding) => {
    expect(cardKindParts(cardKind)).toEqual({ scheme, funding });
  });

  it('covers the days of the address as far as they can be asked for, else a month', () => {
    const newest = '2026-11-22';
    expect(feeDays({}, newest)).toEqual({ fromDay: '2026-10-23', toDay: newest });
    expect(feeDays({ from: '2026-11-01' }, newest)).toEqual({ fromDay: '2026-11-01', toDay: newest });
    expect(feeDays({ from: '2026-02-30', to: '2026-03-31' }, newest)).toEqual({ fromDay: '2026-03-01', toDay: '2026-03-31' });
    expect(feeDays({ from: '2026-11-10', to: '2026-11-01' }, newest)).toEqual({ fromDay: '2026-11-10', toDay: newest });
    expect(feeDays({ from: '2027-01-01' }, newest)).toEqual({ fromDay: '2026-10-23', toDay: newest });
  });

  it('says what was charged of a hundred', () => {
    expect(feeShare({ chargedMinor: -80, grossMinor: 10_000 })).toBe(0.008);
    expect(feeShare({ chargedMinor: -80, grossMinor: 0 })).toBeNull();
  });
});
