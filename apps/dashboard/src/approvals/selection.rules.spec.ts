import { describe, expect, it } from 'vitest';
import { choose, chosenOf, placesOf, progressOf, targetOf, unsettledOf } from './selection.rules.js';

const target = (commandState: string | null, amountMinor = 0, currency = 'EUR') =>
  ({ commandState, unsettled: { amountMinor, currency } }) as never;

describe('the selection', () => {
  it('reads what is a place from the address, each once, and leaves the rest', () => {
    expect(placesOf('berlin/be-1,berlin/be-1,tokyo/t-1,../etc,x,a/b/c,')).toEqual(['berlin/be-1', 'tokyo/t-1']);
    expect(placesOf('nothing')).toBeUndefined();
    expect(placesOf(undefined)).toBeUndefined();
    expect(placesOf(Array.from({ length: 600 }, (_, at) => `s/t-${at}`))).toHaveLength(500);
    expect(targetOf('berlin/be-1')).toEqual({ storeId: 'berlin', terminalId: 'be-1' });
  });

  it('adds and takes away without counting twice', () => {
    expect(choose(['a/1'], ['a/1', 'a/2'], true)).toEqual(['a/1', 'a/2']);
    expect(choose(['a/1', 'b/1'], ['a/1', 'a/2'], false)).toEqual(['b/1']);
    expect(['none', 'some', 'all']).toEqual([[], ['a/1'], ['a/1', 'a/2']].map((own) => chosenOf(new Set(own), ['a/1', 'a/2'])));
  });

  it('sums what is unsettled by currency', () => {
    expect(unsettledOf({ targets: [target(null, 100), target(null, 50), target(null, 7, 'CNY'), target(null, 0, 'USD')] })).toEqual([
      { currency: 'CNY', amountMinor: 7 },
      { currency: 'EUR', amountMinor: 150 },
    ]);
  });

  it('counts every terminal once by what became of it', () => {
    const states = ['succeeded', 'running', 'created', 'failed', 'rejected', 'expired', 'outcomeUnknown', null];
    expect(progressOf({ targets: states.map((state) => target(state)) })).toEqual({ done: 1, open: 2, failed: 4 });
  });
});
