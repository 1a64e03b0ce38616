import { Temporal } from 'temporal-polyfill';
import { isTimeOfDay, type TimeOfDay } from './business-day.js';

/** What one business day of a store does differently; what is absent is as on any other day. */
export interface DayException {
  /** The store does not open on this business day. */
  readonly closed?: true;
  readonly open?: TimeOfDay;
  readonly close?: TimeOfDay;
  /** Local time on the next date at which this business day ends, instead of the store's cut-off: a long night keeps its sales together. */
  readonly endsAt?: TimeOfDay;
}

/** Exceptions by business day, `YYYY-MM-DD`. */
export type DayExceptions = ReadonlyMap<string, DayException>;

/** What {@link parseDayExceptions} answers: the days, or the first entry that can't be read and why. */
export type DayExceptionsReading =
  | { readonly ok: true; readonly days: DayExceptions }
  | { readonly ok: false; readonly entry: string; readonly reason: 'malformed' | 'noSuchDate' | 'noSuchTime' | 'twice' };

/** `2026-12-25 closed`, `2026-12-24 09:00-14:00`, `2026-12-31 09:00-02:00 until 06:00`, `2026-12-31 until 06:00`. */
const ENTRY = /^(\d{4}-\d{2}-\d{2})(?: (closed)| (\S+)-(\S+?))?(?: until (\S+))?$/;

/**
 * Reads a store's exceptions from one text: entries separated by semicolons or line ends, empty ones ignored, in any order. Nothing is guessed: an entry that
 * can't be read makes the whole text unreadable, so that half a list is never taken for all of it.
 */
export function parseDayExceptions(text: string): DayExceptionsReading {
  const days = new Map<string, DayException>();
  for (const part of text.split(/[;\r\n]/)) {
    const entry = part.trim().replace(/\s+/g, ' ');
    if (entry === '') continue;
    const [, date, closed, open, close, endsAt] = ENTRY.exec(entry) ?? [];
    const saysNothing = closed === undefined && open === undefined && endsAt === undefined;
    if (date === undefined || saysNothing || (closed !== undefined && endsAt !== undefined))
      return { ok: false, entry, reason: 'malformed' };
    if (!isDate(date)) return { ok: false, entry, reason: 'noSuchDate' };
    if (![open, close, endsAt].every((time) => time === undefined || isTimeOfDay(time))) return { ok: false, entry, reason: 'noSuchTime' };
    if (days.has(date)) return { ok: false, entry, reason: 'twice' };
    days.set(date, {
      ...(closed === undefined ? {} : { closed: true }),
      ...(open === undefined || close === undefined ? {} : { open, close }),
      ...(endsAt === undefined ? {} : { endsAt }),
    });
  }
  return { ok: true, days };
}

const NONE: DayExceptions = new Map();

/**
 * The exceptions of a text that was checked before (a policy's setting). A text that can't be read gives none: the ordinary hours then apply, as they did before
 * anybody wrote an exception.
 */
export function dayExceptions(text: string): DayExceptions {
  if (text === '') return NONE;
  const reading = parseDayExceptions(text);
  return reading.ok ? reading.days : NONE;
}

/** True for a date of the calendar written `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
