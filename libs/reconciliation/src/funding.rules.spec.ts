import { describe, expect, it } from 'vitest';
import { entryDays, expectedPayout, fundingDueDay } from './funding.rules.js';

describe('expectedPayout', () => {
  it('is net of refunds, chargebacks, fees, deductions and reserve', () => {
    const rows = [
      { type: 'sale', amountMinor: 1_322_700, feeMinor: -7_936, currency: 'CNY' },
      { type: 'refund', amountMinor: -10_000, feeMinor: 60, currency: 'CNY' },
      { type: 'reversal', amountMinor: -500, currency: 'CNY' },
      { type: 'chargeback', amountMinor: -2_000, feeMinor: -1_500, currency: 'CNY' },
      { type: 'chargebackReversed', amountMinor: 1_000, currency: 'CNY' },
      { type: 'fee', amountMinor: -300, currency: 'CNY' },
      { type: 'deduction', amountMinor: -200, currency: 'CNY' },
      { type: 'credit', amountMinor: 50, currency: 'CNY' },
      { type: 'payout', amountMinor: -999, currency: 'CNY' },
      { type: 'balance', amountMinor: 999, currency: 'CNY' },
      { type: 'sale', amountMinor: 100, currency: 'AUD' },
    ];
    expect(expectedPayout(rows, { ratePpm: 50_000, rounding: 'halfUp', releasedMinor: 7 })).toEqual([
      {
        currency: 'AUD',
        salesMinor: 100,
        refundsMinor: 0,
        chargebacksMinor: 0,
        feesMinor: 0,
        deductionsMinor: 0,
        creditsMinor: 0,
        reserveMinor: 2,
        netMinor: 102,
      },
      {
        currency: 'CNY',
        salesMinor: 1_322_700,
        refundsMinor: -10_500,
        chargebacksMinor: -1_000,
        feesMinor: -9_676,
        deductionsMinor: -200,
        creditsMinor: 50,
        reserveMinor: 7 - 66_135,
        netMinor: 1_235_246,
      },
    ]);
  });

  it('refuses a type it knows nothing of', () => {
    expect(() => expectedPayout([{ type: 'gift', amountMinor: 1, currency: 'EUR' }])).toThrow(RangeError);
  });
});

describe('fundingDueDay (R10)', () => {
  // 2026-03-02 is a Monday; the 4th is a holiday, Saturday the 7th is worked.
  const isBankDay = (day: string) => {
    if (day === '2026-03-04') return false;
    if (day === '2026-03-07') return true;
    return ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
  };
  it.each([
    ['2026-03-02', 0, '2026-03-02'],
    ['2026-03-02', 1, '2026-03-03'],
    ['2026-03-02', 2, '2026-03-05'],
    ['2026-03-03', 1, '2026-03-05'],
    ['2026-03-04', 0, '2026-03-05'],
    ['2026-03-04', 1, '2026-03-05'],
    ['2026-03-06', 1, '2026-03-07'],
    ['2026-03-07', 1, '2026-03-09'],
    ['2026-03-13', 1, '2026-03-16'],
    ['2026-03-14', 0, '2026-03-16'],
    ['2026-03-14', 1, '2026-03-16'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2028-02-28', 1, '2028-02-29'],
  ])('%s + %i bank days is %s', (day, delay, due) => {
    expect(fundingDueDay(day, delay, isBankDay)).toBe(due);
  });

  it('fails for days nobody has data for, and for a calendar without bank days', () => {
    const unknown = () => {
      throw new RangeError('no data for this year');
    };
    expect(() => fundingDueDay('2026-03-02', 1, unknown)).toThrow('no data');
    expect(() => fundingDueDay('2026-03-02', 1, () => false)).toThrow(RangeError);
    expect(() => fundingDueDay('2026-02-30', 1, isBankDay)).toThrow(RangeError);
    expect(() => fundingDueDay('2026-03-02', -1, isBankDay)).toThrow(RangeError);
  });
});

describe('entryDays', () => {
  // Weekends, Good Friday and Easter Monday of 2026, and a week in October.
  const isBankDay = (day: string) =>
    ![0, 6].includes(new Date(day).getUTCDay()) &&
    day !== '2026-04-03' &&
    day !== '2026-04-06' &&
    (day < '2026-10-01' || day > '2026-10-07');

  it.each([
    ['a Friday', '2026-11-20', '2026-11-18', '2026-11-30'],
    ['a Monday: two bank days before is Thursday', '2026-11-23', '2026-11-19', '2026-12-03'],
    ['after Easter', '2026-04-07', '2026-04-01', '2026-04-17'],
    ['before a week and more of holidays', '2026-09-30', '2026-09-28', '2026-10-14'],
  ])('are counted in bank days: %s', (_, due, firstDay, lastDay) => {
    expect(entryDays(due, { earlyBankDays: 2, lateDays: 10, lateBankDays: 5 }, isBankDay)).toEqual({ firstDay, lastDay });
  });

  it('are the due day alone without any', () => {
    expect(entryDays('2026-11-21', { earlyBankDays: 0, lateDays: 0, lateBankDays: 0 }, isBankDay)).toEqual({
      firstDay: '2026-11-21',
      lastDay: '2026-11-21',
    });
  });

  it('end where there is no bank day', () => {
    expect(() => entryDays('2026-11-21', { earlyBankDays: 1, lateDays: 0, lateBankDays: 0 }, () => false)).toThrow(RangeError);
    expect(() => entryDays('2026-02-30', { earlyBankDays: 1, lateDays: 0, lateBankDays: 0 }, isBankDay)).toThrow(RangeError);
  });
});
