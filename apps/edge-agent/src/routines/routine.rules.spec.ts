import { describe, expect, it } from 'vitest';
import { nextStep, recordOf } from './routine.rules.js';

const STEPS = ['a', 'b', 'c'] as const;
const record = (step: 'a' | 'b' | 'c') => ({ step, outcome: 'done' as const, seq: 1, evidence: {} });

describe('nextStep', () => {
  it.each([
    [[], 'a'],
    [['a'], 'b'],
    [['a', 'b'], 'c'],
    [['a', 'b', 'c'], null],
  ] as const)('after %j comes %s', (done, next) => {
    expect(nextStep(STEPS, done.map(record))).toBe(next);
  });

  it('finds a record by its step', () => {
    expect(recordOf([record('b')], 'b')?.step).toBe('b');
    expect(recordOf([record('b')], 'c')).toBeUndefined();
  });
});
