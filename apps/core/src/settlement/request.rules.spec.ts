import { describe, expect, it } from 'vitest';
import {
  batchRefusal,
  contentOf,
  type RequestContent,
  type RequestDecision,
  requestDecisionRefusal,
  requestDigest,
  type SettlementRequestKind,
  type SettlementRequestState,
  stillTheSame,
} from './request.rules.js';
import type { BatchView } from './settlement.service.js';

const batch = (change: Partial<BatchView> = {}): BatchView => ({
  storeId: 'berlin',
  terminalId: 't1',
  terminalName: 'Till 1',
  batchNo: 3,
  businessDay: '2026-11-21',
  state: 'open',
  missed: false,
  currency: 'EUR',
  journalMinor: 1_000,
  journalCount: 2,
  terminalMinor: null,
  hostMinor: null,
  terminalCount: null,
  hostCount: null,
  settlementId: null,
  handling: null,
  acceptedAt: null,
  confirmedAt: null,
  confirmedBy: null,
  confirmedMinor: null,
  fundedAt: null,
  fundedBy: null,
  fundedMinor: null,
  fundedOn: null,
  failureCode: null,
  openedAt: new Date(0),
  settledAt: null,
  ...change,
});
const differs = (change: Partial<BatchView> = {}) =>
  batch({ state: 'unbalanced', handling: 'frozen', terminalMinor: 990, settlementId: 's-1', ...change });
const content = (kind: SettlementRequestKind, of: BatchView): RequestContent => ({
  id: 'r-1',
  kind,
  ...contentOf(of),
  reason: 'why',
  requestedBy: 'anna',
  requestedAt: '2026-11-21T20:00:00.000Z',
});

describe('requestDecisionRefusal (S12)', () => {
  const decide = (
    decision: RequestDecision,
    id: string,
    state: SettlementRequestState = 'waiting',
    nowMs = 0,
    role: 'manager' | 'auditor' = 'manager',
  ) => requestDecisionRefusal({ state, requestedBy: 'anna', expiresAt: new Date(1_000) }, decision, { id, role }, nowMs)?.code;

  it.each<[RequestDecision, string, string | undefined]>([
    ['approve', 'ben', undefined],
    ['approve', 'anna', 'ownRequest'],
    ['refuse', 'ben', undefined],
    ['refuse', 'anna', 'ownRequest'],
    ['withdraw', 'anna', undefined],
    ['withdraw', 'ben', 'notAllowed'],
  ])('%s by %s: %s', (decision, id, code) => {
    expect(decide(decision, id)).toBe(code);
  });

  it.each<[SettlementRequestState, number, string | undefined]>([
    ['waiting', 999, undefined],
    ['waiting', 1_000, 'requestExpired'],
    ['approved', 0, 'alreadyDone'],
    ['refused', 0, 'alreadyDone'],
    ['withdrawn', 0, 'alreadyDone'],
    ['expired', 0, 'alreadyDone'],
  ])('a request that is %s, at %i: %s', (state, nowMs, code) => {
    expect(decide('approve', 'ben', state, nowMs)).toBe(code);
  });

  it('is only for those who answer for stores', () => {
    expect(decide('approve', 'ben', 'waiting', 0, 'auditor')).toBe('notAllowed');
  });
});

describe('batchRefusal', () => {
  it.each<[SettlementRequestKind, string, BatchView, string | undefined]>([
    ['settle', 'an open batch', batch(), undefined],
    ['settle', 'a missed one', batch({ state: 'missed' }), undefined],
    ['settle', 'one in doubt: it is asked about first', batch({ state: 'inDoubt' }), undefined],
    ['settle', 'a settled one', batch({ state: 'settled', settledAt: new Date(1) }), 'alreadyDone'],
    ['settle', 'an unbalanced one', differs(), 'stepNotReady'],
    ['acceptUnbalanced', 'an unbalanced one', differs(), undefined],
    ['acceptUnbalanced', 'one that was uploaded', differs({ handling: 'uploaded' }), undefined],
    ['acceptUnbalanced', 'one whose evidence is not frozen yet', differs({ handling: null }), 'stepNotReady'],
    ['acceptUnbalanced', 'an accepted one', differs({ handling: 'accepted', acceptedAt: new Date(1) }), 'alreadyDone'],
    ['acceptUnbalanced', 'an open one', batch(), 'stepNotReady'],
  ])('%s for %s: %s', (kind, _name, of, code) => {
    expect(batchRefusal(kind, of)?.code).toBe(code);
  });
});

describe('stillTheSame', () => {
  it('lets sales go on while a settlement waits', () => {
    expect(stillTheSame(content('settle', batch()), batch({ journalMinor: 5_000, journalCount: 9 }))).toBe(true);
  });

  it.each<[string, Partial<BatchView>, boolean]>([
    ['nothing', {}, true],
    ['its state of handling', { handling: 'uploaded' }, true],
    ['the journal’s total', { journalMinor: 1_001 }, false],
    ['the number of transactions', { journalCount: 3 }, false],
    ['the terminal’s total', { terminalMinor: 991 }, false],
    ['the host’s total', { hostMinor: 1_000 }, false],
    ['the settlement', { settlementId: 's-2' }, false],
  ])('for a difference in which %s changed', (_name, change, same) => {
    expect(stillTheSame(content('acceptUnbalanced', differs()), differs(change))).toBe(same);
  });
});

describe('requestDigest', () => {
  it('is another for any other request', () => {
    const one = content('settle', batch());
    const others = [
      { ...one, kind: 'acceptUnbalanced' as const },
      { ...one, batchNo: 4 },
      { ...one, journalMinor: 1_001 },
      { ...one, reason: 'why not' },
      { ...one, requestedBy: 'ben' },
    ];
    expect(new Set([one, ...others].map(requestDigest)).size).toBe(others.length + 1);
    expect(requestDigest({ ...one })).toBe(requestDigest(one));
  });
});
