import { describe, expect, it } from 'vitest';
import { type FundsLevel, fundsAtRisk, secondsLeft, type UnsettledRow } from './funds.rules.js';

const row = (change: Partial<UnsettledRow> = {}): UnsettledRow => ({
  storeId: 'berlin',
  storeName: 'Berlin Mitte',
  region: 'North',
  timeZone: 'Europe/Berlin',
  terminalId: 't1',
  terminalName: 'Till 1',
  currency: 'EUR',
  businessDay: '2026-11-21',
  amountMinor: 1_000,
  count: 2,
  batches: 1,
  ...change,
});
const settings = () => ({ 'settlement.acquirerCutOff': '23:30', 'businessDay.cutOff': '04:00' });
const at = (text: string) => Date.parse(text);
const EVENING = at('2026-11-21T22:00:00+01:00');
const funds = (level: FundsLevel, rows: UnsettledRow[], nowMs = EVENING) => fundsAtRisk(level, rows, settings, nowMs);

describe('fundsAtRisk (S13)', () => {
  const rows = [
    row(),
    row({ terminalId: 't2', terminalName: 'Till 2', amountMinor: 500, count: 1 }),
    row({ storeId: 'hamburg', storeName: 'Hamburg', amountMinor: 4_000, count: 4 }),
    row({
      storeId: 'shanghai',
      storeName: 'Shanghai',
      region: 'East',
      timeZone: 'Asia/Shanghai',
      currency: 'CNY',
      amountMinor: 700,
      count: 1,
    }),
  ];

  it.each<[FundsLevel, [string, number, number][]]>([
    [
      'terminal',
      [
        ['terminal/hamburg/t1/EUR', 4_000, 4],
        ['terminal/berlin/t1/EUR', 1_000, 2],
        ['terminal/shanghai/t1/CNY', 700, 1],
        ['terminal/berlin/t2/EUR', 500, 1],
      ],
    ],
    [
      'store',
      [
        ['store/hamburg/EUR', 4_000, 4],
        ['store/berlin/EUR', 1_500, 3],
        ['store/shanghai/CNY', 700, 1],
      ],
    ],
    [
      'region',
      [
        ['region/North/EUR', 5_500, 7],
        ['region/East/CNY', 700, 1],
      ],
    ],
    [
      'chain',
      [
        ['chain/EUR', 5_500, 7],
        ['chain/CNY', 700, 1],
      ],
    ],
  ])('by %s adds up, one row a currency, the largest first', (level, expected) => {
    expect(funds(level, rows).map(({ id, amountMinor, count }) => [id, amountMinor, count])).toEqual(expected);
  });

  it('runs against the cut-off of the batch’s own business day', () => {
    const [one] = funds('store', [row()]);
    expect([one!.cutOffAtMs, one!.lateMinor, secondsLeft(one!, EVENING)]).toEqual([at('2026-11-21T23:30:00+01:00'), 0, 5_400]);
    const [late] = funds('store', [row()], at('2026-11-21T23:30:00+01:00'));
    expect([late!.cutOffAtMs, late!.lateMinor, late!.lateCount, secondsLeft(late!, EVENING)]).toEqual([null, 1_000, 2, null]);
  });

  it('keeps what is late apart from what can still make it', () => {
    const [sum] = funds('chain', [row({ businessDay: '2026-11-20', amountMinor: 300, count: 1 }), row()]);
    expect(sum).toMatchObject({ amountMinor: 1_300, lateMinor: 300, lateCount: 1, oldestBusinessDay: '2026-11-20', batches: 2 });
    expect(sum!.cutOffAtMs).toBe(at('2026-11-21T23:30:00+01:00'));
  });

  it('takes the earliest cut-off of many time zones', () => {
    const sums = funds('chain', [row(), row({ storeId: 'shanghai', timeZone: 'Asia/Shanghai' })], at('2026-11-21T12:00:00Z'));
    expect(sums[0]!.cutOffAtMs).toBe(at('2026-11-21T23:30:00+08:00'));
  });

  it('shows places where nothing is unsettled any more as nothing', () => {
    expect(funds('store', [row({ businessDay: null, amountMinor: 0, count: 0, batches: 0 })])).toMatchObject([
      { id: 'store/berlin/EUR', amountMinor: 0, count: 0, cutOffAtMs: null, oldestBusinessDay: null },
    ]);
  });

  it('has an hour more or less when the clocks change in the night', () => {
    const night = (businessDay: string) =>
      fundsAtRisk('store', [row({ businessDay })], () => ({ 'settlement.acquirerCutOff': '03:30', 'businessDay.cutOff': '04:00' }), 0)[0]!
        .cutOffAtMs;
    expect(night('2026-10-24')! - at('2026-10-24T22:00:00+02:00')).toBe(6.5 * 3_600_000);
    expect(night('2026-03-28')! - at('2026-03-28T22:00:00+01:00')).toBe(4.5 * 3_600_000);
  });
});
