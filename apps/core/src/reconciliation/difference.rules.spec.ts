import { describe, expect, it } from 'vitest';
import type { Role } from '../graphql/index.js';
import { actsOpenTo, afterAct, type DifferenceState } from './difference.rules.js';
import { type DifferenceFacts, remediesOpenTo } from './remedy.rules.js';

const OPEN: DifferenceState[] = ['open', 'assigned'];
const ENDED: DifferenceState[] = ['resolved', 'accepted'];

describe('what a viewer may do with a difference', () => {
  it.each<[Role, Role, DifferenceState[], string[]]>([
    ['hq', 'hq', OPEN, ['assign', 'resolve', 'accept']],
    ['hq', 'manager', OPEN, ['assign', 'resolve', 'accept']],
    ['manager', 'manager', OPEN, ['assign', 'resolve']],
    ['manager', 'hq', OPEN, []],
    ['hq', 'hq', ENDED, ['reopen']],
    ['manager', 'hq', ENDED, ['reopen']],
    ['auditor', 'hq', OPEN, []],
    ['auditor', 'hq', ENDED, []],
    ['cashier', 'manager', OPEN, []],
  ])('%s with work of %s that is %s: %s', (role, ownerRole, states, acts) => {
    for (const state of states) expect(actsOpenTo({ state, ownerRole }, role)).toEqual(acts);
  });

  it('is what the rule refuses otherwise, with the reason', () => {
    const state = 'open';
    expect(afterAct({ state, ownerRole: 'hq' }, { kind: 'resolve', note: 'n' }, 'manager')).toMatchObject({ code: 'notAllowed' });
    expect(afterAct({ state, ownerRole: 'manager' }, { kind: 'accept', note: 'n' }, 'manager')).toMatchObject({ code: 'notAllowed' });
    expect(afterAct({ state, ownerRole: 'hq' }, { kind: 'accept', note: ' ' }, 'hq')).toMatchObject({ code: 'invalidInput' });
  });
});

describe('remedies a viewer may ask for', () => {
  const facts = (changes: Partial<DifferenceFacts>): DifferenceFacts => ({
    id: 'd',
    type: 'amountUnder',
    currency: 'EUR',
    terminalMinor: 1_000,
    acquirerMinor: 900,
    ...changes,
  });
  it.each<[string, Partial<DifferenceFacts>, string[]]>([
    ['of a pair that differs', {}, ['correctingEntry']],
    ['of a lone transaction', { type: 'missingAtAcquirer', acquirerMinor: null }, ['forceMatch', 'correctingEntry']],
    ['of a lone row', { type: 'missingAtTerminal', terminalMinor: null }, ['forceMatch', 'correctingEntry']],
    ['of two currencies', { type: 'currency' }, []],
    ['of the same money on another day', { type: 'timing', acquirerMinor: 1_000 }, []],
  ])('%s', (_, changes, remedies) => {
    expect(remediesOpenTo({ ...facts(changes), state: 'open' }, 'manager')).toEqual(remedies);
    expect(remediesOpenTo({ ...facts(changes), state: 'open' }, 'auditor')).toEqual([]);
    expect(remediesOpenTo({ ...facts(changes), state: 'resolved' }, 'hq')).toEqual([]);
  });
});
