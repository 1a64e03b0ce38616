import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from './statements.fixtures.js';
import { lockTold } from './told-again.store.js';

let world: TestCore;
let hq: string;
beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  const funding = { account: 'DE00500105175407324931', country: 'DE', delayBankDays: 1 };
  await world.ask(hq, 'mutation ($funding: JSON) { saveProviderTerms(input: {acquirerId: "acq", funding: $funding}) { __typename } }', {
    funding,
  });
});
afterAll(() => world.stop());

const fileOf = async (id: string) =>
  (await world.ask(hq, `{ statementFile(id: "${id}") { id state rowsRead toldAgain refusalCode refusalMessage } }`)).data.statementFile;
async function take(lines: readonly TestLine[], query: Record<string, string> = {}): Promise<Loose> {
  world.advance(1_000);
  const { body } = await upload(world, hq, statementCsv(lines), query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return await fileOf(body.fileId);
}
/** Which rows of a file count, as trace numbers. */
const counted = async (id: string) => {
  const { data } = await world.ask(
    hq,
    `{ statementRows(first: 200, filter: {fileId: "${id}", superseded: false}) { edges { node { traceNo toldIn } } } }`,
  );
  return data.statementRows.edges.map((edge: Loose) => edge.node.traceNo);
};
/** What is to be paid out for a day, minor units. */
const expected = async (day: string) => {
  const { data } = await world.ask(hq, '{ payouts(first: 200) { edges { node { businessDay expected { amountMinor } } } } }');
  return data.payouts.edges
    .filter((edge: Loose) => edge.node.businessDay === day)
    .map((edge: Loose) => edge.node.expected.amountMinor)
    .reduce((sum: number, amount: number) => sum + amount, 0);
};
const day = (of: string, ...traces: number[]): TestLine[] => traces.map((trace) => ({ day: of, trace }));

describe('F6: rows that another file told already', () => {
  it('are kept and count nothing, in a weekly file after daily ones', async () => {
    await take(day('2026-09-01', 1, 2));
    const second = await take(day('2026-09-02', 3));
    const week = await take([...day('2026-09-01', 1, 2), ...day('2026-09-02', 3), ...day('2026-09-03', 4)]);
    expect(week).toMatchObject({ state: 'imported', rowsRead: 4, toldAgain: 3 });
    expect(await counted(week.id)).toEqual(['4']);
    expect(await expected('2026-09-01')).toBe(2 * 990);
    expect(await expected('2026-09-03')).toBe(990);
    const { data } = await world.ask(
      hq,
      `{ statementRows(filter: {fileId: "${week.id}"}) { edges { node { traceNo superseded toldIn } } } }`,
    );
    expect(data.statementRows.edges[2].node).toEqual({ traceNo: '3', superseded: true, toldIn: second.id });
  });

  it('are so in daily files after a weekly one, and rows that are late count', async () => {
    await take([...day('2026-09-07', 1), ...day('2026-09-08', 2, 3), ...day('2026-09-09', 4)]);
    const daily = await take([...day('2026-09-08', 2, 3, 9)]);
    expect(daily).toMatchObject({ toldAgain: 2 });
    expect(await counted(daily.id)).toEqual(['9']);
    expect(await expected('2026-09-08')).toBe(3 * 990);
  });

  it('are no duplicates the acquirer really moved: some rows of a day alone are money, and so is one more of the same', async () => {
    await take(day('2026-09-14', 1, 2));
    const once = await take([...day('2026-09-14', 1), ...day('2026-09-15', 3)]);
    expect(once).toMatchObject({ state: 'imported', toldAgain: 0 });
    expect(await expected('2026-09-14')).toBe(3 * 990);
    await take(day('2026-09-16', 1));
    const twice = await take([...day('2026-09-16', 1, 1), ...day('2026-09-17', 2)]);
    expect(twice).toMatchObject({ toldAgain: 1 });
    expect(await counted(twice.id)).toEqual(['1', '2']);
    // Another amount under the same number, another merchant, or another payout is another movement.
    await take([{ day: '2026-09-18', trace: 1, payout: 'P1' }]);
    const others = await take([
      { day: '2026-09-18', trace: 1, gross: 999, payout: 'P1' },
      { day: '2026-09-18', trace: 1, merchant: 'M2' },
      { day: '2026-09-18', trace: 1, payout: 'P2' },
      { day: '2026-09-19', trace: 2 },
    ]);
    expect(others).toMatchObject({ toldAgain: 0 });
  });

  it('are looked for by one core at a time: what another one is about to tell is waited for', async () => {
    const work = world.core.app.get(UnitOfWork, { strict: false });
    const { promise: told, resolve: tell } = Promise.withResolvers<void>();
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
    const other = work.run(systemActor('statements'), async (ctx) => {
      await lockTold(ctx, 'acq');
      lock();
      await told;
    });
    await locked;
    const { body } = await upload(world, hq, statementCsv(day('2026-09-21', 1)));
    const importing = imported(world);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await fileOf(body.fileId)).toMatchObject({ state: 'arrived' });
    tell();
    await Promise.all([other, importing]);
    expect(await fileOf(body.fileId)).toMatchObject({ state: 'imported' });
  });

  it('survive a mapping that comes later', async () => {
    await take([{ day: '2026-09-23', trace: 1, terminal: 'T8' }]);
    const week = await take([
      { day: '2026-09-23', trace: 1, terminal: 'T8' },
      { day: '2026-09-24', trace: 2, terminal: 'T8' },
    ]);
    await world.ask(
      hq,
      'mutation { mapAcquirerTerminals(acquirerId: "acq", entries: [{merchantNo: "M1", terminalNo: "T8", storeId: "tokyo", terminalId: "tokyo-2"}]) { __typename } }',
    );
    expect(await counted(week.id)).toEqual(['2']);
  });
});

