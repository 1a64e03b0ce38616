import { describe, expect, it } from 'vitest';
import { calendarOf, type FeeCheck, feeReport, type Payout, payoutGap } from './funding.rules.js';

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const payout = (change: Partial<Payout>): Payout =>
  ({
    id: 'p',
    acquirerId: 'acq',
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

describe('the fee report', () => {
  it('sums per acquirer and currency, the largest gap first', () => {
    const check = (acquirerId: string, expected: number, charged: number, wrongRows = 0, currency = 'EUR'): FeeCheck =>
      ({
        acquirerId,
        rows: 2,
        wrongRows,
        rowsWithoutRate: 1,
        expected: { amountMinor: expected, currency },
        charged: { amountMinor: charged, currency },
      }) as FeeCheck;
    expect(feeReport([check('a', -10, -10), check('b', -10, -15, 1), check('b', -10, -12, 1), check('b', -1, -1, 0, 'JPY')])).toEqual([
      {
        acquirerId: 'b',
        currency: 'EUR',
        batches: 2,
        rows: 4,
        wrongRows: 2,
        rowsWithoutRate: 2,
        expectedMinor: -20,
        chargedMinor: -27,
        gapMinor: -7,
      },
      {
        acquirerId: 'a',
        currency: 'EUR',
        batches: 1,
        rows: 2,
        wrongRows: 0,
        rowsWithoutRate: 1,
        expectedMinor: -10,
        chargedMinor: -10,
        gapMinor: 0,
      },
      {
        acquirerId: 'b',
        currency: 'JPY',
        batches: 1,
        rows: 2,
        wrongRows: 0,
        rowsWithoutRate: 1,
        expectedMinor: -1,
        chargedMinor: -1,
        gapMinor: 0,
      },
    ]);
  });
});
