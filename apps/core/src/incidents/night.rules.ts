import { addBusinessDays, currentWindow, nextWindow, type TradingHours, tradingWindow } from '@tillward/calendar';

/** The night a store is in: after the closing of a business day and before the next opening. */
export interface Night {
  businessDay: string;
  closesAtMs: number;
  /** When the next opening routine may begin: the opening less its lead time. */
  nextOpeningMs: number;
}

/** The night that contains now; undefined while the store is open. */
export function lastNight(nowMs: number, timeZone: string, hours: TradingHours, leadMinutes: number): Night | undefined {
  const window = currentWindow(nowMs, timeZone, hours);
  if (window.isOpen) return undefined;
  const nextOpeningMs = nextWindow(nowMs, timeZone, hours).opensAtMs - leadMinutes * 60_000;
  if (window.closesAtMs <= nowMs) return { businessDay: window.businessDay, closesAtMs: window.closesAtMs, nextOpeningMs };
  const businessDay = addBusinessDays(window.businessDay, -1);
  const before = tradingWindow(businessDay, timeZone, hours.open, hours.close, hours.cutOff);
  return { businessDay, closesAtMs: before.closesAtMs, nextOpeningMs };
}
