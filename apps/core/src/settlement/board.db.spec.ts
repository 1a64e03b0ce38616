import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';

let world: TestCore;
let hq: string;
const DAY = '2026-11-20';
const NEXT = '2026-11-21';

interface TestBatch {
  store?: string;
  terminal: string;
  no: number;
  day?: string;
  state: string;
  minor?: number;
  currency?: string;
  handling?: string;
  missed?: boolean;
  confirmed?: number;
  funded?: number;
}

/** A batch as journal, statement and bank would have left it. */
async function batch(given: TestBatch): Promise<void> {
  const { store = 'berlin', terminal, no, day = DAY, state, minor = 1_000, currency = 'EUR', handling = null, missed = false } = given;
  const done = state === 'settled' || state === 'recovered' || handling === 'accepted';
  await world.database.query(
    `INSERT INTO batch (store_id, terminal_id, batch_no, gateway_id, business_day, state, missed, currency, journal_minor, journal_count, opened_at, settled_at, handling,
                        confirmed_by, confirmed_minor, funded_by, funded_minor)
     VALUES ($1, $2, $3, 'g', $4, $5, $6, $7, $8, 2, now(), $9, $10, $11, $12, $13, $14)`,
    [
      store,
      terminal,
      no,
      day,
      state,
      missed,
      currency,
      minor,
      done ? new Date() : null,
      handling,
      given.confirmed === undefined ? null : 'statement',
      given.confirmed ?? null,
      given.funded === undefined ? null : 'bank',
      given.funded ?? null,
    ],
  );
}

beforeAll(async () => {
  world = await startTestCore();
  hq = await world.signIn('hq');
  const terminal = 'berlin-1';
  await batch({ terminal, no: 1, state: 'open' });
  await batch({ terminal, no: 2, state: 'settling' });
  await batch({ terminal, no: 3, state: 'inDoubt' });
  await batch({ terminal, no: 4, state: 'unbalanced', handling: 'uploaded' });
  await batch({ terminal, no: 5, state: 'unbalanced', handling: 'accepted', minor: 300 });
  await batch({ terminal, no: 6, state: 'missed', missed: true });
  await batch({ terminal, no: 7, state: 'settled' });
  await batch({ terminal, no: 8, state: 'recovered', missed: true, confirmed: 1_000 });
  await batch({ terminal, no: 9, state: 'settled', confirmed: 1_000, funded: 990 });
  await batch({ terminal, no: 10, state: 'settled', minor: 700, currency: 'USD' });
  await batch({ terminal, no: 11, state: 'settled', day: NEXT });
  await batch({ store: 'tokyo', terminal: 'tokyo-1', no: 1, state: 'unbalanced', handling: 'accepted', currency: 'JPY', minor: 5_000 });
});
afterAll(() => world.stop());

const FIELDS = `businessDay currency batches count open settling inDoubt unbalanced missed settled confirmed funded missedOnce accepted
  journalMinor unsettledMinor confirmedMinor fundedMinor onlyTerminalId onlyBatchNo`;
const board = async (cookie: string, args = '', fields = FIELDS) =>
  await world.ask(
    cookie,
    `{ settlementBoard(fromDay: "${DAY}", throughDay: "${NEXT}"${args}) { totalCount pageInfo { hasNextPage endCursor } edges { node { storeId storeName days { ${fields} } } } } }`,
  );
const stores = ({ data }: Loose) => data.settlementBoard.edges.map(({ node }: Loose) => node.storeId);

