import { Temporal } from 'temporal-polyfill';
import { addBusinessDays, businessDayOf, localInstantMs, type TimeOfDay } from './business-day.js';

/** Opening hours and cut-off of a store, local wall-clock times. */
export interface TradingHours {
  open: TimeOfDay;
  close: TimeOfDay;
  cutOff: TimeOfDay;
}

/** When a store trades, as instants: open from `opensAtMs` until just before `closesAtMs`. */
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

/**
 * The trading window of a business day. An opening time earlier than the cut-off is in the night that ends the business day, on the next calendar
 * date; a closing time not later than the opening time is on the calendar date after the opening. A window belongs to the business day in which it opens and keeps it
 * until it closes, also past the cut-off. Its real length differs from the wall clock's by an hour when the clocks change in it.
 */
export function tradingWindow(businessDay: string, timeZone: string, open: TimeOfDay, close: TimeOfDay, cutOff: TimeOfDay): TradingWindow {
  const day = Temporal.PlainDate.from(businessDay);
  const opensBeforeCutOff = Temporal.PlainTime.compare(open, cutOff) < 0;
  const openDate = opensBeforeCutOff ? day.add({ days: 1 }) : day;
  const closesNextDate = Temporal.PlainTime.compare(close, open) <= 0;
  const closeDate = closesNextDate ? openDate.add({ days: 1 }) : openDate;
  return { opensAtMs: localInstantMs(openDate, open, timeZone), closesAtMs: localInstantMs(closeDate, close, timeZone) };
}

/**
 * The window that contains now; outside every window that of now's business day: still to come before it opens, over after it has closed.
 * Should windows overlap (hours longer than a day cannot be written, but a clock change can make them touch), the one opened last counts.
 */
export function currentWindow(nowMs: number, timeZone: string, hours: TradingHours): CurrentWindow {
  const today = businessDayOf(nowMs, timeZone, hours.cutOff);
  const own = windowOf(today, timeZone, hours);
  if (contains(own, nowMs)) return { ...own, isOpen: true };
  const before = windowOf(addBusinessDays(today, -1), timeZone, hours);
  if (contains(before, nowMs)) return { ...before, isOpen: true };
  return { ...own, isOpen: false };
}

/** The first window that opens after now: what the opening routine prepares for. */
export function nextWindow(nowMs: number, timeZone: string, hours: TradingHours): BusinessDayWindow {
  const today = businessDayOf(nowMs, timeZone, hours.cutOff);
  const own = windowOf(today, timeZone, hours);
  return own.opensAtMs > nowMs ? own : windowOf(addBusinessDays(today, 1), timeZone, hours);
}

function windowOf(businessDay: string, timeZone: string, hours: TradingHours): BusinessDayWindow {
  return { businessDay, ...tradingWindow(businessDay, timeZone, hours.open, hours.close, hours.cutOff) };
}

function contains(window: TradingWindow, nowMs: number): boolean {
  return window.opensAtMs <= nowMs && nowMs < window.closesAtMs;
}
