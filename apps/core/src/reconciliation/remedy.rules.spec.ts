import { describe, expect, it } from 'vitest';
import {
  afterDecision,
  type DifferenceFacts,
  isHeadquartersWork,
  isSameRequest,
  type RemedyContent,
  remedyContent,
  standsInTheWay,
} from './remedy.rules.js';

const facts = (id: string, acquirerMinor: number | null = 1_500): DifferenceFacts => ({
  id,
  type: 'amountOver',
  currency: 'EUR',
  terminalMinor: 1_000,
  acquirerMinor,
});
const entry = (amountMinor: number, of = facts('a')): RemedyContent =>
  remedyContent({ kind: 'correctingEntry', differenceId: of.id, amountMinor, currency: 'EUR' }, [of]);
const match = (terminal: string, acquirer: string): RemedyContent =>
  remedyContent({ kind: 'forceMatch', terminalDifferenceId: terminal, acquirerDifferenceId: acquirer }, [facts(terminal), facts(acquirer)]);

describe('M7: a request that waits', () => {
  it.each<[string, RemedyContent, RemedyContent, boolean]>([
    ['another entry for the same difference', entry(500), entry(300), true],
    ['an entry for another difference', entry(500), entry(500, facts('b')), false],
    ['an entry for what the difference says by now', entry(500), entry(400, facts('a', 1_400)), false],
    ['a match that shares a side', match('a', 'b'), match('c', 'b'), true],
    ['a match of others', match('a', 'b'), match('c', 'd'), false],
    ['a remedy of another kind', entry(500), match('a', 'b'), false],
  ])('and %s', (_, waiting, asked, isInTheWay) => expect(standsInTheWay(waiting, asked)).toBe(isInTheWay));

  it('is the same one in the same words of the same person only', () => {
    const asked = { content: entry(500), reason: 'till receipt', requestedBy: 'anna' };
    expect(isSameRequest(asked, { ...asked, content: entry(500) })).toBe(true);
    for (const change of [{ content: entry(300) }, { reason: 'other' }, { requestedBy: 'ben' }])
      expect(isSameRequest(asked, { ...asked, ...change })).toBe(false);
  });
});

describe('D5: a remedy of headquarters’ work', () => {
  const request = (headquartersWork: boolean) => ({ state: 'requested', requestedBy: 'anna', digest: 'd', headquartersWork }) as const;
  const code = (result: ReturnType<typeof afterDecision>) => (typeof result === 'string' ? result : result.code);

  it.each([
    ['headquarters', 'ben', 'hq', true, 'approve', 'approved'],
    ['headquarters', 'ben', 'hq', true, 'refuse', 'refused'],
    ['a second manager', 'ben', 'manager', true, 'approve', 'notAllowed'],
    ['a second manager', 'ben', 'manager', true, 'refuse', 'notAllowed'],
    ['the manager who asked', 'anna', 'manager', true, 'approve', 'ownRequest'],
    ['the manager who asked', 'anna', 'manager', true, 'withdraw', 'withdrawn'],
    ['a second manager, about a manager’s work', 'ben', 'manager', false, 'approve', 'approved'],
  ] as const)('by %s (%s, %s, headquarters’ work: %s): %s is %s', (_, id, role, headquartersWork, decision, expected) =>
    expect(code(afterDecision(request(headquartersWork), decision, 'd', { id, role }))).toBe(expected),
  );

  it('is one where any of its differences is', () => {
    expect(isHeadquartersWork([{ ownerRole: 'manager' }, { ownerRole: 'hq' }])).toBe(true);
    expect(isHeadquartersWork([{ ownerRole: 'manager' }])).toBe(false);
  });
});
