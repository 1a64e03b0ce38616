import { describe, expect, it } from 'vitest';
import { addBankDays, bankDeadline, calendarDay, calendarSources, countryOfTimeZone, isBankDay, nextBankDays } from './bank-days.js';
import { addBusinessDays } from './business-day.js';
import { CHINA } from './china.data.js';
import { easterSunday } from './holiday-rules.js';

describe('isBankDay', () => {
  it.each<[string, string, boolean | 'unknown', string]>([
    ['CN', '2026-02-13', true, 'the Friday before the Spring Festival'],
    ['CN', '2026-02-14', true, 'a Saturday worked for the Spring Festival'],
    ['CN', '2026-02-15', false, 'the first day of the Spring Festival'],
    ['CN', '2026-02-23', false, 'its last day, a Monday'],
    ['CN', '2026-02-28', true, 'another Saturday worked'],
    ['CN', '2026-03-01', false, 'an ordinary Sunday'],
    ['CN', '2026-10-07', false, 'National Day week'],
    ['CN', '2026-10-10', true, 'the Saturday worked for it'],
    ['CN', '2025-10-08', false, 'the eighth day of National Day and Mid-Autumn'],
    ['CN', '2025-12-31', true, 'the end of a year whose successor is announced'],
    ['CN', '2026-12-25', true, 'an ordinary Friday'],
    ['CN', '2026-12-28', 'unknown', 'the next notice may rearrange the end of the year'],
    ['CN', '2027-03-10', 'unknown', 'an ordinary Wednesday of a year nobody has announced'],
    ['CN', '2023-03-08', 'unknown', 'a year before the data'],
    ['DE', '2026-04-03', false, 'Good Friday'],
    ['DE', '2026-04-06', false, 'Easter Monday'],
    ['DE', '2026-05-14', true, 'Ascension: a public holiday on which TARGET pays'],
    ['DE', '2026-10-03', false, 'a Saturday anyway'],
    ['DE', '2025-10-03', true, 'German Unity: TARGET pays'],
    ['DE', '2026-12-25', false, 'Christmas'],
    ['DE', '2026-12-31', true, 'New Year’s Eve'],
    ['DE', '2001-12-31', 'unknown', 'before TARGET’s present rules'],
    ['US', '2026-01-19', false, 'Martin Luther King Day'],
    ['US', '2026-05-25', false, 'Memorial Day'],
    ['US', '2026-07-03', true, 'the Friday before a Saturday holiday: banks are open'],
    ['US', '2027-07-05', false, 'the Monday after a Sunday holiday'],
    ['US', '2026-11-26', false, 'Thanksgiving'],
    ['US', '2026-11-27', true, 'the day after'],
    ['US', '2021-06-18', 'unknown', 'before the rules here begin'],
    ['JP', '2026-06-10', 'unknown', 'a country without data'],
    ['toString', '2026-06-10', 'unknown', 'no country'],
  ])('%s %s is %s: %s', (country, date, expected) => {
    expect(isBankDay(country, date)).toBe(expected);
  });

  it('throws for what is no date', () => {
    expect(() => isBankDay('DE', '2026-02-30')).toThrow(RangeError);
  });
});

describe('calendarDay', () => {
  it('names holidays that banks ignore, and worked weekends', () => {
    expect(calendarDay('DE', '2026-05-14')).toEqual({ known: true, bankDay: true, holiday: 'Christi Himmelfahrt', makeUp: false });
    expect(calendarDay('CN', '2026-10-10')).toEqual({ known: true, bankDay: true, holiday: null, makeUp: true });
    expect(calendarDay('CN', '2026-10-05')).toEqual({ known: true, bankDay: false, holiday: '国庆节', makeUp: false });
  });

  it('says why it does not know', () => {
    expect(calendarDay('CN', '2027-06-09')).toEqual({ known: false, why: 'yearNotAnnounced' });
    expect(calendarDay('JP', '2026-06-10')).toEqual({ known: false, why: 'noCountryData' });
  });
});

describe('the data of China', () => {
  it.each(Object.entries(CHINA))(
    'of %s is consistent: free spans are in order, worked days are weekend days outside of them',
    (year, arrangement) => {
      expect(arrangement.source).toMatch(/^国办发明电〔\d{4}〕\d+号$/);
      let before = '';
      for (const { from, through } of arrangement.free) {
        expect(from > before && from <= through && from.startsWith(year)).toBe(true);
        before = through;
      }
      for (const worked of arrangement.worked) {
        expect([0, 6]).toContain(new Date(`${worked}T00:00:00Z`).getUTCDay());
        expect(arrangement.free.some(({ from, through }) => from <= worked && worked <= through)).toBe(false);
      }
    },
  );
});

