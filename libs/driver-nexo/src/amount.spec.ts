import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalAmount, minorAmount, NEXO_CURRENCIES } from './amount.js';
import { MessageError } from './message-error.js';

describe('amounts', () => {
  it.each([
    [1_250, 'EUR', 12.5],
    [1_099, 'EUR', 10.99],
    [1, 'EUR', 0.01],
    [500, 'JPY', 500],
    [1_234, 'KWD', 1.234],
  ] as const)('%i %s is %d in a message', (minor, currency, decimal) => {
    expect(decimalAmount(minor, currency)).toBe(decimal);
    expect(minorAmount(decimal, currency, 'x')).toBe(minor);
  });

  it('come back exactly, through JSON', () => {
    const there = fc.tuple(fc.integer({ min: 0, max: 1_000_000_000_000 }), fc.constantFrom('EUR', 'JPY', 'KWD', 'CNY'));
    fc.assert(
      fc.property(
        there,
        ([minor, currency]) => minorAmount(JSON.parse(JSON.stringify(decimalAmount(minor, currency))), currency, 'x') === minor,
      ),
    );
  });

  it.each([
    [-1, 'EUR'],
    [0.001, 'EUR'],
    [1.5, 'JPY'],
    [1e21, 'EUR'],
    [1e-7, 'EUR'],
    [1_000_000_000_001, 'JPY'],
    [Number.NaN, 'EUR'],
  ])('%d %s is no amount', (value, currency) => {
    expect(() => minorAmount(value, currency, 'AmountsResp.AuthorizedAmount')).toThrow(
      expect.objectContaining({ name: MessageError.name, code: 'badValue', path: 'AmountsResp.AuthorizedAmount' }),
    );
  });

  it('refuse to leave when no sale has them', () => {
    expect(() => decimalAmount(1_000_000_000_001, 'EUR')).toThrow(RangeError);
    expect(NEXO_CURRENCIES.has('XXX')).toBe(false);
    expect(NEXO_CURRENCIES.has('CNY')).toBe(true);
  });
});
