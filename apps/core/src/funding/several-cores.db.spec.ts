import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { StatementJobs } from '../statements/index.js';
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
import { FundingService } from './funding.service.js';
import { agreeOnTerms } from './terms.fixtures.js';

const SYSTEM = systemActor('test');
const FUNDING = { account: 'DE00500105175407324931', country: 'DE', delayBankDays: 1 };

let one: TestCore;
let two: TestCore;
let hq: string;

beforeAll(async () => {
  const statements = await testStatementsConfig();
  one = await startTestCore({ config: { statements } });
  hq = await one.signIn('hq');
  await testAcquirer(one, hq);
  await ask('mutation ($p: String!) { saveAcquirer(input: {id: "bcq", name: "B", format: "csv", profile: $p}) { __typename } }', {
    p: TEST_PROFILE,
  });
  await ask(
    'mutation { mapAcquirerTerminals(acquirerId: "bcq", entries: [{merchantNo: "B1", terminalNo: "T1", storeId: "berlin"}]) { __typename } }',
  );
  // A second core on the same database.
  two = await startTestCore({ config: { statements, databaseUrl: one.database.url } });
});
afterAll(async () => {
  await two.stop();
  await one.stop();
});

async function ask(query: string, variables = {}): Promise<Loose> {
  const { data, errors } = await one.ask(hq, query, variables);
  expect(errors).toBeUndefined();
  return data;
}
const arrive = async (acquirer: string, lines: TestLine[]) => {
  const { body } = await upload(one, hq, statementCsv(lines), { acquirer });
  expect(body.error).toBeUndefined();
};
const payouts = async (): Promise<Loose[]> =>
  (await ask('{ payouts { edges { node { acquirerId businessDay state bankEntryId expected { amountMinor } } } } }')).payouts.edges.map(
    ({ node }: Loose) => node,
  );
async function bank(day: string, amount: string): Promise<void> {
  const [, yy, mm, dd] = /^20(\d\d)-(\d\d)-(\d\d)$/.exec(day)!;
  const mt940 = [
    ':20:S',
    `:25:${FUNDING.account}`,
    ':28C:1/1',
    `:60F:C${yy}${mm}${dd}EUR0,00`,
    `:61:${yy}${mm}${dd}${mm}${dd}C${amount}NTRFNONREF//B1`,
    ':86:money',
    `:62F:C${yy}${mm}${dd}EUR${amount}`,
    '-',
    '',
  ].join('\r\n');
  const response = await fetch(`${one.core.url}/api/statements?kind=bank&name=bank.sta`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', cookie: hq },
    body: mt940,
  });
  expect(response.ok).toBe(true);
  await imported(one);
}
/** Work of one core that stays uncommitted until it is told to go on. */
function held(
  core: TestCore,
  work: (ctx: WorkContext) => Promise<unknown>,
): { readonly done: Promise<unknown>; readonly worked: Promise<void>; commit(): void } {
  const worked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const done = core.core.app.get(UnitOfWork, { strict: false }).run(SYSTEM, async (ctx) => {
    await work(ctx);
    worked.resolve();
    await gate.promise;
  });
  done.catch((error: unknown) => worked.reject(error));
  return { done, worked: worked.promise, commit: () => gate.resolve() };
}
const funding = (core: TestCore) => core.core.app.get(FundingService, { strict: false });

describe('two cores', () => {
  it('give one bank entry to one payout', async () => {
    await arrive('acq', [{ day: '2026-11-19' }]);
    await arrive('bcq', [{ day: '2026-11-19', merchant: 'B1' }]);
    await imported(one);
    await bank('2026-11-20', '9,90');
    // Each works out its provider's payout; neither sees the other's before the commit.
    const terms = { fees: null, funding: FUNDING };
    const first = held(one, (ctx) => funding(one).saveTerms(ctx, 'acq', terms, null));
    await first.worked;
    const second = held(two, (ctx) => funding(two).saveTerms(ctx, 'bcq', terms, null));
    second.commit();
    await sleep(300);
    first.commit();
    await Promise.all([first.done, second.done]);
    const states = (await payouts()).map(({ state, bankEntryId }) => [state, bankEntryId !== null]);
    expect(states.toSorted()).toEqual([
      ['funded', true],
      ['overdue', false],
    ]);
  });

  it('add up what both import of one payout', async () => {
    await arrive('acq', [{ day: '2026-11-18', gross: 1_000, fee: 0, payout: 'P' }]);
    await arrive('acq', [
      { day: '2026-11-18', gross: 300, fee: 0, payout: 'P', trace: 2 },
      { day: '2026-11-17', gross: 200, fee: 0, payout: 'P', trace: 3 },
    ]);
    const at = (core: TestCore) => core.core.app.get(StatementJobs, { strict: false }).importArrived();
    await Promise.all([at(one), at(two)]);
    await one.settle();
    expect((await payouts()).find(({ businessDay }) => businessDay === '2026-11-18')).toMatchObject({ expected: { amountMinor: 1_500 } });
  });

  it('open one incident for one late payout, and find one wrong fee once', async () => {
    const fees = { basis: 'row', rates: [{ currency: 'EUR', ratePpm: 0, rounding: 'halfUp', onRefund: 'kept', from: '2026-01-01' }] };
    await agreeOnTerms(one, 'bcq', { fees, funding: FUNDING });
    const jobs = [one, two].map((core) => core.core.app.get(FundingJobs, { strict: false }));
    for (const core of [one, two]) core.advance(4 * 86_400_000);
    hq = await one.signIn('hq');
    await Promise.all([...jobs, ...jobs].map((job) => job.sweep()));
    await Promise.all([one.settle(), two.settle()]);
    const { incidents, differences } = await ask(
      '{ incidents(filter: {kind: [fundingLate]}) { edges { node { businessDay } } } differences(filter: {type: [feeWrong]}) { edges { node { acquirerId history { what } } } } }',
    );
    const days = incidents.edges.map(({ node }: Loose) => node.businessDay);
    expect(days.toSorted()).toEqual(['2026-11-18', '2026-11-19']);
    expect(differences.edges).toEqual([{ node: { acquirerId: 'bcq', history: [{ what: 'found' }] } }]);
  });
});
