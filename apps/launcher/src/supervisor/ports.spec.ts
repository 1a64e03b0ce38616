import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { PartEndedEarly } from './part.js';
import { atFreePorts, EXIT_PORT_TAKEN, freePort, PortBook } from './ports.js';

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

test('a free port is none that an outgoing connection could take before it is used', async () => {
  for (let i = 0; i < 20; i++) {
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(10_240);
    expect(port).toBeLessThan(32_768);
  }
});

test.each<[string, number | null, number]>([
  ['another program was faster twice', EXIT_PORT_TAKEN, 2],
  ['another program was faster every time', EXIT_PORT_TAKEN, 9],
  ['it has another fault', 1, 9],
  ['it was killed', null, 9],
])('a part is started at other ports when, and only when, its own were taken: %s', async (_name, status, failures) => {
  let starts = 0;
  let chosen = 0;
  const start = async () => {
    if (++starts <= failures) throw new PartEndedEarly('its last words', status);
    return 'ready';
  };
  const started = atFreePorts(start, async () => void chosen++);
  if (failures === 2) expect(await started).toBe('ready');
  else await expect(started).rejects.toThrow('its last words');
  expect([starts, chosen]).toEqual(status === EXIT_PORT_TAKEN ? [3, 2] : [1, 0]);
});
