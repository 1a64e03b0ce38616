import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, PortBook } from './ports.js';

test('a taken port is replaced by another and said so; no port is given twice', async () => {
  const blocker = createServer().listen(await freePort(), '127.0.0.1');
  onTestFinished(() => void blocker.close());
  await once(blocker, 'listening');
  const taken = (blocker.address() as { port: number }).port;
  const said: string[] = [];
  const book = new PortBook((line) => said.push(line));
  const first = await book.take(taken, 'the dashboard');
  const second = await book.take(taken, 'the broker');
  expect(new Set([taken, first, second]).size).toBe(3);
  expect(said).toEqual([
    `port ${taken} is taken, using ${first} for the dashboard`,
    `port ${taken} is taken, using ${second} for the broker`,
  ]);
  expect(await book.take(0, 'anything')).toBeGreaterThan(0);
  expect([taken, first, second]).not.toContain(await book.takeQuietly(taken));
  expect(said).toHaveLength(2);
});
