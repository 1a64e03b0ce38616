import { Temporal } from 'temporal-polyfill';

/** A holiday that a rule gives for every year it is valid in. */
export interface HolidayRule {
  readonly name: string;
  /** `YYYY-MM-DD` in a year. */
  on(year: number): string;
}

/** The same date every year. */
export function fixed(name: string, month: number, day: number): HolidayRule {
  return { name, on: (year) => new Temporal.PlainDate(year, month, day).toString() };
}

/** Days before (negative) or after Easter Sunday. */
export function aroundEaster(name: string, days: number): HolidayRule {
  return { name, on: (year) => easterSunday(year).add({ days }).toString() };
}

/** The nth weekday (1 Monday to 7 Sunday) of a month; -1 is the last one. */
export function nthWeekday(name: string, month: number, weekday: number, nth: 1 | 2 | 3 | 4 | -1): HolidayRule {
  return {
    name,
    on: (year) => {
      if (nth === -1) {
        const lastDay = new Temporal.PlainDate(year, month, 1).add({ months: 1 }).subtract({ days: 1 });
        return lastDay.subtract({ days: (lastDay.dayOfWeek - weekday + 7) % 7 }).toString();
      }
      const first = new Temporal.PlainDate(year, month, 1);
      return first.add({ days: ((weekday - first.dayOfWeek + 7) % 7) + (nth - 1) * 7 }).toString();
    },
  };
}

/** A fixed date that is kept on the Monday after when it falls on a Sunday, and not at all elsewhere when on a Saturday (Federal Reserve Banks). */
export function sundayMovesToMonday(rule: HolidayRule): HolidayRule {
  return {
    name: rule.name,
    on: (year) => {
      const date = Temporal.PlainDate.from(rule.on(year));
      return (date.dayOfWeek === 7 ? date.add({ days: 1 }) : date).toString();
    },
  };
}

/** Easter Sunday of the Gregorian calendar (the anonymous algorithm, as in Meeus, Astronomical Algorithms, chapter 8). */
export function easterSunday(year: number): Temporal.PlainDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return new Temporal.PlainDate(year, Math.floor(n / 31), (n % 31) + 1);
}

/** Holidays of one year by date. */
export function holidaysOf(year: number, rules: readonly HolidayRule[]): Map<string, string> {
  return new Map(rules.map((rule) => [rule.on(year), rule.name]));
}
