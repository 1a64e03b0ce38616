/** How long a terminal remembers a ServiceID and refuses it again. */
export const SERVICE_ID_LIFETIME_MS = 48 * 3_600_000;

const SERVICE_ID = /^[0-9A-Za-z]{1,10}$/;
const BASE = 36;
const SECOND_DIGITS = 6;
const RANDOM_DIGITS = 3;
/** Ours begin with a letter; an order's reference begins with its number, so the two never meet. */
const OWN = 'S';

/** Whether text can be a ServiceID (1 to 10 alphanumerics). */
export function isServiceId(text: string): boolean {
  return SERVICE_ID.test(text);
}

/**
 * The next ServiceID for a message that moves no money, from the last second one was made for. Unique by construction while the driver lives:
 * each takes a second of its own, later than the one before, even when the clock goes back. After a restart with a clock set back, the three
 * characters made of `random` (two bytes) still part it from older ones.
 */
export function nextServiceId(lastSecond: number, nowMs: number, random: Uint8Array): { readonly id: string; readonly second: number } {
  const second = Math.max(Math.floor(nowMs / 1000), lastSecond + 1);
  const time = (second % BASE ** SECOND_DIGITS).toString(BASE).padStart(SECOND_DIGITS, '0');
  const chance = (((random[0] ?? 0) * 256 + (random[1] ?? 0)) % BASE ** RANDOM_DIGITS).toString(BASE).padStart(RANDOM_DIGITS, '0');
  return { id: `${OWN}${time}${chance}`.toUpperCase(), second };
}

/** An order that was sent under its reference. */
export interface SentOrder {
  readonly amountMinor: number;
  readonly currency: string;
  readonly atMs: number;
}

/** Drops the orders that are too old for a terminal to remember. */
export function forgetOld(orders: Map<string, SentOrder>, nowMs: number): void {
  for (const [reference, { atMs }] of orders) {
    // Oldest first: a map keeps the order in which it was filled.
    if (nowMs - atMs <= SERVICE_ID_LIFETIME_MS) return;
    orders.delete(reference);
  }
}
