import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { FundingJobs } from './funding.jobs.js';

let world: TestCore;
let hq: string;
const worlds: TestCore[] = [];
const FUNDING = { account: 'DE00500105175407324931', country: 'DE', delayBankDays: 1 };

beforeEach(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  worlds.push(world);
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(async () => {
  for (const one of worlds) await one.stop();
});

async function terms(funding: Record<string, unknown>): Promise<void> {
  const { data } = await world.ask(
    hq,
    'mutation ($funding: JSON) { saveProviderTerms(input: {acquirerId: "acq", fees: null, funding: $funding}) { __typename ... on InvalidInput { field message } } }',
    { funding },
  );
  expect(data.saveProviderTerms.__typename).toBe('ProviderTerms');
}
async function statement(lines: readonly TestLine[], query: Record<string, string> = {}): Promise<string> {
  const { body } = await upload(world, hq, statementCsv(lines), query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return body.fileId;
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
      ['2026-11-18', 'EUR', -100, 900],
      ['2026-11-19', 'EUR', 0, 1_000],
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
    await terms({ ...FUNDING, country: 'CN' });
    // 2035: the State Council has announced nothing for it.
    await statement([day('2035-03-01', 1_000)]);
    expect(await payouts()).toMatchObject([{ businessDay: '2035-03-01', dueDay: null, state: 'calendarUnknown', daysLate: null }]);
    world.advance(Date.UTC(2035, 2, 20) - world.now().getTime());
    hq = await world.signIn('hq');
    const jobs = world.core.app.get(FundingJobs, { strict: false });
    await jobs.sweep();
    expect(await payouts()).toMatchObject([{ state: 'calendarUnknown' }]);
    const { data } = await world.ask(hq, '{ incidents(filter: {kind: [fundingLate, fundingShort]}) { totalCount } }');
    expect(data.incidents.totalCount).toBe(0);
    // A country with data: what a newer version of the calendar is to China.
    await terms({ ...FUNDING, country: 'DE' });
    await jobs.sweep();
    expect(await payouts()).toMatchObject([{ dueDay: '2035-03-02', state: 'overdue' }]);
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
    expect(await payouts()).toMatchObject([{ dueDay: '2026-11-20' }]);
  });
});
