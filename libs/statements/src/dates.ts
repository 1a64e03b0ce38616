import { quoted, StatementRefused } from './refusal.js';

/** Days of a month in the proleptic Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** `YYYY-MM-DD`, or undefined where there is no such day. */
export function isoDate(year: number, month: number, day: number): string | undefined {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return undefined;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** `YYYYMMDD` as `YYYY-MM-DD`, or undefined where there is no such day. */
export function compactDate(text: string): string | undefined {
  if (!/^\d{8}$/.test(text)) return undefined;
  return isoDate(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8)));
}

/** The year of two digits: SWIFT and BAI2 files are of 1980 to 2079. */
export function fullYear(two: number): number {
  return two < 80 ? 2000 + two : 1900 + two;
}

/**
 * Refuses what is no `YYYY-MM-DD`, alone or followed by `T` or a blank, `HH:MM`, optionally `:SS`, a fraction and an offset (ISO 8601). Empty is allowed: callers know whether it may be.
 */
export function checkDateTime(bytes: Uint8Array, start: number, end: number, line: number): void {
  if (start === end) return;
  if (!isDateTime(bytes, start, end)) refuseDate(bytes, start, end, line);
}

function isDateTime(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 10 || bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return false;
  const year = pair(bytes, start) * 100 + pair(bytes, start + 2);
  const month = pair(bytes, start + 5);
  const day = pair(bytes, start + 8);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return false;
  if (length === 10) return true;
  const between = bytes[start + 10];
  if (length < 16 || (between !== 0x20 && between !== 0x54) || bytes[start + 13] !== 0x3a) return false;
  const hour = pair(bytes, start + 11);
  const minute = pair(bytes, start + 14);
  if (!(hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59)) return false;
  if (length === 16) return true;
  if (bytes[start + 16] === 0x3a) {
    const second = length >= 19 ? pair(bytes, start + 17) : -1;
    // 60 is a leap second.
    if (!(second >= 0 && second <= 60)) return false;
    return length === 19 || isZone(bytes, start + 19, end);
  }
  return isZone(bytes, start + 16, end);
}

function isZone(bytes: Uint8Array, start: number, end: number): boolean {
  let rest = '';
  for (let at = start; at < end && rest.length < 24; at++) rest += String.fromCharCode(bytes[at]!);
  return /^(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/.test(rest);
}

/** Two digits as a number, NaN where they are none. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function refuseDate(bytes: Uint8Array, start: number, end: number, line: number): never {
  let shown = '';
  for (let at = start; at < end && shown.length < 48; at++) shown += bytes[at]! < 0x80 ? String.fromCharCode(bytes[at]!) : '?';
  throw new StatementRefused('date', line, `${quoted(shown)} is no date of the form YYYY-MM-DD, with HH:MM:SS where it has a time`);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** A moment as rows carry it: `T` between date and time, the form checked by {@link checkDateTime}. */
export function isoMoment(text: string): string {
  return text.length > 10 && text[10] === ' ' ? `${text.slice(0, 10)}T${text.slice(11)}` : text;
}

/** The day of a moment. */
export function dayOf(text: string): string {
  return text.slice(0, 10);
}
