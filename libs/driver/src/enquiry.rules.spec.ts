import { describe, expect, it } from 'vitest';
import { type EnquiryVerdict, type ExpectedSale, judgeEnquiry, judgeSettlement, totalsAgree } from './enquiry.rules.js';
import type { EnquiryOutcome, TotalsOutcome } from './outcomes.js';

const sale = (lastKnownTraceNo: number | null): ExpectedSale => ({ amountMinor: 1250, currency: 'EUR', lastKnownTraceNo });
const last = (traceNo: number, amountMinor = 1250, currency = 'EUR'): EnquiryOutcome => ({
  kind: 'lastTransaction',
  details: { traceNo, amountMinor, currency },
});
const declined = (traceNo: number | null, amountMinor: number | null = 1250): EnquiryOutcome => ({
  kind: 'lastDeclined',
  traceNo,
  amountMinor,
  resultCode: '05',
});

describe('judgeEnquiry', () => {
  it.each<[string, ExpectedSale, EnquiryOutcome, EnquiryVerdict]>([
    ['same trace, same amount: the customer paid the same before', sale(41), last(41), 'notBooked'],
    ['same trace, other amount', sale(41), last(41, 999), 'notBooked'],
    ['next trace, same amount', sale(41), last(42), 'booked'],
    ['later trace, same amount', sale(41), last(44), 'booked'],
    ['next trace, other amount', sale(41), last(42, 1251), 'unknown'],
    ['next trace, other currency', sale(41), last(42, 1250, 'CHF'), 'unknown'],
    ['older trace', sale(41), last(40), 'unknown'],
    ['trace wrapped', sale(999_999), last(1), 'booked'],
    ['trace before the wrap', sale(1), last(999_999), 'unknown'],
    ['nothing known before, equal amount', sale(null), last(1), 'booked'],
    ['nothing known before, other amount', sale(null), last(1, 5), 'unknown'],
    ['none stored and none known', sale(null), { kind: 'none' }, 'notBooked'],
    ['none stored although one was known: memory lost', sale(41), { kind: 'none' }, 'unknown'],
    ['newer, declined, same amount', sale(41), declined(42), 'notBooked'],
    ['newer, declined, other amount', sale(41), declined(42, 7), 'unknown'],
    ['declined without a trace', sale(41), declined(null), 'unknown'],
    ['declined, old trace', sale(41), declined(41), 'unknown'],
    ['found by reference', sale(41), { kind: 'found', details: { traceNo: 7, amountMinor: 1250, currency: 'EUR' } }, 'booked'],
    [
      'found by reference with another amount',
      sale(41),
      { kind: 'found', details: { traceNo: 7, amountMinor: 1, currency: 'EUR' } },
      'unknown',
    ],
    ['found by reference, declined', sale(41), { kind: 'foundDeclined', resultCode: 'refused', detail: '' }, 'notBooked'],
    ['not found by reference', sale(41), { kind: 'notFound' }, 'notBooked'],
    ['next trace, but a reversal', sale(41), { ...last(42), transaction: 'reversal' } as EnquiryOutcome, 'unknown'],
    [
      'a reversal expected and found',
      { ...sale(41), transaction: 'reversal' },
      { ...last(42), transaction: 'reversal' } as EnquiryOutcome,
      'booked',
    ],
    ['no answer', sale(41), { kind: 'unknown', reason: 'no answer' }, 'unknown'],
  ])('%s', (_name, expected, answer, verdict) => {
    expect(judgeEnquiry(expected, answer)).toBe(verdict);
  });
});

describe('judgeSettlement', () => {
  const totals = (amountMinor: number, count: number | null): TotalsOutcome => ({
    kind: 'totals',
    totals: { currency: 'EUR', amountMinor, count },
  });
  const before = { currency: 'EUR', amountMinor: 500, count: 2 };
  it.each([
    ['cleared', totals(0, 0), 'settled'],
    ['unchanged', totals(500, 2), 'notSettled'],
    ['other amount', totals(700, 3), 'unknown'],
    ['sales cancelling out', totals(0, 2), 'unknown'],
    ['no answer', { kind: 'failed', code: 'terminalUnreachable', resultCode: null, detail: '' } as const, 'unknown'],
  ] as const)('%s', (_name, answer, verdict) => {
    expect(judgeSettlement(before, answer)).toBe(verdict);
  });
});

describe('totalsAgree', () => {
  const totals = (amountMinor: number, count: number | null, currency = 'EUR') => ({ currency, amountMinor, count });
  it.each([
    ['equal', totals(5, 1), totals(5, 1), 256, true],
    ['other amount', totals(5, 1), totals(6, 1), 256, false],
    ['other currency', totals(5, 1), totals(5, 1, 'CHF'), 256, false],
    ['other count', totals(5, 1), totals(5, 2), 256, false],
    ['counter overflowed', totals(5, 300), totals(5, 44), 256, true],
    ['overflow in a protocol without one', totals(5, 300), totals(5, 44), null, false],
    ['count unknown', totals(5, 300), totals(5, null), null, true],
  ])('%s', (_name, a, b, modulus, agrees) => {
    expect(totalsAgree(a, b, modulus)).toBe(agrees);
  });
});
