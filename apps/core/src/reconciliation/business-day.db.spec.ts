import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled, type Written } from '../ingest/ingest.fixtures.js';
import { imported, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;

const COLUMNS = ['type', 'gross', 'currency', 'day', 'at', 'merchant', 'terminal', 'batch', 'trace', 'reference'];
/** A CSV that tells days, times or both. */
const PROFILE = JSON.stringify({
  name: 'times',
  amounts: 'minor',
  dateForm: 'YYYY-MM-DD hh:mm:ss',
  columns: { ...Object.fromEntries(COLUMNS.map((name) => [name, name])), day: undefined, businessDay: 'day' },
  types: { sale: 'sale', refund: 'refund' },
});

beforeEach(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  const { data, errors } = await world.ask(
    hq,
    `mutation ($profile: String!) {
      own: saveAcquirer(input: {id: "own", name: "Own", format: "csv", profile: $profile}) { __typename ... on Refusal { message } }
      ady: saveAcquirer(input: {id: "ady", name: "Adyen", format: "adyen"}) { __typename ... on Refusal { message } }
      mapAcquirerTerminals(acquirerId: "own", entries: [{merchantNo: "M1", terminalNo: "T1", storeId: "berlin", terminalId: "berlin-1"}]) { __typename ... on Refusal { message } }
      tokyo: mapAcquirerTerminals(acquirerId: "ady", entries: [{merchantNo: "JP", storeId: "tokyo"}, {merchantNo: "DE", storeId: "berlin"}]) { __typename ... on Refusal { message } }
    }`,
    { profile: PROFILE },
  );
  expect([errors, data.own.message, data.ady.message, data.mapAcquirerTerminals.message, data.tokyo.message]).toEqual(
    Array(5).fill(undefined),
  );
});
afterEach(() => world.stop());

interface Sold {
  readonly store?: string;
  readonly terminal?: string;
  readonly day: string;
  readonly minor?: number;
  readonly trace?: number;
  readonly reference?: string;
  readonly batch?: number;
}

/** Sales of settled batches, as the journal would have left them. */
async function sold(...sales: Sold[]): Promise<void> {
  for (const one of sales)
    await world.database.query(
      `INSERT INTO card_transaction (store_id, payment_id, gateway_id, terminal_id, batch_no, business_day, state, amount_minor, currency, trace_no, provider_reference, kind, started_at)
       VALUES ($1, $2, 'gw-' || $1, $3, $4, $5, 'completed', $6, $7, $8, 'P0.' || $9::text, 'sale', $5::date + interval '8 hours')`,
      [
        one.store ?? 'berlin',
        randomUUID(),
        one.terminal ?? 'berlin-1',
        one.batch ?? 1,
        one.day,
        one.minor ?? 1_000,
        one.store === 'tokyo' ? 'JPY' : 'EUR',
        one.trace ?? null,
        one.reference ?? null,
      ],
    );
  await world.database.query(
    `INSERT INTO batch (store_id, terminal_id, batch_no, gateway_id, business_day, state, currency, journal_minor, journal_count, opened_at, settled_at)
     SELECT store_id, terminal_id, batch_no, gateway_id, min(business_day), 'settled', min(currency), sum(amount_minor), count(*), min(started_at), min(started_at)
       FROM card_transaction GROUP BY store_id, terminal_id, batch_no, gateway_id ON CONFLICT DO NOTHING`,
  );
}

interface Told {
  readonly at: string;
  /** Left out: the file tells no day. */
  readonly day?: string;
  readonly gross?: number;
  readonly trace?: number | '';
  readonly reference?: string;
  readonly batch?: number | '';
}

async function told(...rows: Told[]): Promise<void> {
  const lines = rows.map((row) =>
    ['sale', row.gross ?? 1_000, 'EUR', row.day ?? '', row.at, 'M1', 'T1', row.batch ?? 1, row.trace ?? '', row.reference ?? ''].join(','),
  );
  const { body } = await upload(world, hq, `${[COLUMNS.join(','), ...lines].join('\n')}\n`, { acquirer: 'own' });
  await imported(world);
  const { data } = await world.ask(hq, `{ statementFile(id: "${body.fileId}") { state refusalMessage } }`);
  expect(data.statementFile).toEqual({ state: 'imported', refusalMessage: null });
}

