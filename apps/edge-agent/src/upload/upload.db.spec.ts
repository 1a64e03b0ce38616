import { generateKeyPairSync } from 'node:crypto';
import { EVENT_TYPE, type JournalBatchData, journalBatchEvent } from '@tillward/contracts';
import { chainHashes, genesisHash, verifyHead } from '@tillward/journal';
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
/** Lets the time pass in which entries are gathered, and the turns in which batches leave. */
const settle = async () => {
  const then = store.clock.now();
  store.clock.after(6, () => {});
  await store.clock.until(() => store.clock.now() > then + 5);
};
const append = async (count: number) => {
  write(count);
  await settle();
};
const ranges = () => link.sent.map((batch) => [batch.fromSeq, batch.fromSeq + batch.at.length - 1]);
const ack = (ackedThrough: number, more: object = {}) =>
  uploader.receiveAck(
    store.core.event(EVENT_TYPE.journalAck, { store: STORE, gateway: GATEWAY, epoch: journal.epoch, ackedThrough, ...more }),
  );

describe('Uploader', () => {
  it('sends signed, chained batches of at most 100 entries, at first two, then up to eight at a time', async () => {
    await append(2_000);
    expect(ranges()).toEqual([
      [1, 100],
      [101, 200],
    ]);
    const batch = link.sent[1]!;
    expect(chainHashes(batch.prevHash, batch).at(-1)).toBe(batch.lastHash);
    expect(verifyHead(gateway.publicKey, batch.lastHash, batch.signature)).toBe(true);
    for (const through of [200, 600, 1_000]) {
      ack(through);
      await settle();
    }
    expect(ranges().slice(-8)).toEqual(Array.from({ length: 8 }, (_, i) => [i * 100 + 1_001, i * 100 + 1_100]));
    expect(link.sent).toHaveLength(18);
  });

  it('gives everybody a turn between two batches of a backlog', () => {
    write(1_000);
    uploader.connectionChanged(true);
    expect(ranges()).toEqual([[1, 100]]);
  });

  it('leaves room on a slow line for what is live', async () => {
    await append(2_000);
    ack(200);
    await settle();
    store.clock.jump(3_000);
    ack(600);
    await settle();
    const inFlight = ranges().length - 6;
    expect(inFlight).toBe(3);
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
    await store.clock.until(() => link.sent.length > 1);
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
    ack(100);
    await settle();
    const before = link.sent.length;
    resend();
    resend();
    await settle();
    expect(ranges().slice(before)).toEqual([
      [101, 200],
      [201, 300],
    ]);
  });

  it('sends again after a reconnect, from the last acknowledged entry', async () => {
    await append(300);
    ack(100);
    await settle();
    link.connected = false;
    uploader.connectionChanged(false);
    const before = link.sent.length;
    await append(5);
    expect(link.sent).toHaveLength(before);
    link.connected = true;
    uploader.connectionChanged(true);
    await settle();
    ack(200);
    await settle();
    expect(ranges().slice(before)).toEqual([
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
    await settle();
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

  it('says when core proved to be there, and between which moments it read its clock', async () => {
    const heard: unknown[][] = [];
    uploader.onCoreHeard((...told) => heard.push(told));
    await append(2);
    const sentAt = store.clock.monotonic() - 1;
    store.clock.jump(300);
    ack(1, { at: 77 });
    ack(1, { at: 78 });
    ack(2, { at: 79 });
    const now = store.clock.monotonic();
    expect(heard).toEqual([
      [77, sentAt, now],
      [79, sentAt, now],
    ]);
  });

  it('learns nothing about the time from what was written before this start', async () => {
    await append(3);
    journal.close();
    journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => store.clock.now() });
    const options = { store: STORE, gateway: GATEWAY, gatewayKey: gateway.privateKey, coreKey: store.core.coreKey };
    uploader = new Uploader({ clock: store.clock, log: silentLog }, journal, link, options);
    const heard: unknown[] = [];
    uploader.onCoreHeard((at) => heard.push(at));
    uploader.connectionChanged(true);
    ack(3, { at: 77 });
    expect(heard).toEqual([]);
    expect(journal.ackedThrough).toBe(3);
  });
});

describe('a journal that is not the one core has', () => {
  const hash = (seq: number, epoch = journal.epoch) => journal.hashOf(epoch, seq)!;
  const refuse = (code: 'diverged' | 'cloned', agreed: number, throughSeq: number, more: object = {}) =>
    ack(agreed, { hash: hash(agreed), refused: { code, throughSeq, lastHash: hash(throughSeq) }, ...more });
  const kinds = () => journal.read(1, 100)!.kind;

  it('U4: goes on in a new epoch with exactly what core doesn’t hold', async () => {
    await append(5);
    refuse('diverged', 3, 5);
    expect(journal.epoch).toBe(2);
    expect(kinds()).toEqual(['JournalEpochStarted', 'AgentStopped', 'AgentStopped']);
    expect(JSON.parse(journal.read(2, 1)!.payload[0]!)).toEqual({ reason: 'r3' });
    await settle();
    expect(link.sent.at(-1)).toMatchObject({ epoch: 2, fromSeq: 1, prevHash: genesisHash(STORE, GATEWAY, 2) });
  });

  it('is not moved by what core says to the other one', async () => {
    await append(5);
    const other = '0f'.repeat(32);
    ack(3, { hash: hash(3), refused: { code: 'diverged', throughSeq: 5, lastHash: other } });
    ack(3, { hash: other, refused: { code: 'diverged', throughSeq: 5, lastHash: hash(5) } });
    ack(4, { hash: other });
    expect([journal.epoch, journal.ackedThrough]).toEqual([1, 0]);
    ack(4, { hash: hash(4) });
    expect(journal.ackedThrough).toBe(4);
  });

  it('sends what is not acknowledged when core holds more, so that core says where the two part', async () => {
    await append(3);
    ack(500);
    await settle();
    expect(journal.epoch).toBe(1);
    expect(ranges()).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });

  it('sends batch after batch of what core has already, until one reaches where the two part', async () => {
    await append(450);
    expect(ranges()).toEqual([
      [1, 100],
      [101, 200],
    ]);
    const other = '0f'.repeat(32);
    ack(430, { hash: other });
    await settle();
    ack(430, { hash: other });
    await settle();
    expect(ranges().slice(2)).toEqual([
      [201, 300],
      [301, 400],
      [401, 450],
    ]);
    expect([journal.epoch, journal.ackedThrough]).toEqual([1, 0]);
    refuse('diverged', 420, 450);
    expect([journal.epoch, journal.headSeq]).toEqual([2, 31]);
  });

  it('goes on in a new epoch when it is only an old copy', async () => {
    await append(3);
    ack(3);
    ack(500);
    expect([journal.epoch, kinds()]).toEqual([2, ['JournalEpochStarted']]);
  });

  it('U5: keeps its entries and asks again every minute while another machine writes in its place', async () => {
    await append(5);
    refuse('cloned', 3, 5);
    expect([journal.epoch, journal.ackedThrough, uploader.refused]).toEqual([1, 3, 'cloned']);
    const before = link.sent.length;
    await append(3);
    uploader.nudge();
    expect(link.sent).toHaveLength(before);
    await store.clock.until(() => link.sent.length > before, 61_000);
    expect(ranges().at(-1)).toEqual([4, 8]);
    ack(8);
    expect(uploader.refused).toBeNull();
  });

  it('begins a new epoch when core lost what is no longer kept, on a new request only', async () => {
    await append(10);
    ack(10);
    journal.prune(store.clock.now() + 1);
    await append(2);
    const resend = (at?: number) => {
      store.clock.jump(2_000);
      const body = { store: STORE, gateway: GATEWAY, epoch: 1, fromSeq: 5, throughSeq: null, ...(at === undefined ? {} : { at }) };
      uploader.receiveResend(store.core.event(EVENT_TYPE.journalResend, body));
    };
    resend();
    resend(store.clock.now() - 3_600_000);
    expect(journal.epoch).toBe(1);
    resend(store.clock.now());
    expect([journal.epoch, kinds()]).toEqual([2, ['JournalEpochStarted', 'AgentStopped', 'AgentStopped']]);
  });
});

describe('what is left of an earlier epoch', () => {
  const reopen = (space = {}) => {
    journal.close();
    journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => store.clock.now(), ...space });
    const options = { store: STORE, gateway: GATEWAY, gatewayKey: gateway.privateKey, coreKey: store.core.coreKey };
    uploader = new Uploader({ clock: store.clock, log: silentLog }, journal, link, options);
    link.sent = [];
  };
  beforeEach(async () => {
    await append(6);
    ack(2);
    uploader.stop();
    journal.store.database.exec(`UPDATE entries SET payload = '{"reason":"x"}' WHERE seq = 6`);
    reopen();
  });

  it('is sent first, in its own epoch, marked as closed; the new epoch waits for it', async () => {
    expect([journal.epoch, journal.segment]).toMatchObject([2, { epoch: 1, acked: 2, through: 5 }]);
    uploader.connectionChanged(true);
    await settle();
    expect(link.sent).toHaveLength(1);
    expect(link.sent[0]).toMatchObject({ epoch: 1, fromSeq: 3, closed: true });
    expect(link.sent[0]!.at).toHaveLength(3);
    ack(5, { epoch: 1 });
    await settle();
    expect(link.sent[1]).toMatchObject({ epoch: 2, fromSeq: 1 });
    expect(link.sent[1]!.closed).toBeUndefined();
    expect(journal.segment).toBeUndefined();
  });

  it('is carried into the new epoch where core takes no more of the old one', async () => {
    uploader.connectionChanged(true);
    await settle();
    const lastHash = journal.hashOf(1, 5)!;
    ack(4, { epoch: 1, hash: journal.hashOf(1, 4), refused: { code: 'diverged', throughSeq: 5, lastHash } });
    expect(journal.read(1, 100)!.kind).toEqual(['JournalEpochStarted', 'AgentStopped']);
    expect(JSON.parse(journal.read(2, 1)!.payload[0]!)).toEqual({ reason: 'r4' });
    expect(journal.segment).toBeUndefined();
  });

  it('does not hold the new epoch up for ever, and survives another start', async () => {
    uploader.connectionChanged(true);
    await store.clock.until(() => link.sent.some(({ epoch }) => epoch === 2), 60_000);
    expect(link.sent.filter(({ epoch }) => epoch === 1)).toHaveLength(3);
    reopen();
    expect(journal.segment).toMatchObject({ epoch: 1, acked: 2, through: 5 });
    journal.acknowledge(journal.headSeq);
    expect(journal.prune(store.clock.now() + 1)).toBeGreaterThan(0);
    expect(journal.read(3, 10, undefined, 1)!.at).toHaveLength(3);
  });
});
