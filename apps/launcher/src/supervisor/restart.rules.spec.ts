import { expect, test } from 'vitest';
import { afterExit, NEVER_RESTARTED } from './restart.rules.js';

test('short lives wait longer and longer, a steady one starts over', () => {
  let history = NEVER_RESTARTED;
  const delays: number[] = [];
  for (const livedMs of [60_000, 10, 10, 10, 10, 10, 10, 30_000]) {
    history = afterExit(history, livedMs);
    delays.push(history.delayMs);
  }
  expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 200]);
});
