import { dayExceptions } from '@tillward/calendar';
import { describe, expect, it } from 'vitest';
import type { BatchState, IncidentKind } from '../graphql/index.js';
import { isLeftOn, isSettlementMissed, kindOfBlockedClose, type LeftOnFacts, opensBeside } from './detector.rules.js';
import { lastNight } from './night.rules.js';

const MINUTE = 60_000;

describe('D1 isLeftOn', () => {
  const left: LeftOnFacts = {
    nowMs: 16 * MINUTE,
    closesAtMs: 0,
    nextOpeningMs: 600 * MINUTE,
    overnight: 'off',
    leftOnAfterMinutes: 15,
    gatewayOnline: true,
    power: 'on',
    closeProven: false,
    closing: false,
  };
  it.each<[string, Partial<LeftOnFacts>, boolean]>([
    ['on, long after the closing', {}, true],
    ['not long enough after the closing', { nowMs: 15 * MINUTE }, false],
    ['before the closing', { nowMs: -MINUTE }, false],
    ['off', { power: 'off' }, false],
    ['unknown is not on', { power: 'unknown' }, false],
    ['a gateway that does not report', { gatewayOnline: false }, false],
    ['policy keeps it on', { overnight: 'on' }, false],
    ['policy keeps it in standby', { overnight: 'standby' }, false],
    ['its close is proven', { closeProven: true }, false],
    ['it is being closed', { closing: true }, false],
    ['the next opening has begun', { nowMs: 600 * MINUTE }, false],
  ])('%s', (_name, change, expected) => {
    expect(isLeftOn({ ...left, ...change })).toBe(expected);
  });
});

describe('D2 isSettlementMissed', () => {
  const facts = (state: BatchState, nowMs = 61 * MINUTE, count = 3) => ({ nowMs, closesAtMs: 0, missedAfterMinutes: 60, state, count });
  it.each<[BatchState, boolean]>([
    ['open', true],
    ['settling', true],
    ['inDoubt', true],
    ['unbalanced', true],
    ['missed', true],
    ['settled', false],
    ['recovered', false],
  ])('a batch that is %s: %s', (state, expected) => {
    expect(isSettlementMissed(facts(state))).toBe(expected);
  });

  it('waits for the time to pass and needs transactions', () => {
    expect(isSettlementMissed(facts('open', 60 * MINUTE))).toBe(false);
    expect(isSettlementMissed(facts('open', 61 * MINUTE, 0))).toBe(false);
  });
});

describe('D3, D4', () => {
  it.each([
    ['sendStored', 'settlementMissed'],
    ['settle', 'settlementMissed'],
    ['compareTotals', 'settlementMissed'],
    ['powerOff', 'closeBlocked'],
    ['resolveInDoubt', 'closeBlocked'],
  ])('a close blocked at %s is %s', (step, kind) => {
    expect(kindOfBlockedClose(step)).toBe(kind);
  });

  it.each<[IncidentKind, IncidentKind[], boolean]>([
    ['settlementMissed', [], true],
    ['settlementMissed', ['settlementMissed'], false],
    ['settlementMissed', ['closeBlocked'], true],
    ['closeBlocked', [], true],
    ['closeBlocked', ['closeBlocked'], false],
    ['closeBlocked', ['settlementMissed'], false],
    ['terminalLeftOn', [], true],
    ['terminalLeftOn', ['closeBlocked'], false],
  ])('%s beside %j: %s', (kind, unresolved, expected) => {
    expect(opensBeside(kind, unresolved)).toBe(expected);
  });
});

describe('lastNight', () => {
  const hours = { open: '09:00', close: '22:00', cutOff: '04:00' };
  const night = (instant: string) => {
    const found = lastNight(Date.parse(instant), 'Europe/Berlin', hours, 30);
    return (
      found && {
        day: found.businessDay,
        closes: new Date(found.closesAtMs).toISOString(),
        next: new Date(found.nextOpeningMs).toISOString(),
      }
    );
  };
  it.each([
    ['while the store is open', '2026-11-21T20:00:00Z', undefined],
    [
      'just after closing',
      '2026-11-21T21:00:00Z',
      { day: '2026-11-21', closes: '2026-11-21T21:00:00.000Z', next: '2026-11-22T07:30:00.000Z' },
    ],
    [
      'after the cut-off',
      '2026-11-22T05:00:00Z',
      { day: '2026-11-21', closes: '2026-11-21T21:00:00.000Z', next: '2026-11-22T07:30:00.000Z' },
    ],
    // Clocks went back on 2026-10-25: the night is an hour longer.
    [
      'on a daylight-saving night',
      '2026-10-25T03:00:00Z',
      { day: '2026-10-24', closes: '2026-10-24T20:00:00.000Z', next: '2026-10-25T07:30:00.000Z' },
    ],
  ])('%s', (_name, instant, expected) => {
    expect(night(instant)).toEqual(expected);
  });
});

describe('lastNight of a store with days of rest', () => {
  const hours = {
    open: '09:00',
    close: '22:00',
    cutOff: '04:00',
    exceptions: dayExceptions('2026-12-25 closed; 2026-12-26 closed; 2026-12-24 09:00-14:00'),
  };
  it.each([
    ['on Christmas Eve after its early closing', '2026-12-24T14:00:00+01:00'],
    ['on the first day of rest', '2026-12-25T12:00:00+01:00'],
    ['in the second night', '2026-12-26T23:00:00+01:00'],
  ])('is one night %s', (_name, instant) => {
    expect(lastNight(Date.parse(instant), 'Europe/Berlin', hours, 30)).toEqual({
      businessDay: '2026-12-24',
      closesAtMs: Date.parse('2026-12-24T14:00:00+01:00'),
      nextOpeningMs: Date.parse('2026-12-27T08:30:00+01:00'),
    });
  });
});
