import { describe, expect, it } from 'vitest';
import type { DifferenceFieldsFragment } from '../graphql/generated/money/graphql.js';
import {
  actsFor,
  atStake,
  between,
  candidates,
  decisionsOf,
  fileOfRow,
  filterOf,
  loneSide,
  ownerOf,
  personValue,
  remedyTargets,
  storesOf,
} from './difference.rules.js';

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const difference = (change: Partial<DifferenceFieldsFragment>): DifferenceFieldsFragment => ({
  id: 'd',
  storeId: 'berlin',
  acquirerId: 'acq',
  type: 'missingAtAcquirer',
  businessDay: '2026-11-21',
  terminalId: 't1',
  batchNo: '1',
  rowType: 'sale',
  traceNo: '1',
  paymentId: 'p',
  statementRowId: null,
  state: 'open',
  ownerRole: 'hq',
  ownerId: null,
  ownerName: null,
  foundAt: '2026-11-22T00:00:00.000Z',
  changedAt: '2026-11-22T00:00:00.000Z',
  endedBy: null,
  note: null,
  terminalAmount: eur(1_000),
  acquirerAmount: null,
  ...change,
});

describe('the list', () => {
  it('shows what is not dealt with unless something else is asked for', () => {
    expect(filterOf({}, { id: 'me' })).toEqual({ state: ['open', 'assigned'] });
    expect(filterOf({ state: 'all' }, { id: 'me' })).toEqual({});
    expect(
      filterOf(
        { state: 'accepted', owner: 'me', store: 's', type: 'timing', from: '2026-11-01', to: '2026-11-30', acquirer: 'a' },
        { id: 'me' },
      ),
    ).toEqual({
      storeId: 's',
      acquirerId: 'a',
      fromDay: '2026-11-01',
      toDay: '2026-11-30',
      type: ['timing'],
      state: ['accepted'],
      ownerId: 'me',
    });
    expect(filterOf({ state: 'all', owner: 'manager' }, { id: 'me' })).toEqual({ ownerRole: 'manager' });
  });
});

describe('what differs', () => {
  it('is what the acquirer has more, in one currency', () => {
    expect(between({ terminalAmount: eur(1_000), acquirerAmount: eur(900) })).toEqual(eur(-100));
    expect(between({ terminalAmount: eur(1_000), acquirerAmount: null })).toBeUndefined();
    expect(between({ terminalAmount: eur(1_000), acquirerAmount: { amountMinor: 1_000, currency: 'USD' } })).toBeUndefined();
  });

  it('does not cancel out when it is summed, and different currencies are never added', () => {
    expect(
      atStake([
        { terminalAmount: eur(1_000), acquirerAmount: eur(900) },
        { terminalAmount: eur(1_000), acquirerAmount: eur(1_100) },
        { terminalAmount: null, acquirerAmount: eur(-50) },
        { terminalAmount: eur(7), acquirerAmount: { amountMinor: 8, currency: 'USD' } },
      ]),
    ).toEqual([eur(257), { amountMinor: 8, currency: 'USD' }]);
  });
});

describe('matching by hand', () => {
  const lone = difference({});
  const other = (id: string, amount: number, change: Partial<DifferenceFieldsFragment> = {}) =>
    difference({
      id,
      paymentId: null,
      statementRowId: 'f/1',
      terminalAmount: null,
      acquirerAmount: eur(amount),
      type: 'missingAtTerminal',
      ...change,
    });

  it('is for rows without a counterpart', () => {
    expect(loneSide(lone)).toBe('terminal');
    expect(loneSide(other('o', 1))).toBe('acquirer');
    expect(loneSide({ paymentId: 'p', statementRowId: 'f/1' })).toBeUndefined();
  });

  it('offers rows of the other side of the same store, acquirer and currency, nearest first', () => {
    const offered = candidates(lone, [
      other('far', 5_000),
      other('day', 1_000, { businessDay: '2026-11-25' }),
      other('best', 1_000),
      other('store', 1_000, { storeId: 'tokyo' }),
      other('acquirer', 1_000, { acquirerId: 'another' }),
      other('usd', 0, { acquirerAmount: { amountMinor: 1_000, currency: 'USD' } }),
      difference({ id: 'same side' }),
    ]);
    expect(offered.map(({ id }) => id)).toEqual(['best', 'day', 'far']);
  });
});

describe('what may be done', () => {
  it('depends on role and state, and never mixes both kinds of state', () => {
    expect(actsFor('hq', ['open', 'assigned'])).toEqual(['assign', 'resolve', 'accept']);
    expect(actsFor('manager', ['open'])).toEqual(['assign', 'resolve']);
    expect(actsFor('manager', ['resolved', 'accepted'])).toEqual(['reopen']);
    expect(actsFor('hq', ['open', 'resolved'])).toEqual([]);
    expect(actsFor('auditor', ['open'])).toEqual([]);
    expect(actsFor('hq', [])).toEqual([]);
  });
});

describe('whose work it becomes', () => {
  it('is one’s own, a role’s or a person’s', () => {
    expect(ownerOf('me', 'lin')).toEqual({ personId: 'lin' });
    expect(ownerOf('manager', 'lin')).toEqual({ role: 'manager' });
    // A person may be called like a role.
    expect(ownerOf(personValue('hq'), 'lin')).toEqual({ personId: 'hq' });
  });

  it('asks for each store once', () => {
    expect(storesOf([{ storeId: 'b' }, { storeId: 'a' }, { storeId: 'b' }])).toEqual(['a', 'b']);
  });
});

describe('a remedy', () => {
  it('says what it is about, or is not guessed at', () => {
    expect(remedyTargets({ kind: 'forceMatch', terminalDifferenceId: 'a', acquirerDifferenceId: 'b' })).toEqual({
      kind: 'forceMatch',
      terminalDifferenceId: 'a',
      acquirerDifferenceId: 'b',
    });
    expect(remedyTargets({ kind: 'correctingEntry', differenceId: 'a', amountMinor: -5, currency: 'EUR' })).toEqual({
      kind: 'correctingEntry',
      differenceId: 'a',
      amount: eur(-5),
    });
    for (const content of [null, 'x', {}, { kind: 'forceMatch' }, { kind: 'correctingEntry', differenceId: 'a' }])
      expect(remedyTargets(content)).toBeUndefined();
  });

  it('is decided by whoever may, and taken back by whoever asked', () => {
    const asked = { state: 'requested', mine: false, mayDecide: true } as const;
    expect(decisionsOf(asked)).toEqual(['approve', 'refuse']);
    expect(decisionsOf({ ...asked, mine: true, mayDecide: false })).toEqual(['withdraw']);
    expect(decisionsOf({ ...asked, mayDecide: false })).toEqual([]);
    expect(decisionsOf({ ...asked, state: 'approved' })).toEqual([]);
  });

  it('leads to the file of its row', () => {
    expect(fileOfRow('0b7e/12')).toBe('0b7e');
  });
});
