import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectedBatchFee,
  expectedFee,
  type FeeableRow,
  type FeeRate,
  type FeeSchedule,
  feeScheduleMistakes,
  portion,
} from './fees.rules.js';

const rate = (changes: Partial<FeeRate> = {}): FeeRate => ({
  currency: 'CNY',
  ratePpm: 6_000,
  rounding: 'halfUp',
  onRefund: 'returned',
  from: '2026-01-01',
  ...changes,
});
const row = (amountMinor: number, changes: Partial<FeeableRow> = {}): FeeableRow => ({
  type: amountMinor < 0 ? 'refund' : 'sale',
  businessDay: '2026-03-02',
  amountMinor,
  currency: 'CNY',
  cardKind: 'debit',
  ...changes,
});
const schedule = (...rates: FeeRate[]): FeeSchedule => ({ basis: 'row', rates });
const feeOf = (one: FeeSchedule, of: FeeableRow) => {
  const fee = expectedFee(one, of);
  return fee.kind === 'fee' ? fee.feeMinor : fee.kind;
};

describe('a fee (R9)', () => {
  it.each<[string, Partial<FeeRate>, number, number]>([
    ['0.6 % of 1,322.70', {}, 132_270, -794],
    ['rounded half up', { ratePpm: 5_000 }, 100, -1],
    ['rounded half to even, down to 0', { ratePpm: 5_000, rounding: 'halfEven' }, 100, 0],
    ['rounded half to even, up to 2', { ratePpm: 5_000, rounding: 'halfEven' }, 300, -2],
    ['just above one half, half to even', { ratePpm: 5_001, rounding: 'halfEven' }, 100, -1],
    ['just below one half, half up', { ratePpm: 4_999 }, 100, 0],
    ['rounded down', { ratePpm: 9_999, rounding: 'down' }, 100, 0],
    ['capped', { capMinor: 2_000 }, 10_000_000, -2_000],
    ['at its floor', { floorMinor: 8 }, 100, -8],
    ['with a fixed part, before the cap', { fixedMinor: 30, capMinor: 31 }, 1_000, -31],
    ['of nothing', {}, 0, 0],
    ['of a refund, returned', {}, -132_270, 794],
    ['of a refund, kept', { onRefund: 'kept' }, -132_270, 0],
    ['of a refund, charged', { onRefund: 'charged' }, -132_270, -794],
    ['of the largest amount, exactly', { ratePpm: 999_999, rounding: 'down' }, Number.MAX_SAFE_INTEGER, -9_007_190_247_541_736],
  ])('%s', (_, changes, amountMinor, expected) => {
    const fee = feeOf(schedule(rate(changes)), row(amountMinor));
    expect(fee).toBe(expected === 0 ? 0 : expected);
    expect(Object.is(fee, -0)).toBe(false);
  });

  it.each<[string, FeeRate[], Partial<FeeableRow>, number | 'noRate']>([
    ['the line of the card kind before one for all', [rate({ ratePpm: 1 }), rate({ ratePpm: 5_000, cardKind: 'debit' })], {}, -500],
    ['one for all where no line is for the kind', [rate(), rate({ ratePpm: 5_000, cardKind: 'credit' })], {}, -600],
    ['the line that began last', [rate({ from: '2026-02-01', ratePpm: 7_000 }), rate()], {}, -700],
    ['not one that begins later', [rate(), rate({ from: '2026-03-03', ratePpm: 7_000 })], {}, -600],
    ['on its first day', [rate({ from: '2026-03-02' })], {}, -600],
    ['on its last day', [rate({ through: '2026-03-02' })], {}, -600],
    ['nothing after its last day', [rate({ through: '2026-03-01' })], {}, 'noRate'],
    ['nothing for another currency', [rate({ currency: 'EUR' })], {}, 'noRate'],
    ['nothing for a type it is not for', [rate({ types: ['refund'] })], {}, 'noRate'],
    [
      'the line of the most particular kind, in any case',
      [rate({ ratePpm: 1, cardKind: 'debit' }), rate({ ratePpm: 3_000, cardKind: 'Visa Debit' }), rate({ ratePpm: 2, cardKind: 'visa' })],
      { cardKind: ['VISA debit', 'VISA', 'debit'] },
      -300,
    ],
    [
      'the line of a less particular kind before one for all',
      [rate({ ratePpm: 1 }), rate({ ratePpm: 3_000, cardKind: 'debit' })],
      { cardKind: ['visa debit', 'visa', 'debit'] },
      -300,
    ],
    [
      'the one that began last of one kind, not of another',
      [
        rate({ cardKind: 'debit', ratePpm: 3_000 }),
        rate({ from: '2026-02-01' }),
        rate({ from: '2026-01-15', cardKind: 'DEBIT', ratePpm: 4_000 }),
      ],
      {},
      -400,
    ],
    ['nothing for a row without kind when lines have kinds', [rate({ cardKind: 'debit' })], { cardKind: '' }, 'noRate'],
  ])('takes %s', (_, rates, changes, expected) => {
    expect(feeOf(schedule(...rates), row(100_000, changes))).toBe(expected);
  });

  it('is exact: the nearest, and never off by more than rounding allows', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat({ max: 1_000_000 }), (amount, ppm) => {
        const exact = BigInt(amount) * BigInt(ppm);
        const rest = (rounding: 'halfUp' | 'halfEven' | 'down') => exact - BigInt(portion(amount, ppm, rounding)) * 1_000_000n;
        expect(rest('down') >= 0n && rest('down') < 1_000_000n).toBe(true);
        for (const rounding of ['halfUp', 'halfEven'] as const)
          expect(rest(rounding) >= -500_000n && rest(rounding) <= 500_000n).toBe(true);
        expect(rest('halfUp') < 500_000n).toBe(true);
        if (rest('halfEven') === 500_000n || rest('halfEven') === -500_000n) expect(portion(amount, ppm, 'halfEven') % 2).toBe(0);
      }),
    );
  });

  it.each([
    [0.5, 1],
    [1, 0.5],
    [-1, 1],
    [2 ** 53, 1],
  ])('refuses %d × %d', (amount, ppm) => {
    expect(() => portion(amount, ppm, 'down')).toThrow(RangeError);
  });
});

