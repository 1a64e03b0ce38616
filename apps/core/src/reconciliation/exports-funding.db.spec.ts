import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreeOnTerms } from '../funding/terms.fixtures.js';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { downloadOf, member } from './exports.fixtures.js';

let world: TestCore;
let hq: string;
let tokyo: string;
const ACCOUNT = '=DE00500105175407324931';

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  tokyo = await world.signIn('manager-tokyo');
  await testAcquirer(world, hq);
  await agreeOnTerms(world, 'acq', {
    fees: {
      basis: 'row',
      rates: [
        { currency: 'EUR', ratePpm: 10_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' },
        { currency: 'EUR', cardKind: 'visa', ratePpm: 20_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' },
      ],
    },
    funding: { account: ACCOUNT, country: 'DE', delayBankDays: 1 },
  });
  await upload(
    world,
    hq,
    statementCsv([
      { trace: 1, batch: '=1+1' },
      { trace: 2, batch: 2, scheme: 'visa', day: '2026-11-20' },
      { trace: 3, terminal: 'T3', currency: 'JPY', day: '2026-11-20' },
    ]),
  );
  await imported(world);
});
afterAll(() => world.stop());

const lines = async (path: string, cookie = hq): Promise<string[]> => {
  const { status, bytes } = await downloadOf(world, cookie, path);
  expect(status).toBe(200);
  return bytes.toString('utf8').trimEnd().split('\r\n');
};
const status = async (path: string, cookie?: string) => (await downloadOf(world, cookie, path)).status;

describe('payouts as a table', () => {
  it('have every part of the money, what a spreadsheet would run neutralised', async () => {
    const [head, ...rows] = await lines('payouts');
    expect(head).toMatch(/^\uFEFF"acquirer","payout","account","business day","due day","currency","sales",/);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toBe(
      `"acq","merchant M1 day 2026-11-21","'${ACCOUNT}","2026-11-21","2026-11-23","EUR",10.00,0.00,0.00,-0.10,0.00,0.00,0.00,9.90,"awaited",,,,`,
    );
    expect(rows.find((row) => row.includes('"JPY"'))).toContain(',1000,0,0,-10,0,0,0,990,');
  });

  it('are narrowed by the filters of their list', async () => {
    expect(await lines('payouts?fromDay=2026-11-21')).toHaveLength(2);
    expect(await lines('payouts?toDay=2026-11-20&state=awaited,overdue&acquirerId=acq')).toHaveLength(3);
    expect(await lines('payouts?state=funded')).toHaveLength(1);
    expect(await status('payouts?state=open', hq)).toBe(400);
    expect(await status('payouts?storeId=berlin', hq)).toBe(400);
  });

  it('span stores: they are for headquarters and auditors', async () => {
    expect(await status('payouts', await world.signIn('auditor'))).toBe(200);
    expect(await status('payouts', tokyo)).toBe(403);
    expect(await status('payouts', await world.signIn('cashier-berlin'))).toBe(403);
    expect(await status('payouts')).toBe(401);
  });
});

describe('fee checks as a table', () => {
  it('have what was expected and charged, what a spreadsheet would run neutralised', async () => {
    const [head, ...rows] = await lines('fee-checks');
    expect(head).toMatch(/"gross","expected fees","charged fees","charged without rate","terms version"$/);
    expect(rows).toEqual([
      `"berlin","acq","berlin-1","'=1+1","2026-11-21","EUR",1,0,0,10.00,-0.10,-0.10,0.00,1`,
      `"tokyo","acq","tokyo-1","1","2026-11-20","JPY",1,0,1,1000,0,-10,-10,1`,
      `"berlin","acq","berlin-1","2","2026-11-20","EUR",1,1,0,10.00,-0.20,-0.10,0.00,1`,
    ]);
    const { bytes } = await downloadOf(world, hq, 'fee-checks?format=xlsx&wrong=true');
    const sheet = member(bytes, 'xl/worksheets/sheet1.xml');
    expect(sheet.match(/<row /g)).toHaveLength(2);
    expect(sheet).toContain('<c r="K2"><v>-0.20</v></c>');
  });

  it('are narrowed by the filters of their list', async () => {
    expect(await lines('fee-checks?wrong=true')).toHaveLength(2);
    expect(await lines('fee-checks?wrong=false')).toHaveLength(3);
    expect(await lines('fee-checks?cardKind=visa')).toHaveLength(2);
    expect(await lines('fee-checks?storeId=berlin&toDay=2026-11-20')).toHaveLength(2);
    expect(await status('fee-checks?wrong=maybe', hq)).toBe(400);
  });

  it('are within a person’s stores and leave a trace', async () => {
    expect(await lines('fee-checks', tokyo)).toEqual([expect.any(String), expect.stringContaining('"tokyo"')]);
    expect(await status('fee-checks', await world.signIn('cashier-berlin'))).toBe(403);
    const { data } = await world.ask(hq, '{ auditEntries(filter: {action: "export.made"}) { edges { node { actor subject } } } }');
    expect(data.auditEntries.edges[0].node).toEqual({ actor: 'Name of manager-tokyo', subject: 'export:fee-checks' });
  });
});

describe('batches as a table', () => {
  it('are narrowed to a terminal and a batch', async () => {
    expect(await lines('batches?terminalId=berlin-1')).toHaveLength(3);
    expect(await lines('batches?terminalId=berlin-1&batchNo=2&equal=false')).toHaveLength(2);
    const { data } = await world.ask(hq, '{ comparedBatches(filter: {terminalId: "berlin-1", batchNo: "2"}) { totalCount } }');
    expect(data.comparedBatches.totalCount).toBe(1);
  });
});
