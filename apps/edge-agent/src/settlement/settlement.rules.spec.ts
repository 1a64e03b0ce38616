import { describe, expect, it } from 'vitest';
import { afterSettleAttempt, balanced, nothingToSettle, planSettlement, SETTLEMENT_ENQUIRIES, schemeTotalsOf } from './settlement.rules.js';

const totals = (amountMinor: number, count: number | null = 1) => ({ currency: 'EUR', amountMinor, count });

describe('balanced', () => {
  it.each([
    ['all equal', totals(5), totals(5), totals(5), true],
    ['host silent', totals(5), totals(5), null, true],
    ['terminal silent', totals(5), null, totals(5), false],
    ['terminal differs', totals(5), totals(6), totals(5), false],
    ['host differs', totals(5), totals(5), totals(6), false],
    ['count differs', totals(5, 1), totals(5, 2), null, false],
    ['count wrapped', totals(5, 257), totals(5, 1), null, true],
  ] as const)('%s', (_name, journal, terminal, host, result) => {
    expect(balanced({ journal, terminal, host }, 256)).toBe(result);
  });
});

describe('planSettlement', () => {
  it.each([
    [0, null, 'askTotals'],
    [0, 'open', 'askTotals'],
    [1, 'open', 'resolvePaymentsFirst'],
    [0, 'settling', 'resolveSettlementFirst'],
    [1, 'inDoubt', 'resolveSettlementFirst'],
  ] as const)('%i in doubt, batch %s → %s', (unresolved, state, plan) => {
    expect(planSettlement(unresolved, state)).toBe(plan);
  });
});

describe('nothingToSettle', () => {
  it.each([
    ['no batch, terminal empty', null, totals(0, 0), false, true],
    ['no batch, terminal holds money', null, totals(5, 1), false, false],
    ['no batch, terminal holds a sale and its reversal', null, totals(0, 2), false, false],
    ['no batch, terminal insists', null, totals(0, 0), true, false],
    ['a batch of declined sales', 'open', totals(0, 0), false, false],
  ] as const)('%s', (_name, state, terminal, needed, nothing) => {
    expect(nothingToSettle(state, terminal, needed)).toBe(nothing);
  });
});

describe('afterSettleAttempt', () => {
  const policy = { attempts: 2, retryDelayMs: 700 };
  it.each([
    ['settled', 0, 0, { kind: 'end' }],
    ['unbalanced', 0, 0, { kind: 'end' }],
    ['nothing', 0, 0, { kind: 'end' }],
    ['paymentInDoubt', 1, 0, { kind: 'end' }],
    ['hostUnreachable', 1, 0, { kind: 'again', afterMs: 700 }],
    ['hostUnreachable', 2, 0, { kind: 'end' }],
    ['inDoubt', 0, 1, { kind: 'again', afterMs: 2_000 }],
    ['inDoubt', 0, SETTLEMENT_ENQUIRIES, { kind: 'end' }],
  ] as const)('%s, %i refusals, %i enquiries', (result, refusals, enquiries, move) => {
    expect(afterSettleAttempt(result, refusals, enquiries, policy)).toEqual(move);
  });
});

describe('schemeTotalsOf', () => {
  it('is null where the terminal doesn’t split its totals', () => {
    expect([schemeTotalsOf(undefined), schemeTotalsOf([])]).toEqual([null, null]);
  });

  it('keeps what an entry holds', () => {
    const many = Array.from({ length: 70 }, (_, i) => ({ card: `${'n'.repeat(80)}${i}`, amountMinor: i, count: i === 0 ? null : i }));
    const kept = schemeTotalsOf(many)!;
    expect([kept.length, kept[0]]).toEqual([64, { scheme: 'n'.repeat(64), amountMinor: 0, count: null }]);
  });
});
