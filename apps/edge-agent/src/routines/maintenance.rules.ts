import { addBusinessDays, nextWindow, type TradingHours, tradingWindow, windowOfBusinessDay } from '@tillward/calendar';

/** The settings a maintenance window depends on. */
export interface MaintenanceSettings extends TradingHours {
  timeZone: string;
  leadMs: number;
  opensAt: string;
  closesAt: string;
}

/** When terminals are left to their vendor in the night that ends a business day. */
export interface MaintenanceWindow {
  opensAtMs: number;
  closesAtMs: number;
}

/**
 * The window of a business day's night: never before the store has closed, never into the preparation of the next opening. Null when nothing of it is left between
 * them.
 */
export function maintenanceWindow(businessDay: string, settings: MaintenanceSettings): MaintenanceWindow | null {
  const { timeZone, cutOff, leadMs, opensAt, closesAt } = settings;
  const trading = windowOfBusinessDay(businessDay, timeZone, settings);
  const next = nextWindow(trading.closesAtMs - 1, timeZone, settings);
  // A window written as early morning belongs to the night before it, like trading hours do.
  const candidates = [businessDay, addBusinessDays(businessDay, 1)].map((day) => tradingWindow(day, timeZone, opensAt, closesAt, cutOff));
  const window = candidates.find(({ closesAtMs }) => closesAtMs > trading.closesAtMs);
  if (!window) return null;
  const from = Math.max(window.opensAtMs, trading.closesAtMs);
  const until = Math.min(window.closesAtMs, next.opensAtMs - leadMs);
  return from < until ? { opensAtMs: from, closesAtMs: until } : null;
}
