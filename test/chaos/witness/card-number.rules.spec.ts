import { expect, test } from 'vitest';
import { findBeyondAscii, findCardNumbers } from './card-number.rules.js';
import { scanBytes } from './card-scan.js';

/** Completes the digits with their check digit, so that no card number stands in a file of this project. */
function withCheckDigit(prefix: string, length: number): string {
  const body = prefix.padEnd(length - 1, '1');
  for (let digit = 0; digit < 10; digit++) if (luhn(`${body}${digit}`)) return `${body}${digit}`;
  throw new Error('there is always one');
}

function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const VISA = withCheckDigit('4', 16);
const grouped = (digits: string, by: string) => digits.replace(/(\d{4})(?=\d)/g, `$1${by}`);

test.each([
  ['Visa', VISA],
  ['Visa of 13 digits', withCheckDigit('4', 13)],
  ['Mastercard', withCheckDigit('53', 16)],
  ['Mastercard, the newer range', withCheckDigit('2221', 16)],
  ['American Express', withCheckDigit('37', 15)],
  ['UnionPay of 19 digits', withCheckDigit('62', 19)],
  ['Maestro of 12 digits', withCheckDigit('50', 12)],
  ['with spaces', grouped(VISA, ' ')],
  ['with hyphens', grouped(VISA, '-')],
  ['in JSON', `{"pan":"${VISA}","amount":100}`],
  ['as a JSON number', `{"pan":${VISA}}`],
  ['at the end of a line', `card ${VISA}.\nnext`],
  ['between bytes that are no text', `\0\u0001${VISA}\u00ff`],
])('finds %s', (_name, text) => {
  expect(findCardNumbers(text)).toHaveLength(1);
});

/** The digits in groups of these lengths. */
const inGroups = (digits: string, lengths: readonly number[], gap: string) =>
  lengths.map((length, i) => digits.slice(lengths.slice(0, i).reduce((sum, n) => sum + n, 0)).slice(0, length)).join(gap);

test.each<[string, number, string, readonly number[]]>([
  ['4-4-4-4', 16, '4', [4, 4, 4, 4]],
  ['4-4-4-4-3', 19, '62', [4, 4, 4, 4, 3]],
  ['4-4-4-1', 13, '4', [4, 4, 4, 1]],
  ['4-4-4', 12, '50', [4, 4, 4]],
  ['4-4-5', 13, '50', [4, 4, 5]],
  ['4-6-5', 15, '37', [4, 6, 5]],
  ['4-6-4', 14, '36', [4, 6, 4]],
  ['6-13', 19, '62', [6, 13]],
  ['6-10', 16, '4', [6, 10]],
  ['8-8', 16, '4', [8, 8]],
  ['digit by digit', 16, '4', Array.from({ length: 16 }, () => 1)],
])('finds %s, whatever people put between', (_form, length, prefix, lengths) => {
  const card = withCheckDigit(prefix, length);
  const gaps = [
    ' ',
    '-',
    '/',
    '.',
    '_',
    ' - ',
    ' / ',
    '+',
    ', ',
    ' , ',
    '; ',
    ' | ',
    '\u00b7',
    ' · ',
    '\u00a0',
    '\u2009',
    '\u3000',
    '–',
    '\u200b \u200b',
  ];
  for (const gap of gaps) {
    const text = `卡号 ${inGroups(card, lengths, gap)} 金额`;
    expect([gap, findCardNumbers(text)]).toEqual([gap, [{ offset: 3, length, last4: card.slice(-4) }]]);
  }
  // A number before or behind it hides none.
  expect(findCardNumbers(`2026 ${inGroups(card, lengths, ' ')}, 12`)).toHaveLength(1);
});

test.each([
  ['Arabic-Indic', 0x0660],
  ['Extended Arabic-Indic', 0x06f0],
  ['Devanagari', 0x0966],
  ['Thai', 0x0e50],
  ['full-width', 0xff10],
  ['mathematical bold', 0x1d7ce],
  ['mathematical monospace', 0x1d7f6],
])('finds %s digits, also with signs that show nothing between them, in text and in bytes', (_script, zero) => {
  const written = [...VISA].map((digit) => String.fromCodePoint(zero + Number(digit)));
  const found = [{ offset: 2, length: 16, last4: VISA.slice(-4) }];
  for (const by of ['', '\u200b', '\u00ad', ' ', '\u3000']) {
    const text = `卡 ${written.join(by)}。`;
    expect([by, findCardNumbers(text)]).toEqual([by, found]);
    expect([by, scanBytes(Buffer.from(text))]).toEqual([by, [{ ...found[0], offset: 4 }]]);
  }
});

test('finds a number in ASCII once, beside bytes that are no text', () => {
  expect(scanBytes(Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(` ${VISA} 卡`)]))).toEqual([
    { offset: 4, length: 16, last4: VISA.slice(-4) },
  ]);
});

test('finds a number of another script deep in other text, and nothing at the edges of what is looked at', () => {
  const fullWidth = [...VISA].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
  const hash = `${'ab12'.repeat(40)}${VISA}${'cd34'.repeat(40)}`;
  for (const before of ['', '数字 '.repeat(2_000), `${hash} – ${hash} `]) {
    const text = `${before}卡 ${fullWidth} – ${hash}`;
    expect(findBeyondAscii(text)).toEqual([{ offset: before.length + 2, length: 16, last4: VISA.slice(-4) }]);
  }
  for (let length = 290; length < 340; length++)
    expect(findBeyondAscii(`a${VISA} ${'x'.repeat(length - 17)}–${' '.repeat(length)}${VISA}${VISA}`)).toEqual([]);
});

test('says no more than the last four', () => {
  expect(findCardNumbers(`x ${VISA}`)).toEqual([{ offset: 2, length: 16, last4: VISA.slice(-4) }]);
});

test.each([
  ['a wrong check digit', `${VISA.slice(0, -1)}${(Number(VISA.at(-1)) + 1) % 10}`],
  ['masked', `${VISA.slice(0, 6)}******${VISA.slice(-4)}`],
  ['a time in milliseconds', '1795307732495'],
  ['a part of a longer number', `${VISA}11`],
  ['a part of a word', `k${VISA}`],
  ['inside a UUID', '8febb5f3-63ba-4e5f-b8b0-4111111111111111'.replace(/4\d{15}/, VISA.slice(0, 12))],
  ['a fraction', `0.${VISA}`],
  ['a path', `/tmp/run.${VISA}/x`],
  ['a list of numbers', `[${grouped(VISA, ',')}]`],
  ['a row of numbers', `(berlin,${grouped(VISA, ',')},t)`],
  ['numbers on lines of their own', grouped(VISA, '\n')],
  ['numbers in columns', grouped(VISA, '\t')],
  ['a full-width part of a longer number', `１${VISA}`],
  ['half of it in a word', `k${grouped(VISA, ' ')}`],
  ['an address', `fe80::${grouped(VISA, ':')}`],
])('does not take for one: %s', (_name, text) => {
  expect(findCardNumbers(text)).toEqual([]);
});
