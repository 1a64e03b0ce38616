import { describe, expect, it } from 'vitest';
import { type BoardBatch, boardOf, cellOf, dayAt, daysThrough } from './board.rules.js';

const batch = (change: Partial<BoardBatch>): BoardBatch => ({
  id: 'b',
  storeId: 'berlin',
  terminalId: 't1',
  terminalName: 'Till 1',
  batchNo: 1,
  businessDay: '2026-11-21',
  state: 'settled',
  money: 'unconfirmed',
  handling: null,
  count: 1,
  journal: { amountMinor: 100, currency: 'EUR' },
  ...change,
});

describe('a store’s day', () => {
  it.each([
    [['settled', 'unbalanced', 'missed'], 'unbalanced'],
    [['inDoubt', 'missed'], 'missed'],
    [['settled', 'open'], 'open'],
    [['recovered', 'settled'], 'settled'],
  ] as const)('of %j stands as %s', (states, state) => {
    expect(cellOf(states.map((each) => batch({ state: each }))).state).toBe(state);
  });

  it('is as far as the slowest money when all is settled', () => {
    expect(cellOf([batch({ money: 'funded' }), batch({ money: 'confirmed' })]).state).toBe('confirmed');
    expect(cellOf([batch({ money: 'funded' }), batch({ state: 'recovered', money: 'funded' })]).state).toBe('funded');
    expect(cellOf([batch({ money: 'funded' }), batch({})])).toMatchObject({ state: 'settled', inState: 1, batches: 2, only: undefined });
  });

  it('needs nobody for a difference two people answered for', () => {
    expect(cellOf([batch({ state: 'unbalanced', handling: 'accepted' })]).state).toBe('settled');
    expect(cellOf([batch({ state: 'unbalanced', handling: 'frozen' })]).state).toBe('unbalanced');
  });

  it('sums per currency', () => {
    expect(cellOf([batch({}), batch({}), batch({ journal: { amountMinor: 5, currency: 'USD' } })]).sums).toEqual([
      { amountMinor: 200, currency: 'EUR' },
      { amountMinor: 5, currency: 'USD' },
    ]);
  });

  it('stands at its store and day', () => {
    const board = boardOf([batch({}), batch({ storeId: 'tokyo' }), batch({ businessDay: '2026-11-20' })]);
    expect([...board].map(([store, days]) => [store, [...days.keys()]])).toEqual([
      ['berlin', ['2026-11-21', '2026-11-20']],
      ['tokyo', ['2026-11-21']],
    ]);
    expect(() => cellOf([])).toThrow(RangeError);
  });
});

describe('the days of the board', () => {
  it('go back over a month’s end', () => {
    expect(daysThrough('2026-12-01', 3)).toEqual(['2026-12-01', '2026-11-30', '2026-11-29']);
  });

  it('end where the viewer’s day is', () => {
    expect(dayAt(Date.parse('2026-11-21T23:30:00Z'), 'Asia/Shanghai')).toBe('2026-11-22');
    expect(dayAt(Date.parse('2026-11-21T23:30:00Z'), 'America/New_York')).toBe('2026-11-21');
  });
});