const HEADER =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,Modification Merchant Reference,Batch Number';
async function settlementDetails(
  merchant: string,
  currency: string,
  rows: readonly [reference: string, at: string, zone: string, gross: string][],
) {
  const lines = rows.map(
    ([reference, at, zone, gross]) =>
      `Co,${merchant},${reference},,visa,${at},${zone},Settled,${reference}M,${currency},,${gross},1,${currency},,${gross},,,,,visa,,1`,
  );
  await upload(world, hq, `${[HEADER, ...lines].join('\n')}\n`, { acquirer: 'ady' });
  await imported(world);
}

/** What is for people to do, with its day. */
async function open(): Promise<string[]> {
  const { data, errors } = await world.ask(hq, '{ differences(first: 200) { edges { node { type businessDay state } } } }');
  expect(errors).toBeUndefined();
  return data.differences.edges
    .filter(({ node }: Loose) => node.state === 'open')
    .map(({ node }: Loose) => `${node.type} ${node.businessDay}`)
    .toSorted();
}
const pairs = async () =>
  (await world.database.query<Loose>('SELECT type, terminal_day, acquirer_day FROM reconciliation_match ORDER BY 1, 2, 3')).map(
    ({ type, terminal_day, acquirer_day }) => `${type} ${terminal_day} ${acquirer_day}`,
  );
const confirmed = async () =>
  (await world.database.query<Loose>('SELECT terminal_id, batch_no FROM batch WHERE confirmed_by IS NOT NULL ORDER BY 1, 2')).map(
    ({ terminal_id, batch_no }) => `${terminal_id} ${batch_no}`,
  );

describe('a row of which the file writes the time only', () => {
  it('is of the store’s business day: Tokyo’s morning, which in UTC is the day before', async () => {
    await sold(
      { store: 'tokyo', terminal: 'tokyo-1', day: '2026-11-21', reference: 'A1' },
      { store: 'tokyo', terminal: 'tokyo-1', day: '2026-11-21', reference: 'A2', minor: 2_000 },
    );
    await settlementDetails('JP', 'JPY', [
      ['A1', '2026-11-20 23:00:00', 'UTC', '1000'],
      ['A2', '2026-11-21 02:00:00', 'UTC', '2000'],
    ]);
    expect(await open()).toEqual([]);
    expect(await pairs()).toEqual(['matched 2026-11-21 2026-11-20']);
    expect(await confirmed()).toEqual(['tokyo-1 1']);
    // The acquirer's own day stays what payouts and fees go by.
    expect(await world.database.query('SELECT business_day, day_told FROM statement_row ORDER BY row_no')).toEqual([
      { business_day: '2026-11-20', day_told: false },
      { business_day: '2026-11-21', day_told: false },
    ]);
  });

  it('is of the store’s business day: Berlin’s night before the cut-off, which is the next day by the clock', async () => {
    await sold({ terminal: 'berlin-2', day: '2026-11-20', reference: 'B1' });
    await settlementDetails('DE', 'EUR', [['B1', '2026-11-21 01:30:00', 'CET', '10.00']]);
    expect(await open()).toEqual([]);
    expect(await confirmed()).toEqual(['berlin-2 1']);
  });

  it('is so where an acquirer may not be late at all', async () => {
    await world.database.query("INSERT INTO reconciliation_setting VALUES ('own', 'reference', 0, '{}', now())");
    await sold({ day: '2026-11-21', reference: 'A1' });
    await told({ at: '2026-11-20 23:00:00', reference: 'A1', batch: '' });
    expect(await open()).toEqual([]);
  });

  it('is no further away than a day', async () => {
    await sold({ day: '2026-11-20', reference: 'A1' });
    await told({ at: '2026-11-18 23:00:00', reference: 'A1' }, { at: '2026-11-20 23:00:00', reference: 'A9' });
    expect(await open()).toEqual(['missingAtAcquirer 2026-11-20', 'missingAtTerminal 2026-11-18', 'missingAtTerminal 2026-11-20']);
  });

  it('goes with the transaction of its own day first, and leaves the other days’ alone', async () => {
    await sold({ day: '2026-11-20', reference: 'A1' }, { day: '2026-11-21', reference: 'A1' });
    await told({ at: '2026-11-21 23:00:00', reference: 'A1' }, { at: '2026-11-20 20:00:00', reference: 'A5' });
    expect(await open()).toEqual(['missingAtAcquirer 2026-11-20', 'missingAtTerminal 2026-11-20']);
  });

  it('is taken once: of two transactions it could be of, one is missing', async () => {
    await sold({ day: '2026-11-20', reference: 'A1' }, { day: '2026-11-22', reference: 'A1' });
    await told(
      { at: '2026-11-21 12:00:00', reference: 'A1' },
      { at: '2026-11-22 12:00:00', reference: 'A5' },
      { at: '2026-11-20 12:00:00', reference: 'A6' },
    );
    expect((await open()).filter((one) => one.startsWith('missingAtAcquirer'))).toHaveLength(1);
    expect(await pairs()).toHaveLength(1);
  });

  it('comes to the same day by day, and when a part of the days is matched again', async () => {
    await sold({ day: '2026-11-19', reference: 'A0' }, { day: '2026-11-20', reference: 'A1' }, { day: '2026-11-20', reference: 'A2' });
    await told({ at: '2026-11-19 12:00:00', reference: 'A0' }, { at: '2026-11-19 23:00:00', reference: 'A1' });
    expect(await open()).toEqual([]);
    await told({ at: '2026-11-20 02:00:00', reference: 'A2' });
    expect(await pairs()).toEqual(['matched 2026-11-20 2026-11-19']);
    for (const day of ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21']) {
      await world.ask(hq, `mutation { requestReconciliation(acquirerId: "own", fromDay: "${day}", toDay: "${day}") { __typename } }`);
      await world.settle();
      expect([await open(), await pairs()]).toEqual([[], ['matched 2026-11-20 2026-11-19']]);
    }
    expect(await world.database.query("SELECT count(*)::int AS n FROM reconciliation_run WHERE state = 'done'")).toEqual([{ n: 6 }]);
  });

  it('with a wrong amount is one difference about the amount', async () => {
    await sold({ day: '2026-11-21', reference: 'A1' });
    await told({ at: '2026-11-20 23:00:00', reference: 'A1', gross: 1_100 });
    expect(await open()).toEqual(['amountOver 2026-11-21']);
  });

  it('is identified by trace number within its batch, not by trace number alone', async () => {
    await sold({ day: '2026-11-21', trace: 1 });
    await told({ at: '2026-11-20 23:00:00', trace: 1 });
    expect(await open()).toEqual([]);
    await sold({ day: '2026-11-18', trace: 7, batch: 2 });
    await told({ at: '2026-11-17 23:00:00', trace: 7, batch: '' }, { at: '2026-11-18 23:00:00', trace: 9, batch: '' });
    expect(await open()).toEqual(['missingAtAcquirer 2026-11-18', 'missingAtTerminal 2026-11-17', 'missingAtTerminal 2026-11-18']);
  });

  it('is not of the day of a transaction that its other number contradicts', async () => {
    await sold({ day: '2026-11-21', trace: 1, reference: 'A1' });
    await told({ at: '2026-11-20 23:00:00', trace: 2, reference: 'A1' }, { at: '2026-11-21 23:00:00', trace: 5, reference: 'A5' });
    expect(await open()).toEqual(['missingAtAcquirer 2026-11-21', 'missingAtTerminal 2026-11-20', 'missingAtTerminal 2026-11-21']);
  });
});

