import type { FeeRate, FeeSchedule } from '@tillward/reconciliation';
import { describe, expect, it } from 'vitest';
import { type ChargedRow, checkBatch } from './fee-check.rules.js';

const rate = (changes: Partial<FeeRate> = {}): FeeRate => ({
  currency: 'EUR',
  ratePpm: 10_000,
  rounding: 'halfUp',
  onRefund: 'returned',
  from: '2026-01-01',
  ...changes,
});
const byRow = (...rates: FeeRate[]): FeeSchedule => ({ basis: 'row', rates });
const byBatch = (...rates: FeeRate[]): FeeSchedule => ({ basis: 'batch', rates });
let rowNo = 0;
const row = (amountMinor: number, feeMinor: number, changes: Partial<ChargedRow> = {}): ChargedRow => ({
  storeId: 's',
  account: 't',
  batchNo: '1',
  rowNo: ++rowNo,
  traceNo: String(rowNo),
  type: amountMinor < 0 ? 'refund' : 'sale',
  businessDay: '2026-03-02',
  amountMinor,
  currency: 'EUR',
  feeMinor,
  feeRemainder: 0,
  scheme: null,
  cardFunding: null,
  ...changes,
});
const DEBIT = { scheme: 'Girocard', cardFunding: null };
const CREDIT = { scheme: 'VISA', cardFunding: 'credit' } as const;

