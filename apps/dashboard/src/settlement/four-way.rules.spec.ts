import { describe, expect, it } from 'vitest';
import { askable, type BatchDetail, type ComparedBatch, fourWay } from './four-way.rules.js';

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const batch = (change: Partial<BatchDetail>): BatchDetail =>
  ({
    journal: eur(1_000),
    count: 2,
    terminalTotal: null,
    terminalCount: null,
    hostTotal: null,
    hostCount: null,
    confirmed: null,
    funded: null,
    ...change,
  }) as BatchDetail;
const compared = (total: number, fees: number, count = 2): ComparedBatch =>
  ({
    acquirerTotal: eur(total),
    acquirerFees: eur(fees),
    acquirerCount: count,
    acquirerOtherCurrencies: [] as ComparedBatch['acquirerOtherCurrencies'],
  }) as ComparedBatch;
const verdicts = (views: ReturnType<typeof fourWay>) =>
  views.map(({ side, verdict, delta }) => [side, verdict, delta?.amountMinor ?? null]);

describe('four sides of a batch', () => {
  it('are unknown until each has said something', () => {
    expect(verdicts(fourWay(batch({}), undefined))).toEqual([
      ['till', 'reference', null],
      ['terminal', 'unknown', null],
      ['acquirer', 'unknown', null],
      ['bank', 'unknown', null],
    ]);
  });

  it('agree when the bank paid the statement less its fees', () => {
    const views = fourWay(
      batch({ terminalTotal: eur(1_000), terminalCount: 2, confirmed: eur(1_000), funded: eur(988) }),
      compared(1_000, -12),
    );
    expect(verdicts(views).map(([, verdict]) => verdict)).toEqual(['reference', 'same', 'same', 'same']);
    expect(views[2]?.fees).toEqual(eur(-12));
  });

  it('know nothing of the acquirer, nor of its fees, as long as no statement has the batch', () => {
    expect(fourWay(batch({}), compared(0, 0, 0))[2]).toMatchObject({ amount: null, count: null, fees: null, verdict: 'unknown' });
  });

  it('don’t say what the bank should have paid where the statement tells no fees', () => {
    const untold = { ...compared(1_000, 0), acquirerFees: null };
    const views = fourWay(batch({ confirmed: eur(1_000), funded: eur(988) }), untold);
    expect(views[2]).toMatchObject({ amount: eur(1_000), fees: null, verdict: 'same' });
    expect(views[3]).toMatchObject({ amount: eur(988), verdict: 'unknown', delta: null });
  });

  it('keep rows of another currency apart, and are not the same with them', () => {
    const others = [{ count: 1, total: { amountMinor: 16_500, currency: 'USD' } }];
    const mixed = { ...compared(1_000, -12), acquirerOtherCurrencies: others };
    expect(fourWay(batch({}), mixed)[2]).toMatchObject({ amount: eur(1_000), others, verdict: 'differs', delta: null });
    const foreign = { ...compared(0, 0, 0), acquirerOtherCurrencies: others };
    expect(fourWay(batch({}), foreign)[2]).toMatchObject({ amount: eur(0), count: 0, others, verdict: 'differs', delta: eur(-1_000) });
  });

  it('say what each has more or less', () => {
    expect(verdicts(fourWay(batch({ terminalTotal: eur(900), funded: eur(1_000) }), compared(1_100, -12)))).toEqual([
      ['till', 'reference', null],
      ['terminal', 'differs', -100],
      ['acquirer', 'differs', 100],
      ['bank', 'differs', -88],
    ]);
  });

  it('differ by their number even when the amounts are the same', () => {
    expect(fourWay(batch({ terminalTotal: eur(1_000), terminalCount: 3 }), undefined)[1]).toMatchObject({
      verdict: 'differs',
      delta: eur(0),
    });
  });

  it('are never compared across currencies', () => {
    expect(fourWay(batch({ terminalTotal: { amountMinor: 1_000, currency: 'USD' } }), undefined)[1]).toMatchObject({
      verdict: 'differs',
      delta: null,
    });
  });
});

describe('what two people can be asked for', () => {
  it('is what the batch needs', () => {
    expect(askable({ state: 'open', handling: null })).toBe('settle');
    expect(askable({ state: 'missed', handling: null })).toBe('settle');
    expect(askable({ state: 'unbalanced', handling: 'uploaded' })).toBe('acceptUnbalanced');
    expect(askable({ state: 'unbalanced', handling: 'accepted' })).toBeNull();
    expect(askable({ state: 'settled', handling: null })).toBeNull();
  });
});
