import { describe, expect, it } from 'vitest';
import { checkedDays, daysTyped } from './days.rules.js';

describe('days of an address', () => {
  it.each([
    [{}, {}, {}],
    [{ day: '2028-02-29' }, { day: '2028-02-29' }, {}],
    [{ day: '' }, {}, {}],
    [{ day: '2026-02-30' }, {}, { day: 'noSuchDay' }],
    [{ day: 'soon' }, {}, { day: 'noSuchDay' }],
    [{ day: '0001-01-01' }, {}, { day: 'tooEarly' }],
    [{ from: '0202-05-01', to: '2026-05-31' }, { to: '2026-05-31' }, { from: 'tooEarly' }],
    [{ from: '2026-13-45', to: '2026-11-30' }, { to: '2026-11-30' }, { from: 'noSuchDay' }],
    [{ from: '2026-05-02', to: '2026-05-01' }, { from: '2026-05-02' }, { to: 'reversed' }],
    [{ from: '2026-05-02', to: '2026-05-02' }, { from: '2026-05-02', to: '2026-05-02' }, {}],
  ] as const)('%j', (asked, days, faults) => {
    expect(checkedDays(asked)).toEqual({ days, faults });
  });
});

describe('days that are typed', () => {
  it('are asked for once they can be', () => {
    expect(daysTyped({}, { day: '2026-05-01' })).toEqual({ day: '2026-05-01' });
    expect(daysTyped({ from: '2026-05-01' }, { from: '' })).toEqual({ from: '' });
    // A year is typed digit by digit.
    expect(daysTyped({ from: '2026-05-01' }, { from: '0002-05-01' })).toBeUndefined();
  });

  it('are asked for together: the first may pass the last before that is typed', () => {
    const given = { from: '2026-05-01', to: '2026-05-31' };
    expect(daysTyped(given, { from: '2026-06-01' })).toBeUndefined();
    expect(daysTyped(given, { from: '2026-06-01', to: '2026-06-30' })).toEqual({ from: '2026-06-01', to: '2026-06-30' });
  });

  it('do not wait for a day of the address that can’t be asked for', () => {
    expect(daysTyped({ from: '2026-02-30' }, { to: '2026-03-31' })).toEqual({ to: '2026-03-31' });
  });
});
