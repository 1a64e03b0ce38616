import { describe, expect, it } from 'vitest';
import { exactMinor, InexactSum } from './exact.rules.js';

describe('exactMinor', () => {
  it.each([
    ['0', 0],
    ['-35', -35],
    ['4503599627370495', 4_503_599_627_370_495],
  ])('reads %s', (text, minor) => {
    expect(exactMinor(text)).toBe(minor);
  });

  it.each(['4503599627370496', '-4503599627370496', '9007199254740993', '99999999999999999999'])('refuses %s', (text) => {
    expect(() => exactMinor(text)).toThrow(InexactSum);
  });
});
