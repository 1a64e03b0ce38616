import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { AuditLog } from '../audit/index.js';
import { createTestDatabase, type TestDatabase } from '../database/database.fixtures.js';
import { systemActor, UnitOfWork } from '../database/index.js';
import { BatchLifeService } from '../settlement/index.js';
import { Differences } from './differences.service.js';
import { Matching, type MatchingOutcome } from './matching.service.js';
import type { MatchingScope } from './matching.sql.js';
import { prepareStore, storeSides, tangledSides } from './reconciliation.fixtures.js';
import { requestRun } from './reconciliation.store.js';

const SCOPE: MatchingScope = {
  acquirerId: 'acq',
  fromDay: '2026-11-20',
  toDay: '2026-11-23',
  identity: 'trace',
  timingDays: 1,
  amountToleranceMinor: {},
};

let database: TestDatabase;
let work: UnitOfWork;
let store: string;
const matching = new Matching(new Differences(new AuditLog()), new BatchLifeService());
beforeAll(async () => {
  database = await createTestDatabase();
  work = new UnitOfWork(await database.dataSource(), { now: () => new Date() });
});
afterAll(() => database.drop());
beforeEach(async () => {
  store = `s-${randomUUID().slice(0, 8)}`;
  await prepareStore(database, store);
});

const run = (): Promise<MatchingOutcome> =>
  work.run(systemActor('test'), async (ctx) =>
    matching.run(ctx, await requestRun(ctx, 'acq', SCOPE.fromDay, SCOPE.toDay, 'test'), { ...SCOPE, storeId: store }),
  );
const row = (terminal: string, trace: number, currency: string, amountMinor = 1_000, feeMinor = 0) =>
  ({
    acquirer: 'acq',
    merchant: 'M1',
    terminal,
    batch: '1',
    trace: `${trace}`,
    businessDay: '2026-11-20',
    type: 'sale',
    amountMinor,
    feeMinor,
    currency,
  }) as const;
const batches = () =>
  database.query(
    `SELECT account, currency, terminal_count AS t, terminal_minor::int AS "tMinor", acquirer_count AS a, acquirer_minor::int AS "aMinor", acquirer_fee_minor::int AS fee, equal,
            terminal_others::jsonb AS "tOthers", acquirer_others::jsonb AS "aOthers" FROM reconciliation_batch WHERE store_id = $1 ORDER BY account`,
    [store],
  );
const confirmed = async () =>
  (
    await database.query<{ terminal_id: string }>(
      'SELECT terminal_id FROM batch WHERE store_id = $1 AND confirmed_by IS NOT NULL ORDER BY 1',
      [store],
    )
  ).map(({ terminal_id }) => terminal_id);

it('R5: a batch’s sums have rows of its own currency only; a batch of several is neither equal nor confirmed, though all its rows agree', async () => {
  // In the order of their codes the foreign one comes first, and its amount is the greater.
  const rows = [row('t1', 1, 'EUR', 1_000, -10), row('t1', 2, 'EUR', 1_500, -15), row('t1', 3, 'CNY', 90_000, -900), row('t2', 1, 'EUR')];
  await storeSides(database, store, { terminal: rows, acquirer: rows });
  expect(await run()).toMatchObject({ counts: { matched: 4 }, equalBatches: 1, confirmed: 1 });
  expect(await batches()).toEqual([
    {
      account: 't1',
      currency: 'EUR',
      t: 2,
      tMinor: 2_500,
      a: 2,
      aMinor: 2_500,
      fee: -25,
      equal: false,
      tOthers: [{ currency: 'CNY', count: 1, minor: 90_000, fee: 0 }],
      aOthers: [{ currency: 'CNY', count: 1, minor: 90_000, fee: -900 }],
    },
    { account: 't2', currency: 'EUR', t: 1, tMinor: 1_000, a: 1, aMinor: 1_000, fee: 0, equal: true, tOthers: [], aOthers: [] },
  ]);
  expect(await confirmed()).toEqual(['t2']);
});

it('terminals of two currencies whose acquirer names the store only are confirmed one by one', async () => {
  const rows = [row('t1', 1, 'EUR'), row('t2', 2, 'CHF')];
  await storeSides(database, store, { terminal: rows, acquirer: rows });
  await database.query("UPDATE statement_row SET terminal_id = NULL, batch_no = '' WHERE store_id = $1", [store]);
  await database.query('DELETE FROM acquirer_terminal WHERE store_id = $1', [store]);
  await database.query("INSERT INTO acquirer_terminal VALUES ($1, 'acq', 'M1', $1, NULL, now())", [store]);
  expect(await run()).toMatchObject({ equalBatches: 0, confirmed: 2 });
  expect(await batches()).toMatchObject([
    { currency: 'CHF', t: 1, a: 1, aMinor: 1_000, tOthers: [{ currency: 'EUR', count: 1 }], aOthers: [{ currency: 'EUR', count: 1 }] },
  ]);
  expect(await confirmed()).toEqual(['t1', 't2']);
});

it.each([31, 32, 33])('no row is lost or counted in another currency, seed %i', async (seed) => {
  await storeSides(database, store, tangledSides(seed, 160));
  await run();
  const told = await database.query(
    `SELECT currency, sum(n)::int AS n, sum(minor)::int AS minor FROM (
       SELECT currency, acquirer_count AS n, acquirer_minor AS minor FROM reconciliation_batch WHERE store_id = $1
       UNION ALL SELECT o->>'currency', (o->>'count')::int, (o->>'minor')::bigint FROM reconciliation_batch, jsonb_array_elements(acquirer_others::jsonb) o WHERE store_id = $1) s
      GROUP BY currency ORDER BY currency`,
    [store],
  );
  const there = await database.query(
    'SELECT currency, count(*)::int AS n, sum(gross_minor)::int AS minor FROM statement_row WHERE store_id = $1 GROUP BY currency ORDER BY currency',
    [store],
  );
  expect(there).toHaveLength(2);
  expect(told).toEqual(there);
});
