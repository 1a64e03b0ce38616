import { describe, expect, it } from 'vitest';
import { nextOrderNo, orderNoOf, orderReference } from './orders.js';

describe('order references', () => {
  it('carry their number', () => {
    expect(orderReference(7, 'K2QX')).toBe('000007K2QX');
    expect(orderNoOf('000007K2QX')).toBe(7);
    expect(orderNoOf(orderReference(999_999, '0000'))).toBe(999_999);
  });

  it.each([
    [0, 'K2QX'],
    [1_000_000, 'K2QX'],
    [7, 'k2qx'],
    [7, 'K2Q'],
    [7.5, 'K2QX'],
  ] as const)('refuse %s and %s', (no, salt) => {
    expect(() => orderReference(no, salt)).toThrow(RangeError);
  });

  it('refuse what is none', () => {
    expect(() => orderNoOf('abc')).toThrow(RangeError);
  });

  it('start again after the last number', () => {
    expect([nextOrderNo(null), nextOrderNo(1), nextOrderNo(999_999)]).toEqual([1, 2, 1]);
  });
});
