import { COMMAND_ACTIONS } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { aloneLimit, GUARDED_ACTIONS, isGuarded, needsSecondPerson, type TerminalPlace } from './second-person.rules.js';

const places = (storeId: string, count: number, from = 1): TerminalPlace[] =>
  Array.from({ length: count }, (_, at) => ({ storeId, terminalId: `t-${from + at}` }));

describe('C6 needsSecondPerson', () => {
  it.each<[string, readonly TerminalPlace[], readonly TerminalPlace[], number, boolean]>([
    ['one terminal', places('a', 1), [], 5, false],
    ['as many as the limit', places('a', 5), [], 5, false],
    ['one more than the limit', places('a', 6), [], 5, true],
    ['two stores, one terminal each', [...places('a', 1), ...places('b', 1)], [], 5, true],
    ['the last that fits beside recent ones', places('a', 1, 5), places('a', 4), 5, false],
    ['one that with recent ones is too many', places('a', 1, 6), places('a', 5), 5, true],
    ['recent ones of another store count', places('b', 1), places('a', 5), 5, true],
    ['recent ones of another store do not make it two stores', places('b', 1), places('a', 1), 5, false],
    ['the same terminal again is no other terminal', places('a', 1), places('a', 5), 5, false],
    ['the same terminal named twice', [...places('a', 1), ...places('a', 1)], [], 1, false],
  ])('%s', (_name, targets, recent, limit, expected) => {
    expect(needsSecondPerson('settleTerminal', targets, recent, limit)).toBe(expected);
  });

  it('never for what touches neither money nor power', () => {
    for (const action of COMMAND_ACTIONS.filter((each) => !isGuarded(each))) {
      expect(needsSecondPerson(action, [...places('a', 50), ...places('b', 50)], [], 1)).toBe(false);
    }
  });

  it('guards what moves money, ends a payment, or switches', () => {
    expect([...GUARDED_ACTIONS].sort()).toEqual(
      [
        'abortTerminal',
        'acceptUnbalanced',
        'closeTerminal',
        'openTerminal',
        'powerCycleTerminal',
        'restartTerminal',
        'sendStored',
        'settleTerminal',
      ].sort(),
    );
  });
});

describe('aloneLimit', () => {
  it.each([
    ['settleTerminal', false, 5],
    ['settleTerminal', true, 0],
    ['closeTerminal', true, 5],
  ] as const)('%s where settling by hand needs two people (%s): %i', (action, manualApproval, limit) => {
    expect(aloneLimit(action, { 'approval.terminals': 5, 'settlement.manualApproval': manualApproval })).toBe(limit);
    const one = { storeId: 's', terminalId: 't' };
    expect(needsSecondPerson(action, [one], [], limit)).toBe(limit === 0);
  });
});
