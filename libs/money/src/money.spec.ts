import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCurrency, minorUnitExponent } from './currency.js';
import { addMoney, decimalText, formatMoney, MixedCurrencyError, negateMoney, sumMoney } from './money.js';

describe('minorUnitExponent', () => {
  it.each([
    ['EUR', 2],
    ['CNY', 2],
    ['USD', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['KWD', 3],
    ['TND', 3],
    ['HUF', 2],
    ['CLF', 4],
    ['UYW', 4],
    ['UYI', 0],
  ])('%s has %i digits', (currency, digits) => {
    expect(minorUnitExponent(currency)).toBe(digits);
  });

  it.each(['eur', 'EU', '978', ''])('refuses %j', (currency) => {
    expect(() => minorUnitExponent(currency)).toThrow(RangeError);
  });

  it('agrees with the runtime for currencies in circulation', () => {
    for (const currency of [
      'EUR',
      'CNY',
      'USD',
      'GBP',
      'CHF',
      'JPY',
      'KRW',
      'VND',
      'KWD',
      'BHD',
      'ISK',
      'CLP',
      'SEK',
      'PLN',
      'HKD',
      'TWD',
      'SGD',
    ]) {
      const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
      expect([currency, minorUnitExponent(currency)]).toEqual([currency, digits]);
    }
  });
});

describe('isCurrency', () => {
  it.each(['EUR', 'JPY', 'KWD', 'CLF', 'XAF', 'XCG', 'ZWG', 'DEM', 'BGN'])('%s is money', (code) => {
    expect(isCurrency(code)).toBe(true);
  });

  it.each(['XAU', 'XAG', 'XDR', 'XSU', 'XTS', 'XXX', 'XXQ', 'DDM', 'eur', 'EU', ''])('%j is none', (code) => {
    expect(isCurrency(code)).toBe(false);
  });

  it('has every currency in circulation the runtime knows, with its digits by ISO 4217', () => {
    // Units of account without a minor unit.
    const gone = new Set(['XDR', 'XSU']);
    const known = Intl.supportedValuesOf('currency').filter((code) => !gone.has(code));
    expect(known.filter((code) => !isCurrency(code))).toEqual([]);
    // People in these countries write no decimals (CLDR); their currencies have minor units nevertheless.
    const digits = (code: string) =>
      new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? -1;
    expect(known.filter((code) => minorUnitExponent(code) < digits(code))).toEqual([]);
    expect(known.filter((code) => minorUnitExponent(code) === 0)).toHaveLength(16);
    expect(known.filter((code) => minorUnitExponent(code) === 3)).toHaveLength(7);
  });
});

describe('addMoney and sumMoney', () => {
  it('adds one currency', () => {
    expect(addMoney({ amountMinor: 10, currency: 'EUR' }, { amountMinor: 20, currency: 'EUR' })).toEqual({
      amountMinor: 30,
      currency: 'EUR',
    });
    expect(sumMoney([], 'CNY')).toEqual({ amountMinor: 0, currency: 'CNY' });
  });

  it('refuses two currencies', () => {
    expect(() => addMoney({ amountMinor: 1, currency: 'EUR' }, { amountMinor: 1, currency: 'USD' })).toThrow(MixedCurrencyError);
    expect(() => sumMoney([{ amountMinor: 1, currency: 'USD' }], 'EUR')).toThrow(MixedCurrencyError);
  });

  it.each([0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses the amount %d', (amountMinor) => {
    expect(() => addMoney({ amountMinor, currency: 'EUR' }, { amountMinor: 0, currency: 'EUR' })).toThrow(RangeError);
  });

  it('refuses a sum that can no longer be exact', () => {
    const most = { amountMinor: Number.MAX_SAFE_INTEGER, currency: 'EUR' };
    expect(() => addMoney(most, { amountMinor: 1, currency: 'EUR' })).toThrow(RangeError);
  });

  it('is the sum of the minor units in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 })), (amounts) => {
        const money = amounts.map((amountMinor) => ({ amountMinor, currency: 'EUR' }));
        const total = amounts.reduce((sum, amount) => sum + amount, 0);
        expect(sumMoney(money, 'EUR').amountMinor).toBe(total);
        expect(sumMoney(money.toReversed(), 'EUR').amountMinor).toBe(total);
        expect(sumMoney([...money, ...money.map(negateMoney)], 'EUR').amountMinor).toBe(0);
      }),
    );
  });

  it('negates zero to zero', () => {
    expect(Object.is(negateMoney({ amountMinor: 0, currency: 'EUR' }).amountMinor, 0)).toBe(true);
  });
});

describe('decimalText', () => {
  it.each([
    [123456, 'EUR', '1234.56'],
    [5, 'EUR', '0.05'],
    [-5, 'EUR', '-0.05'],
    [0, 'EUR', '0.00'],
    [-120, 'JPY', '-120'],
    [1, 'KWD', '0.001'],
    [Number.MAX_SAFE_INTEGER, 'USD', '90071992547409.91'],
    [-90_071_992_547_409_930n, 'USD', '-900719925474099.30'],
    [-5n, 'EUR', '-0.05'],
  ])('%i %s is %s', (amountMinor, currency, text) => {
    expect(decimalText(amountMinor, currency)).toBe(text);
  });

  it('reads back to the same minor units', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom('EUR', 'JPY', 'KWD'), (amountMinor, currency) => {
        expect(Number(decimalText(amountMinor, currency).replace('.', ''))).toBe(amountMinor);
      }),
    );
  });
});

describe('formatMoney', () => {
  const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
  it.each([
    [123456, 'EUR', 'de-DE', '1.234,56 €'],
    [21240, 'EUR', 'en', '€212.40'],
    [21240, 'CNY', 'zh-CN', '¥212.40'],
    [500, 'JPY', 'en', '¥500'],
    [-5, 'USD', 'en-US', '-$0.05'],
    [1234, 'KWD', 'en', 'KWD 1.234'],
  ])('%i %s in %s is %s', (amountMinor, currency, locale, text) => {
    expect(plain(formatMoney(amountMinor, currency, locale))).toBe(text);
  });

  it('shows the largest exact amount without rounding', () => {
    expect(formatMoney(Number.MAX_SAFE_INTEGER, 'USD', 'en-US')).toBe('$90,071,992,547,409.91');
  });
});
