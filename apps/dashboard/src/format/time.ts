import type { Locale } from './locale.js';

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, found);
  }
  return found;
}

/** Hour and minute in the given zone, 24 h, without the zone's name. */
export function formatClock(instant: string | number, timeZone: string, locale: Locale): string {
  return formatter(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(instant));
}

/** The year belongs to a date unless it is the present one. */
const yearOf = (at: string | number, now: number): { year?: 'numeric' } =>
  new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear() ? {} : { year: 'numeric' };

/** Date, hour, minute and second in the given zone, 24 h; with the year if it isn't that of `now`. */
export function formatMoment(instant: string | number, timeZone: string, locale: Locale, now = Date.now()): string {
  return formatter(locale, {
    ...yearOf(instant, now),
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(new Date(instant));
}

/** Calendar day of an instant in the given zone. */
export function formatDate(instant: string | number, timeZone: string, locale: Locale): string {
  return formatter(locale, { year: 'numeric', month: 'short', day: 'numeric', timeZone }).format(new Date(instant));
}

/** A business day (YYYY-MM-DD): data of its own, so no zone is applied; with the year if it isn't that of `now`. */
export function formatBusinessDay(day: string, locale: Locale, now = Date.now()): string {
  return formatter(locale, { ...yearOf(day, now), month: 'short', day: 'numeric', weekday: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** The same in as few signs as tell it from its neighbours, for an axis. */
export function formatShortDay(day: string, locale: Locale): string {
  return formatter(locale, { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** The year of each of these days, where it isn't self-evident: nothing at all when all are of the year of `now`. */
export function yearsOf(days: readonly string[], locale: Locale, now = Date.now()): (string | undefined)[] {
  const present = String(new Date(now).getUTCFullYear());
  if (days.every((day) => day.startsWith(present))) return days.map(() => undefined);
  return days.map((day) => formatter(locale, { year: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`)));
}

/** The month of a calendar day, with its year. */
export function formatMonth(day: string, locale: Locale): string {
  return formatter(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** What people call the zone, e.g. “Germany Time” or “德国时间”. */
export function zoneName(timeZone: string, locale: Locale, at: string | number = Date.now()): string {
  if (timeZone === 'UTC') return 'UTC';
  for (const timeZoneName of ['shortGeneric', 'longGeneric'] as const) {
    const name = nameIn(timeZone, locale, at, timeZoneName);
    // Some browsers lack a Chinese name for a city's zone and leave a Latin one in it: a mixed word is no name.
    if (locale === 'en' || !/[A-Za-z]/.test(name)) return name;
  }
  return nameIn(timeZone, locale, at, 'shortOffset');
}

function nameIn(
  timeZone: string,
  locale: Locale,
  at: string | number,
  timeZoneName: 'shortGeneric' | 'longGeneric' | 'shortOffset',
): string {
  const parts = formatter(locale, { timeZone, timeZoneName }).formatToParts(new Date(at));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}

/** The zone of the person's own device. */
export const deviceZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A span of time in whole parts. `past` when it is over. */
export interface Span {
  readonly past: boolean;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** Splits milliseconds; a positive span is rounded up to the second so that a countdown reads 0 only when it is over. */
export function spanOf(ms: number): Span {
  const past = ms < 0;
  const total = past ? Math.floor(-ms / 1000) : Math.ceil(ms / 1000);
  return {
    past,
    days: Math.floor(total / 86_400),
    hours: Math.floor((total % 86_400) / 3600),
    minutes: Math.floor((total % 3600) / 60),
    seconds: total % 60,
  };
}

/** Two adjoining units are enough for a person; seconds only within the last hour. Returns catalogue key and numbers. */
export function spanText(span: Span): {
  key: 'span.dayHour' | 'span.hourMinute' | 'span.minuteSecond' | 'span.second';
  values: Record<string, number>;
} {
  const { days, hours, minutes, seconds } = span;
  if (days > 0) return { key: 'span.dayHour', values: { days, hours } };
  if (hours > 0) return { key: 'span.hourMinute', values: { hours, minutes } };
  if (minutes > 0) return { key: 'span.minuteSecond', values: { minutes, seconds } };
  return { key: 'span.second', values: { seconds } };
}
