import { describe, expect, it } from 'vitest';
import { type BatchEvent, type BatchState, type Handling, nextBatch, nextHandling, nextPayment, totalsChange } from './settlement.rules.js';

const STATES: BatchState[] = ['open', 'settling', 'settled', 'unbalanced', 'inDoubt', 'missed', 'recovered'];

/** Rows: event; columns: state before, in the order of STATES (missed before: for `missed` and `recovered` only). */
const TABLE: [BatchEvent, ...BatchState[]][] = [
  ['started', 'settling', 'settling', 'settled', 'settling', 'settling', 'settling', 'recovered'],
  ['completed', 'settled', 'settled', 'settled', 'settled', 'settled', 'recovered', 'recovered'],
  ['failed', 'open', 'open', 'settled', 'open', 'open', 'missed', 'recovered'],
  ['inDoubt', 'inDoubt', 'inDoubt', 'settled', 'inDoubt', 'inDoubt', 'inDoubt', 'recovered'],
  ['resolvedSettled', 'settled', 'settled', 'settled', 'settled', 'settled', 'recovered', 'recovered'],
  ['resolvedNotSettled', 'open', 'open', 'settled', 'open', 'open', 'missed', 'recovered'],
  ['unbalanced', 'unbalanced', 'unbalanced', 'unbalanced', 'unbalanced', 'unbalanced', 'unbalanced', 'unbalanced'],
  ['accepted', 'open', 'settling', 'settled', 'unbalanced', 'inDoubt', 'missed', 'recovered'],
  ['missed', 'missed', 'settling', 'settled', 'unbalanced', 'inDoubt', 'missed', 'recovered'],
];

describe('nextBatch', () => {
  for (const [event, ...after] of TABLE) {
    it.each(STATES.map((state, i) => [state, after[i]!] as const))(`${event}: %s → %s`, (state, expected) => {
      const missed = state === 'missed' || state === 'recovered';
      expect(nextBatch({ state, missed }, event).state).toBe(expected);
    });
  }

  it('a batch missed while its settlement was running is recovered when that completes (S2)', () => {
    const missed = nextBatch({ state: 'settling', missed: false }, 'missed');
    expect(missed).toEqual({ state: 'settling', missed: true });
    expect(nextBatch(missed, 'completed').state).toBe('recovered');
    expect(nextBatch(missed, 'failed').state).toBe('missed');
  });

  it('never forgets that it was missed', () => {
    for (const [event] of TABLE) expect(nextBatch({ state: 'missed', missed: true }, event).missed).toBe(true);
  });
});

describe('nextPayment', () => {
  it.each([
    ['started', 'completed', 'completed'],
    ['started', 'inDoubt', 'inDoubt'],
    ['inDoubt', 'completed', 'completed'],
    ['inDoubt', 'failed', 'failed'],
    ['completed', 'failed', 'completed'],
    ['completed', 'inDoubt', 'completed'],
    ['declined', 'completed', 'declined'],
    ['failed', 'completed', 'failed'],
  ] as const)('%s, then %s: %s (S4)', (current, next, expected) => {
    expect(nextPayment(current, next)).toBe(expected);
  });
});

describe('totalsChange', () => {
  const p = (state: 'started' | 'completed' | 'failed' | 'inDoubt', amountMinor: number) => ({ state, amountMinor });
  it.each([
    [undefined, p('started', 100), { minor: 0, count: 0 }],
    [undefined, p('completed', 100), { minor: 100, count: 1 }],
    [p('started', 100), p('completed', 120), { minor: 120, count: 1 }],
    [p('inDoubt', 100), p('failed', 100), { minor: 0, count: 0 }],
    [p('completed', 100), p('completed', 100), { minor: 0, count: 0 }],
  ] as const)('%o → %o changes %o (S5, S6)', (before, after, change) => {
    expect(totalsChange('sale', before, after)).toEqual(change);
    for (const kind of ['reversal', 'refund'] as const) {
      expect(totalsChange(kind, before, after)).toEqual({ minor: change.minor === 0 ? 0 : -change.minor, count: change.count });
    }
  });
});

describe('nextHandling (S11)', () => {
  it.each<[Handling | null, Handling, Handling | undefined]>([
    [null, 'frozen', 'frozen'],
    [null, 'uploaded', undefined],
    [null, 'accepted', 'accepted'],
    ['frozen', 'frozen', undefined],
    ['frozen', 'uploaded', 'uploaded'],
    ['frozen', 'accepted', 'accepted'],
    ['uploaded', 'frozen', undefined],
    ['uploaded', 'uploaded', 'uploaded'],
    ['uploaded', 'accepted', 'accepted'],
    ['accepted', 'frozen', undefined],
    ['accepted', 'uploaded', undefined],
    ['accepted', 'accepted', undefined],
  ])('%s, then %s: %s', (current, step, next) => {
    expect(nextHandling(current, step)).toBe(next);
  });
});
