import { describe, expect, it } from 'vitest';
import { judgeTotals, readTotals } from './settlement-totals.rules.js';

const side = (debit: number, flag: number) => `${String(debit).padStart(12, '0')}${debit > 0 ? '001' : '000'}${'0'.repeat(15)}${flag}`;

describe('the totals of a settlement', () => {
  it('have two sides of 31 digits, each with its flag', () => {
    expect(readTotals(`${'000000123456'}${'012'}${'000000000789'}${'003'}1${side(500, 2)}`)).toEqual({
      domestic: { debitAmountMinor: 123_456, debitCount: 12, creditAmountMinor: 789, creditCount: 3, agreement: 'balanced' },
      foreign: { debitAmountMinor: 500, debitCount: 1, creditAmountMinor: 0, creditCount: 0, agreement: 'unbalanced' },
    });
  });

  it.each([
    ['61 digits', '0'.repeat(61)],
    ['63 digits', '0'.repeat(63)],
    ['nothing', ''],
    ['an amount no batch has', `${'9'.repeat(12)}${'0'.repeat(50)}`],
  ])('of %s are none', (_name, text) => {
    expect(readTotals(text)).toBeNull();
  });

  it.each([
    ['both agree', side(5, 1) + side(0, 1), '00', 'balanced'],
    ['home agrees, nothing abroad and no word on it', side(5, 1) + side(0, 0), '00', 'balanced'],
    ['home agrees, no word on what there is abroad', side(5, 1) + side(7, 0), '00', 'unclear'],
    ['home differs', side(5, 2) + side(0, 1), '00', 'unbalanced'],
    ['abroad differs', side(5, 1) + side(0, 2), '00', 'unbalanced'],
    ['the host can’t tell', side(5, 3) + side(0, 1), '00', 'unbalanced'],
    ['no word', side(0, 0) + side(0, 0), '00', 'unclear'],
    ['no field', null, '00', 'unclear'],
    ['no field, code 95', null, '95', 'unbalanced'],
  ] as const)('%s', (_name, text, code, verdict) => {
    expect(judgeTotals(text === null ? null : readTotals(text), code)).toBe(verdict);
  });
});
