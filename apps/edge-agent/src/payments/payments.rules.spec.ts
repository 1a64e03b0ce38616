import { describe, expect, it } from 'vitest';
import {
  afterRestart,
  contentOf,
  evidenceFor,
  judgeGivingBack,
  judgeReversal,
  judgeSale,
  type MoneyRequest,
  type OriginalSale,
  receiptWithin,
  type SaleSituation,
} from './payments.rules.js';

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
    ['closed', { facts: { ...FINE.facts, resting: 'closed' } }, 'terminalClosed'],
    ['closing again', { heldBy: 'closing', facts: { ...FINE.facts, resting: 'closed' } }, 'terminalClosing'],
    ['close blocked', { facts: { ...FINE.facts, resting: 'blocked' } }, 'terminalBlocked'],
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

const SALE: OriginalSale = { transaction: 'sale', state: 'completed', batchNo: 7, currency: 'EUR', bookedMinor: 1_000, givenBackMinor: 0 };

describe('judgeGivingBack', () => {
  it.each<[string, Partial<OriginalSale>, number | null, ReturnType<typeof judgeGivingBack>]>([
    ['all of a sale', {}, null, null],
    ['a part of it', {}, 999, null],
    ['what is left', { givenBackMinor: 400 }, 600, null],
    ['more than it was', {}, 1_001, 'amountTooLarge'],
    ['more than is left', { givenBackMinor: 400 }, 601, 'amountTooLarge'],
    ['nothing is left', { givenBackMinor: 1_000 }, null, 'alreadyGivenBack'],
    ['nothing is left, a part', { givenBackMinor: 1_000 }, 1, 'alreadyGivenBack'],
    ['a declined sale', { state: 'declined' }, null, 'originalNotCompleted'],
    ['a sale in doubt', { state: 'inDoubt' }, null, 'originalNotCompleted'],
    ['a refund', { transaction: 'refund' }, null, 'originalNotCompleted'],
    ['a reversal', { transaction: 'reversal' }, null, 'originalNotCompleted'],
  ])('%s', (_name, change, amountMinor, refusal) => {
    expect(judgeGivingBack({ ...SALE, ...change }, amountMinor)).toBe(refusal);
  });

  it('knows no sale', () => {
    expect(judgeGivingBack(undefined, null)).toBe('unknownPayment');
  });
});

describe('judgeReversal', () => {
  const terminal = { openBatchNo: 7, canReverse: true, canReverseParts: true };
  it.each<[string, Partial<OriginalSale>, number | null, Partial<typeof terminal>, ReturnType<typeof judgeReversal>]>([
    ['the whole sale', {}, null, {}, null],
    ['a part', {}, 400, {}, null],
    ['a part of what is left', { givenBackMinor: 400 }, 600, {}, null],
    ['a part, on a terminal that takes back only whole sales', {}, 400, { canReverseParts: false }, 'partialReversalUnsupported'],
    ['the rest there', { givenBackMinor: 400 }, null, { canReverseParts: false }, 'partialReversalUnsupported'],
    ['the whole sale there', {}, 1_000, { canReverseParts: false }, null],
    ['a sale of a settled batch', { batchNo: 6 }, null, {}, 'originalSettled'],
    ['while no batch is open', {}, null, { openBatchNo: null as never }, 'originalSettled'],
    ['on a terminal that can not', {}, null, { canReverse: false }, 'operationUnsupported'],
    ['more than it was', {}, 1_001, {}, 'amountTooLarge'],
  ])('%s', (_name, change, amountMinor, can, refusal) => {
    expect(judgeReversal({ ...SALE, ...change }, amountMinor, { ...terminal, ...can })).toBe(refusal);
  });
});

describe('contentOf', () => {
  const original = '2052a146-cce1-47ac-a259-218cd817524a';
  const sale: MoneyRequest = { transaction: 'sale', terminal: 't1', amountMinor: 5, currency: 'EUR', tillId: 'a' };
  const reversal: MoneyRequest = { transaction: 'reversal', originalPaymentId: original, tillId: 'a', reason: 'wrong' };
  const refund: MoneyRequest = { ...sale, transaction: 'refund', reason: 'wrong' };
  const all: readonly MoneyRequest[] = [
    sale,
    { ...sale, terminal: 't2' },
    { ...sale, amountMinor: 6 },
    { ...sale, currency: 'CHF' },
    { ...sale, tillId: 'b' },
    reversal,
    { ...reversal, amountMinor: 5 },
    { ...reversal, originalPaymentId: '2052a146-cce1-47ac-a259-218cd817524b' },
    { ...reversal, reason: 'other' },
    { ...reversal, tillId: 'b' },
    refund,
    { ...refund, originalPaymentId: original },
    { ...refund, amountMinor: 6 },
    { ...refund, reason: 'other' },
    { ...refund, terminal: 't2' },
  ];

  it('differs for every other request, and only then', () => {
    expect(new Set(all.map(contentOf)).size).toBe(all.length);
    for (const request of all) {
      const reordered = Object.fromEntries(Object.entries(request).toReversed()) as unknown as MoneyRequest;
      expect(contentOf(reordered)).toBe(contentOf(request));
    }
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
