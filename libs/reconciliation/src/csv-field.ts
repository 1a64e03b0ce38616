import { dayNumberOf } from './calendar-day.js';

const ZERO = 0x30;
const MINUS = 0x2d;
/** So many digits always fit a safe integer. */
const MAX_DIGITS = 15;

/** A whole number of minor units with an optional minus, at most 15 digits; NaN for anything else. Never minus zero. */
export function readMinor(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  const digits = end - first;
  if (digits < 1 || digits > MAX_DIGITS) return Number.NaN;
  let value = 0;
  for (let i = first; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? 0 - value : value;
}

/** `YYYY-MM-DD` as the number of its eight digits, or -1 for another form; whether the day exists is not looked at. */
export function readDayDigits(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 10 || bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (i !== start + 4 && i !== start + 7) return -1;
  }
  return value;
}

/** Days from 1970-01-01 of eight digits, or null for a day that doesn't exist. */
export function dayOfDigits(digits: number): number | null {
  return dayNumberOf(Math.floor(digits / 10_000), Math.floor(digits / 100) % 100, digits % 100);
}

/** Three capital letters as a `currencyCode`, 0 for anything else. */
export function readCurrency(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 3) return 0;
  const a = bytes[start]!;
  const b = bytes[start + 1]!;
  const c = bytes[start + 2]!;
  if (a < 0x41 || a > 0x5a || b < 0x41 || b > 0x5a || c < 0x41 || c > 0x5a) return 0;
  return (a << 16) | (b << 8) | c;
}
