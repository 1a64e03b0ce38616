import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { agreeOnTerms } from '../funding/terms.fixtures.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from './statements.fixtures.js';
import { lockTold } from './told-again.store.js';

let world: TestCore;
let hq: string;
let second: string;
beforeAll(async () => {
  world = await startTestCore({
    config: { statements: await testStatementsConfig() },
    extraPeople: [{ id: 'hq-2', role: 'hq', stores: [] }],
  });
  hq = await world.signIn('hq');
  second = await world.signIn('hq-2');
  await testAcquirer(world, hq);
  await saveTerms(null);
});
afterAll(() => world.stop());

const saveTerms = (fees: Loose) =>
  agreeOnTerms(world, 'acq', { funding: { account: 'DE00500105175407324931', country: 'DE', delayBankDays: 1 }, fees });
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
async function withdraw(fileId: string): Promise<void> {
  const request = '... on StatementWithdrawal { id digest }';
  const asked = await world.ask(hq, `mutation { withdrawStatementFile(fileId: "${fileId}", reason: "sent by mistake") { ${request} } }`);
  const { id, digest } = asked.data.withdrawStatementFile;
  await world.ask(
    second,
    `mutation { decideStatementWithdrawal(id: "${id}", digest: "${digest}", decision: approve) { __typename ${request} } }`,
  );
  await world.settle();
}
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

  it('are so row by row, in whatever order files with some of a day come, and after one is withdrawn', async () => {
    const files = (of: string) => [
      day(of, 1, 2, 3),
      [...day(of, 2, 3, 4), ...day(`${of.slice(0, 8)}27`, Number(of.slice(8)))],
      [...day(of, 1, 2, 3, 4), ...day(`${of.slice(0, 8)}28`, Number(of.slice(8)))],
    ];
    const orders = [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ] as const;
    for (const [i, order] of orders.entries()) {
      const of = `2026-08-1${i}`;
      const taken: string[] = [];
      for (const at of order) taken.push((await take(files(of)[at]!)).id);
      expect(await expected(of)).toBe(4 * 990);
      await withdraw(taken[0]!);
      expect(await expected(of)).toBe(4 * 990);
    }
  });

  it('are no duplicates the acquirer really moved: one more of the same, another amount, another payout', async () => {
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

  it('that don’t say which transaction they are, are told again with all of their day’s that are like them', async () => {
    const unnamed = (of: string, ...amounts: number[]) => amounts.map((gross) => ({ day: of, gross, fee: 0, terminal: '' }));
    await take(unnamed('2026-08-03', 500, 500, 700));
    await take([...unnamed('2026-08-03', 500, 900), ...unnamed('2026-08-04', 100)]);
    expect(await expected('2026-08-03')).toBe(500 + 500 + 700 + 500 + 900);
    await take(unnamed('2026-08-05', 500, 500, 700));
    await take([...unnamed('2026-08-05', 500, 500, 700, 900), ...unnamed('2026-08-06', 100)]);
    expect(await expected('2026-08-05')).toBe(500 + 500 + 700 + 900);
  });

  it('are of the file that says with which payout they are paid, whichever comes first', async () => {
    const settled = (...days: number[]) => days.map((of) => ({ day: `2026-08-${of}`, trace: 1, payout: `P${days[0]}` }));
    const daily = [await take(day('2026-08-17', 1)), await take(day('2026-08-18', 1))];
    const week = await take(settled(17, 18, 19));
    expect(week).toMatchObject({ toldAgain: 0 });
    for (const { id } of daily) expect(await fileOf(id)).toMatchObject({ state: 'imported', toldAgain: 1 });
    expect([await expected('2026-08-17'), await expected('2026-08-18'), await expected('2026-08-19')]).toEqual([0, 0, 3 * 990]);
    await take(settled(20, 21));
    expect(await take(day('2026-08-20', 1))).toMatchObject({ toldAgain: 1 });
    expect(await expected('2026-08-21')).toBe(2 * 990);
    await withdraw(week.id);
    expect([await expected('2026-08-17'), await expected('2026-08-18'), await expected('2026-08-19')]).toEqual([990, 990, 0]);
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

describe('F7: when a file that told rows others tell is corrected', () => {
  const corrected = (of: string) => [
    { day: of, trace: 1 },
    { day: of, trace: 2, gross: 1_500 },
  ];

  it('what the correction took back counts nowhere, whichever file came first', async () => {
    const first = await take(day('2026-10-01', 1, 2));
    const week = await take([...day('2026-10-01', 1, 2), ...day('2026-10-03', 4)]);
    const month = await take([...day('2026-10-01', 1, 2, 9), ...day('2026-10-05', 5)]);
    await take(corrected('2026-10-01'), { supersedes: first.id });
    expect(await expected('2026-10-01')).toBe(990 + 1_490 + 990);
    expect([await counted(week.id), await counted(month.id)]).toEqual([['4'], ['9', '5']]);

    await take([...day('2026-09-29', 1, 2), ...day('2026-09-30', 3)]);
    const daily = await take(day('2026-09-29', 1, 2));
    const correction = await take(corrected('2026-09-29'), { supersedes: daily.id });
    expect(await expected('2026-09-29')).toBe(990 + 1_490);
    // One that comes later tells of the day as it was before.
    await take([...day('2026-09-29', 1, 2), ...day('2026-09-30', 3), ...day('2026-10-02', 4)]);
    expect(await expected('2026-09-29')).toBe(990 + 1_490);
    await withdraw(correction.id);
    expect(await expected('2026-09-29')).toBe(2 * 990);
  });

  it('so does what the correction of a week took back of its days', async () => {
    const daily = await take(day('2026-08-24', 1, 2));
    const week = await take([...day('2026-08-24', 1, 2), ...day('2026-08-25', 3)]);
    const again = await take([...corrected('2026-08-24'), ...day('2026-08-25', 3)], { supersedes: week.id });
    expect(await expected('2026-08-24')).toBe(990 + 1_490);
    expect(await counted(daily.id)).toEqual(['1']);
    // Corrected to what it was.
    await take([...day('2026-08-24', 1, 2), ...day('2026-08-25', 3, 4)], { supersedes: again.id });
    expect([await expected('2026-08-24'), await expected('2026-08-25')]).toEqual([2 * 990, 2 * 990]);
  });
});

describe('F6: what was found of a row that counts no more', () => {
  it('ends, where another file tells the row with its payout: a wrong fee is one difference', async () => {
    const fees = {
      basis: 'row',
      rates: [{ currency: 'EUR', ratePpm: 10_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' }],
    };
    await saveTerms(fees);
    await world.settle();
    const wrong = async () =>
      await world.database.query<Loose>(
        `SELECT d.state, d.file_id AS "fileId" FROM difference d WHERE d.type = 'feeWrong' AND d.business_day = '2026-08-31' ORDER BY d.state`,
      );
    const daily = await take([{ day: '2026-08-31', fee: -20 }]);
    expect(await wrong()).toEqual([{ state: 'open', fileId: daily.id }]);
    const settled = await take([
      { day: '2026-08-31', fee: -20, payout: 'P31' },
      { day: '2026-09-01', trace: 31, payout: 'P31' },
    ]);
    expect(await wrong()).toEqual([
      { state: 'open', fileId: settled.id },
      { state: 'resolved', fileId: daily.id },
    ]);
  });
});

describe('F3: files of one merchant and day that are of different terminals', () => {
  it('are different files, each with its own correction', async () => {
    const of = '2026-08-07';
    const one = await take([{ day: of, terminal: 'T1' }]);
    const other = await take([
      { day: of, terminal: 'T2', gross: 2_000 },
      { day: of, terminal: '', type: 'fee', gross: 0, fee: -30 },
    ]);
    expect(other).toMatchObject({ state: 'imported', refusalMessage: null });
    expect(await expected(of)).toBe(990 + 1_990 - 30);
    for (const terminal of ['T1', 'T2', ''])
      expect(await take([{ day: of, terminal, gross: 3_000 }])).toMatchObject({ refusalCode: 'alreadyImported' });
    expect(await take([{ day: of, terminal: 'T2', gross: 2_500 }], { supersedes: one.id })).toMatchObject({
      refusalCode: 'alreadyImported',
    });
    expect(await take([{ day: of, terminal: 'T2', gross: 2_500 }], { supersedes: other.id })).toMatchObject({ state: 'imported' });
    expect(await take([{ day: of, terminal: 'T1', gross: 1_500 }], { supersedes: one.id })).toMatchObject({ state: 'imported' });
    expect(await expected(of)).toBe(2_490 + 1_490);
  });
});

describe('F9, F10: what a correction may correct, and which days may be', () => {
  it('is a file all of whose merchants and days it tells of', async () => {
    const whole = await take([...day('2026-10-06', 1, 2), ...day('2026-10-07', 3), ...day('2026-10-08', 4)]);
    for (const some of [day('2026-10-08', 99), [...day('2026-10-06', 1), ...day('2026-10-08', 4)]])
      expect(await take(some, { supersedes: whole.id })).toMatchObject({
        state: 'refused',
        refusalCode: 'supersedesOther',
        refusalMessage: expect.stringContaining('withdrawn, by two people'),
      });
    expect(await expected('2026-10-06')).toBe(2 * 990);
    const old = await take(day('2026-10-10', 1));
    const [later, other] = [
      await take(day('2026-10-11', 1), { supersedes: old.id }),
      await take([{ day: '2026-10-10', merchant: 'M7' }], { supersedes: old.id }),
    ];
    for (const refused of [later, other]) expect(refused).toMatchObject({ state: 'refused', refusalCode: 'supersedesOther' });
    expect(await fileOf(old.id)).toMatchObject({ state: 'imported' });
    expect(await take([...day('2026-10-10', 1), ...day('2026-10-11', 1)], { supersedes: old.id })).toMatchObject({ state: 'imported' });
  });

  it('is a file all of whose terminals it tells of, day by day, where that one says terminals', async () => {
    const [of, next] = ['2026-10-13', '2026-10-14'];
    const at = (terminal: string, gross: number, on = of): TestLine => ({ day: on, terminal, gross, fee: 0 });
    const whole = await take([at('T1', 1_000), at('T2', 2_000), at('T4', 10, next), at('T1', 20, next)]);
    const refused = async (lines: readonly TestLine[], ...left: string[]) => {
      const answer = await take(lines, { supersedes: whole.id });
      expect(answer).toMatchObject({ state: 'refused', refusalCode: 'supersedesOther' });
      expect(answer.refusalMessage).toContain(`tells nothing of ${left.join(', ')} of statement.csv. `);
      expect(answer.refusalMessage).toContain('withdrawn, by two people');
    };
    // Other terminals only; a terminal on one of its days only; a day with transfers only.
    await refused([at('T3', 1_000), at('T3', 10, next)], `M1 ${of} T1`, `M1 ${of} T2`, `M1 ${next} T1 and 1 more`);
    await refused([at('T1', 1_000), at('T2', 2_000), at('T1', 20, next)], `M1 ${next} T4`);
    await refused([at('T1', 1_000), at('T2', 2_000), { ...at('T4', 0, next), type: 'payout' }, at('T1', 20, next)], `M1 ${next} T4`);
    expect([await expected(of), await expected(next)]).toEqual([3_000, 30]);
    expect(
      await take([at('T1', 1_000), at('T2', 2_500), at('T5', 100), at('T4', 10, next), at('T1', 20, next)], { supersedes: whole.id }),
    ).toMatchObject({ state: 'imported' });
    expect([await expected(of), await expected(next)]).toEqual([3_600, 30]);
    // Rows of no terminal are of the merchant's day.
    const fees = await take([{ day: '2026-10-15', terminal: '', gross: 500, fee: 0 }]);
    expect(await take([{ day: '2026-10-15', terminal: 'T1', gross: 400, fee: 0 }], { supersedes: fees.id })).toMatchObject({
      state: 'imported',
    });
    expect(await expected('2026-10-15')).toBe(400);
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
