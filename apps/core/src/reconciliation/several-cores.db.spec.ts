import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import type { PersonActor } from '../graphql/index.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { ReconciliationJobs } from './reconciliation.jobs.js';
import { Remedies } from './remedies.service.js';

let one: TestCore;
let two: TestCore;
let hq: string;
let manager: string;
/** The same person, signed in at the second core. */
let other: string;
const HQ: PersonActor = { kind: 'person', id: 'hq', name: 'Name of hq', role: 'hq', language: 'en', stores: '*' };

beforeAll(async () => {
  const statements = await testStatementsConfig();
  one = await startTestCore({ config: { statements } });
  hq = await one.signIn('hq');
  manager = await one.signIn('manager-berlin');
  await testAcquirer(one, hq);
  one.gateways
    .get('berlin')!
    .append(...[1, 2, 3, 4].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 4));
  await one.upload('berlin');
  await statement([{ trace: 1 }, { trace: 2, gross: 900 }, { trace: 91 }, { trace: 92, gross: 7_000 }]);
  // A second core on the same database.
  two = await startTestCore({ config: { statements, databaseUrl: one.database.url } });
  other = await two.signIn('hq');
});
afterAll(async () => {
  await two.stop();
  await one.stop();
});

async function statement(lines: readonly TestLine[], query: Record<string, string> = {}): Promise<void> {
  const { body } = await upload(one, hq, statementCsv(lines), query);
  expect(body.error).toBeUndefined();
  await imported(one);
}
async function ask(query: string, cookie = hq, core = one): Promise<Loose> {
  const { data, errors } = await core.ask(cookie, query);
  expect(errors).toBeUndefined();
  return data;
}
const nodes = (connection: Loose): Loose[] => connection.edges.map(({ node }: Loose) => node);
const differences = async () =>
  nodes((await ask('{ differences(first: 200) { edges { node { id type traceNo state history { what } } } } }')).differences);
const idOf = async (trace: string) => (await differences()).find(({ traceNo }) => traceNo === trace).id as string;
const jobs = (core: TestCore) => core.core.app.get(ReconciliationJobs, { strict: false });
const decide = ({ id, digest }: Loose, cookie: string, core: TestCore): Promise<Loose> =>
  ask(`mutation { decideRemedy(id: "${id}", digest: "${digest}", decision: approve) { __typename } }`, cookie, core);
async function correction(trace: string, amountMinor: number): Promise<Loose> {
  const { requestCorrectingEntry } = await ask(
    `mutation { requestCorrectingEntry(input: {differenceId: "${await idOf(trace)}", amountMinor: ${amountMinor}, currency: "EUR", reason: "till receipt"}) { ... on RemedyRequest { id digest } } }`,
    manager,
  );
  expect(requestCorrectingEntry.id).toBeDefined();
  return requestCorrectingEntry;
}
const entries = async () =>
  nodes((await ask('{ correctingEntries { edges { node { differenceId amount { amountMinor } } } } }')).correctingEntries);