describe('settlementBoard', () => {
  it('adds up a store’s batches by business day and currency, each batch in one state', async () => {
    const { data, errors } = await board(hq);
    expect(errors).toBeUndefined();
    const [berlin, tokyo] = data.settlementBoard.edges.map(({ node }: Loose) => node);
    expect(berlin.storeName).toBe('Store berlin');
    expect(berlin.days.map((day: Loose) => [day.businessDay, day.currency])).toEqual([
      [NEXT, 'EUR'],
      [DAY, 'EUR'],
      [DAY, 'USD'],
    ]);
    expect(berlin.days[1]).toEqual({
      businessDay: DAY,
      currency: 'EUR',
      batches: 9,
      count: 18,
      open: 1,
      settling: 1,
      inDoubt: 1,
      unbalanced: 1,
      missed: 1,
      settled: 2,
      confirmed: 1,
      funded: 1,
      missedOnce: 2,
      accepted: 1,
      journalMinor: 8_300,
      unsettledMinor: 5_000,
      confirmedMinor: 2_000,
      fundedMinor: 990,
      onlyTerminalId: null,
      onlyBatchNo: null,
    });
    expect(berlin.days[0]).toMatchObject({ batches: 1, settled: 1, unsettledMinor: 0, onlyTerminalId: 'berlin-1', onlyBatchNo: 11 });
    expect(tokyo.days).toMatchObject([{ currency: 'JPY', settled: 1, accepted: 1, unbalanced: 0, journalMinor: 5_000 }]);
  });

  it('counts the batches and sums that the lists of batches and funds at risk show', async () => {
    const { data } = await world.ask(
      hq,
      `{ batches(first: 200, filter: {storeId: "berlin", fromBusinessDay: "${DAY}", throughBusinessDay: "${NEXT}"}) { totalCount } fundsAtRisk(level: store) { edges { node { id amount { amountMinor } } } } }`,
    );
    const { days } = (await board(hq)).data.settlementBoard.edges[0].node;
    expect(days.reduce((sum: number, day: Loose) => sum + day.batches, 0)).toBe(data.batches.totalCount);
    expect(data.fundsAtRisk.edges).toMatchObject([{ node: { amount: { amountMinor: days[1].unsettledMinor } } }]);
    for (const day of days) {
      const { open, settling, inDoubt, unbalanced, missed, settled, confirmed, funded } = day;
      expect(open + settling + inDoubt + unbalanced + missed + settled + confirmed + funded).toBe(day.batches);
    }
  });

  it('has stores without batches too, unless it is narrowed to states somebody has to look at', async () => {
    const empty = await board(hq, ', states: [open, missed]');
    expect([stores(empty), empty.data.settlementBoard.totalCount]).toEqual([['berlin'], 1]);
    // Two people answer for Tokyo's difference: nobody has to look at it any more.
    expect(stores(await board(hq, ', states: [unbalanced]'))).toEqual(['berlin']);
    expect(stores(await board(hq, ', storeIds: ["tokyo"]'))).toEqual(['tokyo']);
    const early = await world.ask(
      hq,
      '{ settlementBoard(fromDay: "2026-01-01", throughDay: "2026-01-02") { edges { node { storeId days { id } } } } }',
    );
    expect(early.data.settlementBoard.edges.map(({ node }: Loose) => node.days)).toEqual([[], []]);
  });

  it('comes in pages of stores', async () => {
    const first = (await board(hq, ', first: 1')).data.settlementBoard;
    expect([first.edges[0].node.storeId, first.pageInfo.hasNextPage, first.totalCount]).toEqual(['berlin', true, 2]);
    const second = await board(hq, `, first: 1, after: "${first.pageInfo.endCursor}"`);
    expect([stores(second), second.data.settlementBoard.pageInfo.hasNextPage]).toEqual([['tokyo'], false]);
  });

  it('shows a manager the own stores only', async () => {
    const tokyo = await world.signIn('manager-tokyo');
    const own = await board(tokyo);
    expect([stores(own), own.data.settlementBoard.totalCount]).toEqual([['tokyo'], 1]);
    expect(JSON.stringify(own)).not.toContain('EUR');
    expect(stores(await board(tokyo, ', storeIds: ["berlin"]'))).toEqual([]);
    expect(stores(await board(tokyo, ', states: [open]'))).toEqual([]);
    expect((await board(await world.signIn('cashier-berlin'))).errors![0]!.extensions.code).toBe('notAllowed');
  });

  it.each([
    ['days in the wrong order', '2026-11-02', '2026-11-01'],
    ['more than two months', '2026-09-01', '2026-11-02'],
  ])('refuses %s', async (_, from, through) => {
    const { errors } = await world.ask(hq, `{ settlementBoard(fromDay: "${from}", throughDay: "${through}") { totalCount } }`);
    expect(errors![0]!.extensions).toMatchObject({ code: 'invalidInput', field: 'throughDay' });
  });
});
