import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import adyen from '@adyen/api-library';
import { type DialogueFrame, orderReference, type StreamBreak } from '@tillward/driver';
import { deriveKeys, NexoDriver, type NexoDriverOptions, open, Reader, requestHeader, seal } from '@tillward/driver-nexo';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatedAuthority, terminalCertificate } from './certificate.js';
import { nexoWithDriver, SHORT_TIMES } from './nexo.fixtures.js';

const { NexoCrypto } = adyen;
type Rig = Awaited<ReturnType<typeof nexoWithDriver>>;

let rig: Rig;
let orderNo = 0;
const order = (amountMinor = 1_250) => {
  orderNo += 1;
  return { amountMinor, currency: 'EUR', reference: orderReference(orderNo, 'LINK') };
};
const signedOn = async (...args: Parameters<typeof nexoWithDriver>): Promise<Rig> => {
  await rig.close();
  rig = await nexoWithDriver(...args);
  expect(await rig.driver.signOn()).toEqual({ kind: 'done' });
  return rig;
};
const driverWith = (more: Partial<NexoDriverOptions>) => new NexoDriver({ ...rig.driverSettings, ...more });

beforeEach(async () => {
  rig = await nexoWithDriver();
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  await rig.close();
});

describe('who answers', () => {
  const pem = () => rig.terminal.authority;
  const fingerprint = () => rig.terminal.view().certificateSha256;

  it.each<[string, () => Partial<NexoDriverOptions>]>([
    ['its root and name', () => ({ trust: { kind: 'ca', pem: pem(), environment: 'test' } })],
    ['its root, in either world', () => ({ trust: { kind: 'ca', pem: pem() } })],
    ['its fingerprint', () => ({ trust: { kind: 'fingerprint', sha256: fingerprint() } })],
  ])('is believed by %s', async (_name, more) => {
    expect(await driverWith(more()).connect()).toEqual({ kind: 'done' });
  });

  it.each<[string, () => Partial<NexoDriverOptions>, RegExp]>([
    ['of another root', () => ({ trust: { kind: 'ca', pem: otherRoot() } }), /SIGNATURE|UNABLE|CERT|SELF/],
    ['in the name of another terminal', () => ({ poiId: 'V400m-987654321' }), /not in the name of terminal V400m-987654321/],
    ['of the other world', () => ({ trust: { kind: 'ca', pem: pem(), environment: 'live' } }), /not in the name/],
    ['that is not the pinned one', () => ({ trust: { kind: 'fingerprint', sha256: 'ab'.repeat(32) } }), /another fingerprint/],
  ])('with a certificate %s is sent nothing', async (_name, more, detail) => {
    const driver = driverWith(more());
    const frames: DialogueFrame[] = [];
    driver.onDialogue((frame) => frames.push(frame));
    let sent = 0;
    expect(await driver.connect()).toMatchObject({ kind: 'failed', code: 'terminalRefused', detail: expect.stringMatching(detail) });
    expect(await driver.pay({ ...order(), observer: { sent: () => sent++ } })).toMatchObject({
      kind: 'failed',
      code: 'terminalUnreachable',
    });
    expect(await driver.status()).toMatchObject({ kind: 'unreachable' });
    expect([sent, frames.length, rig.terminal.ledger.length]).toEqual([0, 0, 0]);
  });

  function otherRoot(): string {
    const folder = mkdtempSync(join(tmpdir(), 'tillward-root-'));
    try {
      return simulatedAuthority(folder).certificate;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it('has the same certificate after a restart', async () => {
    const before = fingerprint();
    const again = await nexoWithDriver({ dataDir: rig.options.dataDir, terminal: 't2' });
    expect(again.terminal.view().certificateSha256).toBe(before);
    await again.driver.close();
    await again.terminal.close();
  });

  it('wrong settings are found before anything is asked', () => {
    const wrong: Partial<NexoDriverOptions>[] = [
      { currency: 'XXX' },
      { trust: { kind: 'fingerprint', sha256: '12' } },
      { key: { ...rig.options.key, passphrase: 'Größe' } },
      { key: { ...rig.options.key, version: -1 } },
      { poiId: '' },
    ];
    for (const more of wrong) expect(() => driverWith(more)).toThrow(RangeError);
  });
});

describe('what is not authentic', () => {
  it.each([
    ['badHmacAnswer', 'hmac'],
    ['otherHeaderAnswer', 'header'],
    ['replayedAnswer', 'otherMessage'],
  ] as const)('%s: the sale is in doubt, told of, and found by asking', async (fault, code) => {
    await signedOn();
    const broken: StreamBreak[] = [];
    rig.driver.onStreamBroken((one) => broken.push(one));
    rig.terminal.inject({ fault, command: 'sale' });
    const sale = order();
    expect(await rig.driver.pay(sale)).toMatchObject({ kind: 'inDoubt', reason: expect.stringContaining(code) });
    expect(broken).toMatchObject([{ code }]);
    expect(await rig.driver.enquireLostOutcome({ reference: sale.reference, transaction: 'sale' })).toMatchObject({
      kind: 'found',
      details: { amountMinor: 1_250 },
    });
  });

  it.each([
    ['passphrase', { passphrase: 'another' }, 9],
    ['version', { version: 99 }, 2],
    ['identifier', { identifier: 'other' }, 9],
  ] as const)('a key with another %s is refused by the terminal, and that moves no money', async (_name, change, number) => {
    const driver = driverWith({ key: { ...rig.options.key, ...change } });
    expect(await driver.pay(order())).toMatchObject({
      kind: 'failed',
      code: 'terminalRefused',
      detail: `the terminal does not accept our key (crypto error ${number})`,
    });
    expect(await driver.status()).toMatchObject({ kind: 'answered', service: 'outOfOrder' });
    expect(rig.terminal.ledger).toEqual([]);
  });

  it('a message for another terminal is refused by this one', async () => {
    const trust = { kind: 'fingerprint', sha256: rig.terminal.view().certificateSha256 } as const;
    const driver = driverWith({ trust, poiId: 'V400m-987654321' });
    expect(await driver.pay(order())).toMatchObject({ kind: 'failed', code: 'terminalRefused' });
    expect(rig.terminal.ledger).toEqual([]);
  });

  it("both sides read what the vendor's crypto wrote, and it reads what we write", async () => {
    const { key } = rig.options;
    const keys = await deriveKeys(key.passphrase);
    const vendorKey = { AdyenCryptoVersion: 1, KeyIdentifier: key.identifier, KeyVersion: key.version, Passphrase: key.passphrase };
    const header = requestHeader('Payment', { serviceId: 'S1', saleId: 'till', poiId: 'V400m-1' });
    for (const note of ['', 'plain', 'Zürich 大阪', 'x'.repeat(10_000)]) {
      const plaintext = JSON.stringify({ SaleToPOIRequest: { MessageHeader: header, Note: note } });
      const theirs = NexoCrypto.encrypt(header as never, plaintext, vendorKey);
      const opened = open(Reader.of(theirs, ''), 'SaleToPOIRequest', key, keys);
      expect(opened.message.raw('Note')).toBe(note);
      const ours = seal(header, plaintext, key, keys, randomBytes(16));
      expect(new NexoCrypto().decrypt(ours as never, vendorKey)).toBe(plaintext);
    }
  });
});

/** A machine with the terminal's own certificate that answers whatever a test makes it answer. */
describe('a hostile terminal', () => {
  const hostile = async (behave: (socket: TLSSocket) => void) => {
    const { certificate, key } = terminalCertificate(rig.options.dataDir, `${rig.options.poiId}.test.terminal.adyen.com`);
    const sockets = new Set<TLSSocket>();
    const server = createServer({ cert: certificate + rig.terminal.authority, key });
    server.removeAllListeners('secureConnection');
    server.on('secureConnection', (socket: TLSSocket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('data', () => behave(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const driver = driverWith({ port: (server.address() as AddressInfo).port });
    const broken: StreamBreak[] = [];
    driver.onStreamBroken((one) => broken.push(one));
    return {
      driver,
      broken,
      async close() {
        await driver.close();
        for (const socket of sockets) socket.destroy();
        server.close();
        await once(server, 'close');
      },
    };
  };
  const ok = (body: string, length = Buffer.byteLength(body)) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${body}`;
  const flood = (socket: TLSSocket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n');
    const chunk = Buffer.alloc(65_536, 'x');
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
      if (!socket.destroyed) socket.once('drain', more);
    };
    more();
  };
  const trickle = (socket: TLSSocket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
    const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(' ')), 20);
  };

  it.each<[string, (socket: TLSSocket) => void, string | null]>([
    ['that never ends', flood, 'tooLong'],
    ['that trickles', trickle, null],
    ['of headers only', (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'A: bbbbbbbbbbbbbbbb\r\n'.repeat(3_000)}\r\n`), 'notHttp'],
    ['that is not HTTP', (socket) => socket.end(Buffer.from([6, 1, 0, 255, 3])), 'notHttp'],
    ['that is not JSON', (socket) => socket.end(ok('<html>')), 'notJson'],
    ['that is deep', (socket) => socket.end(ok('['.repeat(200_000))), 'notJson'],
    [
      'in clear',
      (socket) => socket.end(ok('{"SaleToPOIResponse":{"MessageHeader":{},"PaymentResponse":{"Response":{"Result":"Success"}}}}')),
      'missing',
    ],
    ['with a lying length', (socket) => socket.end(ok('{}', 5_000)), null],
    ['of another status', (socket) => socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'), null],
    [
      'that sends elsewhere',
      (socket) => socket.end('HTTP/1.1 308 Go\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'),
      null,
    ],
    ['that is empty', (socket) => socket.end(ok('')), 'notJson'],
    ['that is a closed door', (socket) => socket.destroy(), null],
  ])('with an answer %s leaves a sale in doubt, soon, and small', async (_name, behave, code) => {
    const { driver, broken, close } = await hostile(behave);
    try {
      const heapBefore = process.memoryUsage().rss;
      const before = performance.now();
      expect(await driver.pay(order())).toMatchObject({ kind: 'inDoubt' });
      expect(performance.now() - before).toBeLessThan(SHORT_TIMES.paymentMs + 1_500);
      expect(process.memoryUsage().rss - heapBefore).toBeLessThan(50 * 1024 * 1024);
      expect(broken.map((one) => one.code)).toEqual(code === null ? [] : [code]);
    } finally {
      await close();
    }
  });
});

describe('discipline', () => {
  it('no reference is ever sent twice', async () => {
    await signedOn();
    const sale = order();
    expect(await rig.driver.pay(sale)).toMatchObject({ kind: 'booked' });
    await expect(rig.driver.pay(sale)).rejects.toBeInstanceOf(RangeError);
    expect(rig.terminal.ledger).toHaveLength(1);
  });

  it('no ServiceID is used twice, however fast and whatever the clock says', async () => {
    let now = Date.now();
    await signedOn({}, { now: () => now });
    const ids: string[] = [];
    rig.driver.onDialogue(({ direction, fields }) => {
      if (direction === 'sent') ids.push(fields.find(({ tag }) => tag === 'MessageHeader.ServiceID')!.value);
    });
    for (let n = 0; n < 12; n++) {
      now -= n === 6 ? 3_600_000 : 0;
      expect(await rig.driver.status()).toMatchObject({ service: 'ready' });
    }
    expect(new Set(ids).size).toBe(12);
  });

  it('after a lost answer the running order can still be aborted, and nothing else', async () => {
    await signedOn({ cardMs: [2_500, 2_500] }, { times: { ...SHORT_TIMES, paymentMs: 300 } });
    expect(await rig.driver.abort()).toMatchObject({ kind: 'failed', code: 'terminalRefused' });
    const sale = order();
    expect(await rig.driver.pay(sale)).toMatchObject({ kind: 'inDoubt' });
    const lost = { reference: sale.reference, transaction: 'sale' } as const;
    expect(await rig.driver.enquireLostOutcome(lost)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('InProgress') });
    expect(await rig.driver.abort()).toEqual({ kind: 'done' });
    await expect.poll(() => rig.driver.enquireLostOutcome(lost)).toMatchObject({ kind: 'foundDeclined', resultCode: 'Aborted' });
    expect(await rig.driver.abort()).toMatchObject({ kind: 'failed' });
    expect(rig.terminal.ledger).toEqual([]);
  });

  it('a sale that never came is asked about again while it may still be on its way', async () => {
    let now = Date.now();
    await signedOn({}, { now: () => now, times: { ...SHORT_TIMES, notFoundMs: 60_000 } });
    rig.terminal.inject({ fault: 'dropAtStep', step: 'beforeRead', command: 'sale' });
    const sale = order();
    expect(await rig.driver.pay(sale)).toMatchObject({ kind: 'inDoubt' });
    const lost = { reference: sale.reference, transaction: 'sale' } as const;
    expect(await rig.driver.enquireLostOutcome(lost)).toMatchObject({ kind: 'unknown' });
    now += 60_000;
    expect(await rig.driver.enquireLostOutcome(lost)).toEqual({ kind: 'notFound' });
  });

  it('an abort that comes too late stops nothing: the sale says so itself', async () => {
    await signedOn({ hostMs: [300, 300] });
    const paying = rig.driver.pay(order());
    await expect.poll(() => rig.terminal.view().running).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await rig.driver.abort()).toEqual({ kind: 'done' });
    expect(await paying).toMatchObject({ kind: 'booked' });
  });

  it('closing drops a running sale into doubt', async () => {
    await signedOn({ cardMs: [400, 400] });
    const paying = rig.driver.pay(order());
    await expect.poll(() => rig.terminal.view().running).toBe(true);
    await rig.driver.close();
    expect(await paying).toMatchObject({ kind: 'inDoubt' });
  });
});

describe('the terminal', () => {
  it('without a login sells nothing, and asked for its last transaction tells it', async () => {
    expect(await rig.driver.pay(order())).toMatchObject({ kind: 'failed', code: 'signOnNeeded' });
    expect(await rig.driver.enquireLostOutcome()).toEqual({ kind: 'none' });
    await rig.driver.signOn();
    const sale = await rig.driver.pay(order(700));
    expect(await rig.driver.enquireLostOutcome()).toMatchObject({
      kind: 'lastTransaction',
      transaction: 'sale',
      details: { ...(sale.kind === 'booked' ? sale.details : {}) },
    });
  });

  it('out of paper says so, and sells and refuses to print', async () => {
    await signedOn();
    rig.terminal.inject({ fault: 'printer', state: 'NoPaper' });
    expect(await rig.driver.status()).toMatchObject({
      service: 'printerNotReady',
      device: { peripherals: { printer: 'paperOut', keypad: 'ready' } },
    });
    expect(await rig.driver.reprint({ which: 'lines', lines: ['COPY'] })).toMatchObject({
      kind: 'failed',
      code: 'terminalRefused',
      resultCode: 'DeviceOut',
    });
    expect(await rig.driver.pay(order())).toMatchObject({ kind: 'booked', receipt: expect.arrayContaining(['MERCHANT COPY', 'APPROVED']) });
    rig.terminal.inject({ fault: 'clear' });
    expect(await rig.driver.reprint({ which: 'lines', lines: ['COPY'] })).toEqual({ kind: 'printed' });
    expect(rig.terminal.view().printed).toEqual(['COPY']);
  });

  it('remembers what it booked over a power cut, and gives the very same answer', async () => {
    await signedOn();
    const sale = order();
    const booked = await rig.driver.pay(sale);
    await rig.terminal.powerOff();
    await rig.terminal.powerOn();
    const found = await rig.driver.enquireLostOutcome({ reference: sale.reference, transaction: 'sale' });
    expect(found).toMatchObject({ kind: 'found', details: booked.kind === 'booked' ? booked.details : {} });
    expect(rig.terminal.ledger).toMatchObject([{ kind: 'sale', reference: sale.reference, amountMinor: 1_250 }]);
  });

  it('is the same for the same seed: cards, approvals, declines', async () => {
    const day = async () => {
      await signedOn({ declineRate: 0.3 });
      const outcomes: string[] = [];
      for (let n = 0; n < 12; n++) {
        const outcome = await rig.driver.pay(order());
        outcomes.push(outcome.kind === 'booked' ? `${outcome.details.cardName} ${outcome.details.authorisationCode}` : outcome.kind);
      }
      return outcomes;
    };
    const first = await day();
    expect(first).toContain('declined');
    expect(await day()).toEqual(first);
  });

  it('speaks currencies without decimals', async () => {
    await signedOn({ currency: 'JPY' });
    const sale = { ...order(1_500), currency: 'JPY' };
    expect(await rig.driver.pay(sale)).toMatchObject({ kind: 'booked', details: { amountMinor: 1_500, currency: 'JPY' } });
    expect(await rig.driver.totals()).toMatchObject({ kind: 'totals', totals: { currency: 'JPY', amountMinor: 1_500, count: 1 } });
    expect(await rig.driver.pay(order())).toMatchObject({ kind: 'failed', code: 'terminalRefused' });
  });
});
