import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedDevice } from '../device.js';
import type { LedgerLine } from '../ledger/index.js';
import { SeededRandom } from '../seeded-random.js';
import { digitsThatAreNoCard } from './card-fields.js';
import { HostBooks } from './host-books.js';
import { packFrame, unpackFrame } from './iso-message.js';
import { unionpayKind } from './unionpay-device.js';

let dataDir: string;
const started: SimulatedDevice[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tillward-unionpay-'));
});
afterEach(async () => {
  for (const device of started.splice(0)) await device.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function device(options: object): Promise<SimulatedDevice> {
  const context = { host: '127.0.0.1', port: 0, seed: '1', dataDir, failed: (error: unknown) => expect.fail(String(error)) };
  const made = unionpayKind.create(context, unionpayKind.options.parse(options));
  started.push(made);
  await made.start();
  return made;
}

async function eventually(check: () => boolean): Promise<void> {
  for (let waited = 0; !check() && waited < 5_000; waited += 10) await sleep(10);
  expect(check()).toBe(true);
}

describe('tillward sim unionpay', () => {
  it('sells by itself, settles, and host and terminal book the same', async () => {
    const both = await device({ saleEveryS: 0.01, salesPerBatch: 4, declineRate: 0.2 });
    const lines = () => (both.ledger?.() ?? []) as LedgerLine[];
    await eventually(() => lines().filter(({ kind }) => kind === 'settlement').length >= 2);
    for (const settlement of lines().filter(({ kind }) => kind === 'settlement')) {
      const batch = lines().filter(({ batch, kind }) => batch === settlement.batch && kind !== 'settlement');
      const sum = batch.reduce((total, { kind, amountMinor }) => total + (kind === 'sale' ? amountMinor : -amountMinor), 0);
      expect(settlement.amountMinor).toBe(sum);
    }
    expect(JSON.stringify(both.view())).not.toMatch(/\d{12}/);
    expect(both.endpoints['iso8583']).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  });

  it('does what it is told, with its two ends in two processes’ places', async () => {
    const host = await device({ role: 'host', declineRate: 0 });
    const port = Number(new URL(host.endpoints['iso8583']!).port);
    const terminal = await device({ role: 'terminal', upstreamPort: port, saleEveryS: 0, terminalId: 'TW000009' });
    for (const operation of ['signOn', 'sale', 'void', 'refund', 'settle', 'signOff', 'echo']) {
      terminal.inject(unionpayKind.faults.parse({ fault: 'operate', operation, amountMinor: 250 }));
    }
    await eventually(() => JSON.stringify(host.view()).includes('"signedOn":false') && (terminal.ledger?.() ?? []).length === 4);
    const kinds = (lines: readonly unknown[]) => (lines as LedgerLine[]).map(({ kind, amountMinor }) => [kind, amountMinor]);
    expect(kinds(host.ledger?.() ?? [])).toEqual([
      ['sale', 250],
      ['reversal', 250],
      ['refund', 250],
      ['settlement', -250],
    ]);
    expect(kinds(terminal.ledger?.() ?? [])).toEqual(kinds(host.ledger?.() ?? []));
  });

  it('stops at once, also while its terminal waits for an answer, and has not forgotten it when it starts again', async () => {
    const settings = { saleEveryS: 0, declineRate: 0 };
    const first = await device(settings);
    const tell = (to: SimulatedDevice, operation: string) =>
      to.inject(unionpayKind.faults.parse({ fault: 'operate', operation, amountMinor: 250 }));
    first.inject(unionpayKind.faults.parse({ fault: 'noAnswer' }));
    tell(first, 'signOn');
    tell(first, 'sale');
    await eventually(() => (first.ledger?.() ?? []).length === 1);
    const before = performance.now();
    await first.stop();
    expect(performance.now() - before).toBeLessThan(5_000);
    started.length = 0;

    const second = await device(settings);
    for (const operation of ['signOn', 'sale', 'settle']) tell(second, operation);
    await eventually(() => (second.ledger?.() ?? []).length === 4);
    const lines = (second.ledger?.() ?? []) as LedgerLine[];
    expect(lines.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['sale', 250],
      ['reversal', 250],
      ['sale', 250],
      ['settlement', 250],
    ]);
  });

  it('refuses a fault and a setting it does not know', () => {
    expect(() => unionpayKind.faults.parse({ fault: 'explode' })).toThrow();
    expect(() => unionpayKind.faults.parse({ fault: 'late' })).toThrow();
    expect(() => unionpayKind.options.parse({ role: 'cashier' })).toThrow();
    expect(unionpayKind.faults.parse({ fault: 'decline' })).toEqual({ fault: 'decline', on: 'sale', responseCode: '51' });
  });
});

describe('the host’s books', () => {
  const books = () => new HostBooks({ dataDir, terminalId: 'TW000001', now: () => 0, requireSignOn: true });

  it('outlive a restart: batch, bookings, what was taken back; the sign-on does not', () => {
    const first = books();
    expect(first.sale(1, 100)).toEqual({ responseCode: '77' });
    first.signOn();
    first.sale(1, 100);
    first.sale(2, 200);
    first.void(3, 1, 100);
    first.sale(4, 400);
    first.reverse(4);
    first.refund(5, 50);
    const before = first.view();
    first.closeFile();

    const second = books();
    expect(second.view()).toEqual({ ...before, signedOn: false });
    second.signOn();
    expect(second.void(6, 1, 100)).toEqual({ responseCode: '12' });
    expect(second.reverse(4)).toEqual({ responseCode: '00' });
    expect(second.reverse(99)).toEqual({ responseCode: '25' });
    expect(second.sale(2, 200)).toEqual({ responseCode: '94' });
    expect(second.reverse(3)).toEqual({ responseCode: '00' });
    expect(second.void(7, 1, 99)).toEqual({ responseCode: '64' });
    expect(second.void(7, 1, 100)).toEqual({ responseCode: '00' });
    expect(second.view()).toEqual({ ...before, signedOn: true });
    second.closeFile();
    const third = books();
    expect(third.view()).toEqual({ ...before, signedOn: false });
    third.closeFile();
  });
});

describe('the simulated parties', () => {
  it('pack and read every field they use', () => {
    const head = { tpduBytes: 5, headBytes: 6 };
    const fields = {
      2: '123456789',
      4: '000000012345',
      22: '021',
      35: '123D4567',
      41: 'TW000001',
      52: '0123456789abcdef',
      60: '22000001000',
      62: 'text',
    };
    const message = { type: '0200', fields };
    const frame = packFrame(message, head);
    expect(frame.readUInt16BE()).toBe(frame.length - 2);
    const read = unpackFrame(frame.subarray(2), head);
    expect(read).toEqual({ ...message, fields: { ...fields, 52: '0123456789ABCDEF'.toLowerCase() } });
    expect(() => packFrame({ type: '0200', fields: { 41: 'short' } }, head)).toThrow('field 41');
  });

  it('make digits that nothing can take for a card number', () => {
    const random = new SeededRandom('digits');
    for (let n = 0; n < 200; n++) {
      const digits = digitsThatAreNoCard(random, 16);
      expect(digits).toMatch(/^[1-9]{16}$/);
      const sum = [...digits].toReversed().reduce((total, digit, place) => {
        const value = Number(digit) * (place % 2 === 1 ? 2 : 1);
        return total + (value > 9 ? value - 9 : value);
      }, 0);
      expect(sum % 10).not.toBe(0);
    }
  });
});
