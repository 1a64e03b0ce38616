import { Temporal } from 'temporal-polyfill';

/** A local wall-clock time of day, `HH:MM` or `HH:MM:SS`, 00:00:00 to 23:59:59. */
export type TimeOfDay = string;

const TIME_OF_DAY = /^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$/;

/** True for `HH:MM` or `HH:MM:SS` with hours 00 to 23. */
export function isTimeOfDay(text: string): boolean {
  return TIME_OF_DAY.test(text);
}

/** True for an IANA time zone this program has data for, such as `Europe/Berlin`. Fixed offsets like `+02:00` have no daylight-saving rules and are false. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The business day, `YYYY-MM-DD`, an instant belongs to: a business day runs from the cut-off of its own date to the cut-off of the next one, so it
 * has 23 or 25 hours when the clocks change. It never goes backwards, even where the wall clock does: instants are compared, not clock readings.
 * Throws a RangeError for an unknown time zone or a malformed time.
 */
export function businessDayOf(instantMs: number, timeZone: string, cutOff: TimeOfDay): string {
  const date = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(timeZone).toPlainDate();
  return (instantMs >= localInstantMs(date, cutOff, timeZone) ? date : date.subtract({ days: 1 })).toString();
}

/** The business day `days` after (or, negative, before) another; calendar arithmetic, no time zone involved. */
export function addBusinessDays(businessDay: string, days: number): string {
  return Temporal.PlainDate.from(businessDay).add({ days }).toString();
}

/**
 * The instant at which a local clock first shows this date and time. A time skipped by daylight saving moves forward by the skipped amount, a
 * repeated one is its first occurrence (Temporal's `compatible` disambiguation, RFC 5545 section 3.3.5).
 */
export function localInstantMs(date: Temporal.PlainDate, time: TimeOfDay, timeZone: string): number {
  if (!isTimeOfDay(time)) throw new RangeError(`a time of day is HH:MM or HH:MM:SS, not "${time}"`);
  return date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
}

const LOCAL_DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

/**
 * The instant a clock in this zone means by a local `YYYY-MM-DDTHH:MM:SS`; undefined when the text is no such date and time, as a device's clock that
 * was never set may say. Times that daylight saving skips or repeats are resolved as {@link localInstantMs} does.
 */
export function localDateTimeMs(text: string, timeZone: string): number | undefined {
  if (!LOCAL_DATE_TIME.test(text)) return undefined;
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' }).toZonedDateTime(timeZone).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What a clock on the wall of this time zone shows at an instant, to the second: `YYYY-MM-DDTHH:MM:SS`. Throws a RangeError for an unknown time zone. */
export function localDateTimeOf(instantMs: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(timeZone).toPlainDateTime();
  return local.toString({ smallestUnit: 'second', roundingMode: 'trunc' });
}
