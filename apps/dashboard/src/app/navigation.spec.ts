import { describe, expect, it } from 'vitest';
import { mayOpen } from './navigation.js';

describe('pages about money', () => {
  it.each([
    ['/settlement/statements', false],
    ['/settlement/statements/0b7e', false],
    ['/settlement/terms', false],
    ['/settlement/terms/acme', false],
    ['/settlement/funding', false],
    ['/settlement/differences', true],
    ['/settlement/fees', true],
    ['/settlement/batches/berlin/t1/4', true],
  ] as const)('%s is a manager’s: %s', (path, theirs) => {
    expect(mayOpen('manager', path)).toBe(theirs);
    expect([mayOpen('hq', path), mayOpen('auditor', path), mayOpen('cashier', path)]).toEqual([true, true, false]);
  });
});
