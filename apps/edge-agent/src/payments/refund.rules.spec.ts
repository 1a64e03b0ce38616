import { describe, expect, it } from 'vitest';
import type { Sponsors } from '../operators/index.js';
import { refundDigest } from './refund.digest.js';
import {
  areIndependent,
  type Decider,
  judgeDecision,
  judgeStart,
  REFUND_DECISION_MS,
  type RefundStanding,
  standingAt,
} from './refund.rules.js';

const ASKED = 1_000_000;
const WAITING: RefundStanding = { state: 'waiting', askedBy: 'ana', askerSponsors: [], digest: 'd1', askedAt: ASKED, decidedAt: null };
const APPROVED: RefundStanding = { ...WAITING, state: 'approved', decidedAt: ASKED + 60_000 };
const late = REFUND_DECISION_MS;

describe('standingAt', () => {
  it.each<[string, RefundStanding, number, ReturnType<typeof standingAt>]>([
    ['waits', WAITING, ASKED + late - 1, 'waiting'],
    ['waited too long', WAITING, ASKED + late, 'expired'],
    ['approved in time', APPROVED, ASKED + 60_000 + late - 1, 'approved'],
    ['approved too long ago', APPROVED, ASKED + 60_000 + late, 'expired'],
    ['the clock went back', WAITING, ASKED - 1, 'expired'],
    ['denied stays denied', { ...WAITING, state: 'denied' }, ASKED + 10 * late, 'denied'],
    ['used stays used', { ...APPROVED, state: 'used' }, ASKED + 10 * late, 'used'],
  ])('%s', (_name, standing, now, state) => {
    expect(standingAt(standing, now)).toBe(state);
  });
});

describe('judgeDecision (P6)', () => {
  const mia: Decider = { operatorId: 'mia', sponsors: [], manager: true, approves: true, digest: 'd1' };
  it.each<[string, RefundStanding, Partial<Decider>, number, ReturnType<typeof judgeDecision>]>([
    ['a manager in time', WAITING, {}, 0, null],
    ['a cashier', WAITING, { manager: false }, 0, 'managerNeeded'],
    ['who asked', { ...WAITING, askedBy: 'mia' }, {}, 0, 'approverIsAsker'],
    ['who gave the asker the code', { ...WAITING, askerSponsors: ['mia'] }, {}, 0, 'personsNotIndependent'],
    ['who gave the asker the code, but refuses', { ...WAITING, askerSponsors: ['mia'] }, { approves: false }, 0, null],
    ['another refund than was shown', WAITING, { digest: 'd2' }, 0, 'requestChanged'],
    ['too late', WAITING, {}, late, 'approvalExpired'],
    ['approved already', APPROVED, {}, 0, 'alreadyDecided'],
    ['denied already', { ...WAITING, state: 'denied' }, {}, 0, 'alreadyDecided'],
  ])('%s', (_name, standing, change, after, refusal) => {
    expect(judgeDecision(standing, { ...mia, ...change }, (standing.decidedAt ?? ASKED) + after)).toBe(refusal);
  });
});

describe('areIndependent (P6)', () => {
  it.each<[string, Sponsors, Sponsors, boolean]>([
    ['both have codes of the installer', [], [], true],
    ['the approver gave the asker the code', ['mia'], [], false],
    ['the asker, a manager, gave the approver the code', [], ['ana'], false],
    ['one person gave codes to both', ['lea'], ['lea'], false],
    ['the approver made the manager who made the asker', ['lea', 'mia'], [], false],
    ['two managers, two codes', ['lea'], ['tom'], true],
    ['the approver renewed the own passcode', [], ['mia'], true],
    ['nobody wrote down from whom the asker’s is', null, [], false],
    ['nobody wrote down from whom the approver’s is', [], null, false],
  ])('%s', (_name, ofAna, ofMia, independent) => {
    const [ana, mia] = [
      { operatorId: 'ana', sponsors: ofAna },
      { operatorId: 'mia', sponsors: ofMia },
    ];
    expect([areIndependent(ana, mia), areIndependent(mia, ana)]).toEqual([independent, independent]);
  });
});

describe('judgeStart', () => {
  it.each<[string, RefundStanding, string | null, ReturnType<typeof judgeStart>]>([
    ['nobody has decided', WAITING, 'ana', 'wait'],
    ['approved', APPROVED, 'ana', 'start'],
    ['approved, but somebody else is at the terminal now', APPROVED, 'mia', 'requestChanged'],
    ['approved, and nobody is there', APPROVED, null, 'requestChanged'],
    ['denied', { ...WAITING, state: 'denied' }, 'ana', 'refundDenied'],
    ['used', { ...APPROVED, state: 'used' }, 'ana', 'approvalExpired'],
  ])('%s', (_name, standing, operatorId, next) => {
    expect(judgeStart(standing, operatorId, standing.decidedAt ?? ASKED)).toBe(next);
  });
});

describe('refundDigest', () => {
  const request = { terminal: 't1', amountMinor: 500, currency: 'EUR', tillId: 'till-1', reason: 'too small' };
  const original = '2052a146-cce1-47ac-a259-218cd817524a';
  it('is another for every other refund', () => {
    const digests = [
      refundDigest(request, 'ana', 'key-0001'),
      refundDigest({ ...request, terminal: 't2' }, 'ana', 'key-0001'),
      refundDigest({ ...request, amountMinor: 501 }, 'ana', 'key-0001'),
      refundDigest({ ...request, currency: 'CHF' }, 'ana', 'key-0001'),
      refundDigest({ ...request, tillId: 'till-2' }, 'ana', 'key-0001'),
      refundDigest({ ...request, reason: 'too big' }, 'ana', 'key-0001'),
      refundDigest({ ...request, originalPaymentId: original }, 'ana', 'key-0001'),
      refundDigest(request, 'bob', 'key-0001'),
      refundDigest(request, 'ana', 'key-0002'),
      refundDigest({ ...request, reason: '' }, 'too small', 'key-0001'),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(refundDigest({ ...request }, 'ana', 'key-0001')).toBe(digests[0]);
  });
});