describe('a row whose day the file tells', () => {
  it('is of that day: a day later is late, a day earlier is none of it', async () => {
    await sold({ day: '2026-11-20', reference: 'A1' });
    await sold({ day: '2026-11-21', reference: 'A2' });
    await told(
      { at: '2026-11-20 23:00:00', day: '2026-11-21 00:00:00', reference: 'A1' },
      { at: '2026-11-20 23:00:00', day: '2026-11-20 00:00:00', reference: 'A2' },
    );
    expect(await open()).toEqual(['missingAtAcquirer 2026-11-21', 'missingAtTerminal 2026-11-20', 'timing 2026-11-20']);
  });
});

describe('a morning’s sale whose gateway was away', () => {
  it('is matched when it comes, though the file was of the day before only', async () => {
    await told({ at: '2026-11-20 23:00:00', trace: 1 });
    expect(await open()).toEqual(['unknownBatch 2026-11-20']);
    const journal: Written[] = [...sale(1_000, 1, 'berlin-1', paymentIds(1)), ...settled('berlin-1', 1)];
    world.gateways.get('berlin')!.append(...journal);
    await world.upload('berlin');
    expect(await open()).toEqual([]);
    expect(await confirmed()).toEqual(['berlin-1 1']);
  });

  it('does not have days matched again that nothing waits for', async () => {
    await told({ at: '2026-11-20 12:00:00', day: '2026-11-20 00:00:00', trace: 5 });
    const runs = () => world.database.query('SELECT run_id FROM reconciliation_run');
    expect(await runs()).toHaveLength(1);
    world.gateways.get('berlin')!.append(...sale(1_000, 1, 'berlin-1', paymentIds(1)), ...settled('berlin-1', 1));
    await world.upload('berlin');
    expect(await runs()).toHaveLength(1);
  });
});