describe('addBankDays', () => {
  it.each<[string, string, number, string]>([
    ['CN', '2026-02-14', 1, '2026-02-24'],
    ['CN', '2026-02-27', 1, '2026-02-28'],
    ['CN', '2026-02-27', 2, '2026-03-02'],
    ['DE', '2026-04-02', 1, '2026-04-07'],
    ['DE', '2026-12-24', 2, '2026-12-29'],
    ['US', '2026-11-25', 1, '2026-11-27'],
    ['DE', '2026-11-21', 0, '2026-11-23'],
    ['DE', '2026-11-20', 0, '2026-11-20'],
  ])('%s: %s and %i bank days is %s', (country, from, days, date) => {
    expect(addBankDays(country, from, days)).toEqual({ known: true, date });
  });

  it('is not known as soon as a day on the way is not', () => {
    expect(addBankDays('CN', '2026-12-25', 1)).toEqual({ known: false, why: 'yearNotAnnounced', firstUnknown: '2026-12-28' });
    expect(addBankDays('JP', '2026-11-20', 1)).toMatchObject({ known: false, why: 'noCountryData' });
  });

  it('counts forward only', () => {
    expect(() => addBankDays('DE', '2026-11-20', -1)).toThrow(RangeError);
  });

  it('agrees with counting day by day', () => {
    const { dates, complete } = nextBankDays('CN', '2026-09-18', 12);
    expect(complete).toBe(true);
    expect(dates).toEqual([
      '2026-09-20',
      '2026-09-21',
      '2026-09-22',
      '2026-09-23',
      '2026-09-24',
      '2026-09-28',
      '2026-09-29',
      '2026-09-30',
      '2026-10-08',
      '2026-10-09',
      '2026-10-10',
      '2026-10-12',
    ]);
    for (const [i, date] of dates.entries()) expect(addBankDays('CN', '2026-09-18', i + 1)).toEqual({ known: true, date });
    expect(nextBankDays('CN', '2026-12-24', 5)).toEqual({ dates: ['2026-12-25'], complete: false });
  });
});

describe('bankDeadline', () => {
  it.each<[string, string, string, boolean]>([
    ['DE', '2026-04-02', '2026-04-07', false],
    ['DE', '2026-04-02', '2026-04-08', true],
    // Nobody knows yet whether 28 December will be worked: years later it is still not called overdue.
    ['CN', '2026-12-25', '2028-01-01', false],
    ['JP', '2026-11-20', '2026-12-31', false],
  ])('%s, due one bank day after %s, on %s: overdue %s', (country, from, today, overdue) => {
    expect(bankDeadline(country, from, 1, today).overdue).toBe(overdue);
  });
});

describe('countryOfTimeZone', () => {
  it.each([
    ['Asia/Shanghai', 'CN'],
    ['Europe/Berlin', 'DE'],
    ['America/New_York', 'US'],
    ['America/Indiana/Knox', 'US'],
    ['America/Toronto', undefined],
    ['Asia/Tokyo', undefined],
    ['UTC', undefined],
  ])('%s is in %s', (timeZone, country) => {
    expect(countryOfTimeZone(timeZone)).toBe(country);
  });
});

describe('easterSunday', () => {
  it.each([
    [2000, '2000-04-23'],
    [2024, '2024-03-31'],
    [2026, '2026-04-05'],
    [2027, '2027-03-28'],
    [2038, '2038-04-25'],
    [2076, '2076-04-19'],
  ])('of %i is %s', (year, date) => {
    expect(easterSunday(year).toString()).toBe(date);
  });

  it('is a Sunday between 22 March and 25 April in every year', () => {
    for (let year = 1900; year < 2200; year++) {
      const easter = easterSunday(year);
      expect(easter.dayOfWeek).toBe(7);
      expect(easter.toString().slice(5) >= '03-22' && easter.toString().slice(5) <= '04-25').toBe(true);
    }
  });
});

describe('calendarSources', () => {
  it('says what every country’s answers stand on', () => {
    expect(calendarSources().map(({ country, years }) => [country, ...years])).toEqual([
      ['CN', 2024, 2026],
      ['DE', 2002, 2099],
      ['US', 2022, 2040],
    ]);
    for (const { source } of calendarSources()) expect(source.length).toBeGreaterThan(10);
  });
});

describe('weeks without a holiday', () => {
  it('have five bank days in every country', () => {
    for (const country of ['CN', 'DE', 'US']) {
      const days = Array.from({ length: 7 }, (_, i) => isBankDay(country, addBusinessDays('2026-06-08', i)));
      expect(days).toEqual([true, true, true, true, true, false, false]);
    }
  });
});
