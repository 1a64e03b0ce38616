import { describe, expect, it } from 'vitest';
import { minorOf } from './amount.rules.js';

describe('an amount that is typed', () => {
  it.each([
    ['12.34', 'EUR', 1_234],
    ['-12,3', 'EUR', -1_230],
    ['−5', 'EUR', -500],
    ['+1 000', 'JPY', 1_000],
    ['1.234', 'KWD', 1_234],
  ] as const)('%s %s is %i minor units', (typed, currency, minor) => {
    expect(minorOf(typed, currency)).toBe(minor);
  });

  it.each([
    ['', 'EUR'],
    ['12.345', 'EUR'],
    ['1.5', 'JPY'],
    ['1.000,50', 'EUR'],
    ['abc', 'EUR'],
    ['1e3', 'EUR'],
  ] as const)('%s %s is none', (typed, currency) => {
    expect(minorOf(typed, currency)).toBeUndefined();
  });
});
