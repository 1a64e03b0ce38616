import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TerminalClock } from './terminal-clock.js';

beforeEach(() => vi.useFakeTimers({ now: new Date('2026-11-21T20:30:15Z') }));
afterEach(() => vi.useRealTimers());

describe('a terminal’s clock', () => {
  it('shows local time', () => {
    const clock = new TerminalClock('Europe/Berlin');
    expect(clock.local()).toBe('2026-11-21T21:30:15');
    expect(clock.dateAndTime()).toEqual({ date: '1121', time: '213015' });
    expect(new TerminalClock('Asia/Shanghai').local()).toBe('2026-11-22T04:30:15');
  });

  it('runs on from what it was set to', () => {
    const clock = new TerminalClock('Europe/Berlin');
    expect(clock.set('2026-01-02T03:04:05')).toBe(true);
    vi.advanceTimersByTime(61_000);
    expect(clock.local()).toBe('2026-01-02T03:05:06');
  });

  it('takes no time that does not exist', () => {
    const clock = new TerminalClock('Europe/Berlin');
    for (const wrong of ['2026-02-30T00:00:00', '2026-13-01T00:00:00', '2026-01-01T24:00:01', 'now']) expect(clock.set(wrong)).toBe(false);
    expect(clock.local()).toBe('2026-11-21T21:30:15');
  });

  it('can be wrong, and tells when the next time of day comes by its own reckoning', () => {
    const clock = new TerminalClock('Europe/Berlin');
    expect(clock.next('21:31')).toEqual({ at: '2026-11-21T21:31:00', inMs: 45_000 });
    clock.drift(-3_600);
    expect(clock.local()).toBe('2026-11-21T20:30:15');
    expect(clock.next('20:30')).toEqual({ at: '2026-11-22T20:30:00', inMs: 86_400_000 - 15_000 });
  });
});
