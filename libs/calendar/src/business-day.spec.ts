import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBusinessDays, businessDayOf, isTimeOfDay, isTimeZone, localDateTimeMs, localDateTimeOf } from './business-day.js';

const at = (iso: string) => Date.parse(iso);
const HOUR = 3_600_000;

describe('businessDayOf', () => {
  it.each([
    ['2026-11-21T03:59:59.999+01:00', 'Europe/Berlin', '04:00', '2026-11-20'],
    ['2026-11-21T04:00:00.000+01:00', 'Europe/Berlin', '04:00', '2026-11-21'],
    ['2026-11-21T23:59:00.000+01:00', 'Europe/Berlin', '04:00', '2026-11-21'],
    ['2026-11-21T03:59:00.000+08:00', 'Asia/Shanghai', '04:00', '2026-11-20'],
    ['2026-11-21T00:00:00.000-05:00', 'America/New_York', '00:00', '2026-11-21'],
    ['2026-11-20T23:59:59.999-05:00', 'America/New_York', '00:00', '2026-11-20'],
    ['2027-01-01T02:00:00.000+01:00', 'Europe/Berlin', '04:00', '2026-12-31'],
    ['2028-03-01T03:00:00.000+01:00', 'Europe/Berlin', '04:00', '2028-02-29'],
    ['2026-11-21T04:00:29.000+01:00', 'Europe/Berlin', '04:00:30', '2026-11-20'],
    ['2026-11-21T04:00:30.000+01:00', 'Europe/Berlin', '04:00:30', '2026-11-21'],
  ])('%s in %s with cut-off %s is %s', (instant, timeZone, cutOff, businessDay) => {
    expect(businessDayOf(at(instant), timeZone, cutOff)).toBe(businessDay);
  });

  it('starts a business day where the skipped cut-off moves to', () => {
    // 02:30 does not exist in Berlin on 2026-03-29: 02:00 becomes 03:00, the cut-off 03:30.
    expect(businessDayOf(at('2026-03-29T03:29:59+02:00'), 'Europe/Berlin', '02:30')).toBe('2026-03-28');
    expect(businessDayOf(at('2026-03-29T03:30:00+02:00'), 'Europe/Berlin', '02:30')).toBe('2026-03-29');
  });

  it('does not fall back to yesterday when the clock shows the cut-off twice', () => {
    // On 2026-10-25 the hour from 02:00 comes twice in Berlin.
    expect(businessDayOf(at('2026-10-25T02:29:59+02:00'), 'Europe/Berlin', '02:30')).toBe('2026-10-24');
    expect(businessDayOf(at('2026-10-25T02:30:00+02:00'), 'Europe/Berlin', '02:30')).toBe('2026-10-25');
    expect(businessDayOf(at('2026-10-25T02:10:00+01:00'), 'Europe/Berlin', '02:30')).toBe('2026-10-25');
  });

  it.each([
    ['Europe/Berlin', '2026-03-28', 23],
    ['Europe/Berlin', '2026-10-24', 25],
    ['America/New_York', '2026-03-07', 23],
    ['America/New_York', '2026-10-31', 25],
    ['Asia/Shanghai', '2026-03-28', 24],
  ])('in %s the business day %s has %i hours', (timeZone, businessDay, hours) => {
    const start = at(`${businessDay}T00:00:00Z`);
    const minutes = Array.from({ length: 72 * 60 }, (_, minute) => start - 12 * HOUR + minute * 60_000);
    expect(minutes.filter((ms) => businessDayOf(ms, timeZone, '04:00') === businessDay)).toHaveLength(hours * 60);
  });

  it('never goes backwards and never skips a day', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe', 'America/St_Johns');
    const minuteOfDay = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(
        fc.integer({ min: at('2024-01-01'), max: at('2032-01-01') }),
        fc.integer({ min: 0, max: 24 * HOUR }),
        zone,
        minuteOfDay,
        (ms, step, timeZone, m) => {
          const cutOff = `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
          const first = businessDayOf(ms, timeZone, cutOff);
          const second = businessDayOf(ms + step, timeZone, cutOff);
          // A 23-hour day can lie wholly inside a step of 24 hours.
          return first <= second && second <= addBusinessDays(first, 2);
        },
      ),
    );
  });

  it.each(['4:00', '24:00', '04:60', '', '04:00:60', '04:00:00.5'])('throws for the time %j', (cutOff) => {
    expect(() => businessDayOf(0, 'Europe/Berlin', cutOff)).toThrow(RangeError);
  });

  it('throws for an unknown time zone', () => {
    expect(() => businessDayOf(0, 'Europe/Atlantis', '04:00')).toThrow(RangeError);
  });
});

describe('isTimeZone', () => {
  it.each([
    ['Europe/Berlin', true],
    ['Asia/Shanghai', true],
    ['UTC', true],
    ['Europe/Atlantis', false],
    ['+02:00', false],
    ['', false],
  ])('%j is %s', (name, known) => {
    expect(isTimeZone(name)).toBe(known);
  });
});

describe('isTimeOfDay', () => {
  it.each([
    ['00:00', true],
    ['23:59:59', true],
    ['24:00', false],
    ['9:00', false],
    ['09:00:', false],
  ])('%j is %s', (text, valid) => {
    expect(isTimeOfDay(text)).toBe(valid);
  });
});

describe('localDateTimeMs', () => {
  it.each([
    ['2026-11-21T20:00:00', 'Europe/Berlin', '2026-11-21T19:00:00Z'],
    ['2026-07-01T20:00:00', 'Europe/Berlin', '2026-07-01T18:00:00Z'],
    ['2026-11-21T20:00:00', 'Asia/Shanghai', '2026-11-21T12:00:00Z'],
    // Skipped in Berlin: moved forward by the hour.
    ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
  ])('%s in %s is %s', (text, timeZone, instant) => {
    expect(localDateTimeMs(text, timeZone)).toBe(at(instant));
  });

  it.each(['2026-02-30T00:00:00', '2026-11-21T24:00:00', '0000-00-00T00:00:00', '2026-11-21T20:00', ''])('"%s" is no time', (text) => {
    expect(localDateTimeMs(text, 'Europe/Berlin')).toBeUndefined();
  });
});

describe('localDateTimeOf', () => {
  it.each([
    ['2026-11-21T19:00:00.999Z', 'Europe/Berlin', '2026-11-21T20:00:00'],
    ['2026-07-01T18:00:00Z', 'Europe/Berlin', '2026-07-01T20:00:00'],
    ['2026-12-31T16:00:01Z', 'Asia/Shanghai', '2027-01-01T00:00:01'],
  ])('%s in %s is %s', (instant, timeZone, text) => {
    expect(localDateTimeOf(at(instant), timeZone)).toBe(text);
  });
});
