import { describe, expect, it } from 'vitest';
import { type BatchLife, batchMoney, confirm, fund, unfund, withdraw } from './batch-life.rules.js';
import { BATCH_NUMBERS, countShownAs, shownNumber, TRACE_NUMBERS } from './counter.rules.js';

const batch = (change: Partial<BatchLife> = {}): BatchLife => ({
  state: 'settled',
  missed: false,
  currency: 'EUR',
  confirmedBy: null,
  confirmedMinor: null,
  fundedBy: null,
  ...change,
});
const statement = { statementId: 'statement-1', amountMinor: 300, currency: 'EUR' };
const credit = { bankReference: 'credit-1', amountMinor: 295, currency: 'EUR', creditedOn: '2026-11-24' };
const confirmed = { confirmedBy: 'statement-1', confirmedMinor: 300 };
const funded = { ...confirmed, fundedBy: 'credit-1' };

describe('confirm (S7)', () => {
  it.each([
    ['settled', false, { kind: 'changed', state: 'settled' }],
    ['recovered', true, { kind: 'changed', state: 'recovered' }],
    ['unbalanced', false, { kind: 'changed', state: 'unbalanced' }],
    ['inDoubt', false, { kind: 'changed', state: 'settled' }],
    ['inDoubt', true, { kind: 'changed', state: 'recovered' }],
    ['open', false, { kind: 'refused', code: 'batchNotSettled' }],
    ['settling', false, { kind: 'refused', code: 'batchNotSettled' }],
    ['missed', true, { kind: 'refused', code: 'batchNotSettled' }],
  ] as const)('%s, missed %s', (state, missed, expected) => {
    expect(confirm(batch({ state, missed }), statement)).toEqual(expected);
  });

  it.each([
    ['the same statement again', confirmed, statement, { kind: 'unchanged' }],
    ['the same statement with another amount', confirmed, { ...statement, amountMinor: 301 }, { kind: 'refused', code: 'otherAmount' }],
    ['another statement', confirmed, { ...statement, statementId: 'statement-2' }, { kind: 'refused', code: 'otherStatement' }],
    ['another currency', {}, { ...statement, currency: 'CNY' }, { kind: 'refused', code: 'otherCurrency' }],
  ] as const)('%s', (_name, change, confirmation, expected) => {
    expect(confirm(batch(change), confirmation)).toEqual(expected);
  });
});

describe('withdraw (S8)', () => {
  it.each([
    ['its own statement', confirmed, 'statement-1', { kind: 'changed' }],
    ['another statement', confirmed, 'statement-2', { kind: 'unchanged' }],
    ['what was never confirmed', {}, 'statement-1', { kind: 'unchanged' }],
    ['what is funded', funded, 'statement-1', { kind: 'changed' }],
  ] as const)('%s', (_name, change, statementId, expected) => {
    expect(withdraw(batch(change), statementId)).toEqual(expected);
  });
});

describe('fund (S9)', () => {
  it.each([
    ['a confirmed batch', confirmed, credit, { kind: 'changed' }],
    ['an unconfirmed one', {}, credit, { kind: 'refused', code: 'notConfirmed' }],
    ['the same credit again', funded, credit, { kind: 'unchanged' }],
    ['another credit', funded, { ...credit, bankReference: 'credit-2' }, { kind: 'refused', code: 'otherCredit' }],
    ['another currency', confirmed, { ...credit, currency: 'CNY' }, { kind: 'refused', code: 'otherCurrency' }],
  ] as const)('%s', (_name, change, funding, expected) => {
    expect(fund(batch(change), funding)).toEqual(expected);
  });
});

describe('unfund (S9)', () => {
  it.each([
    ['what the credit funded', funded, ['credit-0', 'credit-1'], { kind: 'changed' }],
    ['what another credit funded', funded, ['credit-2'], { kind: 'unchanged' }],
    ['what nothing funded', confirmed, ['credit-1'], { kind: 'unchanged' }],
  ] as const)('%s', (_name, change, references, expected) => {
    expect(unfund(batch(change), new Set(references))).toEqual(expected);
  });
});

describe('batchMoney', () => {
  it('goes from unconfirmed over confirmed to funded', () => {
    expect([batch(), batch(confirmed), batch(funded)].map(batchMoney)).toEqual(['unconfirmed', 'confirmed', 'funded']);
  });
});

describe('a counter that wraps (S10)', () => {
  it.each([
    [1, 1],
    [9_999, 9_999],
    [10_000, 1],
    [19_998, 9_999],
    [19_999, 1],
  ])('batch %i is shown as %i', (count, shown) => {
    expect(shownNumber(count, BATCH_NUMBERS)).toBe(shown);
  });

  it.each([
    ['the first after a turn', 1, 9_999, BATCH_NUMBERS, 10_000],
    ['the last before it', 9_999, 10_000, BATCH_NUMBERS, 9_999],
    ['the newest itself', 42, 42, BATCH_NUMBERS, 42],
    ['yesterday’s', 41, 42, BATCH_NUMBERS, 41],
    ['an early one', 1, 2, BATCH_NUMBERS, 1],
    ['none before the first', 9_999, 1, BATCH_NUMBERS, 9_999],
    ['a trace number after its turn', 3, 999_998, TRACE_NUMBERS, 1_000_002],
    ['no number', 0, 5, BATCH_NUMBERS, undefined],
    ['a number it never shows', 10_000, 5, BATCH_NUMBERS, undefined],
  ])('%s: %i near %i', (_name, shown, near, max, count) => {
    expect(countShownAs(shown, near, max)).toBe(count);
  });

  it('finds every count again from what it shows, as long as what is known lies within half a turn', () => {
    for (let count = 9_990; count < 10_010; count++) {
      for (const off of [-4_000, -1, 0, 1, 4_000])
        expect(countShownAs(shownNumber(count, BATCH_NUMBERS), count + off, BATCH_NUMBERS)).toBe(count);
    }
  });

  it('counts nothing before 1', () => {
    expect(() => shownNumber(0, BATCH_NUMBERS)).toThrow(RangeError);
  });
});
