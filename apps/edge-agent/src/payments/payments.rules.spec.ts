import { describe, expect, it } from 'vitest';
import { afterRestart, evidenceFor, judgeSale, receiptWithin, type SaleSituation, sameContent } from './payments.rules.js';

const FINE: SaleSituation = {
  request: { currency: 'EUR' },
  terminalCurrency: 'EUR',
  watchedOnly: false,
  facts: { signedOn: true, resting: 'idle', power: 'on' },
  heldBy: null,
  occupied: false,
  inDoubt: false,
  batchState: 'open',
  operator: { certifiedUntilMs: 2_000 },
  storeOpen: true,
  afterHours: 'block',
  now: 1_000,
};

describe('judgeSale', () => {
  it.each<[string, Partial<SaleSituation>, ReturnType<typeof judgeSale>]>([
    ['everything in order', {}, null],
    ['first sale of a batch', { batchState: null }, null],
    ['a terminal that is only watched', { watchedOnly: true, facts: { ...FINE.facts, signedOn: false } }, 'terminalOnlyWatched'],
    ['other currency', { request: { currency: 'CHF' } }, 'currencyMismatch'],
    ['a payment in doubt', { inDoubt: true }, 'paymentInDoubt'],
    ['closing', { heldBy: 'closing' }, 'terminalClosing'],
    ['closed', { facts: { ...FINE.facts, resting: 'closed' } }, 'terminalClosing'],
    ['close blocked', { facts: { ...FINE.facts, resting: 'blocked' } }, 'terminalClosing'],
    ['after hours', { storeOpen: false }, 'outOfHours'],
    ['after hours, allowed', { storeOpen: false, afterHours: 'allow' }, null],
    ['opening', { heldBy: 'opening' }, 'terminalNotSignedOn'],
    ['not signed on', { facts: { ...FINE.facts, signedOn: false } }, 'terminalNotSignedOn'],
    ['off', { facts: { ...FINE.facts, power: 'off' } }, 'terminalNotSignedOn'],
    ['no operator', { operator: null }, 'operatorNotSignedOn'],
    ['certificate withdrawn', { operator: { certifiedUntilMs: null } }, 'operatorNotCertified'],
    ['certificate run out', { operator: { certifiedUntilMs: 1_000 } }, 'operatorNotCertified'],
    ['busy', { occupied: true }, 'terminalBusy'],
    ['settling', { batchState: 'settling' }, 'terminalBusy'],
    ['settlement in doubt', { batchState: 'inDoubt' }, 'terminalBusy'],
    ['in doubt comes before busy', { inDoubt: true, occupied: true }, 'paymentInDoubt'],
  ])('%s', (_name, change, refusal) => {
    expect(judgeSale({ ...FINE, ...change })).toBe(refusal);
  });
});

describe('evidenceFor', () => {
  it.each([
    [{ kind: 'inDoubt', reason: 'cut off' }, 'inDoubt'],
    [{ kind: 'failed', code: 'terminalRefused', detail: '' }, 'failed'],
    [{ kind: 'failed', code: 'terminalUnreachable', detail: '' }, null],
    [{ kind: 'declined', resultCode: '05', detail: '' }, null],
  ] as const)('%o: %s', (outcome, cause) => {
    expect(evidenceFor(outcome)).toBe(cause);
  });
});

describe('sameContent', () => {
  const payment = { terminal: 't1', amountMinor: 5, currency: 'EUR', tillId: 'a' };
  it.each([
    [{}, true],
    [{ terminal: 't2' }, false],
    [{ amountMinor: 6 }, false],
    [{ currency: 'CHF' }, false],
    [{ tillId: 'b' }, false],
  ])('%o', (change, same) => {
    expect(sameContent(payment, { ...payment, ...change })).toBe(same);
  });
});

describe('afterRestart', () => {
  it.each([
    ['started', 'declareInDoubt'],
    ['inDoubt', 'enquire'],
    ['completed', 'leave'],
    ['declined', 'leave'],
    ['failed', 'leave'],
  ] as const)('%s → %s', (state, action) => {
    expect(afterRestart(state)).toBe(action);
  });
});

describe('receiptWithin', () => {
  it('keeps what fits a journal entry', () => {
    expect(receiptWithin(undefined)).toBeUndefined();
    expect(receiptWithin([])).toBeUndefined();
    expect(receiptWithin(['A', 'B'])).toEqual(['A', 'B']);
    const long = receiptWithin(Array.from({ length: 300 }, () => '单'.repeat(300)))!;
    expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThan(9_000);
    expect(long[0]).toHaveLength(200);
  });
});
