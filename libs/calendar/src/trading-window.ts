import { Temporal } from 'temporal-polyfill';
import { addBusinessDays, localInstantMs, type TimeOfDay } from './business-day.js';
import type { DayException, DayExceptions } from './day-exceptions.js';

/** Opening hours and cut-off of a store, local wall-clock times, and the days that differ. */
export interface TradingHours {
  open: TimeOfDay;
  close: TimeOfDay;
  cutOff: TimeOfDay;
  /** Days with hours, an end, or a rest of their own. */
  exceptions?: DayExceptions;
}

/** When a store trades, as instants: open from `opensAtMs` until just before `closesAtMs`. Both are equal on a day it stays closed. */
export interface TradingWindow {
  opensAtMs: number;
  closesAtMs: number;
}

/** A trading window with the business day it belongs to. */
export interface BusinessDayWindow extends TradingWindow {
  businessDay: string;
}

/** What `currentWindow` answers. */
export interface CurrentWindow extends BusinessDayWindow {
  isOpen: boolean;
}

/** A business day as instants: from its own cut-off until just before the next one's. 23 or 25 hours when the clocks change in it. */
export interface BusinessDaySpan {
  startsAtMs: number;
  endsAtMs: number;
}

/** Days looked through for one on which the store opens: longer than any chain's rest. */
const LONGEST_REST_DAYS = 62;

/**
 * The business day, `YYYY-MM-DD`, an instant belongs to, exceptions included: a day with an end of its own lasts until then, and the next one begins
 * there. Like `businessDayOf` it never goes backwards. Throws a RangeError for an unknown time zone or a malformed time.
 */
export function businessDayAt(instantMs: number, timeZone: string, hours: TradingHours): string {
  const date = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(timeZone).toPlainDate().toString();
  return instantMs >= startOf(date, timeZone, hours) ? date : addBusinessDays(date, -1);
}

/** Where a business day begins and ends. */
export function businessDaySpan(businessDay: string, timeZone: string, hours: TradingHours): BusinessDaySpan {
  return { startsAtMs: startOf(businessDay, timeZone, hours), endsAtMs: startOf(addBusinessDays(businessDay, 1), timeZone, hours) };
}

/**
 * The trading window of a business day. An opening time earlier than the cut-off is in the night that ends the business day, on the next calendar
 * date; a closing time not later than the opening time is on the calendar date after the opening. A window belongs to the business day in which it opens and keeps it
 * until it closes, also past the cut-off. Its real length differs from the wall clock's by an hour when the clocks change in it.
 */
export function tradingWindow(businessDay: string, timeZone: string, open: TimeOfDay, close: TimeOfDay, cutOff: TimeOfDay): TradingWindow {
  const openDate = dateOfTime(businessDay, open, cutOff);
  const closesNextDate = Temporal.PlainTime.compare(close, open) <= 0;
  const closeDate = closesNextDate ? openDate.add({ days: 1 }) : openDate;
  return { opensAtMs: localInstantMs(openDate, open, timeZone), closesAtMs: localInstantMs(closeDate, close, timeZone) };
}

/**
 * The trading window of a business day with the day's exception. A day the store stays closed has an empty window at its ordinary opening. A window never opens
 * before its business day begins: where the night before lasts longer, it opens when that night ends.
 */
export function windowOfBusinessDay(businessDay: string, timeZone: string, hours: TradingHours): BusinessDayWindow {
  const exception = hours.exceptions?.get(businessDay);
  const open = exception?.open ?? hours.open;
  const close = exception?.close ?? hours.close;
  const window = tradingWindow(businessDay, timeZone, open, close, hours.cutOff);
  const opensAtMs = Math.max(window.opensAtMs, startOf(businessDay, timeZone, hours));
  const closesAtMs = exception?.closed === true ? opensAtMs : Math.max(window.closesAtMs, opensAtMs);
  return { businessDay, opensAtMs, closesAtMs };
}

/** Whether the store opens on this business day at all. */
export function opensOn(businessDay: string, hours: TradingHours): boolean {
  return hours.exceptions?.get(businessDay)?.closed !== true;
}

/**
 * The window that contains now; outside every window that of now's business day: still to come before it opens, over after it has closed.
 * Should windows overlap (hours longer than a day cannot be written, but a clock change can make them touch), the one opened last counts.
 */
export function currentWindow(nowMs: number, timeZone: string, hours: TradingHours): CurrentWindow {
  const today = businessDayAt(nowMs, timeZone, hours);
  const own = windowOfBusinessDay(today, timeZone, hours);
  if (contains(own, nowMs)) return { ...own, isOpen: true };
  const before = windowOfBusinessDay(addBusinessDays(today, -1), timeZone, hours);
  if (contains(before, nowMs)) return { ...before, isOpen: true };
  return { ...own, isOpen: false };
}

/** The first window that opens after now, on a day the store opens: what the opening routine prepares for. */
export function nextWindow(nowMs: number, timeZone: string, hours: TradingHours): BusinessDayWindow {
  const today = businessDayAt(nowMs, timeZone, hours);
  for (let ahead = 0; ahead <= LONGEST_REST_DAYS; ahead++) {
    const businessDay = addBusinessDays(today, ahead);
    if (!opensOn(businessDay, hours)) continue;
    const window = windowOfBusinessDay(businessDay, timeZone, hours);
    if (window.opensAtMs > nowMs) return window;
  }
  return windowOfBusinessDay(addBusinessDays(today, LONGEST_REST_DAYS + 1), timeZone, hours);
}

/** The newest window of a day the store opened that has closed by now; undefined when it has been closed for longer than two months. */
export function lastClosedWindow(nowMs: number, timeZone: string, hours: TradingHours): BusinessDayWindow | undefined {
  const today = businessDayAt(nowMs, timeZone, hours);
  for (let back = 0; back <= LONGEST_REST_DAYS; back++) {
    const businessDay = addBusinessDays(today, -back);
    if (!opensOn(businessDay, hours)) continue;
    const window = windowOfBusinessDay(businessDay, timeZone, hours);
    if (window.closesAtMs <= nowMs) return window;
  }
  return undefined;
}

/**
 * The instant of a local time within a business day, such as the acquirer's cut-off: on the day's own date, or on the next one when the time lies before the
 * store's cut-off (00:30 belongs to the night that ends the day).
 */
export function instantInBusinessDay(businessDay: string, timeZone: string, time: TimeOfDay, cutOff: TimeOfDay): number {
  return localInstantMs(dateOfTime(businessDay, time, cutOff), time, timeZone);
}

function dateOfTime(businessDay: string, time: TimeOfDay, cutOff: TimeOfDay): Temporal.PlainDate {
  const day = Temporal.PlainDate.from(businessDay);
  return Temporal.PlainTime.compare(time, cutOff) < 0 ? day.add({ days: 1 }) : day;
}

function startOf(businessDay: string, timeZone: string, { cutOff, exceptions }: TradingHours): number {
  const before: DayException | undefined = exceptions?.get(addBusinessDays(businessDay, -1));
  return localInstantMs(Temporal.PlainDate.from(businessDay), before?.endsAt ?? cutOff, timeZone);
}

function contains(window: TradingWindow, nowMs: number): boolean {
  return window.opensAtMs <= nowMs && nowMs < window.closesAtMs;
}
