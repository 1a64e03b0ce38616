import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NexoDriver } from '@tillward/driver-nexo';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nexoKind } from './nexo-kind.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tillward-nexo-kind-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

it('as a device is started with its defaults, sells, takes faults, loses its power and keeps its ledger', async () => {
  const failures: unknown[] = [];
  const options = nexoKind.options.parse({ cardMs: [0, 1], hostMs: [0, 1], bootMs: 1, declineRate: 0 });
  const device = nexoKind.create({ host: '127.0.0.1', port: 0, seed: '1', dataDir, failed: (error) => failures.push(error) }, options);
  await device.start();
  const { nexo = '', ca = '' } = device.endpoints;
  const driver = new NexoDriver({
    host: '127.0.0.1',
    port: Number(new URL(nexo).port),
    saleId: 'first-steps',
    poiId: 'V400m-000000001',
    currency: 'EUR',
    key: { identifier: 'tillward-sim', version: 1, passphrase: 'simulated-passphrase' },
    trust: { kind: 'ca', pem: readFileSync(ca, 'utf8'), environment: 'test' },
  });
  try {
    expect(await driver.signOn()).toEqual({ kind: 'done' });
    device.inject(nexoKind.faults.parse({ fault: 'declineNext' }));
    expect(await driver.pay({ amountMinor: 100, currency: 'EUR', reference: '000001KIND' })).toMatchObject({
      kind: 'declined',
      resultCode: 'Refusal',
    });
    expect(await driver.pay({ amountMinor: 100, currency: 'EUR', reference: '000002KIND' })).toMatchObject({ kind: 'booked' });
    expect(device.ledger?.()).toMatchObject([{ kind: 'sale', amountMinor: 100, reference: '000002KIND' }]);
    expect(device.view()).toMatchObject({ power: 'on', loggedIn: ['first-steps'] });
    await device.powerOff?.();
    expect(await driver.status()).toMatchObject({ kind: 'unreachable' });
    await device.powerOn?.();
    expect(await driver.status()).toMatchObject({ service: 'signOnNeeded' });
  } finally {
    await driver.close();
    await device.stop();
  }
  expect(failures).toEqual([]);
});

it('refuses settings and faults that make no sense', () => {
  expect(nexoKind.options.safeParse({ cardMs: [5, 1] }).success).toBe(false);
  expect(nexoKind.options.safeParse({ passphrase: 'Größe' }).success).toBe(false);
  expect(nexoKind.faults.safeParse({ fault: 'explode' }).success).toBe(false);
  expect(nexoKind.help).toContain('8443');
});
