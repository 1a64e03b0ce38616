import { describe, expect, it } from 'vitest';
import { judge, scriptBytes } from './budget.rules.js';

const scripts = new Map([
  ['entry.js', { bytes: 100, imports: ['vendor.js'] }],
  ['vendor.js', { bytes: 50, imports: ['entry.js'] }],
  ['today.js', { bytes: 10, imports: ['vendor.js', 'shared.js'] }],
  ['shared.js', { bytes: 5, imports: [] }],
  ['fleet.js', { bytes: 1000, imports: [] }],
]);

describe('the script budget', () => {
  it('counts everything a page needs, each script once, and nothing else', () => {
    expect(scriptBytes(scripts, ['entry.js', 'today.js'])).toBe(165);
  });

  it('is exceeded by one byte', () => {
    const of = (limit: number) => judge(scripts, [{ page: 'today', roots: ['entry.js', 'today.js'], limit }])[0]?.kept;
    expect([of(165), of(164)]).toEqual([true, false]);
  });

  it('does not pass because a chunk was renamed away', () => {
    expect(() => scriptBytes(scripts, ['gone.js'])).toThrow(/gone\.js/);
  });
});
