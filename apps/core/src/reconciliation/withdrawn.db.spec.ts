import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { agreeOnTerms } from '../funding/terms.fixtures.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { StatementImporter } from '../statements/index.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;
let first: string;
let wider: string;
const DAY: TestLine[] = [{ trace: 1, fee: -20 }, { trace: 91 }];

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  await agreeOnTerms(world, 'acq', {
    fees: { basis: 'row', rates: [{ currency: 'EUR', ratePpm: 10_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' }] },
    funding: { account: 'A', country: 'DE', delayBankDays: 1 },
  });
  world.gateways
    .get('berlin')!
    .append(...[1, 2].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 2));
  await world.upload('berlin');
  first = await statement(DAY);
  await force();
  wider = await statement([{ trace: 50, day: '2026-11-20' }, ...DAY]);
});
afterAll(() => world.stop());

async function ask(query: string, variables = {}, cookie = hq): Promise<Loose> {
  const { data, errors } = await world.ask(cookie, query, variables);
  expect(errors).toBeUndefined();
  return data;
}
async function statement(lines: readonly TestLine[], query: Record<string, string> = {}): Promise<string> {
  const { body } = await upload(world, hq, statementCsv(lines), query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return body.fileId;
}
const nodes = (connection: Loose): Loose[] => connection.edges.map(({ node }: Loose) => node);
const differences = async () =>
  nodes(
    (await ask('{ differences(first: 200) { edges { node { id type traceNo state businessDay history { what detail } } } } }')).differences,
  );
/** Two people match the second sale with the row of a number nobody knows. */
async function force(): Promise<void> {
  const id = async (trace: string) => (await differences()).find(({ traceNo }) => traceNo === trace).id;
  const manager = await world.signIn('manager-berlin');
  const { requestForceMatch } = await ask(
    `mutation { requestForceMatch(input: {terminalDifferenceId: "${await id('2')}", acquirerDifferenceId: "${await id('91')}", reason: "till receipt"}) { ... on RemedyRequest { id digest } } }`,
    {},
    manager,
  );
  await ask(
    `mutation { decideRemedy(id: "${requestForceMatch.id}", digest: "${requestForceMatch.digest}", decision: approve) { __typename } }`,
  );
  await world.settle();
}
async function withdraw(fileId: string): Promise<void> {
  const importer = world.core.app.get(StatementImporter, { strict: false });
  await world.core.app.get(UnitOfWork, { strict: false }).run(systemActor('test'), (ctx) => importer.withdraw(ctx, fileId));
  await world.settle();
}
const forced = () =>
  world.database.query<Loose>(
    `SELECT r.file_id AS "fileId", r.trace_no AS trace FROM reconciliation_match m JOIN statement_row r USING (store_id, file_id, row_no) WHERE m.type = 'forced'`,
  );
const owed = async () =>
  nodes((await ask('{ payouts { edges { node { businessDay expected { amountMinor } } } } }')).payouts).map(({ businessDay, expected }) => [
    businessDay,
    expected.amountMinor,
  ]);
const wrongFees = async () => (await differences()).filter(({ type }) => type === 'feeWrong').map(({ state }) => state);
const checked = async () =>
  nodes((await ask('{ feeChecks { edges { node { businessDay rows } } } }')).feeChecks).map(({ businessDay, rows }) => [businessDay, rows]);
const confirmed = () => world.database.query<Loose>('SELECT confirmed_by FROM batch WHERE batch_no = 1');

describe('a file that is withdrawn', () => {
  it('leaves its days to the file that told them again: pairs of people, fees and payouts go over', async () => {
    expect(await forced()).toEqual([{ fileId: first, trace: '91' }]);
    expect(await wrongFees()).toEqual(['open']);
    expect(await confirmed()).toEqual([{ confirmed_by: first }]);
    await withdraw(first);
    expect(await forced()).toEqual([{ fileId: wider, trace: '91' }]);
    expect((await wrongFees()).toSorted()).toEqual(['open', 'resolved']);
    expect(await checked()).toEqual([
      ['2026-11-21', 2],
      ['2026-11-20', 1],
    ]);
    expect(await owed()).toEqual([
      ['2026-11-21', 1_970],
      ['2026-11-20', 990],
    ]);
    expect(await confirmed()).toEqual([{ confirmed_by: wider }]);
  });

  it('leaves nothing where nobody told it again: what was matched with it is open, nothing is owed for it', async () => {
    await withdraw(wider);
    expect(await forced()).toEqual([]);
    expect(new Set(await wrongFees())).toEqual(new Set(['resolved']));
    expect(await checked()).toEqual([]);
    expect(await owed()).toEqual([]);
    expect(await confirmed()).toEqual([{ confirmed_by: null }]);
    const sold = (await differences()).find(({ type, traceNo }) => type === 'missingAtAcquirer' && traceNo === '2');
    expect(sold.history.find(({ what }: Loose) => what === 'reopened').detail).toContain('was withdrawn');
  });
});

describe('a file that is corrected', () => {
  it('has its wrong fees ended where the corrected one has them right', async () => {
    const wrong = await statement([{ trace: 60, day: '2026-11-19', fee: -20 }]);
    await statement([{ trace: 60, day: '2026-11-19', fee: -10 }], { supersedes: wrong });
    const found = (await differences()).filter(({ type, businessDay }) => type === 'feeWrong' && businessDay === '2026-11-19');
    expect(found).toMatchObject([{ state: 'resolved' }]);
    expect(found[0].history.at(-1).detail).toContain('took the place');
    expect(await checked()).toEqual([['2026-11-19', 1]]);
  });
});
