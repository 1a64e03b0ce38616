import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;

beforeEach(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  world.gateways
    .get('berlin')!
    .append(...[1, 2].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 2));
  await world.upload('berlin');
});
afterEach(() => world.stop());

async function ask(query: string, cookie = hq): Promise<Loose> {
  const { data, errors } = await world.ask(cookie, query);
  expect(errors).toBeUndefined();
  await world.settle();
  return data;
}
async function statement(lines: readonly TestLine[], query: Record<string, string> = {}): Promise<string> {
  const { body } = await upload(world, hq, statementCsv(lines), query);
  expect(body.error).toBeUndefined();
  await imported(world);
  await world.settle();
  return body.fileId;
}
const differences = async (): Promise<Loose[]> =>
  (
    await ask(
      '{ differences { edges { node { id type state terminalAmount { amountMinor } acquirerAmount { amountMinor } history { what detail } } } } }',
    )
  ).differences.edges.map(({ node }: Loose) => node);
const confirmed = async () => (await world.database.query('SELECT 1 FROM batch WHERE confirmed_by IS NOT NULL')).length;

describe('a tolerance', () => {
  const allow = async (minor: number) =>
    (
      await ask(
        `mutation { saveReconciliationSetting(input: {acquirerId: "acq", amountTolerances: [{currency: "EUR", amountMinor: ${minor}}]}) { __typename ... on Refusal { code message } } }`,
      )
    ).saveReconciliationSetting;
  const again = () =>
    ask('mutation { requestReconciliation(acquirerId: "acq", fromDay: "2026-11-21", toDay: "2026-11-21") { __typename } }');

  it('is at most what rounding explains', async () => {
    expect(await allow(100)).toEqual({ __typename: 'ReconciliationSetting' });
    for (const minor of [101, Number.MAX_SAFE_INTEGER])
      expect(await allow(minor)).toMatchObject({ code: 'invalidInput', message: expect.stringContaining('0 to 100') });
  });

  it('that was saved before there was a ceiling is the ceiling, where it is used and where it is shown', async () => {
    await world.database.query(
      `INSERT INTO reconciliation_setting (acquirer_id, identity, timing_days, amount_tolerance, saved_at) VALUES ('acq', 'reference', 1, '{"EUR": 5000}', now())`,
    );
    await statement([
      { trace: 1, gross: 1_101 },
      { trace: 2, gross: 900 },
    ]);
    expect((await differences()).map(({ type, acquirerAmount }) => [type, acquirerAmount.amountMinor])).toEqual([['amountOver', 1_101]]);
    const { reconciliationSetting } = await ask(
      '{ reconciliationSetting(acquirerId: "acq") { amountTolerances { currency amountMinor } } }',
    );
    expect(reconciliationSetting.amountTolerances).toEqual([{ currency: 'EUR', amountMinor: 100 }]);
    // What is left out of a change stays as it is, and is saved as it counts.
    await ask('mutation { saveReconciliationSetting(input: {acquirerId: "acq", timingDays: 2}) { __typename } }');
    expect(await world.database.query('SELECT amount_tolerance FROM reconciliation_setting')).toEqual([
      { amount_tolerance: '{"EUR":100}' },
    ]);
  });

  it('that ends takes along what it had confirmed', async () => {
    await statement([{ trace: 1 }, { trace: 2, gross: 1_050 }]);
    expect(await confirmed()).toBe(0);
    await allow(50);
    await again();
    expect(await confirmed()).toBe(1);
    await again();
    expect(await confirmed()).toBe(1);
    await allow(0);
    await again();
    expect((await differences()).map(({ type, state }) => [type, state])).toEqual([['amountOver', 'open']]);
    expect(await confirmed()).toBe(0);
    const [batch] = await world.database.query<Loose>(
      "SELECT string_agg(what, ' ' ORDER BY event_no) AS told FROM batch_event WHERE what LIKE 'confirm%'",
    );
    expect(batch?.told).toBe('confirmed confirmationWithdrawn');
  });
});

describe('a correcting entry whose difference a corrected file ends', () => {
  const REMEDY = '{ __typename ... on RemedyRequest { id digest state } ... on Refusal { code message } }';
  async function correct(differenceId: string, amountMinor: number): Promise<void> {
    const manager = await world.signIn('manager-berlin');
    const { requestCorrectingEntry: asked } = await ask(
      `mutation { requestCorrectingEntry(input: {differenceId: "${differenceId}", amountMinor: ${amountMinor}, currency: "EUR", reason: "because of the receipt"}) ${REMEDY} }`,
      manager,
    );
    const { decideRemedy } = await ask(
      `mutation { decideRemedy(id: "${asked.id}", digest: "${asked.digest}", decision: approve, note: "yes") ${REMEDY} }`,
    );
    expect(decideRemedy).toMatchObject({ state: 'approved' });
  }

  it.each([
    ['in full', 500],
    ['in part', 300],
  ])('is open work until it is undone (%s)', async (_, amountMinor) => {
    const file = await statement([{ trace: 1 }, { trace: 2, gross: 1_500 }]);
    const [difference] = await differences();
    await correct(difference.id, amountMinor);
    const corrected = await statement([{ trace: 1 }, { trace: 2 }], { supersedes: file });
    const open = {
      id: difference.id,
      state: 'open',
      terminalAmount: { amountMinor: 1_000 },
      acquirerAmount: { amountMinor: 1_000 },
    };
    expect(await differences()).toMatchObject([open]);
    const last = (await differences())[0].history.at(-1);
    expect(last).toEqual({
      what: 'reopened',
      detail: expect.stringContaining(`entries of ${amountMinor} minor units of EUR are no longer needed`),
    });
    // It stays so when its days are matched again.
    const again = await statement([{ trace: 1 }, { trace: 2, reference: 'R2' }], { supersedes: corrected });
    expect(await differences()).toMatchObject([open]);
    await correct(difference.id, -amountMinor);
    expect(await differences()).toMatchObject([{ id: difference.id, state: 'resolved' }]);
    await statement([{ trace: 1 }, { trace: 2, reference: 'R3' }], { supersedes: again });
    expect(await differences()).toMatchObject([{ id: difference.id, state: 'resolved' }]);
  });
});
