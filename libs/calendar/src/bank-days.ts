import { Temporal } from 'temporal-polyfill';
import { addBusinessDays } from './business-day.js';
import { CHINA } from './china.data.js';
import { aroundEaster, fixed, type HolidayRule, holidaysOf, nthWeekday, sundayMovesToMonday } from './holiday-rules.js';

/** Version of the holiday data and rules in this library: raised with every change of them, and named in what is concluded from them. */
export const CALENDAR_DATA_VERSION = '2026.1';

/** Why nothing is known of a day: no data for the country at all, or not (yet) for that year. */
export type Provisional = 'noCountryData' | 'yearNotAnnounced';

/**
 * What is known of a calendar day in a country. `known: false` is an answer of its own, never a guess by weekday: whoever asks must leave undone what would
 * follow from a wrong one (a deadline that may lie on a holiday is not called overdue).
 */
export type CalendarDay =
  | {
      readonly known: true;
      /** Banks settle payments on this day. */
      readonly bankDay: boolean;
      /** The public holiday, in the country's language; null on others. */
      readonly holiday: string | null;
      /** A weekend day worked in exchange for a holiday (调休). */
      readonly makeUp: boolean;
    }
  | { readonly known: false; readonly why: Provisional };

/** The answer to how many bank days lie where: `known: false` as soon as one day on the way is. `firstUnknown` is that day. */
export type BankDate =
  | { readonly known: true; readonly date: string }
  | { readonly known: false; readonly why: Provisional; readonly firstUnknown: string };

interface CountryRules {
  /** Years the rules were checked for, both included. */
  readonly from: number;
  readonly through: number;
  readonly source: string;
  readonly publicHolidays: readonly HolidayRule[];
  readonly bankHolidays: readonly HolidayRule[];
}

/**
 * Germany: banks pay on TARGET days. T2 is closed on weekends and on six days a year, until further notice (ECB press release of 14 December 2000). Public
 * holidays are those of all sixteen states.
 */
const GERMANY: CountryRules = {
  from: 2002,
  through: 2099,
  source: 'TARGET closing days (ECB, 14 December 2000); public holidays common to all German states',
  publicHolidays: [
    fixed('Neujahr', 1, 1),
    aroundEaster('Karfreitag', -2),
    aroundEaster('Ostermontag', 1),
    fixed('Tag der Arbeit', 5, 1),
    aroundEaster('Christi Himmelfahrt', 39),
    aroundEaster('Pfingstmontag', 50),
    fixed('Tag der Deutschen Einheit', 10, 3),
    fixed('1. Weihnachtstag', 12, 25),
    fixed('2. Weihnachtstag', 12, 26),
  ],
  bankHolidays: [
    fixed('Neujahr', 1, 1),
    aroundEaster('Karfreitag', -2),
    aroundEaster('Ostermontag', 1),
    fixed('Tag der Arbeit', 5, 1),
    fixed('1. Weihnachtstag', 12, 25),
    fixed('2. Weihnachtstag', 12, 26),
  ],
};

const US_HOLIDAYS: readonly HolidayRule[] = [
  fixed("New Year's Day", 1, 1),
  nthWeekday('Birthday of Martin Luther King, Jr.', 1, 1, 3),
  nthWeekday("Washington's Birthday", 2, 1, 3),
  nthWeekday('Memorial Day', 5, 1, -1),
  fixed('Juneteenth National Independence Day', 6, 19),
  fixed('Independence Day', 7, 4),
  nthWeekday('Labor Day', 9, 1, 1),
  nthWeekday('Columbus Day', 10, 1, 2),
  fixed('Veterans Day', 11, 11),
  nthWeekday('Thanksgiving Day', 11, 4, 4),
  fixed('Christmas Day', 12, 25),
];

/** United States: holidays of the Federal Reserve Banks since Juneteenth was first kept; one on a Saturday is not moved, one on a Sunday is kept on Monday. */
const UNITED_STATES: CountryRules = {
  from: 2022,
  through: 2040,
  source: 'Holiday schedule of the Federal Reserve Banks; 5 U.S.C. 6103',
  publicHolidays: US_HOLIDAYS,
  bankHolidays: US_HOLIDAYS.map(sundayMovesToMonday),
};

const BY_RULE: Readonly<Record<string, CountryRules>> = { DE: GERMANY, US: UNITED_STATES };

/** From this day on a year's end may still be rearranged by the notice for the year after (as 29 to 31 December 2018 were). */
const LAST_CERTAIN_DAY = '12-28';

/** One country's data: its years and where they come from, for people who ask what a conclusion stands on. */
export interface CalendarSource {
  readonly country: string;
  readonly years: readonly [from: number, through: number];
  readonly source: string;
}

/** Every country there is data for. */
export function calendarSources(): CalendarSource[] {
  const announced = Object.keys(CHINA).map(Number);
  const china: CalendarSource = {
    country: 'CN',
    years: [Math.min(...announced), Math.max(...announced)],
    source: Object.values(CHINA)
      .map(({ source }) => source)
      .join(' '),
  };
  return [
    china,
    ...Object.entries(BY_RULE).map(([country, { from, through, source }]) => ({ country, years: [from, through] as const, source })),
  ];
}

