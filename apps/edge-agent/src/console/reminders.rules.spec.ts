import { describe, expect, it } from 'vitest';
import { dueReminders, type RemindedTerminal, type ReminderSituation, toldAgain } from './reminders.rules.js';

const CLOSES = 100_000_000;
const MINUTE = 60_000;
const T1: RemindedTerminal = { id: 't1', power: 'on', resting: 'idle', held: false, inDoubtSince: null, closedEarly: false };
const FINE: ReminderSituation = {
  now: CLOSES - 60 * MINUTE,
  isOpen: true,
  closesAt: CLOSES,
  businessDay: '2026-05-04',
  beforeClosingMs: 30 * MINUTE,
  leftOnAfterMs: 15 * MINUTE,
  overnight: 'off',
  terminals: [T1, { ...T1, id: 't2', resting: 'closed', power: 'off' }],
};
const soon = { now: CLOSES - 30 * MINUTE };
const night = { isOpen: false, now: CLOSES + 15 * MINUTE };
const with1 = (change: Partial<RemindedTerminal>) => ({ terminals: [{ ...T1, ...change }] });

describe('dueReminders', () => {
  it.each<[string, Partial<ReminderSituation>, string[]]>([
    ['in the middle of the day', {}, []],
    ['shortly before closing', soon, ['closingSoon t1']],
    ['when no such reminder is wanted', { ...soon, beforeClosingMs: 0 }, []],
    ['when everything is closed already', { ...soon, ...with1({ closedEarly: true }) }, []],
    ['left on after closing', night, ['leftOn t1']],
    ['not yet too long after closing', { ...night, now: CLOSES + 14 * MINUTE }, []],
    ['on for the vendor', { ...night, overnight: 'on' }, []],
    ['while it is being closed', { ...night, ...with1({ held: true }) }, []],
    ['off, or nobody knows', { ...night, ...with1({ power: 'unknown' }) }, []],
    ['a close that was stopped', { ...night, ...with1({ resting: 'blocked' }) }, ['closeBlocked t1']],
    ['in doubt', with1({ inDoubtSince: CLOSES - 61 * MINUTE }), ['inDoubt t1']],
    ['in doubt only just now', with1({ inDoubtSince: CLOSES - 60 * MINUTE - 59_000 }), []],
  ])('%s', (_name, change, due) => {
    expect(dueReminders({ ...FINE, ...change }).map(({ kind, terminals }) => `${kind} ${terminals.join(' ')}`)).toEqual(due);
  });

  it('names the same case the same while it lasts, and another one otherwise', () => {
    const subjects = (change: Partial<ReminderSituation>) => dueReminders({ ...FINE, ...change }).map(({ subject }) => subject);
    expect(subjects({ now: CLOSES - 1 })).toEqual(subjects(soon));
    expect(subjects({ now: CLOSES + 86_399_999, closesAt: CLOSES + 86_400_000 })).not.toEqual(subjects(soon));
  });
});

describe('toldAgain', () => {
  it.each([
    [{ acknowledged: false, toldAt: 0 }, 10, true],
    [{ acknowledged: false, toldAt: 0 }, 9, false],
    [{ acknowledged: true, toldAt: 0 }, 10, false],
  ])('%o at %i: %s', (reminder, now, again) => {
    expect(toldAgain(reminder, now, 10)).toBe(again);
  });
});
