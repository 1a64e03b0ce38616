import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZvtDriver } from '@tillward/driver-zvt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BareTill } from './terminal.fixtures.js';
import { zvtKind } from './zvt-kind.js';

let dataDir: string;
const failures: unknown[] = [];
const context = () => ({ host: '127.0.0.1', port: 0, seed: 'kind-1', dataDir, failed: (error: unknown) => failures.push(error) });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tillward-kind-'));
});
afterEach(() => {
  expect(failures.splice(0)).toEqual([]);
  rmSync(dataDir, { recursive: true, force: true });
});

/** Three sales at a fast terminal of this seed: the cards that came. */
async function cards(): Promise<unknown[]> {
  const device = zvtKind.create(context(), zvtKind.options.parse({ cardMs: [0, 1], hostMs: [0, 1] }));
  await device.start();
  const port = Number(new URL(device.endpoints.zvt!.replace('tcp:', 'http:')).port);
  const driver = new ZvtDriver({ host: '127.0.0.1', port, password: '000000', currency: 'EUR' });
  try {
    await driver.signOn();
    for (let i = 1; i <= 3; i++) {
      const order = { amountMinor: 100 * i, currency: 'EUR', reference: `00000${i}KIND` };
      expect(await driver.pay(order)).toMatchObject({ kind: 'booked' });
    }
    expect(device.view()).toMatchObject({ power: 'on', batch: { count: 3, amountMinor: 600 } });
    device.inject(zvtKind.faults.parse({ fault: 'hostDown' }));
    expect(await driver.settle()).toMatchObject({ kind: 'refused' });
    await device.powerOff!();
    expect(await driver.status()).toMatchObject({ kind: 'unreachable' });
    return device.ledger!().map((line) => (line as { cardLast4: string }).cardLast4);
  } finally {
    await driver.close();
    await device.stop();
  }
}

describe('the kind zvt', () => {
  it('is a terminal with power, faults and a ledger, the same for the same seed', async () => {
    const first = await cards();
    rmSync(dataDir, { recursive: true, force: true });
    expect(await cards()).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  it('has only settings with a usual value, and refuses others and unknown faults', () => {
    expect(zvtKind.options.safeParse({}).success).toBe(true);
    for (const wrong of [{ password: '1' }, { colour: 'red' }, { cardMs: [2, 1] }, { dailyRebootAt: '24:00' }]) {
      expect(zvtKind.options.safeParse(wrong).success).toBe(false);
    }
    expect(zvtKind.faults.safeParse({ fault: 'explode' }).success).toBe(false);
  });

  it('teaches words that it understands, in the order they are taught', async () => {
    const device = zvtKind.create(context(), zvtKind.options.parse({ cardMs: [0, 1], hostMs: [0, 1] }));
    await device.start();
    const till = await BareTill.connect(Number(new URL(device.endpoints.zvt!.replace('tcp:', 'http:')).port));
    try {
      const taught = [...zvtKind.help.matchAll(/^ {2}((?:[0-9A-F]{2} )+) /gm)].map(([, hex]) => hex!);
      const ends = [];
      for (const hex of taught) ends.push((await till.play(hex)).last.control);
      expect(ends).toEqual(taught.map(() => 0x060f));
      expect(device.ledger!().map((line) => (line as { kind: string }).kind)).toEqual(['sale', 'reversal', 'settlement']);
    } finally {
      till.close();
      await device.stop();
    }
  });

  it('explains itself: every fault has its words, and every fault of the help exists', () => {
    const schema = z.toJSONSchema(zvtKind.faults, { io: 'input' });
    for (const option of schema.oneOf ?? schema.anyOf ?? []) expect((option as { description?: string }).description).toBeTruthy();
    const shown = [...zvtKind.help.matchAll(/^ +(\{"fault".*?\})(?: |$)/gm)].map(([, json]) => JSON.parse(json!));
    expect(shown.length).toBeGreaterThan(5);
    for (const fault of shown) expect([fault, zvtKind.faults.safeParse(fault).error]).toEqual([fault, undefined]);
  });
});
