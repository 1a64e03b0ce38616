import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type CommandBody, EVENT_TYPE, type EventType, KEY_ROTATION_TYPE, type SignedBody, signedBytes } from '@tillward/contracts';
import { rawEd25519PublicKey, signText } from '@tillward/journal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, STORE, type TestEdge, TestStore } from '../edge.fixtures.js';
import { silentLog } from '../log.js';
import { PinnedCoreKeys } from '../policy/index.js';
import { CommandService } from './commands.service.js';

const DAY_MS = 24 * 3_600_000;

interface Key {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const key = (keyId: string): Key => ({ keyId, ...generateKeyPairSync('ed25519') });
const [first, second, stranger] = [key('core-1'), key('core-2'), key('core-2')];

let store: TestStore;
let edge: TestEdge;
let keys: PinnedCoreKeys;
let commands: CommandService;

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  keys = new PinnedCoreKeys({ clock: store.clock, log: silentLog }, edge.journal, first);
  const { signal } = new AbortController();
  const { journal, policy, terminals, settlement, payments, closing, opening } = edge;
  const actions = { carryOut: async () => ({ kind: 'failed', code: 'unused', detail: 'unused' }) } as never;
  commands = new CommandService(
    { clock: store.clock, log: silentLog, signal },
    { journal, policy, terminals, settlement, payments, closing, opening, actions },
    { store: STORE, gateway: GATEWAY, coreKey: keys },
  );
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const make = (more: Partial<CommandBody> = {}) => store.core.command('t1', 'settleTerminal', store.clock.now(), more);

/** What the journal says about a command signed so: that it was taken, or why not. */
function said(signer: Key, { as = EVENT_TYPE.command, keyId = signer.keyId }: { as?: EventType; keyId?: string } = {}): string {
  const command = make();
  const body = JSON.stringify(command);
  const rejected = edge.entries('CommandRejected').length;
  commands.receive({ type: EVENT_TYPE.command, data: { body, keyId, signature: signText(signer.privateKey, signedBytes(as, body)) } });
  if (commands.find(command.id) !== undefined) return 'received';
  const told = edge.entries('CommandRejected').slice(rejected);
  return told.map(({ payload }) => payload.reason).join();
}

function changeOfKey(from: Key, to: Key, previousUntilMs: number): SignedBody {
  const body = JSON.stringify({
    previousKeyId: from.keyId,
    keyId: to.keyId,
    publicKey: rawEd25519PublicKey(to.publicKey),
    issuedAt: new Date(store.clock.now()).toISOString(),
    previousUntil: new Date(previousUntilMs).toISOString(),
  });
  return { body, keyId: from.keyId, signature: signText(from.privateKey, signedBytes(KEY_ROTATION_TYPE, body)) };
}

describe('P5 a command and core’s pinned key', () => {
  it('counts by the key that is pinned, and by the next one only once the pinned one has named it', () => {
    expect(said(first)).toBe('received');
    expect(said(second)).toBe('unknown key');
    expect(keys.follow({ rotations: [changeOfKey(first, second, store.clock.now() + 30 * DAY_MS)] })).toBeNull();
    expect(said(second)).toBe('received');
    expect(said(first)).toBe('received');
    expect(said(stranger)).toBe('bad signature');
  });

  it('no longer counts by a key whose time is over', () => {
    keys.follow({ rotations: [changeOfKey(first, second, store.clock.now() + DAY_MS)] });
    store.clock.jump(DAY_MS);
    expect(said(first)).toBe('unknown key');
    expect(said(second)).toBe('received');
  });

  it('does not count with a signature that was made for another kind of message, or under another key’s name', () => {
    expect(said(first, { as: EVENT_TYPE.desired })).toBe('bad signature');
    expect(said(second, { keyId: first.keyId })).toBe('bad signature');
    expect(edge.entries('CommandReceived')).toHaveLength(0);
  });
});
