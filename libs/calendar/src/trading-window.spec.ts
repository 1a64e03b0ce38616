import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessDayOf } from './business-day.js';
import { currentWindow, nextWindow, type TradingHours, tradingWindow } from './trading-window.js';

const iso = (ms: number) => new Date(ms).toISOString();
const at = (text: string) => Date.parse(text);
const HOUR = 3_600_000;
const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';

describe('tradingWindow', () => {
  it('is on the business day itself by day', () => {
    const window = tradingWindow('2026-11-21', 'Asia/Shanghai', '09:00', '22:00', '04:00');
    expect([iso(window.opensAtMs), iso(window.closesAtMs)]).toEqual(['2026-11-21T01:00:00.000Z', '2026-11-21T14:00:00.000Z']);
  });

  it('closes on the next calendar day when the closing time is not later than the opening time', () => {
    const window = tradingWindow('2026-12-31', BERLIN, '18:00', '02:30', '04:00');
    expect([iso(window.opensAtMs), iso(window.closesAtMs)]).toEqual(['2026-12-31T17:00:00.000Z', '2027-01-01T01:30:00.000Z']);
  });

  it('lasts a whole day when both times are equal', () => {
    const window = tradingWindow('2026-11-21', BERLIN, '09:00', '09:00', '04:00');
    expect(window.closesAtMs - window.opensAtMs).toBe(24 * HOUR);
  });

  it('puts an opening before the cut-off into the night that ends the business day', () => {
    const window = tradingWindow('2026-11-21', BERLIN, '01:00', '03:00', '04:00');
    expect([iso(window.opensAtMs), iso(window.closesAtMs)]).toEqual(['2026-11-22T00:00:00.000Z', '2026-11-22T02:00:00.000Z']);
  });

  it('takes seconds', () => {
    expect(iso(tradingWindow('2026-11-21', BERLIN, '09:00', '21:05:30', '04:00').closesAtMs)).toBe('2026-11-21T20:05:30.000Z');
  });

  it.each([
    [BERLIN, '2026-03-28', 8],
    [BERLIN, '2026-10-24', 10],
    [BERLIN, '2026-11-21', 9],
    [NEW_YORK, '2026-03-07', 8],
    [NEW_YORK, '2026-10-31', 10],
  ])('in %s the night of %s from 20:00 to 05:00 has %i hours', (timeZone, businessDay, hours) => {
    const { opensAtMs, closesAtMs } = tradingWindow(businessDay, timeZone, '20:00', '05:00', '06:00');
    expect((closesAtMs - opensAtMs) / HOUR).toBe(hours);
  });

  it('closes later when the closing time is skipped and at its first occurrence when it is repeated', () => {
    expect(iso(tradingWindow('2026-03-28', BERLIN, '18:00', '02:30', '04:00').closesAtMs)).toBe('2026-03-29T01:30:00.000Z');
    expect(iso(tradingWindow('2026-10-24', BERLIN, '18:00', '02:30', '04:00').closesAtMs)).toBe('2026-10-25T00:30:00.000Z');
  });
});

