import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NexoDriver, type NexoDriverOptions, type NexoTimes } from '@tillward/driver-nexo';
import { SeededRandom } from '../seeded-random.js';
import { NexoTerminal, type NexoTerminalOptions } from './nexo-terminal.js';

/** Time limits for tests: long enough for a machine under load, short enough to see every limit strike. */
export const SHORT_TIMES: NexoTimes = { connectMs: 2_000, serviceMs: 3_000, paymentMs: 1_200, reconciliationMs: 1_200, notFoundMs: 100 };

const KEY = { identifier: 'tests', version: 3, passphrase: 'a passphrase for tests' };
const POIID = 'V400m-123456789';

/** A terminal in Berlin that does everything at once, and a driver for it. `close` ends both and removes their files. */
export async function nexoWithDriver(options: Partial<NexoTerminalOptions> = {}, driverOptions: Partial<NexoDriverOptions> = {}) {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tillward-nexo-'));
  const failures: unknown[] = [];
  const complete: NexoTerminalOptions = {
    store: 'berlin-mitte',
    terminal: 't1',
    storeName: 'Berlin Mitte',
    merchantId: 'TillwardTests',
    poiId: POIID,
    currency: 'EUR',
    key: KEY,
    environment: 'test',
    host: '127.0.0.1',
    port: 0,
    dataDir,
    random: new SeededRandom('nexo-tests'),
    cardMs: [0, 1],
    hostMs: [0, 1],
    bootMs: 1,
    declineRate: 0,
    observer: { failed: (error) => failures.push(error) },
    ...options,
  };
  const terminal = new NexoTerminal(complete);
  await terminal.powerOn();
  const driverSettings: NexoDriverOptions = {
    host: complete.host,
    port: terminal.port,
    saleId: 'berlin-t1',
    poiId: complete.poiId,
    currency: complete.currency,
    key: complete.key,
    trust: { kind: 'ca', pem: terminal.authority, environment: 'test' },
    times: SHORT_TIMES,
    ...driverOptions,
  };
  const driver = new NexoDriver(driverSettings);
  return {
    terminal,
    driver,
    driverSettings,
    failures,
    options: complete,
    async close() {
      await driver.close();
      await terminal.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