describe('P2: a batch held against a schedule', () => {
  it('takes for each row the line of its card kind, and adds up by card kind', () => {
    const schedule = byRow(rate(), rate({ cardKind: 'girocard', ratePpm: 2_500 }), rate({ cardKind: 'credit', ratePpm: 20_000 }));
    const checked = checkBatch(schedule, [row(10_000, -25, DEBIT), row(10_000, -200, CREDIT), row(10_000, -201, CREDIT), row(1_000, -10)]);
    expect(checked).toMatchObject({
      rows: 4,
      wrongRows: 1,
      rowsWithoutRate: 0,
      grossMinor: 31_000,
      expectedMinor: -435,
      chargedMinor: -436,
    });
    expect(checked.wrong.map(({ expectedMinor, chargedMinor }) => [expectedMinor, chargedMinor])).toEqual([[-200, -201]]);
    expect(Object.fromEntries(checked.kinds)).toEqual({
      girocard: { rows: 1, wrongRows: 0, rowsWithoutRate: 0, grossMinor: 10_000, expectedMinor: -25, chargedMinor: -25, unratedMinor: 0 },
      'visa credit': {
        rows: 2,
        wrongRows: 1,
        rowsWithoutRate: 0,
        grossMinor: 20_000,
        expectedMinor: -400,
        chargedMinor: -401,
        unratedMinor: 0,
      },
      '': { rows: 1, wrongRows: 0, rowsWithoutRate: 0, grossMinor: 1_000, expectedMinor: -10, chargedMinor: -10, unratedMinor: 0 },
    });
  });

  it.each([byRow, byBatch])('checks the rows that have a rate, whatever stands beside them', (schedule) => {
    const checked = checkBatch(schedule(rate({ cardKind: 'girocard', ratePpm: 2_500 })), [
      row(10_000, -30, DEBIT),
      row(5_000, -77, CREDIT),
    ]);
    expect(checked).toMatchObject({ rows: 2, wrongRows: 1, rowsWithoutRate: 1, expectedMinor: -25, chargedMinor: -107, unratedMinor: -77 });
    expect(checked.wrong).toMatchObject([{ expectedMinor: -25, chargedMinor: -30 }]);
    expect(checked.kinds.get('visa credit')).toMatchObject({ rowsWithoutRate: 1, unratedMinor: -77, expectedMinor: 0 });
  });

  it('of which nothing has a rate is not wrong', () => {
    expect(checkBatch(byBatch(rate({ currency: 'USD' })), [row(100, -1)])).toMatchObject({
      wrongRows: 0,
      rowsWithoutRate: 1,
      expectedMinor: 0,
    });
  });

  it.each<[string, FeeRate['rounding'], number, number, number]>([
    ['as it rounds up', 'halfUp', -793, -60_000, 0],
    ['as it cuts off', 'down', -793, -60_000, 1],
    ['at one half away from zero', 'halfUp', -793, -50_000, 0],
    ['at one half to the even one', 'halfEven', -793, -50_000, 0],
    ['at one half to the even one, kept', 'halfEven', -794, -50_000, 0],
    ['not farther than that', 'halfUp', -794, -60_000, 1],
  ])('rounds what a file writes beyond minor units %s', (_, rounding, feeMinor, feeRemainder, wrong) => {
    // 7.94 were agreed, whatever the amount.
    const schedule = byRow(rate({ ratePpm: 0, fixedMinor: 794, rounding }));
    expect(checkBatch(schedule, [row(132_333, feeMinor, { feeRemainder })]).wrongRows).toBe(wrong);
  });

  it('of a schedule that rounds by batch is checked as a whole, and its kinds add up to it', () => {
    const schedule = byBatch(rate({ ratePpm: 1_500 }));
    // 0.4995 and 0.4995 and 0.4995: 1 together, none of each kind.
    const rows = [row(333, -1, DEBIT), row(333, 0, CREDIT), row(333, 0)];
    const right = checkBatch(schedule, rows);
    expect(right).toMatchObject({ wrongRows: 0, expectedMinor: -1, chargedMinor: -1 });
    const sum = (name: 'expectedMinor' | 'chargedMinor' | 'wrongRows') =>
      [...right.kinds.values()].reduce((total, kind) => total + kind[name], 0);
    expect([sum('expectedMinor'), sum('chargedMinor')]).toEqual([-1, -1]);
    const wrong = checkBatch(schedule, [row(33_300, -60, DEBIT), row(33_300, -50, CREDIT)]);
    expect(wrong).toMatchObject({ wrongRows: 1, wrong: [{ expectedMinor: -100, chargedMinor: -110 }] });
    expect([...wrong.kinds].map(([kind, { wrongRows }]) => [kind, wrongRows])).toEqual([
      ['girocard', 1],
      ['visa credit', 0],
    ]);
  });

  it('that rounds by batch forgives parts of a minor unit, never a whole one', () => {
    const schedule = byBatch(rate({ ratePpm: 1_500 }));
    const fees = (parts: number) => [
      row(333, 0, { feeRemainder: -parts }),
      row(333, 0, { feeRemainder: -parts }),
      row(333, 0, { feeRemainder: -parts }),
    ];
    expect(checkBatch(schedule, fees(49_950)).wrongRows).toBe(0);
    expect(checkBatch(schedule, fees(70_000)).wrongRows).toBe(1);
  });

  it.each<[string, FeeSchedule, ChargedRow[]]>([
    [
      'by row, at one half',
      byRow(rate({ ratePpm: 15_000 })),
      [row(100, -1, { feeRemainder: -50_000 }), row(100, -1, { feeRemainder: -50_000 })],
    ],
    [
      'by row, down',
      byRow(rate({ ratePpm: 15_000, rounding: 'down' })),
      [row(100, -1, { feeRemainder: -50_000 }), row(300, -4, { feeRemainder: -50_000 })],
    ],
    ['by batch', byBatch(rate({ ratePpm: 1_500 })), [1, 2, 3].map(() => row(333, 0, { feeRemainder: -49_950 }))],
    [
      'beside a row without a rate',
      byBatch(rate({ cardKind: 'girocard', ratePpm: 1_500 })),
      [row(333, 0, { feeRemainder: -49_950, ...DEBIT }), row(100, -1, { feeRemainder: -50_000 })],
    ],
  ])('leaves no gap where nothing is wrong, %s', (_, schedule, rows) => {
    const { wrongRows, chargedMinor, unratedMinor, expectedMinor, kinds } = checkBatch(schedule, rows);
    expect([wrongRows, chargedMinor - unratedMinor - expectedMinor]).toEqual([0, 0]);
    expect([...kinds.values()].reduce((sum, kind) => sum + kind.chargedMinor, 0)).toBe(chargedMinor);
  });

  it('leaves just the gap of its wrong rows', () => {
    const schedule = byRow(rate({ ratePpm: 15_000 }));
    const checked = checkBatch(schedule, [row(100, -1, { feeRemainder: -50_000 }), row(100, -3), row(100, 0, { feeRemainder: -40_000 })]);
    expect(checked.wrong.map(({ chargedMinor, expectedMinor }) => chargedMinor - expectedMinor)).toEqual([-1, 2]);
    expect(checked.chargedMinor - checked.expectedMinor).toBe(1);
  });

  it('sees one minor unit among very large fees', () => {
    const schedule = byBatch(rate({ ratePpm: 1_000_000, onRefund: 'charged' }));
    const fees = (more: number) => [row(900_000_000_000_000, -900_000_000_000_000), row(1, -1 - more)];
    expect(checkBatch(schedule, fees(0)).wrongRows).toBe(0);
    expect(checkBatch(schedule, fees(1)).wrongRows).toBe(1);
  });
});
