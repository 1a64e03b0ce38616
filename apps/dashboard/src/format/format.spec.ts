import { describe, expect, it } from 'vitest';
import { exactSum, formatGapShort, formatMoney, formatMoneyShort, sumByCurrency } from './money.js';
import { formatBusinessDay, formatClock, formatMoment, spanOf, spanText, yearsOf, zoneName } from './time.js';

describe('formatMoney', () => {
  it.each([
    [123_450, 'EUR', 'en', '€1,234.50'],
    [-5, 'EUR', 'en', '-€0.05'],
    [0, 'USD', 'en', '$0.00'],
    [1234, 'JPY', 'en', '¥1,234'],
    [1234, 'KWD', 'en', 'KWD 1.234'],
    [9_007_199_254_740_991, 'EUR', 'en', '€90,071,992,547,409.91'],
    [123_450, 'CNY', 'zh-CN', '¥1,234.50'],
  ] as const)('%i %s in %s', (amountMinor, currency, locale, text) => {
    expect(formatMoney({ amountMinor, currency }, locale).replace(/\u00a0/g, ' ')).toBe(text);
  });

  it('never adds different currencies', () => {
    const sums = sumByCurrency([
      { amountMinor: 100, currency: 'USD' },
      { amountMinor: 5, currency: 'CNY' },
      { amountMinor: 7, currency: 'USD' },
    ]);
    expect(sums).toEqual([
      { currency: 'CNY', amountMinor: 5 },
      { currency: 'USD', amountMinor: 107 },
    ]);
  });

  it('keeps every unit of a sum beyond what a number can', () => {
    const most = { amountMinor: Number.MAX_SAFE_INTEGER, currency: 'EUR' };
    const [sum] = sumByCurrency([most, most, { amountMinor: 1, currency: 'EUR' }]);
    expect(sum).toEqual({ currency: 'EUR', amountMinor: 18_014_398_509_481_983n });
    expect(formatMoney(sum!, 'en')).toBe('€180,143,985,094,819.83');
    expect(exactSum([-Number.MAX_SAFE_INTEGER, 0])).toBe(-Number.MAX_SAFE_INTEGER);
    expect(exactSum([])).toBe(0);
    expect(formatGapShort({ amountMinor: -1_234, currency: 'EUR' }, 'en')).toBe('-€12.34');
    expect(formatGapShort({ amountMinor: 321_732_000, currency: 'CNY' }, 'zh-CN')).toBe('+¥321.73万');
    expect(formatMoneyShort({ amountMinor: 2 ** 54, currency: 'EUR' }, 'en')).toBe('€180.14T');
  });
});

describe('times', () => {
  const instant = '2026-11-21T14:00:00.000Z';

  it.each([
    ['Asia/Shanghai', 'zh-CN', '22:00', '中国时间'],
    ['Europe/Berlin', 'zh-CN', '15:00', '德国时间'],
    ['Europe/Berlin', 'en', '15:00', 'Germany Time'],
    ['America/New_York', 'en', '09:00', 'ET'],
  ] as const)('%s in %s', (zone, locale, clock, name) => {
    expect(formatClock(instant, zone, locale)).toBe(clock);
    expect(zoneName(zone, locale, instant)).toBe(name);
  });

  it('has the years of days where not all are of the present one', () => {
    const now = Date.parse('2026-01-05T12:00:00Z');
    expect(yearsOf(['2026-01-02', '2026-01-05'], 'en', now)).toEqual([undefined, undefined]);
    expect(yearsOf(['2025-12-31', '2026-01-02'], 'en', now)).toEqual(['2025', '2026']);
    expect(yearsOf(['2025-12-30', '2025-12-31'], 'zh-CN', now)).toEqual(['2025年', '2025年']);
  });

  it('shows the year unless it is the present one', () => {
    const now = Date.parse(instant);
    expect(formatBusinessDay('2026-01-05', 'en', now)).toBe('Mon, Jan 5');
    expect(formatBusinessDay('2015-01-05', 'en', now)).toBe('Mon, Jan 5, 2015');
    expect(formatBusinessDay('2015-01-05', 'zh-CN', now)).toContain('2015年');
    expect(formatMoment('2021-03-02T10:00:00Z', 'UTC', 'en', now)).toContain('2021');
    expect(formatMoment('2026-03-02T10:00:00Z', 'UTC', 'en', now)).not.toContain('2026');
  });

  it('shows a business day as the day it names, in any zone', () => {
    expect(formatBusinessDay('2026-11-21', 'en')).toContain('21');
    expect(formatBusinessDay('2026-11-21', 'zh-CN')).toContain('21');
  });

  it.each([
    [1, 'span.second', { seconds: 1 }],
    [59_999, 'span.minuteSecond', { minutes: 1, seconds: 0 }],
    [3_600_000, 'span.hourMinute', { hours: 1, minutes: 0 }],
    [90_000_000, 'span.dayHour', { days: 1, hours: 1 }],
    [-61_000, 'span.minuteSecond', { minutes: 1, seconds: 1 }],
  ] as const)('splits %i ms', (ms, key, values) => {
    expect(spanText(spanOf(ms))).toEqual({ key, values });
    expect(spanOf(ms).past).toBe(ms < 0);
  });
});
