import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { StatementImporter } from '../statements/index.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { FundingJobs } from './funding.jobs.js';
import { agreeOnTerms } from './terms.fixtures.js';

let world: TestCore;
let hq: string;
const ACCOUNT = 'DE00500105175407324931';

beforeEach(async () => {
  // A Wednesday. Money of 18 November is due on the 19th, a Thursday; that of Friday to Sunday on the 23rd.
  world = await startTestCore({ now: new Date('2026-11-18T12:00:00.000Z'), config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  await agreeOnTerms(world, 'acq', { funding: { account: ACCOUNT, country: 'DE', delayBankDays: 1 } });
});
afterEach(() => world.stop());

async function withdraw(fileId: string): Promise<void> {
  const importer = world.core.app.get(StatementImporter, { strict: false });
  await world.core.app.get(UnitOfWork, { strict: false }).run(systemActor('test'), (ctx) => importer.withdraw(ctx, fileId));
}
/** Noon of a day in November. */
async function on(day: number): Promise<void> {
  world.advance(Date.UTC(2026, 10, day, 12) - world.now().getTime());
  hq = await world.signIn('hq');
  await world.core.app.get(FundingJobs, { strict: false }).sweep();
}
async function taken(content: string, query: Record<string, string> = {}): Promise<string> {
  world.advance(1_000);
  const { body } = await upload(world, hq, content, query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return body.fileId;
}
/** A day's statement with one sale for each of these payouts: what is owed for it, and its reference where it has one. */
const owed = (day: number, ...payouts: (number | [minor: number, reference: string])[]) =>
  taken(
    statementCsv(
      payouts.map((of, i): TestLine => {
        const [gross, payout] = typeof of === 'number' ? [of, ''] : of;
        return { day: `2026-11-${day}`, trace: i + 1, gross, fee: 0, payout };
      }),
    ),
  );
let bankFiles = 0;
/** The bank's statement of a day with these credits. */
async function credited(day: number, ...credits: (number | [minor: number, text: string])[]): Promise<string> {
  bankFiles += 1;
  const written = (minor: number) => (minor / 100).toFixed(2).replace('.', ',');
  const all = credits.map((of) => (typeof of === 'number' ? ([of, 'card payments'] as const) : of));
  const lines = [
    `:20:START${bankFiles}`,
    `:25:${ACCOUNT}`,
    `:28C:${bankFiles}/1`,
    `:60F:C2611${day}EUR0,00`,
    ...all.flatMap(([minor, text], i) => [`:61:2611${day}11${day}C${written(minor)}NTRFREF//B${bankFiles}X${i}`, `:86:${text}`]),
    `:62F:C2611${day}EUR${written(all.reduce((sum, [minor]) => sum + minor, 0))}`,
    '-',
    '',
  ];
  return await taken(lines.join('\r\n'), { kind: 'bank', name: 'bank.sta' });
}
/** What is told of each payout: state, what the bank paid of it and what that pays together, days late, credits. */
async function told(): Promise<Loose[]> {
  const { data, errors } = await world.ask(
    hq,
    '{ payouts { edges { node { state expected { amountMinor } received { amountMinor } expectedTogether { amountMinor } daysLate bankEntryId earlierBankEntryIds } } } }',
  );
  expect(errors).toBeUndefined();
  const rows = data.payouts.edges.map(({ node }: Loose) => [
    node.expected.amountMinor,
    node.state,
    node.received?.amountMinor ?? null,
    node.expectedTogether?.amountMinor ?? null,
    node.daysLate,
    node.earlierBankEntryIds.length + (node.bankEntryId === null ? 0 : 1),
  ]);
  return rows.toSorted((a: Loose, b: Loose) => b[0] - a[0]);
}
/** What is told to people as missing, in minor units. */
const missing = async () =>
  (await world.database.query<Loose>("SELECT kind, amount_minor FROM incident WHERE kind LIKE 'funding%' ORDER BY opened_at, kind")).map(
    ({ kind, amount_minor }) => [kind, amount_minor],
  );

describe('P4: one payout', () => {
  it('without any credit is awaited until its day is over, then overdue', async () => {
    await owed(18, 1_000);
    await on(19);
    expect(await told()).toEqual([[1_000, 'awaited', null, null, null, 0]]);
    await on(20);
    expect(await told()).toEqual([[1_000, 'overdue', null, null, null, 0]]);
    expect(await missing()).toEqual([['fundingLate', 1_000]]);
  });

  it('of which a part came on its day is short by the rest', async () => {
    await owed(18, 1_000);
    await on(19);
    await credited(19, 700);
    expect(await told()).toEqual([[1_000, 'short', 700, 1_000, 0, 1]]);
    expect(await missing()).toEqual([['fundingShort', 300]]);
  });

  it('of which a part came later was overdue, and is short by the rest from then on', async () => {
    await owed(18, 1_000);
    await on(20);
    await credited(20, 700);
    expect(await told()).toEqual([[1_000, 'short', 700, 1_000, 1, 1]]);
    expect(await missing()).toEqual([
      ['fundingLate', 1_000],
      ['fundingShort', 300],
    ]);
  });

  it('of which less than half came is overdue: the credit may be anything', async () => {
    await owed(18, 1_000);
    await on(20);
    await credited(19, 499);
    expect(await told()).toEqual([[1_000, 'overdue', null, null, null, 0]]);
  });

  it('that came in two credits of one day is funded by both, and by none of them alone', async () => {
    await owed(18, 1_000);
    await on(19);
    const first = await credited(19, 600);
    expect(await told()).toEqual([[1_000, 'short', 600, 1_000, 0, 1]]);
    await credited(19, 400);
    expect(await told()).toEqual([[1_000, 'funded', 1_000, 1_000, 0, 2]]);
    await withdraw(first);
    await on(20);
    expect(await told()).toEqual([[1_000, 'overdue', null, null, null, 0]]);
  });

  it('whose second half came after its day is late, and both credits are its own for good', async () => {
    await owed(18, 1_000);
    await on(20);
    const first = await credited(19, 500);
    await credited(20, 500);
    expect(await told()).toEqual([[1_000, 'late', 1_000, 1_000, 1, 2]]);
    // Sixty days later it is not matched anew, and another one of 5.00 is not paid by its halves.
    world.advance(Date.UTC(2027, 0, 19, 12) - world.now().getTime());
    hq = await world.signIn('hq');
    await owed(19, 500);
    await world.core.app.get(FundingJobs, { strict: false }).sweep();
    expect(await told()).toEqual([
      [1_000, 'late', 1_000, 1_000, 1, 2],
      [500, 'overdue', null, null, null, 0],
    ]);
    // Without one of its credits it is not paid, and the other one is what the second payout waits for.
    await withdraw(first);
    expect(await told()).toEqual([
      [1_000, 'overdue', null, null, null, 0],
      [500, 'funded', 500, 500, 0, 1],
    ]);
  });
});

describe('P4: a tolerance saved before there was a ceiling', () => {
  it('is the ceiling', async () => {
    await world.database.query('UPDATE provider_terms SET funding = (funding::jsonb || \'{"toleranceMinor": 50000}\')::text');
    await owed(18, 10_000);
    await on(19);
    await credited(19, 8_999);
    expect(await told()).toEqual([[10_000, 'short', 8_999, 10_000, 0, 1]]);
    await owed(19, 5_000);
    await on(20);
    await credited(20, 4_000);
    expect((await told())[1]).toEqual([5_000, 'funded', 4_000, 5_000, 0, 1]);
    const { data } = await world.ask(hq, '{ providerTerms(acquirerId: "acq") { funding } }');
    expect(data.providerTerms[0].funding.toleranceMinor).toBe(1_000);
  });
});

describe('P4: two payouts', () => {
  it('of one day, one credit that is one of them and a part of the other: together short by the rest', async () => {
    await owed(18, 1_000, [600, 'P-1']);
    await on(19);
    await credited(19, 1_300);
    expect(await told()).toEqual([
      [1_000, 'short', 1_300, 1_600, 0, 1],
      [600, 'short', 1_300, 1_600, 0, 1],
    ]);
    expect(await missing()).toEqual([['fundingShort', 300]]);
    // The rest of both is missing once, also when that incident has ended.
    await world.database.query("UPDATE incident SET state = 'resolved'");
    await world.core.app.get(FundingJobs, { strict: false }).sweep();
    expect(await missing()).toEqual([['fundingShort', 300]]);
  });

  it('of two days, the same', async () => {
    await owed(18, 1_000);
    await owed(19, 600);
    await on(21);
    await credited(20, 1_300);
    expect(await told()).toEqual([
      [1_000, 'short', 1_300, 1_600, 0, 1],
      [600, 'short', 1_300, 1_600, 0, 1],
    ]);
  });

  it('one credit of their sum less one', async () => {
    await owed(18, 1_000, [600, 'P-1']);
    await owed(19, 400);
    await on(21);
    await credited(20, 1_999);
    expect((await told()).map(([minor, state, received, together]) => [minor, state, received, together])).toEqual([
      [1_000, 'short', 1_999, 2_000],
      [600, 'short', 1_999, 2_000],
      [400, 'short', 1_999, 2_000],
    ]);
  });

  it('of one day with references, a part of the second one named by the bank', async () => {
    await owed(18, [1_000, 'PAY-001'], [600, 'PAY-002']);
    await on(19);
    await credited(19, [1_000, 'payout PAY-001'], [200, 'payout PAY-002']);
    expect(await told()).toEqual([
      [1_000, 'funded', 1_000, 1_000, 0, 1],
      [600, 'short', 200, 600, 0, 1],
    ]);
    expect(await missing()).toEqual([['fundingShort', 400]]);
  });

  it('of one day, each with its own credit, both in part', async () => {
    await owed(18, [1_000, 'P-1'], [600, 'P-2']);
    await on(19);
    await credited(19, 950, 590);
    expect(await told()).toEqual([
      [1_000, 'short', 950, 1_000, 0, 1],
      [600, 'short', 590, 600, 0, 1],
    ]);
  });

  it('the older one lost, the next one in part', async () => {
    await owed(18, 10_000);
    await owed(19, 600);
    await on(21);
    await credited(20, 590);
    expect(await told()).toEqual([
      [10_000, 'overdue', null, null, null, 0],
      [600, 'short', 590, 600, 0, 1],
    ]);
  });
});