/** What is known of a date in a country (ISO 3166-1 alpha-2). Throws a RangeError for what is no date. */
export function calendarDay(country: string, date: string): CalendarDay {
  const day = Temporal.PlainDate.from(date, { overflow: 'reject' });
  const weekend = day.dayOfWeek >= 6;
  if (country === 'CN') return chinaDay(day, weekend);
  const rules = Object.hasOwn(BY_RULE, country) ? BY_RULE[country] : undefined;
  if (rules === undefined) return { known: false, why: 'noCountryData' };
  if (day.year < rules.from || day.year > rules.through) return { known: false, why: 'yearNotAnnounced' };
  return {
    known: true,
    bankDay: !weekend && !holidaysOf(day.year, rules.bankHolidays).has(date),
    holiday: holidaysOf(day.year, rules.publicHolidays).get(date) ?? null,
    makeUp: false,
  };
}

/** Whether banks of a country settle payments on a date; `unknown` where there is no data, and then nothing may be concluded. */
export function isBankDay(country: string, date: string): boolean | 'unknown' {
  const day = calendarDay(country, date);
  return day.known ? day.bankDay : 'unknown';
}

/**
 * The date `days` bank days after another: 1 is the next bank day, 0 the first bank day on or after it. This is how funding delays are counted (T+1, D+2).
 * Not known as soon as one day on the way is not.
 */
export function addBankDays(country: string, from: string, days: number): BankDate {
  if (!Number.isInteger(days) || days < 0) throw new RangeError(`bank days are counted forward in whole numbers, not "${days}"`);
  let left = days;
  for (let date = days === 0 ? from : addBusinessDays(from, 1); ; date = addBusinessDays(date, 1)) {
    const day = calendarDay(country, date);
    if (!day.known) return { known: false, why: day.why, firstUnknown: date };
    if (!day.bankDay) continue;
    if (left <= 1) return { known: true, date };
    left -= 1;
  }
}

/** The next `count` bank days after a date, as far as they are known; `complete` false when data ended before. */
export function nextBankDays(
  country: string,
  after: string,
  count: number,
): { readonly dates: readonly string[]; readonly complete: boolean } {
  const dates: string[] = [];
  let date = after;
  while (dates.length < count) {
    const next = addBankDays(country, date, 1);
    if (!next.known) return { dates, complete: false };
    dates.push(next.date);
    date = next.date;
  }
  return { dates, complete: true };
}

/**
 * Whether something due `days` bank days after `from` is overdue on `today`. Fails closed: where the calendar is not known, nothing is called overdue; the answer says so, and
 * a person must look.
 */
export function bankDeadline(
  country: string,
  from: string,
  days: number,
  today: string,
): { readonly due: BankDate; readonly overdue: boolean } {
  const due = addBankDays(country, from, days);
  return { due, overdue: due.known && today > due.date };
}

/** The country whose banks pay a store, by its time zone (IANA zone1970.tab); undefined for zones this library has no holiday data for. */
export function countryOfTimeZone(timeZone: string): string | undefined {
  if (CHINA_ZONES.has(timeZone)) return 'CN';
  if (GERMAN_ZONES.has(timeZone)) return 'DE';
  return US_ZONE.test(timeZone) || US_ZONES.has(timeZone) ? 'US' : undefined;
}

const CHINA_ZONES: ReadonlySet<string> = new Set(['Asia/Shanghai', 'Asia/Chongqing', 'Asia/Harbin', 'Asia/Urumqi', 'Asia/Kashgar', 'PRC']);
const GERMAN_ZONES: ReadonlySet<string> = new Set(['Europe/Berlin', 'Europe/Busingen']);
const US_ZONE = /^(?:US\/|America\/(?:Indiana|Kentucky|North_Dakota)\/)/;
const US_ZONES: ReadonlySet<string> = new Set([
  'America/New_York',
  'America/Detroit',
  'America/Chicago',
  'America/Menominee',
  'America/Denver',
  'America/Boise',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'America/Juneau',
  'America/Sitka',
  'America/Metlakatla',
  'America/Yakutat',
  'America/Nome',
  'America/Adak',
  'Pacific/Honolulu',
]);

function chinaDay(day: Temporal.PlainDate, weekend: boolean): CalendarDay {
  const date = day.toString();
  const year = CHINA[day.year];
  const next = CHINA[day.year + 1];
  if (year === undefined || (next === undefined && date.slice(5) >= LAST_CERTAIN_DAY)) return { known: false, why: 'yearNotAnnounced' };
  // A notice may reach into the last days of the year before.
  const arrangements = next === undefined ? [year] : [year, next];
  const holiday = arrangements.flatMap(({ free }) => free).find(({ from, through }) => from <= date && date <= through)?.name ?? null;
  const makeUp = arrangements.some(({ worked }) => worked.includes(date));
  // The payment systems of the People's Bank work on the days the State Council makes workdays.
  return { known: true, bankDay: makeUp || (!weekend && holiday === null), holiday, makeUp };
}
