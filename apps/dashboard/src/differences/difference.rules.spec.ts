import { describe, expect, it } from 'vitest';
import type { DifferenceFieldsFragment } from '../graphql/generated/money/graphql.js';
import {
  actsFor,
  atStake,
  between,
  concerned,
  decisionsOf,
  fileOfRow,
  filterOf,
  filterOfWork,
  isSelectable,
  leftOf,
  loneSide,
  ownerOf,
  personValue,
  remedyTargets,
  storesOf,
  workOf,
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
  viewerMay: ['assign', 'resolve'],
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
    expect(filterOf({ state: 'all', from: '2026-02-30', to: '2026-11-30' }, { id: 'me' })).toEqual({ toDay: '2026-11-30' });
  });
});

describe('the work of a day', () => {
  it('of a manager is that of the role, of others what is theirs by name', () => {
    expect(filterOfWork({ id: 'me', role: 'manager' })).toEqual({ state: ['open', 'assigned'], ownerRole: 'manager' });
    expect(filterOfWork({ id: 'me', role: 'hq' })).toEqual({ state: ['open', 'assigned'], ownerId: 'me' });
  });

  it('names what is assigned to the viewer first and leaves out another person’s', () => {
    const [roles, mine, others] = [{ ownerId: null }, { ownerId: 'me' }, { ownerId: 'other' }];
    expect(workOf([roles, others, mine], { id: 'me' })).toEqual([mine, roles]);
  });
});

describe('what differs', () => {
  it('concerns what differs, the whole amount of a lone side, or the row that both have', () => {
    expect(concerned({ terminalAmount: eur(1_000), acquirerAmount: eur(900) })).toEqual(eur(100));
    expect(concerned({ terminalAmount: null, acquirerAmount: eur(-900) })).toEqual(eur(900));
    expect(concerned({ terminalAmount: eur(700), acquirerAmount: null })).toEqual(eur(700));
    expect(concerned({ terminalAmount: eur(700), acquirerAmount: eur(700) })).toEqual(eur(700));
    expect(concerned({ terminalAmount: eur(700), acquirerAmount: { amountMinor: 700, currency: 'USD' } })).toBeUndefined();
  });

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
  it('is for rows without a counterpart', () => {
    expect(loneSide(lone)).toBe('terminal');
    expect(loneSide({ paymentId: null, statementRowId: 'f/1' })).toBe('acquirer');
    expect(loneSide({ paymentId: 'p', statementRowId: 'f/1' })).toBeUndefined();
  });
});

describe('what is left to make up for', () => {
  it('is what the acquirer has more; a side without a row has nothing', () => {
    expect(leftOf({ terminalAmount: eur(1_000), acquirerAmount: eur(900) })).toEqual(eur(-100));
    expect(leftOf({ terminalAmount: eur(1_000), acquirerAmount: null })).toEqual(eur(-1_000));
    expect(leftOf({ terminalAmount: null, acquirerAmount: eur(-50) })).toEqual(eur(-50));
    expect(leftOf({ terminalAmount: eur(1), acquirerAmount: { amountMinor: 1, currency: 'USD' } })).toBeUndefined();
    expect(leftOf({ terminalAmount: null, acquirerAmount: null })).toBeUndefined();
  });
});

describe('what may be done', () => {
  it('is what the server lets the viewer do with every one of them, in one order', () => {
    const may = (...viewerMay: DifferenceFieldsFragment['viewerMay']) => difference({ viewerMay });
    const [hq, manager, ended, theirs] = [
      may('accept', 'resolve', 'assign'),
      may('resolve', 'assign'),
      may('reopen'),
      may('correctingEntry'),
    ];
    expect(actsFor([hq])).toEqual(['assign', 'resolve', 'accept']);
    expect(actsFor([hq, manager])).toEqual(['assign', 'resolve']);
    expect(actsFor([hq, ended])).toEqual([]);
    expect(actsFor([])).toEqual([]);
    // A remedy is asked for one by one: it makes nothing selectable.
    expect([hq, manager, ended, theirs].map(isSelectable)).toEqual([true, true, true, false]);
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
