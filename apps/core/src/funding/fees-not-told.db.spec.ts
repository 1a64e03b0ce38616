import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, TEST_PROFILE, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { agreeOnTerms } from './terms.fixtures.js';

let world: TestCore;
let hq: string;
const FEES = { basis: 'row', rates: [{ currency: 'EUR', ratePpm: 10_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' }] };

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  await agreeOnTerms(world, 'acq', { fees: FEES, funding: { account: 'A', country: 'DE', delayBankDays: 1 } });
  world.gateways
    .get('berlin')!
    .append(...[1, 2].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 2));
  await world.upload('berlin');
});
afterAll(() => world.stop());

/** From now on the acquirer's files have these columns for fees. */
async function withColumns(change: (columns: Record<string, string>) => void): Promise<void> {
  const profile = JSON.parse(TEST_PROFILE) as { columns: Record<string, string> };
  change(profile.columns);
  await world.ask(hq, 'mutation ($p: String!) { saveAcquirer(input: {id: "acq", name: "Acquirer", profile: $p}) { __typename } }', {
    p: JSON.stringify(profile),
  });
}
async function take(reference: string, query: Record<string, string> = {}): Promise<string> {
  const { body } = await upload(world, hq, statementCsv([{ trace: 1, reference }, { trace: 2 }]), query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return body.fileId;
}
async function seen(fileId: string): Promise<Loose> {
  const { data, errors } = await world.ask(
    hq,
    `{ statementFile(id: "${fileId}") { state totals { feeMinor netMinor } }
       statementRows(filter: {fileId: "${fileId}"}) { edges { node { fee { amountMinor } net { amountMinor } } } }
       feeChecks { edges { node { rows wrongRows } } }
       feeReport(fromDay: "2026-11-01", toDay: "2026-11-30") { rows chargedMinor }
       differences { edges { node { type state } } }
       comparedBatches { edges { node { equal acquirerFees { amountMinor } } } }
       payouts { edges { node { expected { amountMinor } } } } }`,
  );
  expect(errors).toBeUndefined();
  return Object.fromEntries(
    Object.entries(data as Record<string, Loose>).map(([name, value]) => [name, value.edges?.map(({ node }: Loose) => node) ?? value]),
  );
}

it('P2: a fee the file doesn’t tell is not known: never nothing, and never wrong', async () => {
  await withColumns((columns) => delete columns['fee']);
  const file = await take('R1');
  expect(await seen(file)).toEqual({
    statementFile: { state: 'imported', totals: [{ feeMinor: null, netMinor: 2_000 }] },
    statementRows: [1, 2].map(() => ({ fee: null, net: { amountMinor: 1_000 } })),
    feeChecks: [],
    feeReport: [],
    differences: [],
    comparedBatches: [{ equal: true, acquirerFees: null }],
    payouts: [{ expected: { amountMinor: 2_000 } }],
  });
  // Its correction tells them: 10 each, as agreed.
  await withColumns(() => undefined);
  world.advance(1_000);
  expect(await seen(await take('R2', { supersedes: file, name: 'corrected.csv' }))).toMatchObject({
    statementFile: { totals: [{ feeMinor: -20, netMinor: 1_980 }] },
    feeChecks: [{ rows: 2, wrongRows: 0 }],
    comparedBatches: [{ acquirerFees: { amountMinor: -20 } }],
    payouts: [{ expected: { amountMinor: 1_980 } }],
  });
});
