import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UnitOfWork } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry, sale } from '../ingest/ingest.fixtures.js';

let world: TestCore;
let hq: string;
beforeAll(async () => {
  world = await startTestCore();
  hq = await world.signIn('hq');
});
afterAll(() => world.stop());

const store = async (id: string, fields: string): Promise<Loose> =>
  (await world.ask(hq, `{ store(id: "${id}") { ${fields} } }`)).data.store;
const routine = { routineId: '00000000-0000-4000-8000-0000000c1051', businessDay: '2026-11-21' };
const totals = { currency: 'EUR', amountMinor: 3_000, count: 2 };

describe('a store', () => {
  it('has the trading window of its effective policy, in its own time zone', async () => {
    const fields = 'isOpen businessDay opensAt closesAt';
    // EVENING is 20:00 in Berlin and 04:00 of the next day in Tokyo, where that instant begins the new business day.
    expect(await store('berlin', fields)).toEqual({
      isOpen: true,
      businessDay: '2026-11-21',
      opensAt: '2026-11-21T08:00:00.000Z',
      closesAt: '2026-11-21T21:00:00.000Z',
    });
    expect(await store('tokyo', fields)).toMatchObject({ isOpen: false, businessDay: '2026-11-22', closesAt: '2026-11-22T13:00:00.000Z' });
  });

  it('has funds at risk while payments are unsettled, in minor units of its currency', async () => {
    world.gateways.get('berlin')!.append(...sale(1_000, 1, 'berlin-1'), ...sale(2_000, 2, 'berlin-1'), ...sale(500, 1, 'berlin-2'));
    await world.upload('berlin');
    expect(await store('berlin', 'fundsAtRisk { amountMinor currency } terminals { id unsettledCount unsettled { amountMinor } }')).toEqual(
      {
        fundsAtRisk: { amountMinor: 3_500, currency: 'EUR' },
        terminals: [
          { id: 'berlin-1', unsettledCount: 2, unsettled: { amountMinor: 3_000 } },
          { id: 'berlin-2', unsettledCount: 1, unsettled: { amountMinor: 500 } },
        ],
      },
    );
    expect(await store('tokyo', 'fundsAtRisk { amountMinor currency }')).toEqual({ fundsAtRisk: { amountMinor: 0, currency: 'JPY' } });
  });

  it('shows its newest closing and each terminal’s proof', async () => {
    const steps = [{ step: 'settle' as const, outcome: 'done' as const, seq: 8 }];
    world.gateways
      .get('berlin')!
      .append(
        entry('ClosingStarted', { ...routine, by: 'policy', terminals: ['berlin-1', 'berlin-2'] }, null),
        entry('CloseProven', { ...routine, overnight: 'off', totals, steps }, 'berlin-1'),
      );
    await world.upload('berlin');
    const shown = await store(
      'berlin',
      'closing { proven blocked running finishedAt } terminals { closeProof { overnight count totals { amountMinor } steps { step outcome seq } } }',
    );
    expect(shown).toEqual({
      closing: { proven: 1, blocked: 0, running: 1, finishedAt: null },
      terminals: [{ closeProof: { overnight: 'off', count: 2, totals: { amountMinor: 3_000 }, steps } }, { closeProof: null }],
    });
  });
});

describe('a terminal', () => {
  it('is unknown, never off, when its gateway is not heard of', async () => {
    const power = async () => (await store('berlin', 'gateway { online } terminals { power service }')) as Loose;
    await world.report('berlin', 'on');
    expect(await power()).toMatchObject({ gateway: { online: true }, terminals: [{ power: 'on', service: 'ready' }, {}] });
    world.advance(91_000);
    expect(await power()).toMatchObject({ gateway: { online: false }, terminals: [{ power: 'unknown', service: 'unknown' }, {}] });
  });

  it('names its operator only to those who may see the person', async () => {
    await world.database.query("UPDATE terminal_state SET operator_id = 'cashier-berlin' WHERE terminal_id = 'berlin-1'");
    const { data } = await world.ask(await world.signIn('manager-berlin'), '{ terminal(id: "berlin-1") { operatorName } }');
    expect(data.terminal.operatorName).toBe('Name of cashier-berlin');
  });
});

describe('lists', () => {
  it('of stores continue after a cursor, in the chain’s order', async () => {
    const page = async (after: string | null): Promise<Loose> => {
      const query =
        'query ($after: String) { stores(first: 1, after: $after) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { id } } } }';
      return (await world.ask(hq, query, { after })).data.stores;
    };
    const first = await page(null);
    expect(first).toMatchObject({
      totalCount: 2,
      edges: [{ node: { id: 'berlin' } }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    expect(await page(first.pageInfo.endCursor)).toMatchObject({
      edges: [{ node: { id: 'tokyo' } }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
  });

  it('of transactions come newest first, each once, whatever the page', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const query: string =
        'query ($after: String) { transactions(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { id amount { amountMinor } cardLast4 } } } }';
      const { transactions }: Loose = (await world.ask(hq, query, { after })).data;
      seen.push(...transactions.edges.map((edge: Loose) => edge.node.amount.amountMinor));
      after = transactions.pageInfo.hasNextPage ? transactions.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual([500, 2_000, 1_000]);
  });

  it('cost one transaction per field, however many stores there are', async () => {
    const work = world.core.app.get(UnitOfWork, { strict: false });
    const run = vi.spyOn(work, 'run');
    const units = async (first: number) => {
      run.mockClear();
      const fields =
        'id closesAt isOpen openIncidents fundsAtRisk { amountMinor } gateway { online } terminals { closeProof { provenAt } }';
      await world.ask(hq, `{ stores(first: ${first}) { edges { node { ${fields} } } } }`);
      // Core's own work (projections, the outbox) goes on meanwhile and is not this question's.
      return run.mock.calls.filter(([actor]) => actor.kind === 'person').length;
    };
    expect(await units(2)).toBe(await units(1));
    expect(await units(2)).toBeLessThan(10);
    run.mockRestore();
  });
});
