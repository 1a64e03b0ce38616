import { currentWindow, lastClosedWindow, nextWindow, type TradingHours } from '@tillward/calendar';

/** The night a store is in: after the closing of a business day and before the next opening. */
export interface Night {
  businessDay: string;
  closesAtMs: number;
  /** When the next opening routine may begin: the opening less its lead time. */
  nextOpeningMs: number;
}

/** The night that contains now, which lasts over days the store stays closed; undefined while the store is open, or after it was closed for months. */
export function lastNight(nowMs: number, timeZone: string, hours: TradingHours, leadMinutes: number): Night | undefined {
  if (currentWindow(nowMs, timeZone, hours).isOpen) return undefined;
  const last = lastClosedWindow(nowMs, timeZone, hours);
  if (last === undefined) return undefined;
  const nextOpeningMs = nextWindow(nowMs, timeZone, hours).opensAtMs - leadMinutes * 60_000;
  return { businessDay: last.businessDay, closesAtMs: last.closesAtMs, nextOpeningMs };
}
