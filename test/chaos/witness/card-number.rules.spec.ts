import { expect, test } from 'vitest';
import { findCardNumbers } from './card-number.rules.js';

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
])('does not take for one: %s', (_name, text) => {
  expect(findCardNumbers(text)).toEqual([]);
});
