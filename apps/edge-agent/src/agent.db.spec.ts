import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Agent, startAgent } from './agent.js';
import { systemClock } from './clock.js';
import { GATEWAY, STORE, TestStore } from './edge.fixtures.js';
import { Journal } from './journal/index.js';
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
