import { describe, expect, it } from 'vitest';
import { nameMatches } from './statements.rules.js';

describe('nameMatches', () => {
  it.each([
    ['*', 'anything', true],
    ['*.zip', 'a.zip', true],
    ['*.zip', 'a.zip.part', false],
    ['RD*_*.txt', 'RD2015_09.txt', true],
    ['a*a', 'a', false],
    ['exact.csv', 'exact.csv', true],
    ['exact.csv', 'exactXcsv', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*b*a', 'ab', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(nameMatches(pattern, name)).toBe(expected);
  });
});