describe('F7: when the file that told a row first is corrected', () => {
  it('the correction tells its days, and what it does not tell counts where it was told again', async () => {
    const first = await take([...day('2026-10-01', 1, 2), ...day('2026-10-02', 3)]);
    const week = await take([...day('2026-10-01', 1, 2), ...day('2026-10-02', 3), ...day('2026-10-03', 4)]);
    const month = await take([...day('2026-10-01', 1, 2), ...day('2026-10-02', 3), ...day('2026-10-05', 5)]);
    expect([week.toldAgain, month.toldAgain]).toEqual([3, 3]);
    await take(
      [
        { day: '2026-10-01', trace: 1 },
        { day: '2026-10-01', trace: 2, gross: 1_500 },
      ],
      { supersedes: first.id },
    );
    expect(await expected('2026-10-01')).toBe(990 + 1_490);
    // Of the second day, the earlier one of the two that told it again counts from now on.
    expect(await counted(week.id)).toEqual(['3', '4']);
    expect(await counted(month.id)).toEqual(['5']);
    expect(await expected('2026-10-02')).toBe(990);
    expect([(await fileOf(week.id)).toldAgain, (await fileOf(month.id)).toldAgain]).toEqual([2, 3]);
  });
});

describe('F9, F10: what a correction may correct, and which days may be', () => {
  it('is a file of the same merchant and days', async () => {
    const old = await take(day('2026-10-10', 1));
    const [later, other] = [
      await take(day('2026-10-11', 1), { supersedes: old.id }),
      await take([{ day: '2026-10-10', merchant: 'M7' }], { supersedes: old.id }),
    ];
    for (const refused of [later, other]) expect(refused).toMatchObject({ state: 'refused', refusalCode: 'supersedesOther' });
    expect(await fileOf(old.id)).toMatchObject({ state: 'imported' });
    expect(await take([...day('2026-10-10', 1), ...day('2026-10-11', 1)], { supersedes: old.id })).toMatchObject({ state: 'imported' });
  });

  it('is no day to come, with its line', async () => {
    const { data } = await world.ask(hq, '{ statementFiles(first: 1) { edges { node { arrivedAt } } } }');
    const today = data.statementFiles.edges[0].node.arrivedAt.slice(0, 10);
    const after = (days: number) => new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
    expect(await take(day(after(1), 1))).toMatchObject({ state: 'imported' });
    const { body } = await upload(world, hq, statementCsv([...day(today, 1), ...day(after(3), 2)]));
    await imported(world);
    const refused = (await world.ask(hq, `{ statementFile(id: "${body.fileId}") { refusalCode refusalLine } }`)).data.statementFile;
    expect(refused).toEqual({ refusalCode: 'futureDay', refusalLine: 3 });
  });
});

describe('amounts whose sums are not exact', () => {
  const large = 999_999_999_999_999;
  const many = (day: string, ...traces: number[]) => traces.map((trace) => ({ day, trace, gross: large, fee: 0 }));
  /** Without a trailer: no file states a sum of more than 15 digits. */
  async function refusalOf(lines: readonly TestLine[]): Promise<Loose> {
    world.advance(1_000);
    const csv = statementCsv(lines);
    const { body } = await upload(world, hq, csv.slice(0, csv.indexOf('TOTAL')));
    await imported(world);
    return (await world.ask(hq, `{ statementFile(id: "${body.fileId}") { state refusalCode refusalLine } }`)).data.statementFile;
  }

  it('are refused, within a file with the line, and together with others', async () => {
    const beyond = await refusalOf(many('2026-10-20', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    expect(beyond).toEqual({ state: 'refused', refusalCode: 'amount-too-large', refusalLine: 11 });
    expect(await refusalOf(many('2026-10-20', 1, 2, 3, 4))).toEqual({ state: 'imported', refusalCode: null, refusalLine: null });
    const more = [...many('2026-10-20', 6, 7, 8, 9, 10, 11), { day: '2026-10-21', trace: 1 }];
    expect(await refusalOf(more)).toEqual({ state: 'refused', refusalCode: 'sumTooLarge', refusalLine: null });
  });

  it('are refused where money in and out hide it: sums on the way are told to people as well', async () => {
    const out = many('2026-07-01', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).flatMap((line) => [
      line,
      { ...line, type: 'refund', gross: -large, trace: line.trace + 100 },
    ]);
    expect(await refusalOf(out)).toEqual({ state: 'refused', refusalCode: 'amount-too-large', refusalLine: 11 });
  });
});
