import { describe, expect, it } from 'vitest';
import { type BoardDay, boardOf, cellOf, dayAt, daysThrough, newestDay } from './board.rules.js';

const NONE = { open: 0, settling: 0, inDoubt: 0, unbalanced: 0, missed: 0, settled: 0, confirmed: 0, funded: 0 };
const day = (states: Partial<typeof NONE>, change: Partial<BoardDay> = {}): BoardDay => ({
  businessDay: '2026-11-21',
  currency: 'EUR',
  batches: Object.values(states).reduce((sum, count) => sum + count, 0),
  journalMinor: 100,
  unsettledMinor: 0,
  onlyBatchNo: null,
  onlyTerminalId: null,
  ...NONE,
  ...states,
  ...change,
});

describe('a store’s day', () => {
  it.each([
    [{ settled: 1, unbalanced: 1, missed: 1 }, 'unbalanced', 1],
    [{ inDoubt: 1, missed: 2 }, 'missed', 2],
    [{ settled: 4, open: 1 }, 'open', 1],
    [{ funded: 1, confirmed: 3 }, 'confirmed', 4],
    [{ funded: 2, settled: 1 }, 'settled', 3],
    [{ confirmed: 1, settled: 2 }, 'settled', 3],
    [{ funded: 2 }, 'funded', 2],
  ] as const)('of %j stands as %s', (states, state, inState) => {
    expect(cellOf([day(states)])).toMatchObject({ state, inState });
  });

  it('sums per currency, and its state is that of the worst', () => {
    expect(cellOf([day({ funded: 2 }), day({ open: 1, settled: 1 }, { currency: 'USD', journalMinor: 5 })])).toEqual({
      state: 'open',
      inState: 1,
      batches: 4,
      only: undefined,
      unsettled: [],
      sums: [
        { amountMinor: 100, currency: 'EUR' },
        { amountMinor: 5, currency: 'USD' },
      ],
    });
  });

  it('tells what of it is not settled, where that is a part', () => {
    const missed = day({ missed: 1, settled: 2 }, { journalMinor: 217_761, unsettledMinor: 49_149 });
    expect(cellOf([missed]).unsettled).toEqual([{ amountMinor: 49_149, currency: 'EUR' }]);
    expect(cellOf([day({ missed: 1 }, { unsettledMinor: 100 })]).unsettled).toEqual([]);
    expect(cellOf([day({ settled: 1 }), day({ missed: 1 }, { currency: 'USD', unsettledMinor: 100 })]).unsettled).toEqual([
      { amountMinor: 100, currency: 'USD' },
    ]);
  });

  it('leads to its only batch', () => {
    const only = { onlyBatchNo: 7, onlyTerminalId: 't1' };
    expect(cellOf([day({ open: 1 }, only)]).only).toEqual({ terminalId: 't1', batchNo: 7 });
    // One in each of two currencies are two.
    expect(cellOf([day({ open: 1 }, only), day({ open: 1 }, { ...only, currency: 'USD' })]).only).toBeUndefined();
  });

  it('stands at its store and day', () => {
    const rows = [day({ open: 1 }), day({ open: 1 }, { currency: 'USD' }), day({ open: 1 }, { businessDay: '2026-11-20' })];
    const board = boardOf([
      { storeId: 'berlin', storeName: 'Berlin', days: rows },
      { storeId: 'tokyo', storeName: 'Tokyo', days: [] },
    ]);
    expect([...board].map(([store, days]) => [store, [...days].map(([on, { batches }]) => [on, batches])])).toEqual([
      [
        'berlin',
        [
          ['2026-11-21', 2],
          ['2026-11-20', 1],
        ],
      ],
      ['tokyo', []],
    ]);
    expect(() => cellOf([])).toThrow(RangeError);
  });
});

describe('the days of the board', () => {
  it('go back over a month’s end', () => {
    expect(daysThrough('2026-12-01', 3)).toEqual(['2026-12-01', '2026-11-30', '2026-11-29']);
  });

  it('reach to where the first store’s day has begun', () => {
    expect(newestDay('2026-11-21', [{ businessDay: '2026-11-22' }, { businessDay: '2026-11-21' }])).toBe('2026-11-22');
    expect(newestDay('2026-11-21', [{ businessDay: '2026-11-20' }])).toBe('2026-11-21');
  });

  it('end where the viewer’s day is', () => {
    expect(dayAt(Date.parse('2026-11-21T23:30:00Z'), 'Asia/Shanghai')).toBe('2026-11-22');
    expect(dayAt(Date.parse('2026-11-21T23:30:00Z'), 'America/New_York')).toBe('2026-11-21');
  });
});
