import { describe, expect, it } from 'vitest';
import { find, moved } from './palette.rules.js';

const items = [
  { id: 'policy', label: 'Policy', words: ['策略'] },
  { id: 'berlin', label: 'Berlin Mitte', words: ['berlin-mitte', 'Berlin'] },
  { id: 'close', label: 'Close: Berlin', words: [] },
];

describe('the palette', () => {
  it.each([
    ['', ['policy', 'berlin', 'close']],
    ['ber', ['berlin', 'close']],
    ['mitte ber', ['berlin']],
    ['策略', ['policy']],
    ['nothing', []],
  ])('%s', (typed, ids) => {
    expect(find(items, typed).map(({ id }) => id)).toEqual(ids);
  });

  it('moves round at the ends', () => {
    expect([moved(2, 3, 'ArrowDown'), moved(0, 3, 'ArrowUp'), moved(1, 3, 'End'), moved(2, 3, 'Home'), moved(0, 0, 'ArrowDown')]).toEqual([
      0, 2, 2, 0, 0,
    ]);
  });
});
