import { describe, expect, it } from 'vitest';
import {
  nextMove,
  openingRetryMs,
  type SchedulableTerminal,
  type ScheduleSettings,
  type StoreTime,
  storeTimeAt,
} from './scheduler.rules.js';

const HOURS: ScheduleSettings = { timeZone: 'Europe/Berlin', open: '09:00', close: '20:00', cutOff: '04:00', leadMs: 30 * 60_000 };
const berlin = (local: string) => Date.parse(`${local}+02:00`);

describe('storeTimeAt', () => {
  it.each([
    ['in the night', '2026-05-04T03:00:00', 'closed', '2026-05-03'],
    ['before the lead', '2026-05-04T08:29:59', 'closed', '2026-05-03'],
    ['within the lead', '2026-05-04T08:30:00', 'trading', '2026-05-04'],
    ['in the day', '2026-05-04T15:00:00', 'trading', '2026-05-04'],
    ['at closing time', '2026-05-04T20:00:00', 'closed', '2026-05-04'],
    ['after midnight', '2026-05-05T00:30:00', 'closed', '2026-05-04'],
  ] as const)('%s', (_name, local, kind, businessDay) => {
    const time = storeTimeAt(berlin(local), HOURS);
    expect([time.kind, time.kind === 'trading' ? time.window.businessDay : time.last.businessDay]).toEqual([kind, businessDay]);
  });

  it('knows hours past midnight', () => {
    const bar = { ...HOURS, open: '18:00', close: '02:00' };
    expect(storeTimeAt(berlin('2026-05-05T01:00:00'), bar)).toMatchObject({ kind: 'trading', window: { businessDay: '2026-05-04' } });
    expect(storeTimeAt(berlin('2026-05-05T02:00:00'), bar)).toMatchObject({ kind: 'closed', last: { businessDay: '2026-05-04' } });
  });

  it('closes at the local time on the day the clocks change', () => {
    const time = storeTimeAt(Date.parse('2026-10-25T19:00:00Z'), HOURS);
    expect(time).toMatchObject({ kind: 'closed', last: { closesAtMs: Date.parse('2026-10-25T19:00:00Z') } });
  });
});

const trading: StoreTime = { kind: 'trading', window: { businessDay: '2026-05-04', opensAtMs: 0, closesAtMs: 1_000 } };
const closed: StoreTime = { kind: 'closed', last: { businessDay: '2026-05-04', opensAtMs: 0, closesAtMs: 1_000 } };
const terminal = (
  id: string,
  change: Partial<Omit<SchedulableTerminal, 'facts'>> & { facts?: Partial<SchedulableTerminal['facts']> } = {},
): SchedulableTerminal => ({
  id,
  watchedOnly: false,
  held: false,
  occupied: false,
  notBefore: 0,
  ...change,
  facts: { resting: 'idle', signedOn: true, heldUntil: null, ...change.facts },
});

describe('nextMove', () => {
  it('waits while everything sells', () => {
    expect(nextMove(500, trading, false, [terminal('t1')])).toEqual({ kind: 'wait' });
  });

  it.each([
    ['closed', { facts: { resting: 'closed', signedOn: false } }, true],
    ['blocked last night', { facts: { resting: 'blocked' } }, true],
    ['not signed on', { facts: { signedOn: false } }, true],
    ['closed on request until later', { facts: { resting: 'closed', heldUntil: 600 } }, false],
    ['closed on request, time over', { facts: { resting: 'closed', heldUntil: 500 } }, true],
    ['at work', { facts: { signedOn: false }, occupied: true }, false],
    ['in a routine', { facts: { signedOn: false }, held: true }, false],
    ['only watched, whatever its sign-on', { watchedOnly: true, facts: { signedOn: false } }, false],
    ['only watched, closed last night', { watchedOnly: true, facts: { resting: 'closed', signedOn: false } }, true],
    ['failed just now', { facts: { signedOn: false }, notBefore: 501 }, false],
  ] as const)('opens what can’t sell: %s', (_name, change, opens) => {
    const move = nextMove(500, trading, false, [terminal('t1', change), terminal('t2')]);
    expect(move).toEqual(opens ? { kind: 'open', businessDay: '2026-05-04', terminals: ['t1'] } : { kind: 'wait' });
  });

  it('S1: closes once for a closing instant, leaving out what has its proof already', () => {
    const terminals = [terminal('t1'), terminal('t2', { facts: { resting: 'closed' } }), terminal('t3', { facts: { resting: 'blocked' } })];
    const move = nextMove(2_000, closed, false, terminals);
    expect(move).toEqual({ kind: 'close', scheduledFor: 1_000, businessDay: '2026-05-04', terminals: ['t1', 't3'] });
    expect(nextMove(2_000, closed, true, terminals)).toEqual({ kind: 'wait' });
  });

  it('S2: makes up for a closing missed hours ago, after running routines', () => {
    expect(nextMove(9_000_000, closed, false, [terminal('t1', { held: true }), terminal('t2')])).toEqual({ kind: 'wait' });
    expect(nextMove(9_000_000, closed, false, [terminal('t1')]).kind).toBe('close');
  });
});

describe('openingRetryMs', () => {
  it('doubles to ten minutes', () => {
    expect([1, 2, 3, 20].map(openingRetryMs)).toEqual([15_000, 30_000, 60_000, 600_000]);
  });
});
