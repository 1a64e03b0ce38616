import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { EVENT_TYPE, KEY_ROTATION_TYPE, type SignedBody, signedBytes } from '@tillward/contracts';
import { rawEd25519PublicKey, signText } from '@tillward/journal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { desiredBody, GATEWAY, NOON, STORE, TestStore } from '../edge.fixtures.js';
import { Journal } from '../journal/index.js';
import { silentLog } from '../log.js';
import { PinnedCoreKeys } from './core-keys.service.js';
import { PolicyService } from './policy.service.js';

const DAY = 24 * 3_600_000;

interface Key {
  keyId: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}
const key = (keyId: string): Key => ({ keyId, ...generateKeyPairSync('ed25519') });
const [a, b, c, evil] = [key('core-a'), key('core-b'), key('core-c'), key('core-b')];

let store: TestStore;
let journal: Journal;
let keys: PinnedCoreKeys;
let policy: PolicyService;

const start = (configured: Key = a) => {
  journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => store.clock.now(), space: store.space });
  keys = new PinnedCoreKeys({ clock: store.clock, log: silentLog }, journal, configured);
  policy = new PolicyService({ clock: store.clock, log: silentLog }, journal, {
    store: STORE,
    gateway: GATEWAY,
    coreKey: keys,
    devices: store.devices,
  });
};
const restart = (configured?: Key) => {
  journal.close();
  start(configured);
};
const change = (from: Key, to: Key, untilMs = NOON + 30 * DAY, signer = from): SignedBody => {
  const body = JSON.stringify({
    previousKeyId: from.keyId,
    keyId: to.keyId,
    publicKey: rawEd25519PublicKey(to.publicKey),
    issuedAt: new Date(NOON).toISOString(),
    previousUntil: new Date(untilMs).toISOString(),
  });
  return { body, keyId: signer.keyId, signature: signText(signer.privateKey, signedBytes(KEY_ROTATION_TYPE, body)) };
};
let version = 0;
/** A policy signed with `signer`, with the changes of key beside it. Returns whether it was applied. */
const receive = (signer: Key, ...rotations: SignedBody[]): boolean => {
  version += 1;
  const body = JSON.stringify(desiredBody(version));
  const signature = signText(signer.privateKey, signedBytes(EVENT_TYPE.desired, body));
  policy.receive({
    type: EVENT_TYPE.desired,
    data: { body, keyId: signer.keyId, signature, ...(rotations.length > 0 ? { rotations } : {}) },
  });
  return policy.current?.version === version;
};
const told = (kind: string) => {
  const slice = journal.read(1, 1_000);
  return (slice?.payload ?? []).filter((_, i) => slice!.kind[i] === kind).map((text) => JSON.parse(text) as Record<string, unknown>);
};

beforeEach(() => {
  store = new TestStore();
  version = 0;
  start();
});
afterEach(() => {
  journal.close();
  store.remove();
});

describe('core’s pinned keys', () => {
  it('follow a change the present key signed; both count for the overlap, and it is journaled', () => {
    expect(receive(a)).toBe(true);
    expect(receive(b, change(a, b))).toBe(true);
    expect(receive(a)).toBe(true);
    expect(told('CoreKeyRotated')).toEqual([
      { keyId: 'core-b', previousKeyId: 'core-a', previousUntil: new Date(NOON + 30 * DAY).toISOString() },
    ]);
    store.clock.jump(30 * DAY);
    expect(receive(a)).toBe(false);
    expect(receive(b)).toBe(true);
  });

  it('are pinned on disk, and the cached policy stands although its key no longer counts', () => {
    receive(a, change(a, b));
    store.clock.jump(31 * DAY);
    restart();
    expect(policy.current?.version).toBe(1);
    expect(keys.presentKeyId).toBe('core-b');
    expect(receive(b)).toBe(true);
    expect(receive(a)).toBe(false);
    restart();
    expect(policy.current?.version).toBe(2);
  });

  it('follow several changes at once after a long absence, and do it once', () => {
    store.clock.jump(200 * DAY);
    expect(receive(c, change(a, b), change(b, c))).toBe(true);
    expect(receive(c, change(a, b), change(b, c))).toBe(true);
    expect(told('CoreKeyRotated').map(({ keyId }) => keyId)).toEqual(['core-b', 'core-c']);
    expect(receive(b)).toBe(false);
  });

  it.each<[string, () => [Key, SignedBody], RegExp]>([
    ['that nobody pinned signed', () => [evil, change(a, evil, NOON, { ...evil, keyId: 'core-a' })], /bad signature/],
    ['whose text was altered', () => [evil, { ...change(a, b), body: change(a, evil).body }], /bad signature/],
    ['that names another predecessor', () => [c, change(b, c, NOON, a)], /another key than the one before/],
  ])('don’t follow a change %s, and say why', (_name, made, reason) => {
    const [signer, rotation] = made();
    expect(receive(signer, rotation)).toBe(false);
    expect(keys.presentKeyId).toBe('core-a');
    expect(told('PolicyRefused').map((payload) => payload['reason'])).toContainEqual(expect.stringMatching(reason));
  });

  it('don’t let a key that was replaced name another successor, nor an id stand for two keys', () => {
    receive(b, change(a, b));
    expect(receive(c, change(a, c))).toBe(false);
    expect(receive(evil, change(b, { ...evil, keyId: 'core-a' }))).toBe(false);
    expect(keys.presentKeyId).toBe('core-b');
  });

  it('cut an overlap that is too long', () => {
    receive(b, change(a, b, NOON + 4_000 * DAY));
    store.clock.jump(91 * DAY);
    expect(receive(a)).toBe(false);
  });

  it('begin anew with a key a person put there', () => {
    receive(b, change(a, b));
    restart(c);
    expect([receive(b), receive(a), receive(c)]).toEqual([false, false, true]);
  });

  it('know nothing of changes from before their first key, and need not', () => {
    restart(b);
    expect(receive(b, change(a, b))).toBe(true);
    expect(told('PolicyRefused')).toEqual([]);
  });
});
