import { describe, expect, it } from 'vitest';
import { maskCardNumbers, maskLines } from './card-number.js';

/** Made here, so that no card number is written down: sixteen digits that pass the Luhn check. */
const digits = (() => {
  const body = '455673758689985';
  const sum = [...body].reduce((total, digit, i) => {
    const twice = Number(digit) * 2;
    return total + (i % 2 === 0 ? (twice > 9 ? twice - 9 : twice) : Number(digit));
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
})();
const groups = [digits.slice(0, 4), digits.slice(4, 8), digits.slice(8, 12), digits.slice(12)];
const shown = (text: string) => text.replace(/\D/g, '').length;

describe('maskCardNumbers', () => {
  it.each([
    '',
    ' ',
    '.',
    '-',
    '  ',
    ' - ',
    '/',
    ' / ',
    '_',
    ',',
    ':',
    '*',
    '\u00a0',
    '\u00ad',
    '\u2009',
    '\u200b',
    '\u2011',
    '\u2060',
    '\r\n',
  ])('keeps the last four digits of one with %j between its groups', (between) => {
    const masked = maskCardNumbers(`PAN ${groups.join(between)} END`);
    expect(shown(masked)).toBe(4);
    expect(masked).toContain(groups[3]);
  });

  it.each([
    'TA-Nr 000123 BNr 0052',
    '21.11.2026 21:30:12 EUR 1.234,50',
    '2026-11-21 21:30 4711',
    'Terminal-ID 60000001',
    'Genehmigung 778899 12:59',
  ])('leaves %j as it is', (text) => {
    expect(maskCardNumbers(text)).toBe(text);
  });

  it('takes no time for a long line of digits', () => {
    const startedAt = performance.now();
    maskCardNumbers('1'.repeat(65_536));
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('maskLines', () => {
  it('sees a number that goes on in the next line', () => {
    const lines = maskLines([`${groups[0]}${groups[1]}`, `${groups[2]}${groups[3]}`]);
    expect(lines).toEqual(['********', `****${groups[3]}`]);
  });

  it('reads a line with words for itself', () => {
    const lines = ['Terminal 60000001', '000123 0052', 'Betrag EUR 12,50'];
    expect(maskLines(lines)).toEqual(lines);
  });
});
