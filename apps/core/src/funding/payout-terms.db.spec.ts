import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import {
  imported,
  statementCsv,
  TEST_PROFILE,
  type TestLine,
  testAcquirer,
  testStatementsConfig,
  upload,
} from '../statements/statements.fixtures.js';
import { FundingJobs } from './funding.jobs.js';
import { agreeOnTerms } from './terms.fixtures.js';

let world: TestCore;
let hq: string;
const FUNDING = { account: 'DE00500105175407324931', country: 'DE', delayBankDays: 1 };

beforeEach(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterEach(() => world.stop());

async function terms(funding: Record<string, unknown>): Promise<void> {
  await agreeOnTerms(world, 'acq', { funding });
}
async function statement(lines: readonly TestLine[], query: Record<string, string> = {}): Promise<string> {
  const { body } = await upload(world, hq, statementCsv(lines), query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return body.fileId;
}
/** A bank statement of 20 November with these credits. */
async function bank(...amounts: string[]): Promise<void> {
  const minor = amounts.reduce((sum, amount) => sum + Number(amount.replace(',', '')), 0);
  const mt940 = [
    ':20:S',
    `:25:${FUNDING.account}`,
    ':28C:1/1',
    ':60F:C261120EUR0,00',
    ...amounts.flatMap((amount, i) => [`:61:2611201120C${amount}NTRFNONREF//B${i}`, ':86:money']),
    `:62F:C261120EUR${(minor / 100).toFixed(2).replace('.', ',')}`,
    '-',
    '',
  ].join('\r\n');
  const response = await fetch(`${world.core.url}/api/statements?kind=bank&name=bank.sta`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', cookie: hq },
    body: mt940,
  });
  expect(response.ok).toBe(true);
  await imported(world);
}
/** A second acquirer that knows the first store as B1. */
async function secondAcquirer(funding: Record<string, unknown>): Promise<void> {
  for (const [query, variables] of [
    [
      'mutation ($p: String!) { saveAcquirer(input: {id: "bcq", name: "B", format: "csv", profile: $p}) { __typename } }',
      { p: TEST_PROFILE },
    ],
    [
      'mutation { mapAcquirerTerminals(acquirerId: "bcq", entries: [{merchantNo: "B1", terminalNo: "T1", storeId: "berlin"}]) { __typename } }',
      {},
    ],
  ] as const) {
    const { errors } = await world.ask(hq, query, variables);
    expect(errors).toBeUndefined();
  }
  await agreeOnTerms(world, 'bcq', { funding });
}
const day = (businessDay: string, gross: number, more: Partial<TestLine> = {}): TestLine => ({ day: businessDay, gross, fee: 0, ...more });
async function payouts(): Promise<Loose[]> {
  const { data, errors } = await world.ask(
    hq,
    '{ payouts { edges { node { businessDay dueDay state daysLate expected { amountMinor currency } parts { salesMinor reserveMinor } } } } }',
  );
  expect(errors).toBeUndefined();
  return data.payouts.edges.map((edge: Loose) => edge.node).toReversed();
}
const reserves = async () =>
  (await payouts()).map(({ businessDay, expected, parts }) => [businessDay, expected.currency, parts.reserveMinor, expected.amountMinor]);

describe('a reserve', () => {
  it('is held back of sales, rounded once, and never of money given back', async () => {
    await terms({ ...FUNDING, reservePpm: 100_000 });
    await statement([day('2026-11-16', 1_005), day('2026-11-17', -400, { type: 'refund' }), day('2026-11-18', 1_000, { currency: 'USD' })]);
    expect(await reserves()).toEqual([
      ['2026-11-16', 'EUR', -101, 904],
      ['2026-11-17', 'EUR', 0, -400],
      ['2026-11-18', 'USD', -100, 900],
    ]);
  });

  it('comes back with the first payout so many days later, once, in its own currency', async () => {
    await terms({ ...FUNDING, reservePpm: 100_000, reserveReleaseDays: 2 });
    await statement([
      day('2026-11-16', 1_000),
      day('2026-11-16', 500, { currency: 'USD' }),
      day('2026-11-17', 2_000),
      day('2026-11-20', 3_000),
    ]);
    expect(await reserves()).toEqual([
      ['2026-11-16', 'EUR', -100, 900],
      ['2026-11-16', 'USD', -50, 450],
      ['2026-11-17', 'EUR', -200, 1_800],
      // Both days' reserve, because nothing was paid out on the days they were due.
      ['2026-11-20', 'EUR', 0, 3_000],
    ]);
    const later = await statement([day('2026-11-23', 1_000)]);
    expect((await reserves()).at(-1)).toEqual(['2026-11-23', 'EUR', 200, 1_200]);
    // Corrected: the same money comes back again, no more.
    await statement([day('2026-11-23', 1_500)], { supersedes: later });
    expect((await reserves()).at(-1)).toEqual(['2026-11-23', 'EUR', 150, 1_650]);
  });

  it('comes back with another payout when the one it came with is no more', async () => {
    await terms({ ...FUNDING, reservePpm: 100_000, reserveReleaseDays: 2 });
    await statement([day('2026-11-16', 1_000)]);
    const wrong = await statement([day('2026-11-18', 1_000, { payout: 'P1' })]);
    expect((await reserves()).at(-1)).toEqual(['2026-11-18', 'EUR', 0, 1_000]);
    await statement([day('2026-11-18', 1_000, { payout: 'P2' })], { supersedes: wrong });
    await statement([day('2026-11-19', 1_000)]);
    expect((await reserves()).slice(1)).toEqual([
      ['2026-11-18', 'EUR', 0, 1_000],
      ['2026-11-19', 'EUR', -100, 900],
    ]);
  });

  it('that a statement lists itself is a deduction and a credit of its rows', async () => {
    await terms(FUNDING);
    await statement([day('2026-11-16', 1_000), day('2026-11-16', -100, { type: 'deduction', terminal: '', batch: '', trace: '' })]);
    expect(await reserves()).toEqual([['2026-11-16', 'EUR', 0, 900]]);
  });
});

describe('a payout whose bank days nobody knows', () => {
  it('is never late, whatever the day, until a calendar knows them', async () => {
    // Thirty bank days lead into 2027: the State Council has announced nothing for it.
    await terms({ ...FUNDING, country: 'CN', delayBankDays: 30 });
    await statement([day('2026-11-20', 1_000)]);
    expect(await payouts()).toMatchObject([{ businessDay: '2026-11-20', dueDay: null, state: 'calendarUnknown', daysLate: null }]);
    world.advance(Date.UTC(2027, 0, 10) - world.now().getTime());
    hq = await world.signIn('hq');
    const jobs = world.core.app.get(FundingJobs, { strict: false });
    await jobs.sweep();
    expect(await payouts()).toMatchObject([{ state: 'calendarUnknown' }]);
    const { data } = await world.ask(hq, '{ incidents(filter: {kind: [fundingLate, fundingShort]}) { totalCount } }');
    expect(data.incidents.totalCount).toBe(0);
    // A country with data: what a newer version of the calendar is to China.
    await terms({ ...FUNDING, country: 'DE' });
    expect(await payouts()).toMatchObject([{ dueDay: '2026-11-23', state: 'overdue' }]);
    const late = await world.ask(hq, '{ incidents(filter: {kind: [fundingLate]}) { totalCount } }');
    expect(late.data.incidents.totalCount).toBe(1);
  });
});

describe('terms that come after the first statements', () => {
  it('say what was owed for them too', async () => {
    await statement([day('2026-11-19', 1_000)]);
    expect(await payouts()).toEqual([]);
    await terms(FUNDING);
    expect(await payouts()).toMatchObject([{ businessDay: '2026-11-19', dueDay: '2026-11-20', expected: { amountMinor: 1_000 } }]);
    await terms({ ...FUNDING, delayBankDays: 3 });
    expect(await payouts()).toMatchObject([{ dueDay: '2026-11-24', state: 'awaited' }]);
  });

  it('have what is late by then late at once, with its incident', async () => {
    await statement([day('2026-11-17', 1_000)]);
    await terms(FUNDING);
    expect(await payouts()).toMatchObject([{ dueDay: '2026-11-18', state: 'overdue' }]);
    const { data } = await world.ask(
      hq,
      '{ incidents(filter: {kind: [fundingLate]}) { edges { node { businessDay amount { amountMinor } } } } }',
    );
    expect(data.incidents.edges).toEqual([{ node: { businessDay: '2026-11-17', amount: { amountMinor: 1_000 } } }]);
  });
});

describe('two providers that are late with one day’s money of one store', () => {
  it('have one incident after the other, each once', async () => {
    await terms(FUNDING);
    await secondAcquirer(FUNDING);
    await statement([day('2026-11-17', 1_000)]);
    await statement([day('2026-11-17', 2_000, { merchant: 'B1' })], { acquirer: 'bcq' });
    const jobs = world.core.app.get(FundingJobs, { strict: false });
    const incidents = () =>
      world.database.query<Loose>("SELECT state, amount_minor FROM incident WHERE kind = 'fundingLate' ORDER BY amount_minor");
    await jobs.sweep();
    expect(await incidents()).toEqual([{ state: 'open', amount_minor: 1_000 }]);
    await world.database.query("UPDATE incident SET state = 'resolved'");
    await jobs.sweep();
    await jobs.sweep();
    expect(await incidents()).toEqual([
      { state: 'resolved', amount_minor: 1_000 },
      { state: 'open', amount_minor: 2_000 },
    ]);
    await world.database.query("UPDATE incident SET state = 'resolved'");
    await jobs.sweep();
    expect(await incidents()).toHaveLength(2);
    const { data } = await world.ask(hq, '{ payouts(filter: {acquirerId: "bcq"}) { edges { node { acquirerId } } } }');
    expect(data.payouts.edges).toEqual([{ node: { acquirerId: 'bcq' } }]);
  });
});

describe('a tolerance', () => {
  it('is the provider’s own, not that of another one that pays into the same account', async () => {
    await terms({ ...FUNDING, toleranceMinor: 100 });
    await secondAcquirer(FUNDING);
    await statement([day('2026-11-19', 1_000)]);
    await statement([day('2026-11-19', 7_000, { merchant: 'B1' })], { acquirer: 'bcq' });
    await bank('9,50', '69,50');
    const found = await world.database.query<Loose>('SELECT acquirer_id, state, received_minor FROM payout ORDER BY acquirer_id');
    expect(found).toEqual([
      { acquirer_id: 'acq', state: 'funded', received_minor: 950 },
      { acquirer_id: 'bcq', state: 'short', received_minor: 6_950 },
    ]);
  });
});

describe('a late payout that a corrected file changes', () => {
  it('has a new incident where the amount is another, none where it is the same', async () => {
    await terms(FUNDING);
    const fileId = await statement([day('2026-11-17', 1_000)]);
    const incidents = () =>
      world.database.query<Loose>("SELECT state, amount_minor FROM incident WHERE kind = 'fundingLate' ORDER BY amount_minor");
    await world.database.query("UPDATE incident SET state = 'resolved'");
    const same = await statement([day('2026-11-17', 1_000, { reference: 'R' })], { supersedes: fileId });
    expect(await incidents()).toEqual([{ state: 'resolved', amount_minor: 1_000 }]);
    await statement([day('2026-11-17', 1_500)], { supersedes: same });
    expect(await incidents()).toEqual([
      { state: 'resolved', amount_minor: 1_000 },
      { state: 'open', amount_minor: 1_500 },
    ]);
  });
});

describe('a bank entry that paid a payout of long ago', () => {
  it('pays no other one when that payout is not matched anew any more', async () => {
    await terms(FUNDING);
    await statement([day('2026-11-12', 1_000)]);
    await statement([day('2026-11-18', 1_000)]);
    await bank('10,00');
    const states = () => world.database.query<Loose>('SELECT business_day, state FROM payout ORDER BY business_day');
    const found = [
      { business_day: '2026-11-12', state: 'late' },
      { business_day: '2026-11-18', state: 'overdue' },
    ];
    expect(await states()).toEqual(found);
    // The first one was due 60 days and some before, the second one and the entry less.
    world.advance(Date.UTC(2027, 0, 14) - world.now().getTime());
    await world.core.app.get(FundingJobs, { strict: false }).sweep();
    expect(await states()).toEqual(found);
  });
});

describe('money beyond what is exact', () => {
  const huge = (nth: number) => statement([day(`2026-11-1${nth}`, 900_000_000_000_000, { payout: 'P' })]);

  it('has the file refused that makes it so, by its code, and nothing of it counts', async () => {
    await terms(FUNDING);
    for (const nth of [1, 2, 3, 4, 5]) await huge(nth);
    const fileId = await huge(6);
    const { data } = await world.ask(
      hq,
      '{ statementFiles(filter: {state: [refused]}) { edges { node { id refusalCode refusalMessage } } } }',
    );
    expect(data.statementFiles.edges).toEqual([
      { node: { id: fileId, refusalCode: 'sumTooLarge', refusalMessage: expect.stringContaining('more than is exact') } },
    ]);
    expect(await payouts()).toMatchObject([{ expected: { amountMinor: 4_500_000_000_000_000 } }]);
  });

  it('has the terms refused that would owe it', async () => {
    for (const nth of [1, 2, 3, 4, 5, 6]) await huge(nth);
    await expect(agreeOnTerms(world, 'acq', { funding: FUNDING })).rejects.toThrow('more than is exact');
    const after = await world.ask(hq, '{ providerTerms(acquirerId: "acq") { version } payouts { totalCount } }');
    expect(after.data).toEqual({ providerTerms: [], payouts: { totalCount: 0 } });
  });
});