describe('the fee of a batch', () => {
  const rows = [row(333), row(333), row(333), row(-333)];

  it('is the sum of its rows’ fees, or rounded once', () => {
    const rates = [rate({ ratePpm: 1_500 })];
    // 0.4995 each: none of a row, 1.4985 of three together.
    expect(expectedBatchFee({ basis: 'row', rates }, rows)).toEqual({ kind: 'fee', feeMinor: 0 });
    expect(expectedBatchFee({ basis: 'batch', rates }, rows)).toEqual({ kind: 'fee', feeMinor: -1 });
  });

  it.each<[string, Partial<FeeRate>, number[], number]>([
    ['the fixed part of each row', { ratePpm: 1_500, fixedMinor: 5 }, [333, 333, 333], -16],
    ['each row’s cap, not one for all', { ratePpm: 10_000, capMinor: 300 }, [50_000, 50_000, 1_050], -611],
    ['each row’s floor', { ratePpm: 1_000, floorMinor: 8 }, [100, 100, 20_000], -36],
    ['what is returned with a refund', { ratePpm: 10_000, capMinor: 300 }, [50_000, 50_000, -50_000], -300],
    ['what is kept with a refund', { ratePpm: 10_000, onRefund: 'kept' }, [1_000, -1_000], -10],
  ])('rounded once has %s', (_, changes, amounts, expected) => {
    expect(
      expectedBatchFee(
        { basis: 'batch', rates: [rate(changes)] },
        amounts.map((one) => row(one)),
      ),
    ).toEqual({ kind: 'fee', feeMinor: expected });
  });

  it('keeps card kinds apart', () => {
    const rates = [rate({ cardKind: 'debit' }), rate({ cardKind: 'credit', ratePpm: 10_000 })];
    expect(expectedBatchFee({ basis: 'batch', rates }, [row(1_000), row(1_000, { cardKind: 'credit' })])).toEqual({
      kind: 'fee',
      feeMinor: -16,
    });
  });

  it('says how many rows no line is for, instead of guessing', () => {
    expect(expectedBatchFee(schedule(rate()), [row(1), row(1, { currency: 'EUR' })])).toEqual({ kind: 'noRate', rows: 1 });
  });

  it('of rows is the same whatever their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -100_000, max: 100_000 })),
        fc.constantFrom('row' as const, 'batch' as const),
        (amounts, basis) => {
          const of = (list: number[]) =>
            expectedBatchFee(
              { basis, rates: [rate({ rounding: 'halfEven' })] },
              list.map((one) => row(one)),
            );
          expect(of(amounts.toReversed())).toEqual(of(amounts));
        },
      ),
    );
  });
});

describe('a schedule', () => {
  it('without mistakes has none', () => {
    expect(
      feeScheduleMistakes(schedule(rate(), rate({ cardKind: 'debit' }), rate({ from: '2026-02-01' }), rate({ currency: 'EUR' }))),
    ).toEqual([]);
  });

  it.each<[string, FeeRate[], RegExp]>([
    ['a currency', [rate({ currency: 'cny' })], /currency/],
    ['a rate', [rate({ ratePpm: 0.5 })], /rate is/],
    ['more than everything', [rate({ ratePpm: 1_000_001 })], /rate is/],
    ['a floor', [rate({ floorMinor: -1 })], /floorMinor/],
    ['a floor above the cap', [rate({ floorMinor: 2, capMinor: 1 })], /above/],
    ['a first day', [rate({ from: '2026-02-30' })], /from/],
    ['a last day before the first', [rate({ through: '2025-12-31' })], /through/],
    ['two lines for the same kind', [rate({ cardKind: 'visa' }), rate({ cardKind: 'Visa ' })], /rate 2: begins on the same day as rate 1/],
    ['two lines for the same', [rate(), rate({ types: ['sale'] })], /rate 2: begins on the same day as rate 1/],
  ])('is told of %s', (_, rates, message) => {
    expect(feeScheduleMistakes(schedule(...rates)).join()).toMatch(message);
  });
});
