import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { FundingJobs } from './funding.jobs.js';
import { fundingMigrations } from './funding.migrations.js';
import { agreeOnTerms } from './terms.fixtures.js';

const ACCOUNT = 'DE00500105175407324931';
const MERCHANTS = Array.from({ length: 12 }, (_, n) => `N${n}`);
let world: TestCore;
let hq: string;

beforeEach(async () => {
  // A Monday.
  world = await startTestCore({ now: new Date('2026-11-23T12:00:00.000Z'), config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  const entries = [...MERCHANTS, 'A 1%'].map((merchant) => `{merchantNo: "${merchant}", storeId: "berlin"}`).join(' ');
  await world.ask(hq, `mutation { mapAcquirerTerminals(acquirerId: "acq", entries: [${entries}]) { __typename } }`);
  await agreeOnTerms(world, 'acq', { funding: { account: ACCOUNT, country: 'DE', delayBankDays: 1 } });
});
afterEach(() => world.stop());

async function taken(content: string, query: Record<string, string> = {}): Promise<void> {
  world.advance(1_000);
  const { body } = await upload(world, hq, content, query);
  expect(body.error).toBeUndefined();
  await imported(world);
  const { data } = await world.ask(hq, `{ statementFile(id: "${body.fileId}") { state refusalMessage } }`);
  expect(data.statementFile).toEqual({ state: 'imported', refusalMessage: null });
}
/** What a merchant of store berlin sold on a day in November. */
const sold = (merchant: string, day: number, gross: number, more: TestLine = {}): TestLine => ({
  merchant,
  day: `2026-11-${String(day).padStart(2, '0')}`,
  terminal: '',
  reference: `${merchant}/${day}/${gross}`,
  gross,
  fee: 0,
  ...more,
});
let bankFiles = 0;
/** The bank's statement of a day in November. */
async function booked(day: number, ...entries: [minor: number, text: string][]): Promise<void> {
  bankFiles += 1;
  const date = `2611${String(day).padStart(2, '0')}`;
  const written = (minor: number) => (Math.abs(minor) / 100).toFixed(2).replace('.', ',');
  const lines = [
    `:20:START${bankFiles}`,
    `:25:${ACCOUNT}`,
    `:28C:${bankFiles}/1`,
    `:60F:C${date}EUR10000,00`,
    ...entries.flatMap(([minor, text], n) => [
      `:61:${date}${date.slice(2)}${minor < 0 ? 'D' : 'C'}${written(minor)}NTRFNONREF//B${bankFiles}X${n}`,
      `:86:${text}`,
    ]),
    `:62F:C${date}EUR${written(entries.reduce((sum, [minor]) => sum + minor, 1_000_000))}`,
    '-',
    '',
  ];
  await taken(lines.join('\r\n'), { kind: 'bank', name: `bank-${bankFiles}.sta` });
}
/** Payouts by id: what is owed, and what became of it. */
const payouts = async (): Promise<Record<string, unknown[]>> =>
  Object.fromEntries(
    (
      await world.ask(
        hq,
        '{ payouts(first: 200) { edges { node { id state dueDay expected { amountMinor } received { amountMinor } } } } }',
      )
    ).data.payouts.edges.map(({ node }: Loose) => [
      node.id.slice('acq/'.length, -'/EUR'.length),
      [node.state, node.expected.amountMinor, node.received?.amountMinor ?? null],
    ]),
  );
const incidents = () =>
  world.database.query<Loose>(
    `SELECT i.kind, e.detail, i.amount_minor FROM incident i JOIN incident_event e ON e.incident_id = i.id AND e.detail IS NOT NULL AND e.action = 'opened' WHERE i.kind LIKE 'funding%' ORDER BY e.detail`,
  );

describe('payouts of several merchants', () => {
  it('one merchant’s number is another one’s, too', async () => {
    await taken(statementCsv([sold('N0', 2, 990, { payout: '380' })]));
    await booked(3, [990, 'settlement batch 380']);
    await taken(statementCsv([sold('N1', 19, 1_990, { payout: '380' })]));
    await booked(20, [1_990, 'settlement batch 380']);
    expect(await payouts()).toEqual({
      'merchant N0 payout 380': ['funded', 990, 990],
      'merchant N1 payout 380': ['funded', 1_990, 1_990],
    });
    await taken(statementCsv([sold('N2', 20, 500)]));
    const { data } = await world.ask(hq, '{ payouts(first: 9) { edges { node { merchantNo reference } } } }');
    expect(new Set(data.payouts.edges.map(({ node }: Loose) => `${node.merchantNo} ${node.reference}`))).toEqual(
      new Set(['N0 380', 'N1 380', 'N2 null']),
    );
  });

  it('twelve of a day are paid by twelve credits', async () => {
    await taken(statementCsv(MERCHANTS.map((merchant, n) => sold(merchant, 16, 990 + 100 * n))));
    await booked(17, ...MERCHANTS.map((merchant, n): [number, string] => [990 + 100 * n, `merchant ${merchant}`]));
    const found = await payouts();
    expect(Object.keys(found)).toHaveLength(12);
    expect(found['merchant N11 day 2026-11-16']).toEqual(['funded', 2_090, 2_090]);
    expect(new Set(Object.values(found).map(([state]) => state))).toEqual(new Set(['funded']));
  });

  it('of five of a day the one that is paid a cent less is short', async () => {
    const five = MERCHANTS.slice(0, 5);
    for (const [n, merchant] of five.entries()) await taken(statementCsv([sold(merchant, 16, 990 + 100 * n)]), { name: `${merchant}.csv` });
    await booked(17, ...five.map((_, n): [number, string] => [990 + 100 * n - (n === 3 ? 1 : 0), 'card payments']));
    expect(await payouts()).toEqual(
      Object.fromEntries(
        five.map((merchant, n) => {
          const expected = 990 + 100 * n;
          return [`merchant ${merchant} day 2026-11-16`, n === 3 ? ['short', expected, expected - 1] : ['funded', expected, expected]];
        }),
      ),
    );
    expect((await incidents()).filter(({ kind }) => kind === 'fundingShort')).toEqual([
      { kind: 'fundingShort', detail: 'paidLess: acq, merchant N3 day 2026-11-16, due 2026-11-17', amount_minor: 1 },
    ]);
  });

  it('are named so that no two are one, whatever a merchant is called', async () => {
    await taken(statementCsv([sold('A 1%', 16, 100), sold('', 16, 200, { payout: 'x y' }), sold('', 16, 300)]));
    await booked(17, [600, 'all together']);
    expect(await payouts()).toEqual({
      'merchant A%201%25 day 2026-11-16': ['funded', 100, 600],
      'payout x y': ['funded', 200, 600],
      'day 2026-11-16': ['funded', 300, 600],
    });
  });

  it('of before they were told apart are named anew, or worked out anew', async () => {
    await taken(statementCsv([sold('N0', 16, 100), sold('N1', 16, 200), sold('N2', 17, 300), sold('N2', 18, 400, { payout: 'P' })]));
    const now = await payouts();
    // As they were before: the two of one day one, the others without a merchant.
    await world.database.query("DELETE FROM payout WHERE payout_id = 'merchant N1 day 2026-11-16'");
    await world.database.query(
      "UPDATE payout SET payout_id = regexp_replace(payout_id, '^merchant [^ ]+ ', ''), merchant_no = '', net_minor = net_minor + CASE WHEN net_minor = 100 THEN 200 ELSE 0 END",
    );
    expect(Object.keys(await payouts()).sort()).toEqual(['day 2026-11-16', 'day 2026-11-17', 'payout P']);
    const { up } = fundingMigrations.find(({ name }) => name === '0165-payouts-of-merchants')!;
    await world.database.query((up as string).slice((up as string).indexOf('WITH of_merchant')));
    await world.settle();
    expect(await payouts()).toEqual(now);
    expect(Object.keys(now).sort()).toEqual([
      'merchant N0 day 2026-11-16',
      'merchant N1 day 2026-11-16',
      'merchant N2 day 2026-11-17',
      'merchant N2 payout P',
    ]);
  });
});

describe('what pays a payout and what does not', () => {
  it('no debit and no small credit with its number in the text', async () => {
    await taken(statementCsv([sold('N0', 17, 990, { payout: '12' }), sold('N1', 5, 100_000, { payout: '7' })]));
    await booked(6, [250, 'refund parcel no 7']);
    await booked(9, [100_000, 'card payments']);
    await booked(18, [-900, 'account charge 12 11 2026'], [990, 'card payments']);
    expect(await payouts()).toEqual({
      'merchant N0 payout 12': ['funded', 990, 990],
      'merchant N1 payout 7': ['late', 100_000, 100_000],
    });
  });

  it('nothing is awaited where nothing is owed', async () => {
    await taken(statementCsv([sold('N0', 16, 1_000), sold('N0', 16, -1_000, { type: 'refund' })]));
    await world.core.app.get(FundingJobs, { strict: false }).sweep();
    expect(await payouts()).toEqual({ 'merchant N0 day 2026-11-16': ['funded', 0, null] });
    expect(await incidents()).toEqual([]);
  });

  it('the provider’s transfer does not move the day it is due', async () => {
    const transfer = sold('N0', 20, -1_000, { type: 'payout', payout: 'PX' });
    await taken(statementCsv([sold('N0', 10, 1_000, { payout: 'PX' }), { ...transfer, merchant: '' }]));
    const { data } = await world.ask(hq, '{ payouts { edges { node { id businessDay dueDay state } } } }');
    expect(data.payouts.edges.map(({ node }: Loose) => node)).toEqual([
      { id: 'acq/merchant N0 payout PX/EUR', businessDay: '2026-11-10', dueDay: '2026-11-11', state: 'overdue' },
    ]);
  });

  it('an entry a bank day before, over a weekend', async () => {
    await taken(statementCsv([sold('N0', 13, 990)]));
    expect(await payouts()).toEqual({ 'merchant N0 day 2026-11-13': ['overdue', 990, null] });
    // Due on Monday the 16th; two bank days before is Thursday the 12th.
    await booked(12, [990, 'card payments']);
    expect(await payouts()).toEqual({ 'merchant N0 day 2026-11-13': ['funded', 990, 990] });
  });

  it('an entry that names it, whenever it comes', async () => {
    await taken(
      statementCsv([
        sold('N0', 2, 990, { day: '2026-08-03', payout: 'po_4711' }),
        sold('N0', 3, 800, { day: '2026-08-04', payout: '4712' }),
        sold('N0', 4, 700),
      ]),
    );
    await booked(20, [990, 'PAYOUT po_4711'], [800, 'PAYOUT 4712'], [700, 'card payments']);
    const found = await payouts();
    expect(found['merchant N0 payout po_4711']).toEqual(['late', 990, 990]);
    expect(found['merchant N0 payout 4712']).toEqual(['overdue', 800, null]);
    await world.core.app.get(FundingJobs, { strict: false }).sweep();
    expect(await payouts()).toEqual(found);
  });
});
