import { describe, expect, it } from 'vitest';
import { type Attempts, afterRight, afterWrong, counted, FREE_OF_PAIR, mayTry, NO_ATTEMPTS } from './attempts.rules.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Attempts at one instant. */
const wrong = (times: number, at = 0): Attempts => {
  let attempts = NO_ATTEMPTS;
  for (let i = 0; i < times; i++) attempts = afterWrong(attempts, at);
  return attempts;
};
/** The first whole minute at which the next attempt is looked at. */
const waitMinutes = (attempts: Attempts) => {
  for (let minute = 0; ; minute++) if (mayTry(attempts, attempts.lastAt + minute * MINUTE, FREE_OF_PAIR)) return minute;
};

describe('wrong attempts', () => {
  it.each([
    [0, 0],
    [4, 0],
    [5, 1],
    [6, 2],
    [7, 4],
    [10, 32],
    [11, 60],
    [500, 60],
  ])('%i of them: the next one in %i minutes', (times, minutes) => {
    expect(times === 0 ? mayTry(NO_ATTEMPTS, 0, FREE_OF_PAIR) : waitMinutes(wrong(times)) === minutes).toBe(true);
  });

  it('are forgotten one by one, an hour each', () => {
    expect([0, HOUR - 1, HOUR, 3 * HOUR, 99 * HOUR].map((at) => counted(wrong(3), at))).toEqual([3, 3, 2, 0, 0]);
    expect(afterWrong(wrong(6), 2 * HOUR)).toEqual({ wrong: 5, lastAt: 2 * HOUR });
    expect(afterRight(wrong(1))).toMatchObject({ wrong: 0 });
  });

  it('leave who never stops about one guess an hour', () => {
    let attempts = NO_ATTEMPTS;
    let guesses = 0;
    for (let minute = 0; minute < 7 * 24 * 60; minute++) {
      while (mayTry(attempts, minute * MINUTE, FREE_OF_PAIR)) {
        attempts = afterWrong(attempts, minute * MINUTE);
        guesses += 1;
      }
    }
    expect(guesses).toBeGreaterThan(7 * 24);
    expect(guesses).toBeLessThan(7 * 24 + 20);
  });
});
