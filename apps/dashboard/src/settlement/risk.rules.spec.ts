import { describe, expect, it } from 'vitest';
import { LIGHT } from '../tokens.js';
import { axisHours, riskHeight, riskPicture } from './risk.picture.js';
import { type FundsRow, riskRows, withRow } from './risk.rules.js';

const NOW = Date.parse('2026-11-21T20:00:00Z');
const row = (storeId: string, change: Partial<FundsRow> = {}): FundsRow => ({
  id: `store/${storeId}/EUR`,
  storeId,
  name: storeId,
  count: 3,
  cutOffAt: '2026-11-21T22:30:30Z',
  lateCount: 0,
  amount: { amountMinor: 1_000, currency: 'EUR' },
  late: { amountMinor: 0, currency: 'EUR' },
  ...change,
});
const late = { lateCount: 1, late: { amountMinor: 200, currency: 'EUR' } };

describe('funds at risk', () => {
  it('show late stores first, then whose cut-off comes next, and nobody without unsettled money', () => {
    const rows = riskRows(
      [
        row('calm'),
        row('settled', { count: 0 }),
        row('soon', { cutOffAt: '2026-11-21T20:59:59Z' }),
        row('late', late),
        row('all late', { ...late, cutOffAt: null }),
        row('more', { amount: { amountMinor: 2_000, currency: 'EUR' } }),
      ],
      NOW,
    );
    expect(rows.map(({ name, minutesLeft, urgency }) => [name, minutesLeft, urgency])).toEqual([
      ['all late', null, 'late'],
      ['late', 150, 'late'],
      ['soon', 59, 'soon'],
      ['more', 150, 'calm'],
      ['calm', 150, 'calm'],
    ]);
    expect(rows.map((each) => each.late?.amountMinor ?? null)).toEqual([200, 200, null, null, null]);
  });

  it('are renewed row by row', () => {
    const rows = [row('a'), row('b')];
    expect(withRow(rows, row('a', { count: 9 })).map(({ storeId, count }) => [storeId, count])).toEqual([
      ['b', 3],
      ['a', 9],
    ]);
    expect(withRow(rows, row('a', { count: 0 })).map(({ storeId }) => storeId)).toEqual(['b']);
    expect(withRow(rows, row('c'))).toHaveLength(3);
  });
});

describe('the picture of it', () => {
  it('reaches a little past the last cut-off, and two hours at least', () => {
    expect(axisHours([])).toBe(2);
    expect(axisHours(riskRows([row('a', { ...late, cutOffAt: null })], NOW))).toBe(2);
    expect(axisHours(riskRows([row('a'), row('b', { cutOffAt: '2026-11-22T07:10:00Z' })], NOW))).toBe(12);
  });

  it('draws a line as long as the time that is left, with the amount at its end', () => {
    const rows = riskRows([row('a'), row('b', { ...late, cutOffAt: null })], NOW);
    const words = { label: ({ name }: { name: string }) => `${name} has`, hours: String, tip: () => [] };
    const { series } = riskPicture(rows, words, LIGHT, 390) as { series: { data: Record<string, unknown>[] }[] };
    expect(series[0]?.data.map(({ value }) => value)).toEqual([0, 150]);
    expect(series[1]?.data).toMatchObject([
      { value: [0, 0], label: { formatter: 'b has', color: LIGHT.bad } },
      { value: [150, 1], label: { formatter: 'a has', color: LIGHT.accent } },
    ]);
  });
});

describe('on a narrow screen', () => {
  it('there is room above the first line for its name and amount', () => {
    const words = { label: () => '', hours: String, tip: () => [] };
    const top = (width: number) => (riskPicture(riskRows([row('one')], NOW), words, LIGHT, width)['grid'] as { top: number }).top;
    // Two lines of 16 px and their distance of 9 px stand above the middle of a row of 62 px.
    expect(62 / 2 + top(390)).toBeGreaterThanOrEqual(2 * 16 + 9 + 4);
    expect(riskHeight(1, true) - top(390)).toBeGreaterThanOrEqual(62 + 22);
  });
});
