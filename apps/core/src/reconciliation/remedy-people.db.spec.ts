import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;
let asking: string;
let second: string;

beforeAll(async () => {
  world = await startTestCore({
    config: { statements: await testStatementsConfig() },
    extraPeople: [{ id: 'second-berlin', role: 'manager', stores: ['berlin'] }],
  });
  [hq, asking, second] = [await world.signIn('hq'), await world.signIn('manager-berlin'), await world.signIn('second-berlin')];
  await testAcquirer(world, hq);
  world.gateways
    .get('berlin')!
    .append(...[1, 2, 3].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 3));
  await world.upload('berlin');
  // The second is 9.00 instead of 10.00; of the third the acquirer knows nothing.
  await upload(world, hq, statementCsv([{ trace: 1 }, { trace: 2, gross: 900 }]));
  await imported(world);
});
afterAll(() => world.stop());

async function idOf(traceNo: string): Promise<string> {
  const { data } = await world.ask(hq, '{ differences { edges { node { id traceNo } } } }');
  return data.differences.edges.find(({ node }: Loose) => node.traceNo === traceNo).node.id;
}

async function entry(traceNo: string, amountMinor: number): Promise<Loose> {
  const { data } = await world.ask(
    asking,
    `mutation { requestCorrectingEntry(input: {differenceId: "${await idOf(traceNo)}", amountMinor: ${amountMinor}, currency: "EUR", reason: "till receipt"}) { ... on RemedyRequest { id digest } ... on Refusal { code } } }`,
  );
  return data.requestCorrectingEntry;
}

async function decided(cookie: string, { id, digest }: Loose, decision: string): Promise<Loose> {
  const { data } = await world.ask(
    cookie,
    `mutation { decideRemedy(id: "${id}", digest: "${digest}", decision: ${decision}) { ... on RemedyRequest { state } ... on Refusal { code } } }`,
  );
  return data.decideRemedy;
}

async function mayDecide(cookie: string, { id }: Loose): Promise<boolean> {
  const { data } = await world.ask(cookie, '{ remedyRequests { edges { node { id mayDecide } } } }');
  return data.remedyRequests.edges.find(({ node }: Loose) => node.id === id).node.mayDecide;
}

const stateOf = async (traceNo: string) =>
  (await world.ask(hq, `{ difference(id: "${await idOf(traceNo)}") { state } }`)).data.difference.state;

async function assign(traceNo: string, role: string): Promise<void> {
  const { data } = await world.ask(hq, `mutation { assignDifferences(ids: ["${await idOf(traceNo)}"], role: ${role}) { __typename } }`);
  expect(data.assignDifferences.__typename).toBe('DifferencesChanged');
}

describe('D5: a remedy', () => {
  it('of a manager’s work is approved by a second manager of the store', async () => {
    const request = await entry('2', -100);
    expect(await mayDecide(second, request)).toBe(true);
    expect(await decided(second, request, 'approve')).toEqual({ state: 'approved' });
    expect(await stateOf('2')).toBe('resolved');
  });

  it('of headquarters’ work is asked for at the store, and decided about by headquarters only', async () => {
    const request = await entry('3', -1_000);
    expect([await mayDecide(second, request), await mayDecide(hq, request)]).toEqual([false, true]);
    for (const decision of ['approve', 'refuse', 'withdraw'])
      expect(await decided(second, request, decision)).toEqual({ code: 'notAllowed' });
    expect([await decided(asking, request, 'approve'), await stateOf('3')]).toEqual([{ code: 'ownRequest' }, 'open']);
    expect([await decided(hq, request, 'refuse'), await stateOf('3')]).toEqual([{ state: 'refused' }, 'open']);
  });

  it('follows the difference when headquarters gives it to the store', async () => {
    const request = await entry('3', -1_000);
    await assign('3', 'manager');
    expect(await mayDecide(second, request)).toBe(true);
    await assign('3', 'hq');
    expect(await decided(second, request, 'approve')).toEqual({ code: 'notAllowed' });
    await assign('3', 'manager');
    expect([await decided(second, request, 'approve'), await stateOf('3')]).toEqual([{ state: 'approved' }, 'resolved']);
  });
});
