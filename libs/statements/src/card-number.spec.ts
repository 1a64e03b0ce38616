import { describe, expect, it } from 'vitest';
import { grouped, numberOf } from './card-number.fixtures.js';
import { couldBeCardNumber, withoutCardNumbers } from './card-number.js';

const VISA = numberOf('4');
const OTHER = numberOf('4', 16, 1);
const END = VISA.slice(-4);
const tag = (digits: string) => `<${digits}>`;

describe('couldBeCardNumber', () => {
  it.each([
    ['4', 13],
    ['4', 16],
    ['4', 19],
    ['51', 16],
    ['2221', 16],
    ['2720', 16],
    ['2200', 16],
    ['34', 15],
    ['37', 15],
    ['300', 14],
    ['36', 14],
    ['3528', 16],
    ['50', 13],
    ['6011', 16],
    ['62', 19],
    ['81', 16],
    ['9558', 19],
    ['9792', 16],
    ['8600', 16],
    ['9860', 16],
  ])('takes %s… of %i digits for one, and no neighbour of it', (beginning, length) => {
    const digits = numberOf(beginning, length);
    expect(couldBeCardNumber(digits)).toBe(true);
    expect(couldBeCardNumber(digits.slice(0, -1) + ((Number(digits.at(-1)) + 1) % 10))).toBe(false);
  });

  it.each([
    // A retrieval reference number, a moment, a merchant number of UnionPay, Alipay's and WeChat's transactions.
    ['6', 12],
    ['17637562', 13],
    ['20261122', 14],
    ['20261122', 16],
    ['3015840', 15],
    ['898', 15],
    ['2026112222001', 28],
    ['4200001', 28],
    ['0', 16],
    ['9', 16],
  ])('leaves %s… of %i digits', (beginning, length) => {
    const digits = numberOf(beginning, length);
    expect(couldBeCardNumber(digits)).toBe(false);
    expect(withoutCardNumbers(digits)).toBe(digits);
  });
});

describe('withoutCardNumbers', () => {
  it('keeps the last four digits and what stands between', () => {
    expect(withoutCardNumbers(VISA)).toBe(`${'*'.repeat(12)}${END}`);
    expect(withoutCardNumbers(`a ${grouped(VISA, [4, 4, 4, 4])}; ${OTHER}`)).toBe(
      `a **** **** **** ${END}; ${'*'.repeat(12)}${OTHER.slice(-4)}`,
    );
  });

  it.each([
    ['in one piece', VISA],
    ['within letters', `ORDER${VISA}x`],
    ['in fours', grouped(VISA, [4, 4, 4, 4])],
    ['in threes', grouped(VISA, [3, 3, 3, 3, 4], '-')],
    ['with dots', grouped(VISA, [4, 4, 4, 4], '.')],
    ['with slashes', grouped(VISA, [8, 8], '/')],
    ['with blanks that don’t break', grouped(VISA, [4, 4, 4, 4], '\u00a0')],
    ['with several signs', grouped(VISA, [4, 4, 4, 4], ' - ')],
    ['digit by digit', [...VISA].join('_')],
    ['behind a subfield’s code', `?20${VISA}?21`],
    ['in two subfields', `?20${VISA.slice(0, 10)}?21${VISA.slice(10)}`],
    ['with nothing to be seen between', [...VISA].join('\u200b')],
    ['as full-width digits', [...VISA].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')],
    ['as mathematical digits', [...VISA].map((digit) => String.fromCodePoint(0x1d7e2 + Number(digit))).join('')],
    ['as Arabic digits', [...VISA].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('')],
  ])('puts one thing in the place of a number %s', (_, written) => {
    expect(withoutCardNumbers(written, tag).replaceAll(/ORDER|x|\?2./g, '')).toBe(`<${VISA}>`);
    expect(withoutCardNumbers(`订单 ${written} 金额`, tag)).toContain(`<${VISA}>`);
    expect(
      withoutCardNumbers(written)
        .replaceAll(/\?2./g, '')
        .match(/\p{Nd}/gu),
    ).toHaveLength(4);
  });

  it('takes numbers that share digits for one, so that nothing of either is left', () => {
    const first = [...Array(100).keys()].map((seed) => numberOf('4', 16, seed)).find((one) => one[8] === '4')!;
    const shared = first.slice(8);
    const second = numberOf(shared, 16);
    const text = `${first.slice(0, 8)} ${shared} ${second.slice(8)}`;
    expect(withoutCardNumbers(text, tag)).toBe(`<${first}${second.slice(8)}>`);
    expect(withoutCardNumbers(text)).toBe(`******** ******** ****${second.slice(12)}`);
  });

  it.each([
    'DE89 3704 0044 0532 0130 00 and DK5000400440116243',
    '00000000-0000-4000-8000-000000004242',
    'BV0q001763756212000.NC6HT9CRT65ZGN82',
    '2026-11-22 10:11:12',
    'po_1MtjcPB7WZ01zgkWcD3Ur3ou',
    'Überweisung für Miete 2026–11, Nr. 4711',
    '通联支付 2026112220 批次 000123',
    '',
  ])('leaves %j', (text) => {
    expect(withoutCardNumbers(text, tag)).toBe(text);
  });

  it('leaves a number that is part of a longer run of digits', () => {
    expect(withoutCardNumbers(`99${VISA}2026`, tag)).toBe(`99${VISA}2026`);
  });

  it('changes nothing a second time, and ends with what the stand-in throws', () => {
    const once = withoutCardNumbers(`x ${VISA}`);
    expect(withoutCardNumbers(once, tag)).toBe(once);
    const refuse = () => {
      throw new Error('no key');
    };
    expect(() => withoutCardNumbers(VISA, refuse)).toThrow('no key');
    expect(withoutCardNumbers('8890123', refuse)).toBe('8890123');
  });

  it.each(['1'.repeat(65_536), '1 '.repeat(32_768), '4111-'.repeat(13_000), '１'.repeat(20_000)])(
    'takes no time for a long text',
    (text) => {
      const startedAt = performance.now();
      withoutCardNumbers(text);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    },
  );
});
