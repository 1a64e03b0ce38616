import { generateKeyPairSync } from 'node:crypto';
import { EVENT_TYPE, type JournalBatchData, journalBatchEvent } from '@tillward/contracts';
import { chainHashes, verifyHead } from '@tillward/journal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, STORE, TestStore } from '../edge.fixtures.js';
import { Journal } from '../journal/index.js';
import { silentLog } from '../log.js';
import { Uploader } from './upload.service.js';

const gateway = generateKeyPairSync('ed25519');

let store: TestStore;
let journal: Journal;
let link: { connected: boolean; sent: JournalBatchData[]; publish(channel: string, text: string): void };
let uploader: Uploader;

beforeEach(() => {
  store = new TestStore();
  journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => store.clock.now() });
  link = {
    connected: true,
    sent: [],
    publish(_channel, text) {
      this.sent.push(journalBatchEvent.parse(JSON.parse(text)).data);
    },
  };
  const options = { store: STORE, gateway: GATEWAY, gatewayKey: gateway.privateKey, coreKey: store.core.coreKey };
  uploader = new Uploader({ clock: store.clock, log: silentLog }, journal, link, options);
});
afterEach(() => {
  journal.close();
  store.remove();
});

const write = (count: number) =>
  journal.commit((tx) => {
    for (let i = 0; i < count; i++) tx.append('AgentStopped', null, { reason: `r${i}` });
  });
/** Appends, and lets the time pass in which entries are gathered. */
const append = async (count: number) => {
  write(count);
  const then = store.clock.now();
  store.clock.after(6, () => {});
  await store.clock.until(() => store.clock.now() > then + 5);
};
const ranges = () => link.sent.map((batch) => [batch.fromSeq, batch.fromSeq + batch.at.length - 1]);
const ack = (ackedThrough: number, more: object = {}) =>
  uploader.receiveAck(
    store.core.event(EVENT_TYPE.journalAck, { store: STORE, gateway: GATEWAY, epoch: journal.epoch, ackedThrough, ...more }),
  );

describe('Uploader', () => {
  it('sends signed, chained batches of at most 100 entries, eight at a time', async () => {
    await append(1_000);
    expect(ranges()).toEqual(Array.from({ length: 8 }, (_, i) => [i * 100 + 1, i * 100 + 100]));
    const batch = link.sent[1]!;
    expect(chainHashes(batch.prevHash, batch).at(-1)).toBe(batch.lastHash);
    expect(verifyHead(gateway.publicKey, batch.lastHash, batch.signature)).toBe(true);
    ack(250);
    expect(ranges().slice(8)).toEqual([
      [801, 900],
      [901, 1_000],
    ]);
  });

  it('gathers entries of about five milliseconds into one batch', async () => {
    write(1);
    write(1);
    expect(link.sent).toHaveLength(0);
    await store.clock.until(() => link.sent.length === 1, 6);
    expect(ranges()).toEqual([[1, 2]]);
  });

  it('keeps batches of long payloads small', async () => {
    journal.commit((tx) => {
      for (let i = 0; i < 100; i++) tx.append('AgentStopped', null, { reason: 'x'.repeat(10_000) } as never);
    });
    await store.clock.until(() => link.sent.length > 0);
    expect(link.sent.length).toBeGreaterThan(1);
    expect(link.sent[0]!.at.length).toBeLessThan(30);
  });

  it.each([
    ['another gateway', { gateway: 'other' }],
    ['another store', { store: 'other' }],
    ['another epoch', { epoch: 9 }],
  ])('releases nothing on an acknowledgement for %s', async (_name, more) => {
    await append(100);
    ack(100, more);
    expect(journal.ackedThrough).toBe(0);
  });

  it('releases nothing without core’s signature', async () => {
    await append(100);
    const event = store.core.event(EVENT_TYPE.journalAck, { store: STORE, gateway: GATEWAY, epoch: 1, ackedThrough: 50 });
    const forged = { ...event, data: { ...event.data, body: event.data.body.replace('50', '99') } };
    const otherKey = { ...event, data: { ...event.data, keyId: 'core-2' } };
    const asResend = { ...event, type: EVENT_TYPE.journalResend };
    for (const bad of [forged, otherKey, asResend, {}, null, 'x']) uploader.receiveAck(bad);
    uploader.receiveResend(asResend);
    expect(journal.ackedThrough).toBe(0);
    uploader.receiveAck(event);
    expect(journal.ackedThrough).toBe(50);
  });

  it('sends again what core asks for, once for several requests behind one gap', async () => {
    await append(300);
    const resend = () =>
      uploader.receiveResend(
        store.core.event(EVENT_TYPE.journalResend, { store: STORE, gateway: GATEWAY, epoch: 1, fromSeq: 101, throughSeq: null }),
      );
    resend();
    resend();
    expect(ranges().slice(3)).toEqual([
      [101, 200],
      [201, 300],
    ]);
  });

  it('sends again after a reconnect, from the last acknowledged entry', async () => {
    await append(300);
    ack(100);
    link.connected = false;
    uploader.connectionChanged(false);
    await append(5);
    expect(link.sent).toHaveLength(3);
    link.connected = true;
    uploader.connectionChanged(true);
    expect(ranges().slice(3)).toEqual([
      [101, 200],
      [201, 300],
      [301, 305],
    ]);
  });

  it('sends again when no acknowledgement comes, and at once when core is heard of', async () => {
    await append(150);
    expect(link.sent).toHaveLength(2);
    await store.clock.until(() => link.sent.length === 3, 5_100);
    expect(ranges()[2]).toEqual([1, 100]);
    uploader.nudge();
    expect(ranges().slice(3)).toEqual([
      [1, 100],
      [101, 150],
    ]);
  });

  it('tells who waits when an entry is acknowledged, or that it was not', async () => {
    await append(3);
    const limit = new AbortController();
    const [first, second] = [uploader.waitForAck(2, limit.signal), uploader.waitForAck(3, limit.signal)];
    ack(2);
    expect(await first).toBe(true);
    limit.abort();
    expect(await second).toBe(false);
    expect(await uploader.waitForAck(1, limit.signal)).toBe(true);
  });

  it('remembers the acknowledged position across a start', async () => {
    await append(100);
    ack(100);
    uploader.stop();
    journal.close();
    journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => store.clock.now() });
    expect(journal.ackedThrough).toBe(100);
  });

  it('starts a new epoch when core holds more than this journal ever wrote', async () => {
    await append(3);
    ack(500);
    expect([journal.epoch, journal.headSeq]).toEqual([2, 3]);
    expect(link.sent.at(-1)).toMatchObject({ epoch: 2, fromSeq: 1 });
  });
});
