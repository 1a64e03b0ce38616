import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry, paymentIds, sale, settled, type Written } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;
const HOUR_MS = 3_600_000;

beforeEach(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterEach(() => world.stop());

const sales = (traces: readonly number[], terminal = 'berlin-1') => traces.flatMap((trace) => sale(1_000, trace, terminal, paymentIds(1)));
const later = (entries: Written[]) => entries.map((one) => ({ ...one, atMs: world.now().getTime() }));
async function journal(...entries: Written[]): Promise<void> {
  world.gateways.get('berlin')!.append(...entries);
  await world.upload('berlin');
}
/** A statement that came now. */
async function statement(lines: readonly TestLine[], query: Record<string, string> = {}): Promise<string> {
  const { body } = await upload(world, hq, statementCsv(lines), query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return body.fileId;
}
async function found(): Promise<Loose[]> {
  const { data, errors } = await world.ask(
    hq,
    '{ differences(first: 200) { edges { node { id type traceNo state endedBy history { what detail } } } } }',
  );
  expect(errors).toBeUndefined();
  return data.differences.edges.map((edge: Loose) => edge.node);
}
const open = async () =>
  (await found())
    .filter(({ state }) => state === 'open')
    .map(({ type, traceNo }) => `${type} ${traceNo}`)
    .toSorted();
const runs = () =>
  world.database.query<Loose>(
    'SELECT store_id, from_day, to_day, cause, state FROM reconciliation_run ORDER BY requested_at, store_id NULLS FIRST',
  );
const confirmed = async () =>
  (await world.database.query<Loose>('SELECT terminal_id FROM batch WHERE confirmed_by IS NOT NULL ORDER BY 1')).map(
    (row) => row.terminal_id,
  );

describe('a gateway that was away when the statement came', () => {
  it('has its days matched again when it is back: what agrees ends, what doesn’t stays, nothing is there twice', async () => {
    await statement([{ trace: 1 }, { trace: 2 }, { trace: 3 }]);
    expect(await open()).toEqual(['unknownBatch 1', 'unknownBatch 2', 'unknownBatch 3']);
    const before = (await found()).map(({ id }) => id).toSorted();
    await journal(...sales([1, 2]), ...settled('berlin-1', 2));
    expect(await open()).toEqual(['missingAtTerminal 3']);
    const after = await found();
    expect(after.map(({ id }) => id).toSorted()).toEqual(before);
    for (const one of after.filter(({ state }) => state === 'resolved')) {
      expect(one.endedBy).toBe('reconciliation');
      expect(one.history.map((event: Loose) => event.what)).toEqual(['found', 'resolved']);
      expect(one.history[1].detail).toBe('the rows agree now: late data of berlin: berlin-1 batch 1');
    }
    expect((await runs()).map(({ store_id, from_day, to_day, state }) => [store_id, from_day, to_day, state])).toEqual([
      [null, '2026-11-21', '2026-11-21', 'done'],
      ['berlin', '2026-11-21', '2026-11-21', 'done'],
    ]);
    expect(await confirmed()).toEqual([]);
  });

  it('has its batch confirmed without anybody asking', async () => {
    await statement([{ trace: 1 }, { trace: 2 }]);
    await journal(...sales([1, 2]), ...settled('berlin-1', 2));
    expect(await open()).toEqual([]);
    expect(await confirmed()).toEqual(['berlin-1']);
  });

  it('has its days matched again where the acquirer booked its sales on the next day', async () => {
    await statement([{ trace: 1, day: '2026-11-22' }]);
    expect(await open()).toEqual(['unknownBatch 1']);
    await journal(...sales([1]), ...settled('berlin-1', 1));
    expect(await open()).toEqual(['timing 1']);
  });

  it('leaves other stores’ differences alone, and days no file covers unmatched', async () => {
    await statement([{ trace: 1 }, { terminal: 'T3', trace: 7 }]);
    expect(await open()).toEqual(['unknownBatch 1', 'unknownBatch 7']);
    const tokyo = (await found()).find(({ traceNo }) => traceNo === '7');
    await journal(...sales([1]), ...settled('berlin-1', 1));
    expect(await open()).toEqual(['unknownBatch 7']);
    expect((await found()).find(({ traceNo }) => traceNo === '7')).toEqual(tokyo);
    const ids = { ...paymentIds(2), businessDay: '2026-11-25' };
    const of = { settlementId: '33333333-3333-4333-8333-333333333333', batchNo: 2, businessDay: '2026-11-25' };
    const totals = { currency: 'EUR', amountMinor: 500, count: 1 };
    await journal(
      ...sale(500, 9, 'berlin-1', ids),
      entry('SettlementStarted', { ...of, by: 'policy', journalTotals: totals, terminalTotals: totals }, 'berlin-1'),
      entry('SettlementCompleted', { ...of, journalTotals: totals, terminalTotals: totals, hostTotals: totals }, 'berlin-1'),
    );
    expect(await runs()).toHaveLength(2);
  });

  it('widens a run that waits instead of asking for another one', async () => {
    await statement([{ trace: 1 }, { terminal: 'T2', trace: 1 }]);
    await world.database.query(
      "UPDATE reconciliation_run SET state = 'waiting', store_id = 'berlin', from_day = '2026-11-22', to_day = '2026-11-22', cause = 'c'",
    );
    await journal(...sales([1]), ...settled('berlin-1', 1), ...sales([1], 'berlin-2'), ...settled('berlin-2', 1));
    expect(await runs()).toEqual([
      {
        store_id: 'berlin',
        from_day: '2026-11-21',
        to_day: '2026-11-22',
        cause: 'c; late data of berlin: berlin-1 batch 1, berlin-2 batch 1',
        state: 'done',
      },
    ]);
    expect(await confirmed()).toEqual(['berlin-1', 'berlin-2']);
  });
});

describe('a batch that was not settled when the statement came', () => {
  const nextDay = (traces: readonly number[]) => traces.map((trace) => ({ trace, day: '2026-11-22', batch: 1 }));

  it('is no difference: its sales can’t be in that file; the next one names them', async () => {
    await journal(...sales([1, 2]), ...sales([1], 'berlin-2'), ...settled('berlin-2', 1));
    await statement([{ terminal: 'T2', trace: 1 }]);
    expect(await open()).toEqual([]);
    expect(await confirmed()).toEqual(['berlin-2']);
    const { data } = await world.ask(hq, '{ comparedBatches { edges { node { terminalId } } } }');
    expect(data.comparedBatches.edges.map((edge: Loose) => edge.node.terminalId)).toEqual(['berlin-2']);
    world.advance(12 * HOUR_MS);
    hq = await world.signIn('hq');
    await journal(...later(settled('berlin-1', 2)));
    // Settled after the only file there is: it can't be missing there.
    expect(await open()).toEqual([]);
    world.advance(20 * HOUR_MS);
    hq = await world.signIn('hq');
    await statement(nextDay([1, 2]));
    expect(await open()).toEqual(['timing 1', 'timing 2']);
    expect(await confirmed()).toEqual(['berlin-1', 'berlin-2']);
  });

  it('is missing as soon as a file came that should name it and doesn’t', async () => {
    await journal(...sales([1, 2]));
    await statement([{ trace: 2 }]);
    expect(await open()).toEqual([]);
    world.advance(HOUR_MS);
    await journal(...later(settled('berlin-1', 2)));
    expect(await open()).toEqual([]);
    world.advance(HOUR_MS);
    await statement(nextDay([9]));
    expect(await open()).toEqual(['missingAtAcquirer 1', 'missingAtTerminal 9']);
  });

  it('is looked for again when the file after its settlement comes, however many days later', async () => {
    await journal(...sales([1, 2]));
    await statement([{ terminal: 'T2', trace: 5 }]);
    world.advance(4 * 24 * HOUR_MS);
    hq = await world.signIn('hq');
    await journal(...later(settled('berlin-1', 2)));
    expect(await open()).toEqual(['unknownBatch 5']);
    world.advance(HOUR_MS);
    await statement([{ terminal: 'T2', trace: 6, day: '2026-11-25', batch: 4 }]);
    expect(await open()).toEqual(['missingAtAcquirer 1', 'missingAtAcquirer 2', 'unknownBatch 5', 'unknownBatch 6']);
    expect((await runs()).map(({ store_id, from_day, to_day }) => [store_id, from_day, to_day])).toContainEqual([
      'berlin',
      '2026-11-21',
      '2026-11-25',
    ]);
  });

  it('that is unbalanced was settled as far as the acquirer goes', async () => {
    const of = { settlementId: '22222222-2222-4222-8222-222222222222', batchNo: 1, businessDay: '2026-11-21' };
    const totals = { currency: 'EUR', amountMinor: 2_000, count: 2 };
    const host = { currency: 'EUR', amountMinor: 1_000, count: 1 };
    await journal(
      ...sales([1, 2]),
      entry('SettlementStarted', { ...of, by: 'policy', journalTotals: totals, terminalTotals: totals }, 'berlin-1'),
      entry('SettlementUnbalanced', { ...of, journalTotals: totals, terminalTotals: totals, hostTotals: host }, 'berlin-1'),
    );
    await statement([{ trace: 1 }]);
    expect(await open()).toEqual(['missingAtAcquirer 2']);
  });
});
