import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBusinessDays } from './business-day.js';
import { dayExceptions, parseDayExceptions } from './day-exceptions.js';
import {
  businessDayAt,
  businessDaySpan,
  currentWindow,
  instantInBusinessDay,
  lastClosedWindow,
  nextWindow,
  type TradingHours,
  windowOfBusinessDay,
} from './trading-window.js';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();
const HOUR = 3_600_000;
const BERLIN = 'Europe/Berlin';

describe('parseDayExceptions', () => {
  it('reads closings, hours and ends of their own, in any order and over lines', () => {
    const reading = parseDayExceptions(
      '2026-12-31 09:00-02:00 until 06:00; 2026-12-25 closed\n\n 2026-12-24   09:00-14:00 ;2027-02-11 until 05:30',
    );
    expect(reading.ok && [...reading.days]).toEqual([
      ['2026-12-31', { open: '09:00', close: '02:00', endsAt: '06:00' }],
      ['2026-12-25', { closed: true }],
      ['2026-12-24', { open: '09:00', close: '14:00' }],
      ['2027-02-11', { endsAt: '05:30' }],
    ]);
  });

  it.each([
    ['2026-12-25', 'malformed'],
    ['25.12.2026 closed', 'malformed'],
    ['2026-12-25 shut', 'malformed'],
    ['2026-12-25 closed until 06:00', 'malformed'],
    ['2026-12-25 09:00', 'malformed'],
    ['2026-02-30 closed', 'noSuchDate'],
    ['2026-12-24 9:00-14:00', 'noSuchTime'],
    ['2026-12-24 09:00-24:00', 'noSuchTime'],
    ['2026-12-24 until 6', 'noSuchTime'],
    ['2026-12-24 closed; 2026-12-24 closed', 'twice'],
    ['2026-12-23 closed; nonsense', 'malformed'],
  ])('%j is refused as %s, all of it', (text, reason) => {
    expect(parseDayExceptions(text)).toMatchObject({ ok: false, reason });
    expect(dayExceptions(text).size).toBe(0);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseDayExceptions(text).ok === 'boolean'));
  });
});

const hours = (exceptions = ''): TradingHours => ({
  open: '09:00',
  close: '22:00',
  cutOff: '04:00',
  exceptions: dayExceptions(exceptions),
});

describe('a business day with an end of its own', () => {
  const long = hours('2026-12-31 09:00-05:00 until 06:00');

  it.each([
    ['2027-01-01T03:59:59+01:00', '2026-12-31'],
    ['2027-01-01T05:59:59+01:00', '2026-12-31'],
    ['2027-01-01T06:00:00+01:00', '2027-01-01'],
    ['2027-01-02T03:59:59+01:00', '2027-01-01'],
    ['2027-01-02T04:00:00+01:00', '2027-01-02'],
  ])('%s is %s', (instant, businessDay) => {
    expect(businessDayAt(at(instant), BERLIN, long)).toBe(businessDay);
  });

  it('takes its hours from the day after it, and no day overlaps another', () => {
    const [eve, newYear] = ['2026-12-31', '2027-01-01'].map((day) => businessDaySpan(day, BERLIN, long));
    expect([(eve!.endsAtMs - eve!.startsAtMs) / HOUR, (newYear!.endsAtMs - newYear!.startsAtMs) / HOUR]).toEqual([26, 22]);
    expect(eve!.endsAtMs).toBe(newYear!.startsAtMs);
  });

  it('keeps its window, which lasts into the night', () => {
    expect(currentWindow(at('2027-01-01T04:30:00+01:00'), BERLIN, long)).toMatchObject({ businessDay: '2026-12-31', isOpen: true });
  });

  it('holds the next day’s opening back until it ends', () => {
    const early = { ...hours('2026-12-31 until 06:00'), open: '05:00' };
    expect(iso(windowOfBusinessDay('2027-01-01', BERLIN, early).opensAtMs)).toBe('2027-01-01T05:00:00.000Z');
  });
});

describe('a business day’s length', () => {
  it.each([
    [BERLIN, '2026-03-28', 23],
    [BERLIN, '2026-10-24', 25],
    [BERLIN, '2026-11-21', 24],
    ['America/New_York', '2026-03-07', 23],
    ['America/New_York', '2026-10-31', 25],
    ['Asia/Shanghai', '2026-03-28', 24],
    ['Asia/Shanghai', '2026-10-24', 24],
  ])('in %s on %s is %i hours', (timeZone, businessDay, length) => {
    const { startsAtMs, endsAtMs } = businessDaySpan(businessDay, timeZone, hours());
    expect((endsAtMs - startsAtMs) / HOUR).toBe(length);
    expect(businessDayAt(startsAtMs, timeZone, hours())).toBe(businessDay);
    expect(businessDayAt(endsAtMs - 1, timeZone, hours())).toBe(businessDay);
    expect(businessDayAt(endsAtMs, timeZone, hours())).toBe(addBusinessDays(businessDay, 1));
  });
});

describe('days the store stays closed', () => {
  const rest = hours('2026-12-25 closed; 2026-12-26 closed; 2026-12-24 09:00-14:00');

  it('have an empty window, and are closed all day', () => {
    const window = windowOfBusinessDay('2026-12-25', BERLIN, rest);
    expect(window.closesAtMs).toBe(window.opensAtMs);
    expect(currentWindow(at('2026-12-25T12:00:00+01:00'), BERLIN, rest)).toMatchObject({ businessDay: '2026-12-25', isOpen: false });
  });

  it('are skipped when the next opening and the last closing are asked for', () => {
    const now = at('2026-12-25T12:00:00+01:00');
    expect(nextWindow(now, BERLIN, rest).businessDay).toBe('2026-12-27');
    expect(lastClosedWindow(now, BERLIN, rest)).toEqual({
      businessDay: '2026-12-24',
      opensAtMs: at('2026-12-24T09:00:00+01:00'),
      closesAtMs: at('2026-12-24T14:00:00+01:00'),
    });
  });

  it('for longer than two months have no last closing', () => {
    const days = Array.from({ length: 70 }, (_, i) => `${addBusinessDays('2026-09-01', i)} closed`).join(';');
    expect(lastClosedWindow(at('2026-11-08T12:00:00+01:00'), BERLIN, hours(days))).toBeUndefined();
  });
});

describe('instantInBusinessDay', () => {
  it.each([
    ['23:00', '2026-11-21T22:00:00.000Z'],
    ['00:30', '2026-11-21T23:30:00.000Z'],
    ['04:00', '2026-11-21T03:00:00.000Z'],
  ])('%s of 2026-11-21 in Berlin is %s', (time, instant) => {
    expect(iso(instantInBusinessDay('2026-11-21', BERLIN, time, '04:00'))).toBe(instant);
  });
});

describe('without exceptions', () => {
  it('every day is the one before and after it, at any instant and in any zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('2024-01-01'), max: at('2032-01-01') }),
        fc.constantFrom(BERLIN, 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe'),
        (ms, timeZone) => {
          const day = businessDayAt(ms, timeZone, hours());
          const { startsAtMs, endsAtMs } = businessDaySpan(day, timeZone, hours());
          expect(startsAtMs <= ms && ms < endsAtMs).toBe(true);
        },
      ),
    );
  });
});
