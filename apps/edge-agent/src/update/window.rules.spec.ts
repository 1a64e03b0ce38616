import { describe, expect, it } from 'vitest';
import { countsAsTrading, reasonsToGoOn, WINDOW_MARGIN_MS } from './window.rules.js';

describe('whether an agent may stop for an update', () => {
  it.each([
    [{ occupied: [], held: [], trading: false }, 'window', []],
    [{ occupied: [], held: [], trading: null }, 'window', []],
    [{ occupied: [], held: [], trading: true }, 'window', ['the store trades']],
    [{ occupied: [], held: [], trading: true }, 'quiet', []],
    [{ occupied: ['t1', 't2'], held: [], trading: true }, 'quiet', ['working: t1, t2']],
    [{ occupied: [], held: ['t1'], trading: false }, 'quiet', ['in a routine: t1']],
  ] as const)('%j, %s', (activity, when, reasons) => {
    expect(reasonsToGoOn(activity, when)).toEqual(reasons);
  });

  it('counts a margin after closing and the preparations before opening as trading', () => {
    const [opens, closes, lead] = [100_000_000, 200_000_000, 30 * 60_000];
    const trading = (now: number) => countsAsTrading(now, lead, (at) => opens <= at && at < closes);
    expect([closes - 1, closes, closes + WINDOW_MARGIN_MS - 1, closes + WINDOW_MARGIN_MS].map(trading)).toEqual([true, true, true, false]);
    const first = opens - lead - WINDOW_MARGIN_MS;
    expect([first - 1, first, opens - lead, opens].map(trading)).toEqual([false, true, true, true]);
  });
});
