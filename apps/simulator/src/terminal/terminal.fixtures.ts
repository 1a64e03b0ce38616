import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientTimes, ZvtDriver } from '@tillward/driver-zvt';
import { SeededRandom } from '../seeded-random.js';
import { ZvtTerminal, type ZvtTerminalOptions } from './zvt-terminal.js';

/** Time limits for tests: long enough for a machine under load, short enough to see every limit strike. */
export const SHORT_TIMES: ClientTimes = { connectMs: 2_000, t3Ms: 600, t4Ms: 1_200 };

/** A terminal in Berlin that does everything at once, and a driver for it. `close` ends both and removes their files. */
export async function terminalWithDriver(options: Partial<ZvtTerminalOptions> = {}, times: Partial<ClientTimes> = SHORT_TIMES) {
  const dataDir = mkdtempSync(join(tmpdir(), 'tillward-terminal-'));
  const failures: unknown[] = [];
  const complete: ZvtTerminalOptions = {
    store: 'berlin-mitte',
    terminal: 't1',
    storeName: 'Berlin Mitte',
    terminalId: '60000101',
    currency: 'EUR',
    password: '123456',
    timeZone: 'Europe/Berlin',
    host: '127.0.0.1',
    port: 0,
    dataDir,
    random: new SeededRandom('terminal-tests'),
    cardMs: [0, 1],
    hostMs: [0, 1],
    bootMs: 1,
    ackTimeoutMs: 2_000,
    declineRate: 0,
    fragmentation: 'random',
    observer: { failed: (error) => failures.push(error) },
    ...options,
  };
  const terminal = new ZvtTerminal(complete);
  await terminal.powerOn();
  const driver = new ZvtDriver({ host: '127.0.0.1', port: terminal.port, password: '123456', currency: complete.currency, times });
  return {
    terminal,
    driver,
    failures,
    options: complete,
    sale: { amountMinor: 1_250, currency: complete.currency },
    async close() {
      await driver.close();
      await terminal.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
