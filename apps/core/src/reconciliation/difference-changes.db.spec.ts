import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;
/** More than one page of the newest. */
const MANY = 130;

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

/** A subscription to a store's differences; what it was told grows. */
function follow(cookie: string, storeId: string): { told: Loose[]; stop(): Promise<void> } {
  class WithCookie extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: { cookie } });
    }
  }
  const client = createClient({ url: `${world.core.url.replace('http', 'ws')}/graphql`, webSocketImpl: WithCookie, retryAttempts: 0 });
  const told: Loose[] = [];
  client.subscribe(
    { query: `subscription { differenceChanged(storeId: "${storeId}") { id type traceNo state } }` },
    {
      next: ({ data }: Loose) => void told.push(data.differenceChanged),
      error: (error) => void told.push(error),
      complete: () => undefined,
    },
  );
  return { told, stop: async () => void (await client.dispose()) };
}
const spelt = (told: readonly Loose[]) => told.map(({ type, traceNo, state }) => `${type} ${traceNo} ${state}`).toSorted();

it('differenceChanged tells what a run found, what people did and what a later run ended, once each, to the store’s people only', async () => {
  const lines = Array.from({ length: MANY }, (_, i) => ({ trace: 1_000 + i }));
  await upload(world, hq, statementCsv([{ trace: 1, terminal: 'T2' }, ...lines]));
  await imported(world);
  world.advance(10 * 60_000);
  hq = await world.signIn('hq');
  const manager = follow(await world.signIn('manager-berlin'), 'berlin');
  const foreign = follow(await world.signIn('manager-tokyo'), 'berlin');
  await new Promise((resolve) => setTimeout(resolve, 300));

  // The first of all was found before all the others: it is on no page of the newest.
  const { data } = await world.ask(hq, '{ differences(first: 200) { edges { node { id terminalId } } } }');
  const { id } = data.differences.edges.find((edge: Loose) => edge.node.terminalId === 'berlin-2').node;
  await world.ask(hq, `mutation { resolveDifferences(ids: ["${id}"], note: "seen") { __typename } }`);
  await expect.poll(() => spelt(manager.told), { timeout: 5_000 }).toEqual(['unknownBatch 1 resolved']);
  // At the same moment of the clock.
  await world.ask(hq, `mutation { reopenDifferences(ids: ["${id}"], note: "wrong") { __typename } }`);
  await expect.poll(() => spelt(manager.told), { timeout: 5_000 }).toEqual(['unknownBatch 1 open', 'unknownBatch 1 resolved']);

  world.gateways.get('berlin')!.append(...sale(1_000, 1, 'berlin-2', paymentIds(1)), ...settled('berlin-2', 1));
  await world.upload('berlin');
  await expect
    .poll(() => spelt(manager.told), { timeout: 5_000 })
    .toEqual(['unknownBatch 1 open', 'unknownBatch 1 resolved', 'unknownBatch 1 resolved']);
  expect(foreign.told).toEqual([]);
  await Promise.all([manager.stop(), foreign.stop()]);
});
