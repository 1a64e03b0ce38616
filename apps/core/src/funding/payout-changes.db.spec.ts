import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { StatementImporter } from '../statements/index.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { FundingJobs } from './funding.jobs.js';
import { agreeOnTerms } from './terms.fixtures.js';

let world: TestCore;
let hq: string;
const ACCOUNT = 'DE00500105175407324931';
const FUNDING = { account: ACCOUNT, country: 'DE', delayBankDays: 1 };

beforeEach(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterEach(() => world.stop());

async function terms(funding: Record<string, unknown>): Promise<void> {
  await agreeOnTerms(world, 'acq', { funding });
}
async function taken(content: string, query: Record<string, string> = {}): Promise<string> {
  world.advance(1_000);
  const { body } = await upload(world, hq, content, query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return body.fileId;
}
const statement = (lines: readonly TestLine[], query: Record<string, string> = {}) => taken(statementCsv(lines), query);
const day = (businessDay: string, gross: number): TestLine[] => [{ day: businessDay, gross, fee: 0 }];
let bankFiles = 0;
/** A statement of the bank of one day with these credits, in minor units. */
async function bank(of: string, ...credits: number[]): Promise<string> {
  bankFiles += 1;
  const yymmdd = of.slice(2).replaceAll('-', '');
  const written = (minor: number) => (minor / 100).toFixed(2).replace('.', ',');
  const lines = [
    `:20:START${bankFiles}`,
    `:25:${ACCOUNT}`,
    `:28C:${bankFiles}/1`,
    `:60F:C${yymmdd}EUR0,00`,
    ...credits.flatMap((minor, i) => [`:61:${yymmdd}${yymmdd.slice(2)}C${written(minor)}NTRFREF//B${bankFiles}X${i}`, ':86:card payments']),
    `:62F:C${yymmdd}EUR${written(credits.reduce((sum, minor) => sum + minor, 0))}`,
    '-',
    '',
  ];
  return await taken(lines.join('\r\n'), { kind: 'bank', name: 'bank.sta' });
}
async function withdraw(fileId: string): Promise<void> {
  const importer = world.core.app.get(StatementImporter, { strict: false });
  await world.core.app.get(UnitOfWork, { strict: false }).run(systemActor('test'), (ctx) => importer.withdraw(ctx, fileId));
  await world.settle();
}
/** The date where nobody does anything but the clock. */
async function on(date: string): Promise<void> {
  world.advance(Date.parse(`${date}T12:00:00Z`) - world.now().getTime());
  await world.core.app.get(FundingJobs, { strict: false }).sweep();
}
const payouts = () =>
  world.database.query<Loose>('SELECT business_day AS day, due_day AS due, state, net_minor AS minor FROM payout ORDER BY business_day');
const owed = async () => (await payouts()).map(({ day: of, minor }) => [of, minor]);
const states = async () => (await payouts()).map(({ state }) => state);
const batch = async () => (await world.database.query<Loose>('SELECT confirmed_by, funded_by FROM batch'))[0];

describe('a payout that was paid', () => {
  it('stays paid when it is too old to be matched anew, also by an entry before its due day', async () => {
    await terms({ ...FUNDING, delayBankDays: 3 });
    await statement(day('2026-11-11', 77_700));
    await bank('2026-11-14', 77_700);
    expect(await payouts()).toEqual([{ day: '2026-11-11', due: '2026-11-16', state: 'funded', minor: 77_700 }]);
    for (const date of ['2027-01-14', '2027-01-15', '2027-01-16']) {
      await on(date);
      expect(await states()).toEqual(['funded']);
    }
  });

  it('stays paid when only the other one of its entry is too old', async () => {
    await terms(FUNDING);
    await statement(day('2026-11-12', 1_000));
    await statement(day('2026-11-13', 2_000));
    await bank('2026-11-16', 3_000);
    expect(await states()).toEqual(['funded', 'funded']);
    // The first one was due on 13 November, the second one on 16 November.
    await on('2027-01-14');
    expect(await states()).toEqual(['funded', 'funded']);
  });

  it('is not, however old, when its entry’s file is withdrawn', async () => {
    await terms(FUNDING);
    await statement(day('2026-11-12', 1_000));
    const file = await bank('2026-11-13', 1_000);
    await on('2027-03-01');
    expect(await states()).toEqual(['funded']);
    await withdraw(file);
    expect(await states()).toEqual(['overdue']);
  });
});

describe('a payout of more than sixty days ago', () => {
  it('is judged when it comes to be known, and again when a file of the bank says something of its days', async () => {
    await terms(FUNDING);
    await statement(day('2026-08-03', 990));
    expect(await states()).toEqual(['overdue']);
    await bank('2026-08-04', 990);
    expect(await states()).toEqual(['funded']);
    await statement(day('2026-08-05', 500));
    expect(await states()).toEqual(['funded', 'overdue']);
  });
});

describe('a reserve', () => {
  const RESERVE = { ...FUNDING, reservePpm: 100_000, reserveReleaseDays: 5 };

  it('is what the day that held it says, whenever that day changes', async () => {
    await terms(RESERVE);
    const first = await statement(day('2026-10-13', 100_000));
    await statement(day('2026-10-18', 20_000));
    expect(await owed()).toContainEqual(['2026-10-18', 28_000]);
    const corrected = await statement(day('2026-10-13', 50_000), { supersedes: first });
    expect(await owed()).toContainEqual(['2026-10-18', 23_000]);
    await withdraw(corrected);
    expect(await owed()).toEqual([['2026-10-18', 18_000]]);
  });

  it('comes back with the next payout when the one it came back with is withdrawn', async () => {
    await terms(RESERVE);
    await statement(day('2026-10-13', 100_000));
    const second = await statement(day('2026-10-18', 20_000));
    await statement(day('2026-10-19', 20_000));
    expect(await owed()).toContainEqual(['2026-10-19', 18_000]);
    await withdraw(second);
    expect(await owed()).toContainEqual(['2026-10-19', 28_000]);
  });

  it('comes back by day, whatever the order days are told in', async () => {
    await terms(RESERVE);
    await statement(day('2026-10-06', 20_000));
    await statement(day('2026-10-01', 10_000));
    await statement(day('2026-10-07', 30_000));
    expect(await owed()).toEqual([
      ['2026-10-01', 9_000],
      ['2026-10-06', 19_000],
      ['2026-10-07', 27_000],
    ]);
  });

  it('of a paid payout is owed also when new terms hold nothing back', async () => {
    await terms(RESERVE);
    await statement(day('2026-11-10', 100_000));
    await bank('2026-11-11', 90_000);
    await terms(FUNDING);
    await statement(day('2026-11-16', 100_000));
    expect(await owed()).toEqual([
      ['2026-11-10', 90_000],
      ['2026-11-16', 110_000],
    ]);
  });
});

describe('new terms', () => {
  it('are what everything is owed by that isn’t paid: account, due day and reserve', async () => {
    await terms({ ...FUNDING, account: 'DE00500105175407324930', reservePpm: 100_000 });
    await statement(day('2026-11-04', 4_200));
    expect(await payouts()).toEqual([{ day: '2026-11-04', due: '2026-11-05', state: 'overdue', minor: 3_780 }]);
    await bank('2026-11-06', 4_200);
    await terms({ ...FUNDING, delayBankDays: 2 });
    expect(await payouts()).toEqual([{ day: '2026-11-04', due: '2026-11-06', state: 'funded', minor: 4_200 }]);
    await terms({ ...FUNDING, account: 'DE00500105175407324930' });
    expect(await payouts()).toEqual([{ day: '2026-11-04', due: '2026-11-06', state: 'funded', minor: 4_200 }]);
  });
});

describe('fees finer than minor units', () => {
  it('are cut once in a payout, as the file’s own total is', async () => {
    const profile = JSON.stringify({
      name: 't',
      columns: { type: 'type', gross: 'gross', fee: 'fee', currency: 'cur', businessDay: 'day', terminal: 'tid', trace: 'trace' },
      types: { sale: 'sale', refund: 'refund', fee: 'fee' },
      feeSign: 'asWritten',
    });
    const { errors } = await world.ask(
      hq,
      'mutation ($profile: String!) { saveAcquirer(input: {id: "wx", name: "WX", format: "csv", profile: $profile}) { __typename } }',
      { profile },
    );
    expect(errors).toBeUndefined();
    await agreeOnTerms(world, 'wx', { funding: FUNDING });
    const rows = [
      'sale,1.00,-0.00600,CNY,2026-11-05,X1,1',
      'sale,1.00,-0.00300,CNY,2026-11-05,X1,2',
      'refund,-1.00,-0.00600,CNY,2026-11-05,X1,3',
    ];
    await taken(['type,gross,fee,cur,day,tid,trace', ...rows, ''].join('\n'), { acquirer: 'wx' });
    // 1.00 less 0.015
    expect(await owed()).toEqual([['2026-11-05', 99]]);
  });
});

describe('a batch whose statement counts no more', () => {
  beforeEach(async () => {
    await terms(FUNDING);
    world.gateways
      .get('berlin')!
      .append(...[1, 2].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 2));
    await world.upload('berlin');
  });
  const TWO: TestLine[] = [{ trace: 1 }, { trace: 2 }];

  it('is neither confirmed nor funded when the only payout of its credit is gone', async () => {
    const file = await statement(TWO);
    await world.settle();
    await bank('2026-11-23', 1_980);
    expect(await batch()).toEqual({ confirmed_by: file, funded_by: expect.any(String) });
    await withdraw(file);
    expect(await payouts()).toEqual([]);
    expect(await batch()).toEqual({ confirmed_by: null, funded_by: null });
  });

  it('is neither while its correction says another amount, and both again when the next one agrees', async () => {
    const file = await statement(TWO);
    await world.settle();
    await bank('2026-11-23', 1_980);
    const corrected = await statement([{ trace: 1 }, { trace: 2, gross: 900 }], { supersedes: file });
    await world.settle();
    expect(await batch()).toEqual({ confirmed_by: null, funded_by: null });
    const agrees = await statement([{ trace: 1 }, { trace: 2, reference: 'R2' }], { supersedes: corrected });
    await world.settle();
    await world.core.app.get(FundingJobs, { strict: false }).sweep();
    expect(await batch()).toEqual({ confirmed_by: agrees, funded_by: expect.any(String) });
  });
});
