import { describe, expect, it } from 'vitest';
import { contentHash, type DecidableRequest, type Decision, decisionRefusal, mayDecide, type RequestContent } from './approvals.rules.js';

const AT = new Date('2026-11-21T19:00:00.000Z');
const UNTIL = new Date('2026-11-21T20:00:00.000Z');
const content: RequestContent = {
  id: '00000000-0000-4000-8000-000000000001',
  action: 'closeTerminal',
  targets: [
    { storeId: 'a', terminalId: '1' },
    { storeId: 'b', terminalId: '2' },
  ],
  parameters: {},
  reason: 'Storm warning',
  requestedBy: 'asker',
  requestedAt: AT,
  expiresAt: UNTIL,
};

describe('R2 contentHash', () => {
  const others: [string, Partial<RequestContent>][] = [
    ['another request', { id: '00000000-0000-4000-8000-000000000002' }],
    ['another action', { action: 'restartTerminal' }],
    ['a terminal more', { targets: [...content.targets, { storeId: 'b', terminalId: '3' }] }],
    ['a terminal less', { targets: content.targets.slice(1) }],
    ['a terminal of another store', { targets: [content.targets[0]!, { storeId: 'c', terminalId: '2' }] }],
    ['a parameter', { parameters: { depth: 'self' } }],
    ['another reason', { reason: 'Storm warning.' }],
    ['somebody else asking', { requestedBy: 'other' }],
    ['another time', { requestedAt: new Date(AT.getTime() + 1) }],
    ['another end', { expiresAt: new Date(UNTIL.getTime() + 1) }],
  ];

  it.each(others)('differs for %s', (_name, change) => {
    expect(contentHash({ ...content, ...change })).not.toBe(contentHash(content));
  });

  it('does not depend on the order of the terminals, and is what it always was', () => {
    expect(contentHash({ ...content, targets: content.targets.toReversed() })).toBe(contentHash(content));
    expect(contentHash(content)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('can not be led astray by ids that run together', () => {
    const one = contentHash({ ...content, targets: [{ storeId: 'a', terminalId: 'b-c' }] });
    expect(contentHash({ ...content, targets: [{ storeId: 'a-b', terminalId: 'c' }] })).not.toBe(one);
  });
});

describe('R1, R4 decisionRefusal', () => {
  const request: DecidableRequest = { state: 'waiting', requestedBy: 'asker', expiresAt: UNTIL, decidedBy: null };
  const asker = { id: 'asker', role: 'hq' } as const;
  const other = { id: 'other', role: 'hq' } as const;
  const manager = { id: 'manager', role: 'manager' } as const;
  const auditor = { id: 'auditor', role: 'auditor' } as const;
  const cashier = { id: 'cashier', role: 'cashier' } as const;
  const decided = (state: DecidableRequest['state'], decidedBy: string | null): DecidableRequest => ({ ...request, state, decidedBy });

  it.each<
    [string, DecidableRequest, Decision, typeof asker | typeof manager | typeof auditor | typeof cashier | typeof other, string | undefined]
  >([
    ['another of HQ agrees', request, 'approve', other, undefined],
    ['a manager agrees', request, 'approve', manager, undefined],
    ['who asked agrees', request, 'approve', asker, 'ownRequest'],
    ['who asked refuses', request, 'refuse', asker, 'ownRequest'],
    ['who asked takes it back', request, 'withdraw', asker, undefined],
    ['somebody else takes it back', request, 'withdraw', other, 'notAllowed'],
    ['an auditor agrees', request, 'approve', auditor, 'notAllowed'],
    ['a cashier refuses', request, 'refuse', cashier, 'notAllowed'],
    ['agreed again by the same', decided('approved', 'other'), 'approve', other, 'repeated'],
    ['agreed again by another', decided('approved', 'other'), 'approve', manager, 'alreadyDone'],
    ['who asked agrees after all', decided('approved', 'other'), 'approve', asker, 'ownRequest'],
    ['agreed after it was refused', decided('refused', 'other'), 'approve', other, 'alreadyDone'],
    ['agreed after it was taken back', decided('withdrawn', 'asker'), 'approve', other, 'alreadyDone'],
    ['taken back after it was agreed to', decided('approved', 'other'), 'withdraw', asker, 'alreadyDone'],
    ['agreed after it had expired', decided('expired', null), 'approve', other, 'requestExpired'],
  ])('%s', (_name, given, decision, person, expected) => {
    const refusal = decisionRefusal(given, decision, person, AT.getTime());
    expect(typeof refusal === 'object' ? refusal.code : refusal).toBe(expected);
  });

  it('knows the moment of expiry before anybody has written it down', () => {
    expect(decisionRefusal(request, 'approve', other, UNTIL.getTime() - 1)).toBeUndefined();
    expect(decisionRefusal(request, 'approve', other, UNTIL.getTime())).toMatchObject({ code: 'requestExpired' });
  });

  it('offers a decision only to who may take it', () => {
    const now = AT.getTime();
    expect([other, manager, asker, auditor].map((person) => mayDecide(request, person, now))).toEqual([true, true, false, false]);
    expect(mayDecide(decided('approved', 'other'), other, now)).toBe(false);
  });
});
