import { describe, expect, it } from 'vitest';
import { judgeReversal, type StoredTransaction, turnoverOf } from './turnover.rules.js';

const entry = (receiptNo: number, more: Partial<StoredTransaction> = {}): StoredTransaction => ({
  kind: 'sale',
  traceNo: receiptNo,
  receiptNo,
  amountMinor: 1_000,
  cardGroup: 'visa',
  cardName: 'VISA',
  cardLast4: '0042',
  authorisationCode: '000001',
  date: '1121',
  time: '210000',
  reversedMinor: 0,
  unsent: false,
  ...more,
});

describe('judgeReversal', () => {
  it.each<[string, StoredTransaction, number | null, number]>([
    ['the whole', entry(7), null, 1_000],
    ['a part', entry(7), 300, 300],
    ['all in words', entry(7), 1_000, 1_000],
    ['the rest', entry(7, { reversedMinor: 300 }), null, 700],
  ])('takes back %s', (_name, sale, wanted, amountMinor) => {
    expect(judgeReversal([sale, entry(8)], 7, wanted)).toEqual({ possible: true, original: sale, amountMinor });
  });

  it.each<[string, StoredTransaction, number | null, number]>([
    ['an unknown receipt', entry(8), null, 0xb5],
    ['one that was taken back', entry(7, { reversedMinor: 1_000 }), null, 0xb4],
    ['more than there is', entry(7), 1_001, 0xb7],
    ['more than is left', entry(7, { reversedMinor: 300 }), 701, 0xb7],
    ['nothing', entry(7), 0, 0xb7],
    ['a reversal', entry(7, { kind: 'reversal', reversedReceiptNo: 1 }), null, 0xb5],
    ['a refund', entry(7, { kind: 'refund' }), null, 0xb5],
  ])('refuses %s', (_name, open, wanted, resultCode) => {
    expect(judgeReversal([open], 7, wanted)).toEqual({ possible: false, resultCode });
  });

  it('means the newest of two equal receipt numbers: they start again after 9999', () => {
    const newer = entry(7, { traceNo: 10_006, amountMinor: 5 });
    expect(judgeReversal([entry(7), newer], 7, null)).toMatchObject({ possible: true, original: newer });
  });
});

describe('turnoverOf', () => {
  it('is net, and counts every booking', () => {
    const open = [
      entry(1),
      entry(2, { cardGroup: 'amex', amountMinor: 500 }),
      entry(3, { kind: 'reversal', amountMinor: 400, reversedReceiptNo: 1 }),
    ];
    const { individual, amountMinor, count } = turnoverOf(open);
    expect({ amountMinor, count }).toEqual({ amountMinor: 1_100, count: 3 });
    expect(individual).toMatchObject({ receiptFrom: 1, receiptTo: 3 });
    expect(individual.groups.visa).toEqual({ count: 2, amountMinor: 600 });
    expect(individual.groups.amex).toEqual({ count: 1, amountMinor: 500 });
  });

  it('of nothing is nothing', () => {
    expect(turnoverOf([])).toMatchObject({ amountMinor: 0, count: 0, individual: { receiptFrom: 0, receiptTo: 0 } });
  });

  it('has no sign on the wire: a group that gave back more than it took shows nothing', () => {
    const { individual, amountMinor } = turnoverOf([entry(1, { kind: 'refund' }), entry(2, { cardGroup: 'jcb', amountMinor: 300 })]);
    expect(amountMinor).toBe(-700);
    expect(individual.groups.visa).toEqual({ count: 1, amountMinor: 0 });
  });
});
