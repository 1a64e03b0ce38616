import { describe, expect, it } from 'vitest';
import type { StoreBoardFragment, TerminalBoardFragment } from '../graphql/generated/graphql.js';
import { concernsOf, keepOrder, matches, orderOf, tileState } from './fleet.rules.js';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');

const terminal = (over: Partial<TerminalBoardFragment> = {}): TerminalBoardFragment => ({
  id: 't1',
  name: 'Till 1',
  storeId: 's1',
  brand: 'Verifone',
  model: 'H5000',
  power: 'on',
  service: 'ready',
  activity: 'idle',
  signedOn: true,
  operatorName: null,
  unsettled: { amountMinor: 100, currency: 'EUR' },
  unsettledCount: 1,
  lastUseAt: null,
  lastSettledAt: null,
  stateAt: null,
  peripherals: [],
  closeProof: null,
  ...over,
});

const store = (over: Partial<StoreBoardFragment> = {}): StoreBoardFragment => ({
  id: 's1',
  name: 'Berlin Mitte',
  city: 'Berlin',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  closesAt: '2026-11-21T21:00:00.000Z',
  opensAt: '2026-11-21T08:00:00.000Z',
  isOpen: true,
  businessDay: '2026-11-21',
  openIncidents: 0,
  fundsAtRisk: { amountMinor: 100, currency: 'EUR' },
  gateway: {
    id: 'g1',
    online: true,
    lastSeenAt: null,
    agentVersion: null,
    ackedThrough: 1,
    journalHead: 1,
    policyVersion: 1,
    policyAppliedAt: null,
    policyRefused: [],
  },
  closing: null,
  terminals: [terminal()],
  ...over,
});

const offline = { gateway: { ...store().gateway!, online: false } };
const proof = { terminalId: 't1', businessDay: '2026-11-21', provenAt: '', overnight: 'on', count: 0, totals: null, steps: [] };

describe('tileState', () => {
  it.each([
    ['says unknown, never off, when the gateway is offline', terminal({ power: 'off' }), store(offline), 'unknown'],
    ['says unknown without a gateway', terminal({ power: 'off' }), store({ gateway: null }), 'unknown'],
    ['off', terminal({ power: 'off', activity: 'closed' }), store(), 'off'],
    ['blocked before everything it does', terminal({ activity: 'blocked', power: 'on' }), store(), 'blocked'],
    ['left on after closing', terminal(), store({ isOpen: false }), 'leftOn'],
    ['on by policy, with a proof, is not left on', terminal({ closeProof: proof }), store({ isOpen: false }), 'ready'],
    [
      "yesterday's proof proves nothing",
      terminal({ closeProof: { ...proof, businessDay: '2026-11-20' } }),
      store({ isOpen: false }),
      'leftOn',
    ],
    ['trouble', terminal({ service: 'printerNotReady' }), store(), 'trouble'],
    ['signed off', terminal({ signedOn: false }), store(), 'signedOff'],
    ['power unknown', terminal({ power: 'unknown' }), store(), 'unknown'],
  ] as const)('%s', (_case, of, at, state) => {
    expect(tileState(of, at)).toBe(state);
  });
});

describe('the board', () => {
  const quiet = store({ id: 'quiet', name: 'A' });
  const blocked = store({
    id: 'blocked',
    closing: { routineId: 'r', businessDay: '2026-11-21', startedAt: '', finishedAt: null, proven: 1, blocked: 1, running: 0 },
  });
  const incident = store({ id: 'incident', openIncidents: 1 });
  const gone = store({ id: 'gone', ...offline });

  it('puts the store that needs somebody most on top', () => {
    expect(orderOf([quiet, gone, blocked, incident], NOW)).toEqual(['incident', 'blocked', 'gone', 'quiet']);
  });

  it('then the one that closes next', () => {
    const earlier = store({ id: 'earlier', name: 'Z', closesAt: '2026-11-21T20:00:00.000Z' });
    expect(orderOf([quiet, earlier], NOW)).toEqual(['earlier', 'quiet']);
  });

  it('does not move rows under the eyes of a person', () => {
    expect(keepOrder(['a', 'b', 'c'], ['c', 'd', 'a'])).toEqual(['a', 'c', 'd']);
  });

  it('names a closing that comes soon only while money is unsettled', () => {
    const soon = { closesAt: '2026-11-21T12:10:00.000Z' };
    expect(concernsOf(store(soon), NOW)).toEqual(['closingSoon']);
    expect(concernsOf(store({ ...soon, fundsAtRisk: { amountMinor: 0, currency: 'EUR' } }), NOW)).toEqual([]);
  });

  it('names a peripheral that keeps a terminal from its work, not one that soon will or that nobody can tell of', () => {
    const withPrinter = (state: 'paperOut' | 'paperLow' | 'unknown') =>
      concernsOf(store({ terminals: [terminal({ peripherals: [{ kind: 'printer', state, since: null }] })] }), NOW);
    expect(withPrinter('paperOut')).toEqual(['peripheralBroken']);
    expect([...withPrinter('paperLow'), ...withPrinter('unknown')]).toEqual([]);
  });

  it.each([
    [{}, ['quiet', 'gone', 'incident']],
    [{ show: 'problems' }, ['gone', 'incident']],
    [{ show: 'offline' }, ['gone']],
    [{ q: 'BERLIN' }, ['quiet', 'gone', 'incident']],
    [{ q: 'h5000', show: 'offline' }, ['gone']],
    [{ q: 'Tokyo' }, []],
  ] as const)('narrowed to %o', (filter, ids) => {
    expect([quiet, gone, incident].filter((each) => matches(each, filter, NOW)).map(({ id }) => id)).toEqual(ids);
  });
});
