import { describe, expect, it } from 'vitest';
import { carriesCardNumber } from './card-number.js';
import { idempotencyKey, operatorSignOnRequest, paymentRequest } from './till.js';

/** `length` digits that pass the Luhn check, or with `off` that just fail it. Made here so that no card number is written down anywhere. */
const digits = (length: number, off = 0): string => {
  const body = Array.from({ length: length - 1 }, (_, i) => (i * 7 + 4) % 10);
  const sum = body.toReversed().reduce((total, digit, i) => total + (i % 2 ? digit : Math.floor((digit * 2) / 10) + ((digit * 2) % 10)), 0);
  return [...body, (10 - (sum % 10) + off) % 10].join('');
};
const grouped = digits(16).replace(/(\d{4})(?=\d)/g, '$1-');
const SALE = { terminal: 't1', amountMinor: 1, currency: 'EUR', tillId: 'till-1' };

describe('carriesCardNumber', () => {
  it.each([12, 13, 14, 15, 16, 17, 18, 19])('sees %i digits that pass the Luhn check, alone and within text', (length) => {
    expect([digits(length), `till-${digits(length)}-x`].map(carriesCardNumber)).toEqual([true, true]);
    expect([digits(length, 1), digits(11)].map(carriesCardNumber)).toEqual([false, false]);
  });

  it('sees digits grouped as on a card, and a card number inside a longer run', () => {
    expect([grouped, digits(15).replace(/^(\d{4})(\d{6})/, '$1.$2.'), `99${digits(19)}`].map(carriesCardNumber)).toEqual([
      true,
      true,
      true,
    ]);
  });

  const inGroups = (lengths: readonly number[], gap: string) => {
    const all = digits(lengths.reduce((sum, length) => sum + length, 0));
    const before = (i: number) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0);
    return lengths.map((length, i) => all.slice(before(i), before(i) + length)).join(gap);
  };
  it.each([
    ['4-4-4-4', [4, 4, 4, 4]],
    ['4-4-4-4-3', [4, 4, 4, 4, 3]],
    ['4-6-5', [4, 6, 5]],
    ['4-6-4', [4, 6, 4]],
    ['6-13', [6, 13]],
    ['8-8', [8, 8]],
    ['digit by digit', Array.from({ length: 16 }, () => 1)],
  ])('sees %s, whatever stands between', (_form, lengths) => {
    for (const gap of [' ', '-', '/', ', ', ' · ', '|', '+', '\u00a0', '\u3000', '\u200b \u200b', '  ']) {
      const text = `paid with ${inGroups(lengths, gap)} today`;
      expect([text, carriesCardNumber(text)]).toEqual([text, true]);
    }
    expect(carriesCardNumber(`2026 ${inGroups(lengths, ' ')}`)).toBe(true);
  });

  it.each([
    ['full-width', 0xff10],
    ['Arabic-Indic', 0x0660],
    ['Devanagari', 0x0966],
    ['mathematical bold', 0x1d7ce],
  ])('sees %s digits, and what shows nothing hides nothing', (_script, zero) => {
    const written = digits(16).replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
    expect(carriesCardNumber(`卡号${written}。`)).toBe(true);
    expect(carriesCardNumber([...written].join('\u200b'))).toBe(true);
  });

  it('takes UUIDs, dates and counters for what they are', () => {
    const uuid = `2052a146-cce1-47ac-a259-${digits(12)}`;
    for (const text of [uuid, uuid.toUpperCase(), '2026-11-21-till-1-0001', 'till-1:2026-05-04:000123'])
      expect(carriesCardNumber(text)).toBe(false);
  });
});

describe('what a till may name', () => {
  const broken = [digits(16), grouped, 'till\u0000', 'till\n1', 'Till 1', ''];
  it.each(['terminal', 'tillId'] as const)('refuses card numbers and control characters in a payment’s %s', (field) => {
    expect(paymentRequest.safeParse(SALE).success).toBe(true);
    for (const text of broken) {
      const { error } = paymentRequest.safeParse({ ...SALE, [field]: text });
      expect([text, error?.issues[0]?.path]).toEqual([text, [field]]);
    }
  });

  it.each(['terminal', 'operatorId'] as const)('refuses them in an operator’s %s', (field) => {
    for (const text of broken)
      expect(operatorSignOnRequest.safeParse({ terminal: 't1', operatorId: 'ana', [field]: text }).success).toBe(false);
  });

  it('refuses them in an idempotency key', () => {
    for (const key of [`sale-${digits(16)}`, grouped, 'till-1\u0000-0001']) expect(idempotencyKey.safeParse(key).success).toBe(false);
    expect(idempotencyKey.safeParse('till-1-0001').success).toBe(true);
  });
});