describe('currentWindow', () => {
  const day: TradingHours = { open: '09:00', close: '22:00', cutOff: '04:00' };
  const night: TradingHours = { open: '18:00', close: '02:00', cutOff: '04:00' };
  const pastCutOff: TradingHours = { open: '20:00', close: '06:00', cutOff: '04:00' };

  it.each([
    ['before opening', '2026-11-21T08:59:59+01:00', day, '2026-11-21', false],
    ['at the opening', '2026-11-21T09:00:00+01:00', day, '2026-11-21', true],
    ['just before closing', '2026-11-21T21:59:59.999+01:00', day, '2026-11-21', true],
    ['at the closing', '2026-11-21T22:00:00+01:00', day, '2026-11-21', false],
    ['after closing, before the cut-off', '2026-11-22T03:59:00+01:00', day, '2026-11-21', false],
    ['after the cut-off', '2026-11-22T04:00:00+01:00', day, '2026-11-22', false],
    ['after midnight, still open', '2026-11-22T01:59:00+01:00', night, '2026-11-21', true],
    ['after midnight, just closed', '2026-11-22T02:00:00+01:00', night, '2026-11-21', false],
    ['open past the cut-off', '2026-11-22T05:00:00+01:00', pastCutOff, '2026-11-21', true],
    ['closed past the cut-off', '2026-11-22T06:00:00+01:00', pastCutOff, '2026-11-22', false],
  ])('%s', (_, now, hours, businessDay, isOpen) => {
    const window = currentWindow(at(now), BERLIN, hours);
    expect([window.businessDay, window.isOpen]).toEqual([businessDay, isOpen]);
    expect(window.opensAtMs <= at(now) && at(now) < window.closesAtMs).toBe(isOpen);
  });

  it('is open all the time in a store that never closes, one business day after the other', () => {
    const always: TradingHours = { open: '09:00', close: '09:00', cutOff: '04:00' };
    const before = currentWindow(at('2026-11-21T08:59:59+01:00'), BERLIN, always);
    const after = currentWindow(at('2026-11-21T09:00:00+01:00'), BERLIN, always);
    expect([before.businessDay, before.isOpen, after.businessDay, after.isOpen]).toEqual(['2026-11-20', true, '2026-11-21', true]);
  });
});

describe('nextWindow', () => {
  it.each([
    ['before opening', '2026-11-21T08:00:00+01:00', '2026-11-21'],
    ['while open', '2026-11-21T12:00:00+01:00', '2026-11-22'],
    ['after closing', '2026-11-21T23:00:00+01:00', '2026-11-22'],
    ['after midnight, before the cut-off', '2026-11-22T01:00:00+01:00', '2026-11-22'],
    ['after the cut-off', '2026-11-22T05:00:00+01:00', '2026-11-22'],
  ])('%s', (_, now, businessDay) => {
    expect(nextWindow(at(now), BERLIN, { open: '09:00', close: '22:00', cutOff: '04:00' }).businessDay).toBe(businessDay);
  });
});

/** Times at which no zone under test changes its clocks, so that a wall-clock time means one instant. */
const quietTime = fc
  .integer({ min: 4 * 60, max: 24 * 60 - 1 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
const arbitraryHours = fc.record({ open: quietTime, close: quietTime, cutOff: quietTime });
const arbitraryZone = fc.constantFrom(BERLIN, NEW_YORK, 'Asia/Shanghai', 'Asia/Kolkata', 'Australia/Sydney');
const arbitraryNow = fc.integer({ min: at('2024-01-01'), max: at('2032-01-01') });

describe('every window', () => {
  it('opens within its business day and closes 0 to 25 hours later', () => {
    fc.assert(
      fc.property(arbitraryNow, arbitraryZone, arbitraryHours, (now, timeZone, hours) => {
        const window = currentWindow(now, timeZone, hours);
        expect(businessDayOf(window.opensAtMs, timeZone, hours.cutOff)).toBe(window.businessDay);
        expect(window.closesAtMs).toBeGreaterThan(window.opensAtMs);
        expect(window.closesAtMs - window.opensAtMs).toBeLessThanOrEqual(25 * HOUR);
        expect(window.isOpen).toBe(window.opensAtMs <= now && now < window.closesAtMs);
      }),
    );
  });

  it('is followed by one that opens after now, within two days, with no opening between', () => {
    fc.assert(
      fc.property(arbitraryNow, arbitraryZone, arbitraryHours, (now, timeZone, hours) => {
        const next = nextWindow(now, timeZone, hours);
        expect(next.opensAtMs).toBeGreaterThan(now);
        expect(next.opensAtMs - now).toBeLessThanOrEqual(25 * HOUR);
      }),
    );
  });
});
