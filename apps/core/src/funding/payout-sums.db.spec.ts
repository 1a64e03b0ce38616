import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { agreeOnTerms } from './terms.fixtures.js';

let world: TestCore;
let hq: string;
const ACCOUNT = 'DE00500105175407324931';

beforeAll(async () => {
  // A Monday: the money of the days from Friday to Sunday is due.
  world = await startTestCore({ now: new Date('2026-11-23T12:00:00.000Z'), config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  await agreeOnTerms(world, 'acq', { funding: { account: ACCOUNT, country: 'DE', delayBankDays: 1 } });
});
afterAll(() => world.stop());

async function ask(query: string, variables = {}): Promise<Loose> {
  const { data, errors } = await world.ask(hq, query, variables);
  expect(errors).toBeUndefined();
  return data;
}
async function statement(lines: readonly TestLine[]): Promise<void> {
  const { body } = await upload(world, hq, statementCsv(lines));
  expect(body.error).toBeUndefined();
  await imported(world);
}
/** A credit of 50.00 EUR on the Monday. */
async function credited(): Promise<void> {
  const mt940 = [
    ':20:START1',
    `:25:${ACCOUNT}`,
    ':28C:1/1',
    ':60F:C261123EUR100,00',
    ':61:2611231123C50,00NTRFREF//BANK1',
    ':86:card payments',
    ':62F:C261123EUR150,00',
    '-',
    '',
  ].join('\r\n');
  const { body } = await upload(world, hq, mt940, { kind: 'bank', name: 'bank.sta' });
  await imported(world);
  const { statementFile } = await ask(`{ statementFile(id: "${body.fileId}") { state refusalMessage } }`);
  expect(statementFile).toEqual({ state: 'imported', refusalMessage: null });
}

it('tells at each payout of a bank entry what all of them together should be, also when another one came later', async () => {
  await statement([{ day: '2026-11-20', gross: 3_000, fee: 0 }]);
  await credited();
  const found = async () =>
    (
      await ask(
        '{ payouts { edges { node { businessDay state expected { amountMinor } received { amountMinor } expectedTogether { amountMinor } } } } }',
      )
    ).payouts.edges.map(({ node }: Loose) => [
      node.businessDay,
      node.state,
      node.expected.amountMinor,
      node.received?.amountMinor,
      node.expectedTogether?.amountMinor,
    ]);
  expect(await found()).toEqual([['2026-11-20', 'over', 3_000, 5_000, 3_000]]);
  await statement([{ day: '2026-11-21', gross: 1_500, fee: 0 }]);
  expect(await found()).toEqual([
    ['2026-11-21', 'over', 1_500, 5_000, 4_500],
    ['2026-11-20', 'over', 3_000, 5_000, 4_500],
  ]);
});

it('finds the store of each currency’s payout by that currency’s money alone', async () => {
  await statement([
    { day: '2026-11-19', gross: 9_000, fee: 0, payout: 'P1' },
    { day: '2026-11-19', terminal: 'T3', gross: 1_000, fee: 0, payout: 'P1' },
    { day: '2026-11-19', terminal: 'T3', currency: 'JPY', gross: 90_000, fee: 0, payout: 'P1' },
  ]);
  const rows = await world.database.query<Loose>(
    "SELECT currency, store_id FROM payout WHERE payout_id = 'merchant M1 payout P1' ORDER BY currency",
  );
  expect(rows).toEqual([
    { currency: 'EUR', store_id: 'berlin' },
    { currency: 'JPY', store_id: 'tokyo' },
  ]);
});
