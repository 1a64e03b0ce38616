import { addBusinessDays, tradingWindow } from '@tillward/calendar';

/** The settings a maintenance window depends on. */
export interface MaintenanceSettings {
  timeZone: string;
  open: string;
  close: string;
  cutOff: string;
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
  const { timeZone, open, close, cutOff, leadMs, opensAt, closesAt } = settings;
  const trading = tradingWindow(businessDay, timeZone, open, close, cutOff);
  const next = tradingWindow(addBusinessDays(businessDay, 1), timeZone, open, close, cutOff);
  // A window written as early morning belongs to the night before it, like trading hours do.
  const candidates = [businessDay, addBusinessDays(businessDay, 1)].map((day) => tradingWindow(day, timeZone, opensAt, closesAt, cutOff));
  const window = candidates.find(({ closesAtMs }) => closesAtMs > trading.closesAtMs);
  if (!window) return null;
  const from = Math.max(window.opensAtMs, trading.closesAtMs);
  const until = Math.min(window.closesAtMs, next.opensAtMs - leadMs);
  return from < until ? { opensAtMs: from, closesAtMs: until } : null;
}
