import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Agent, startAgent } from './agent.js';
import { systemClock } from './clock.js';
import { GATEWAY, STORE, TestStore } from './edge.fixtures.js';
import { Journal, NewWorkRefusedError, SqliteStore } from './journal/index.js';
import { silentLog } from './log.js';

let store: TestStore;
let agent: Agent | undefined;

beforeEach(() => {
  store = new TestStore();
});
afterEach(async () => {
  await agent?.stop('test');
  store.remove();
});

const start = async () => {
  agent = await startAgent(
    { clock: systemClock, log: silentLog, devices: store.devices },
    {
      store: STORE,
      gateway: GATEWAY,
      dataDir: store.dataDir,
      // Nobody listens on the discard port.
      mqttUrl: 'mqtt://127.0.0.1:9',
      mqttPassword: 'none',
      gatewayKey: generateKeyPairSync('ed25519').privateKey,
      coreKey: store.core.coreKey,
      tillHost: '127.0.0.1',
      tillPort: 0,
      tillToken: 'till-token-0123456789',
      logLevel: 'silent',
    },
  );
  return `http://127.0.0.1:${agent.tillPort}`;
};

describe('an agent without a broker', () => {
  it('lives, says why it is not ready, and stops cleanly within three seconds', async () => {
    const url = await start();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    let reasons: string[] = [];
    while (!reasons.some((reason) => reason.includes('ECONNREFUSED'))) {
      const answer = await fetch(`${url}/readyz`);
      expect(answer.status).toBe(503);
      ({ reasons } = (await answer.json()) as { reasons: string[] });
    }
    expect(reasons).toContain('policy: none received yet');
    const before = performance.now();
    await agent!.stop('SIGTERM');
    agent = undefined;
    expect(performance.now() - before).toBeLessThan(3_000);
    const journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => 0 });
    expect(journal.read(1, 9)?.kind).toEqual(['AgentStarted', 'AgentStopped']);
    journal.close();
  });
});

describe('the door to the store’s network', () => {
  it.runIf(process.platform === 'linux')('stays open for others when one machine takes every connection it gets', async () => {
    const { port } = new URL(await start());
    const sockets = Array.from({ length: 450 }, () =>
      createConnection({ port: Number(port), host: '127.0.0.1', localAddress: '127.0.0.2' }),
    );
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    await Promise.all(sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    // What is silent is let go within seconds.
    await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')));
  });
});

describe('an agent on a full disk', () => {
  it('starts and serves, refuses what would be new, and begins once there is room', async () => {
    const begun = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => 0 });
    const { page_count: pages } = begun.store.database.prepare('PRAGMA page_count').get() as { page_count: number };
    begun.close();
    const { prototype } = SqliteStore;
    const transaction = prototype.transaction;
    let full = true;
    let open: Journal | undefined;
    const { onAppended } = Journal.prototype;
    Journal.prototype.onAppended = function (this: Journal, listener) {
      open = this;
      return onAppended.call(this, listener);
    };
    prototype.transaction = function <T>(this: SqliteStore, work: () => T): T {
      this.database.exec(`PRAGMA max_page_count = ${full ? pages : 1_000_000}`);
      return transaction.call(this, () => {
        // An empty page may be left: take it, so that the disk is as full as it is said to be.
        if (full) this.database.exec(`INSERT INTO meta (key, value) VALUES ('fill' || random(), hex(zeroblob(9000)))`);
        return work();
      }) as T;
    };
    try {
      const url = await start();
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      full = false;
      // There is room again, but what the last run left is not written down yet: an order now would hide it from the terminal's memory.
      expect(() => open!.commit((tx) => tx.append('OperatorSignedOn', 't1', { operatorId: 'ana', certificateId: 'c1' }))).toThrow(
        NewWorkRefusedError,
      );
      const journal = () => new DatabaseSync(join(store.dataDir, 'journal.sqlite'), { readOnly: true });
      const deadline = performance.now() + 9_000;
      await new Promise((resolve) => setTimeout(resolve, 5_500));
      expect(performance.now()).toBeLessThan(deadline);
      // The ballast was given up meanwhile; with it back, new work is admitted.
      open!.keepUp();
      open!.commit((tx) => tx.append('OperatorSignedOn', 't1', { operatorId: 'ana', certificateId: 'c1' }));
      await agent!.stop('SIGTERM');
      agent = undefined;
      const database = journal();
      const kinds = database
        .prepare('SELECT kind FROM entries ORDER BY epoch, seq')
        .all()
        .map((row) => row['kind']);
      database.close();
      expect(kinds.filter((kind) => kind === 'AgentStarted')).toHaveLength(1);
      expect(kinds).toContain('JournalWritesFailed');
      expect(kinds.at(-1)).toBe('AgentStopped');
    } finally {
      prototype.transaction = transaction;
      Journal.prototype.onAppended = onAppended;
    }
  });
});
