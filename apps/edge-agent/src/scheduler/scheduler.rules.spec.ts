import { dayExceptions } from '@tillward/calendar';
import { describe, expect, it } from 'vitest';
import {
  closesAgain,
  missedClosings,
  type Night,
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

const NIGHT: Night = { closingStarted: false, openedSince: false, maintenance: null, maintenanceStarted: false };
const CLOSED_ONCE: Night = { ...NIGHT, closingStarted: true };

describe('nextMove', () => {
  it('waits while everything sells', () => {
    expect(nextMove(500, trading, NIGHT, [terminal('t1')])).toEqual({ kind: 'wait' });
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
    const move = nextMove(500, trading, NIGHT, [terminal('t1', change), terminal('t2')]);
    expect(move).toEqual(opens ? { kind: 'open', businessDay: '2026-05-04', terminals: ['t1'] } : { kind: 'wait' });
  });

  it('S1: closes once for a closing instant, leaving out what has its proof already', () => {
    const terminals = [terminal('t1'), terminal('t2', { facts: { resting: 'closed' } }), terminal('t3', { facts: { resting: 'blocked' } })];
    const move = nextMove(2_000, closed, NIGHT, terminals);
    expect(move).toEqual({ kind: 'close', scheduledFor: 1_000, businessDay: '2026-05-04', terminals: ['t1', 't3'] });
    expect(nextMove(2_000, closed, CLOSED_ONCE, terminals)).toEqual({ kind: 'wait' });
  });

  it('S2: makes up for a closing missed hours ago, after running routines', () => {
    expect(nextMove(9_000_000, closed, NIGHT, [terminal('t1', { held: true }), terminal('t2')])).toEqual({ kind: 'wait' });
    expect(nextMove(9_000_000, closed, NIGHT, [terminal('t1')]).kind).toBe('close');
  });
});

describe('S3: a closing whose time comes again', () => {
  it('is made again for terminals the schedule opened in between, and for no others', () => {
    const again = { ...CLOSED_ONCE, openedSince: true };
    const terminals = [terminal('t1'), terminal('t2', { facts: { resting: 'closed' } }), terminal('t3', { facts: { resting: 'blocked' } })];
    expect(nextMove(2_000, closed, again, terminals)).toEqual({
      kind: 'close',
      scheduledFor: null,
      businessDay: '2026-05-04',
      terminals: ['t1'],
    });
    expect(nextMove(2_000, closed, again, [terminal('t2', { facts: { resting: 'closed' } })])).toEqual({ kind: 'wait' });
    // Opened on request after closing: it stays as somebody wanted it.
    expect(nextMove(2_000, closed, CLOSED_ONCE, [terminal('t1')])).toEqual({ kind: 'wait' });
  });
});

describe('S5: a closing that a settlement blocked', () => {
  const blocked = (change = {}) => terminal('t1', { facts: { resting: 'blocked' }, closeAgainAt: 5_000, ...change });
  it.each<[string, number, SchedulableTerminal, string]>([
    ['before its pause is over', 4_999, blocked(), 'wait'],
    ['after it', 5_000, blocked(), 'close'],
    ['when people closed it meanwhile', 5_000, blocked({ facts: { resting: 'closed' } }), 'wait'],
    ['when it is not to be made again', 5_000, terminal('t1', { facts: { resting: 'blocked' } }), 'wait'],
    ['while a routine works on it', 5_000, blocked({ held: true }), 'wait'],
  ])('%s', (_name, now, one, kind) => {
    expect(nextMove(now, closed, CLOSED_ONCE, [one, terminal('t2', { facts: { resting: 'closed' } })]).kind).toBe(kind);
  });

  it.each([
    ['settle', 'hostUnreachable', 1, true],
    ['settle', 'settlementRefused', 3, true],
    ['sendStored', 'terminalUnreachable', 2, true],
    ['settle', 'hostUnreachable', 4, false],
    ['settle', 'settlementInDoubt', 1, false],
    ['settle', 'paymentInDoubt', 1, false],
    ['settle', 'manualSettlementRequired', 1, false],
    ['compareTotals', 'totalsUnequal', 1, false],
    ['powerOff', 'terminalUnreachable', 1, false],
  ])('at %s with %s, blocked %i times, is made again: %s', (step, code, times, again) => {
    expect(closesAgain({ step, code, times }, 3)).toBe(again);
  });
});

describe('days with hours of their own', () => {
  const settings: ScheduleSettings = {
    ...HOURS,
    exceptions: dayExceptions('2026-05-05 closed; 2026-05-06 closed; 2026-05-07 10:00-14:00; 2026-05-08 09:00-02:00 until 06:00'),
  };
  it.each([
    ['a day of rest', '2026-05-05T12:00:00', 'closed', '2026-05-04'],
    ['the second one', '2026-05-06T23:00:00', 'closed', '2026-05-04'],
    ['before the short day', '2026-05-07T09:29:59', 'closed', '2026-05-04'],
    ['in it', '2026-05-07T13:59:59', 'trading', '2026-05-07'],
    ['after its early end', '2026-05-07T14:00:00', 'closed', '2026-05-07'],
    ['in the long night', '2026-05-09T01:30:00', 'trading', '2026-05-08'],
    ['after it, before that day ends', '2026-05-09T05:00:00', 'closed', '2026-05-08'],
  ] as const)('%s', (_name, local, kind, businessDay) => {
    const time = storeTimeAt(berlin(local), settings);
    expect([time.kind, time.kind === 'trading' ? time.window.businessDay : time.last.businessDay]).toEqual([kind, businessDay]);
  });

  it('miss no closing on a day of rest', () => {
    const missed = missedClosings(storeTimeAt(berlin('2026-05-07T12:00:00'), settings), berlin('2026-05-03T20:00:00'), settings);
    expect(missed.map(({ businessDay }) => businessDay)).toEqual(['2026-05-04']);
  });
});

describe('S4: missedClosings', () => {
  const at = (local: string) => berlin(local);
  const missed = (now: string, handled: string | null) =>
    missedClosings(storeTimeAt(at(now), HOURS), handled === null ? null : at(handled), HOURS).map(({ businessDay }) => businessDay);
  it.each<[string, string, string | null, string[]]>([
    ['nothing before the first closing ever', '2026-05-04T12:00:00', null, []],
    ['nothing in an ordinary day', '2026-05-04T12:00:00', '2026-05-03T20:00:00', []],
    ['nothing right after closing time: it is due', '2026-05-04T20:00:10', '2026-05-03T20:00:00', []],
    ['a night the gateway was off', '2026-05-05T12:00:00', '2026-05-03T20:00:00', ['2026-05-04']],
    ['two nights, the last one is still due', '2026-05-06T23:00:00', '2026-05-03T20:00:00', ['2026-05-04', '2026-05-05']],
    ['nothing when the clock went back', '2026-05-04T12:00:00', '2026-05-05T20:00:00', []],
  ])('%s', (_name, now, handled, expected) => {
    expect(missed(now, handled)).toEqual(expected);
  });

  it('tells at most two weeks of a long absence', () => {
    expect(missed('2027-06-08T12:00:00', '2026-05-03T20:00:00')).toHaveLength(14);
  });
});

describe('the maintenance window', () => {
  const night: Night = { ...CLOSED_ONCE, maintenance: { opensAtMs: 5_000, closesAtMs: 9_000 } };
  const resting = [terminal('t1', { facts: { resting: 'closed' } })];
  it.each<[string, number, Night, SchedulableTerminal[], string]>([
    ['before', 4_999, night, resting, 'wait'],
    ['in it', 5_000, night, resting, 'maintain'],
    ['late', 8_999, night, resting, 'maintain'],
    ['over', 9_000, night, resting, 'wait'],
    ['once', 6_000, { ...night, maintenanceStarted: true }, resting, 'wait'],
    ['not while a terminal is at work', 6_000, night, [terminal('t1', { occupied: true })], 'wait'],
    ['not while it is being closed', 6_000, night, [terminal('t1', { held: true })], 'wait'],
    ['the closing comes first', 6_000, { ...night, closingStarted: false }, resting, 'close'],
  ])('%s', (_name, now, given, terminals, expected) => {
    expect(nextMove(now, closed, given, terminals).kind).toBe(expected);
  });
});

describe('openingRetryMs', () => {
  it('doubles to ten minutes', () => {
    expect([1, 2, 3, 20].map(openingRetryMs)).toEqual([15_000, 30_000, 60_000, 600_000]);
  });
});