describe('two cores', () => {
  it('make each run once, and find each difference once', async () => {
    for (let i = 0; i < 4; i++)
      await ask('mutation { requestReconciliation(acquirerId: "acq", fromDay: "2026-11-20", toDay: "2026-11-21") { __typename } }');
    await Promise.all([jobs(one).makeWaiting(), jobs(two).makeWaiting(), jobs(one).makeWaiting(), jobs(two).makeWaiting()]);
    await one.settle();
    const { reconciliationRuns } = await ask('{ reconciliationRuns { edges { node { state } } } }');
    expect(new Set(nodes(reconciliationRuns).map(({ state }) => state))).toEqual(new Set(['done']));
    const made = await one.database.query<Loose>(
      "SELECT count(*) AS n, count(DISTINCT subject) AS runs FROM audit_entry WHERE action = 'reconciliation.done'",
    );
    expect(made[0]!.n).toBe(made[0]!.runs);
    const found = await differences();
    expect(found.map(({ type, traceNo }) => `${type} ${traceNo}`).toSorted()).toEqual([
      'amountUnder 2',
      'missingAtAcquirer 3',
      'missingAtAcquirer 4',
      'missingAtTerminal 91',
      'missingAtTerminal 92',
    ]);
    for (const { history } of found) expect(history.map(({ what }: Loose) => what)).toEqual(['found']);
  });

  it('let a request be approved once', async () => {
    const request = await correction('92', 7_000);
    const answers = await Promise.all([decide(request, hq, one), decide(request, other, two)]);
    expect(answers.map(({ decideRemedy }) => decideRemedy.__typename).toSorted()).toEqual(['AlreadyDone', 'RemedyRequest']);
    expect(await entries()).toHaveLength(1);
  });

  it('never make up for more than there is', async () => {
    const part = await correction('2', -60);
    // As if both had been asked for before requests stood in each other's way: a second one for the whole.
    await one.database.query("UPDATE remedy_request SET state = 'withdrawn', decided_by = 'nobody' WHERE id = $1", [part.id]);
    const whole = await correction('2', -100);
    await one.database.query("UPDATE remedy_request SET state = 'requested', decided_by = NULL WHERE id = $1", [part.id]);
    const answers = await Promise.all([decide(whole, hq, one), decide(part, other, two)]);
    expect(answers.filter(({ decideRemedy }) => decideRemedy.__typename === 'RemedyRequest')).toHaveLength(1);
    const id = await idOf('2');
    const sum = (await entries())
      .filter(({ differenceId }) => differenceId === id)
      .reduce((all, { amount }) => all + amount.amountMinor, 0);
    expect([-100, -60]).toContain(sum);
  });

  it('don’t pair a transaction that people are matching in the other one', async () => {
    const within = (days: number) =>
      ask(`mutation { saveReconciliationSetting(input: {acquirerId: "acq", timingDays: ${days}}) { __typename } }`);
    const sold = await idOf('3');
    await within(0);
    // The next day's file has the transaction's number: a run that doesn't know of the match would take that row for it.
    await statement([{ trace: 3, day: '2026-11-22', batch: 2 }]);
    await within(1);
    const { requestForceMatch } = await ask(
      `mutation { requestForceMatch(input: {terminalDifferenceId: "${sold}", acquirerDifferenceId: "${await idOf('91')}", reason: "till receipt"}) { ... on RemedyRequest { id digest } } }`,
      manager,
    );
    const worked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const approving = two.core.app.get(UnitOfWork, { strict: false }).run(HQ, async (ctx: WorkContext) => {
      const { id, digest } = requestForceMatch;
      expect(await two.core.app.get(Remedies, { strict: false }).decide(ctx, id, digest, 'approve', '')).toMatchObject({
        state: 'approved',
      });
      worked.resolve();
      await gate.promise;
    });
    await worked.promise;
    await one.database.query(
      "INSERT INTO reconciliation_run (run_id, acquirer_id, from_day, to_day, cause, state, requested_at) VALUES (gen_random_uuid(), 'acq', '2026-11-21', '2026-11-22', 'test', 'waiting', now())",
    );
    const making = jobs(one).makeWaiting();
    await sleep(500);
    gate.resolve();
    await Promise.all([approving, making]);
    await one.settle();
    const { reconciliationRuns } = await ask('{ reconciliationRuns { edges { node { state failure } } } }');
    expect(nodes(reconciliationRuns).filter(({ state }) => state !== 'done')).toEqual([]);
    const pairs = await one.database.query<Loose>(
      'SELECT m.type, r.trace_no FROM reconciliation_match m JOIN card_transaction x USING (store_id, payment_id) JOIN statement_row r USING (store_id, file_id, row_no) WHERE x.trace_no = 3',
    );
    expect(pairs).toEqual([{ type: 'forced', trace_no: '91' }]);
  });
});

describe('a remedy', () => {
  it('is not applied to a row that counts no more', async () => {
    const request = await correction('4', -1_000);
    expect(await decide(request, hq, one)).toMatchObject({ decideRemedy: { __typename: 'RemedyRequest' } });
    await statement([{ trace: 95, day: '2026-11-20', gross: 500 }]);
    const stale = await correction('95', 500);
    await one.database.query("UPDATE statement_row SET superseded = true WHERE trace_no = '95'");
    expect(await decide(stale, hq, one)).toEqual({ decideRemedy: { __typename: 'ContentChanged' } });
  });
});
