import { decimalText } from '@tillward/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalReader } from './decimal.js';

const bytes = (text: string) => new TextEncoder().encode(text);

function read(text: string, exponent = 2, reader = new DecimalReader()): [number, number] {
  const all = bytes(text);
  reader.read(all, 0, all.length, exponent, 7);
  return [reader.minor, reader.remainder];
}

describe('DecimalReader', () => {
  it.each([
    ['12.34', 2, 1_234, 0],
    ['12', 2, 1_200, 0],
    ['12.', 2, 1_200, 0],
    ['.5', 2, 50, 0],
    ['-0.05', 2, -5, 0],
    ['+1.5', 2, 150, 0],
    ['-0', 2, 0, 0],
    ['', 2, 0, 0],
    [' 7 ', 2, 700, 0],
    ['0.53280', 2, 53, 28_000],
    ['-0.00601', 2, 0, -60_100],
    ['1.2345678', 2, 123, 45_678],
    ['1.23456780', 2, 123, 45_678],
    ['1200', 0, 1_200, 0],
    ['1200.00', 0, 1_200, 0],
    ['1.234', 3, 1_234, 0],
    ['000000000000000000012.34', 2, 1_234, 0],
    ['9999999999999.99', 2, 999_999_999_999_999, 0],
  ])('%j with %i decimals is %i and %i parts', (text, exponent, minor, remainder) => {
    expect(read(text, exponent)).toEqual([minor, remainder]);
    expect(Object.is(read(text, exponent)[0], -0)).toBe(false);
  });

  it.each(['.', '-', '1,5', '1.2.3', '1e5', '0x1', 'NaN', '--1', '1-', '(1)', '１', '1 2', '1.-5', '=1', '+', "1'000"])(
    '%j is refused',
    (text) => {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'amount', line: 7 }));
    },
  );

  it('groups are of three digits, or refused', () => {
    const grouped = new DecimalReader({ mark: ',', group: '.' });
    expect(read('1.234.567,89', 2, grouped)).toEqual([123_456_789, 0]);
    expect(read('1234567,89', 2, grouped)).toEqual([123_456_789, 0]);
    for (const text of ['1.23,4', '12.34', '1234.567', '.123', '1.234.56', '1,234.567']) expect(() => read(text, 2, grouped)).toThrow();
  });

  it.each([
    ['10000000000000.00', 'amount-too-large'],
    ['9'.repeat(400), 'amount-too-large'],
    ['1.23456789', 'amount-precision'],
  ])('%s is refused as %s', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }));
  });

  it('reads every amount back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }), fc.constantFrom('EUR', 'JPY', 'KWD'), (minor, currency) => {
        expect(read(decimalText(minor, currency), { EUR: 2, JPY: 0, KWD: 3 }[currency])[0]).toBe(minor);
      }),
    );
  });
});
