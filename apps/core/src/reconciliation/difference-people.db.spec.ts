import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UnitOfWork } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;
let berlin: string;
let tokyo: string;

beforeAll(async () => {
  world = await startTestCore({
    config: { statements: await testStatementsConfig() },
    extraPeople: [
      { id: 'second-hq', role: 'hq', stores: [] },
      { id: 'area', role: 'manager', stores: ['berlin', 'tokyo'] },
      { id: 'second-berlin', role: 'manager', stores: ['berlin'] },
    ],
  });
  hq = await world.signIn('hq');
  berlin = await world.signIn('manager-berlin');
  tokyo = await world.signIn('manager-tokyo');
  await testAcquirer(world, hq);
  world.gateways
    .get('berlin')!
    .append(...[1, 2, 3, 4].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 4));
  world.gateways.get('tokyo')!.append(...sale(1_000, 1, 'tokyo-1', paymentIds(1)), ...settled('tokyo-1', 1));
  await world.upload('berlin');
  await world.upload('tokyo');
  await upload(
    world,
    hq,
    statementCsv([
      { trace: 1 },
      { trace: 2, gross: 900 },
      { trace: 3, gross: 1_200, scheme: 'visa' },
      { trace: 9 },
      { terminal: 'T3', trace: 7 },
    ]),
  );
  await imported(world);
});
afterAll(() => world.stop());

const NODE = `id storeId type ownerRole ownerId ownerName terminalAmount { amountMinor } acquirerAmount { amountMinor }
  transaction { id storeId traceNo amount { amountMinor currency } } statementRow { id storeId line traceNo scheme gross { amountMinor currency } } history { what actor actorName detail }`;
async function differences(cookie: string, filter = ''): Promise<Loose[]> {
  const { data, errors } = await world.ask(
    cookie,
    `{ differences(first: 200${filter === '' ? '' : `, filter: {${filter}}`}) { edges { node { ${NODE} } } } }`,
  );
  expect(errors).toBeUndefined();
  return data.differences.edges.map(({ node }: Loose) => node);
}
const one = async (filter: string) => (await differences(hq, filter))[0];
const ids = async (filter: string) => (await differences(hq, filter)).map(({ id }) => `"${id}"`).join();

describe('both sides of a difference', () => {
  it('stand beside each other, null where a side has none', async () => {
    const { transaction, statementRow, ...under } = await one('type: [amountUnder]');
    expect(under).toMatchObject({ terminalAmount: { amountMinor: 1_000 }, acquirerAmount: { amountMinor: 900 } });
    expect(transaction).toMatchObject({ storeId: 'berlin', traceNo: 2, amount: { amountMinor: 1_000, currency: 'EUR' } });
    expect(statementRow).toMatchObject({ storeId: 'berlin', line: 3, traceNo: '2', gross: { amountMinor: 900, currency: 'EUR' } });
    expect((await one('type: [amountOver]')).statementRow.scheme).toBe('visa');
    expect(await one('type: [missingAtAcquirer], storeId: "berlin"')).toMatchObject({ transaction: { traceNo: 4 }, statementRow: null });
    expect(await one('type: [missingAtTerminal], storeId: "berlin"')).toMatchObject({ transaction: null, statementRow: { traceNo: '9' } });
  });

  it('cost one query each, however many differences there are', async () => {
    const run = vi.spyOn(world.core.app.get(UnitOfWork, { strict: false }), 'run');
    expect((await differences(hq)).length).toBeGreaterThan(4);
    // The page, the transactions, the rows, the histories; what core does on its own meanwhile doesn't count.
    const asked = () => run.mock.calls.filter(([actor]) => actor.kind === 'person').length;
    expect(asked()).toBe(4);
    run.mockClear();
    expect(await differences(hq, 'type: [amountUnder]')).toHaveLength(1);
    expect(asked()).toBe(4);
    run.mockRestore();
  });

  it('are shown to the stores’ people only', async () => {
    const own = await differences(tokyo);
    expect(own.map(({ storeId }) => storeId)).toEqual(['tokyo', 'tokyo']);
    expect(JSON.stringify(own)).not.toMatch(/berlin/);
    const foreign = await one('type: [amountUnder]');
    const { data } = await world.ask(tokyo, `{ difference(id: "${foreign.id}") { ${NODE} } }`);
    expect(data.difference).toBeNull();
  });
});

describe('owners of differences', () => {
  const owners = async (cookie: string, ...stores: string[]) => {
    const { data, errors } = await world.ask(cookie, 'query ($s: [ID!]!) { differenceOwners(storeIds: $s) { id name role } }', {
      s: stores,
    });
    return errors?.[0]?.extensions.code ?? data.differenceOwners.map(({ id, role }: Loose) => `${role} ${id}`);
  };
  const assign = async (cookie: string, list: string, to: string) =>
    (
      await world.ask(
        cookie,
        `mutation { assignDifferences(ids: [${list}], ${to}) { __typename ... on DifferencesChanged { differences { ${NODE} } } ... on InvalidInput { field } } }`,
      )
    ).data.assignDifferences;

  it('D4: are headquarters and who belongs to all of the stores, as far as the asker sees them', async () => {
    expect(await owners(hq, 'berlin')).toEqual([
      'manager area',
      'hq hq',
      'manager manager-berlin',
      'manager second-berlin',
      'hq second-hq',
    ]);
    expect(await owners(hq, 'berlin', 'tokyo')).toEqual(['manager area', 'hq hq', 'hq second-hq']);
    expect(await owners(hq, 'nowhere')).toEqual([]);
    expect(await owners(berlin, 'berlin')).toEqual(['manager area', 'manager manager-berlin', 'manager second-berlin']);
    expect(await owners(tokyo, 'berlin')).toEqual([]);
    expect(await owners(tokyo, 'tokyo', 'berlin')).toEqual([]);
    expect(await owners(await world.signIn('cashier-berlin'), 'berlin')).toBe('notAllowed');
    expect(await owners(hq)).toBe('invalidInput');
  });

  it('are given differences by their id; their role is known', async () => {
    const { differences: given } = await assign(berlin, await ids('type: [amountUnder]'), 'personId: "second-berlin"');
    expect(given).toMatchObject([{ ownerRole: 'manager', ownerId: 'second-berlin', ownerName: 'Name of second-berlin' }]);
    expect(given[0].history.at(-1)).toEqual({
      what: 'assigned',
      actor: 'Name of manager-berlin',
      actorName: 'Name of manager-berlin',
      detail: 'manager Name of second-berlin',
    });
    expect(given[0].history[0]).toMatchObject({ what: 'found', actorName: null });
    const headquarters = await assign(hq, await ids('type: [amountOver]'), 'personId: "second-hq", role: hq');
    expect(headquarters.differences).toMatchObject([{ ownerRole: 'hq', ownerName: 'Name of second-hq' }]);
    // The manager doesn't see the person, but reads whose work it is.
    expect((await differences(berlin, 'type: [amountOver]'))[0]).toMatchObject({ ownerId: 'second-hq', ownerName: 'Name of second-hq' });
    const role = await assign(hq, await ids('type: [amountOver]'), 'role: manager');
    expect(role.differences).toMatchObject([{ ownerRole: 'manager', ownerId: null, ownerName: null }]);
  });

  it('must see all of the stores, and be seen by who assigns', async () => {
    const own = await ids('type: [amountUnder]');
    const both = await ids('type: [amountUnder, missingAtTerminal]');
    for (const [cookie, list, to, field] of [
      [hq, own, 'personId: "manager-tokyo"', 'personId'],
      [hq, both, 'personId: "second-berlin"', 'personId'],
      [hq, own, 'personId: "cashier-berlin"', 'personId'],
      [hq, own, 'personId: "nobody"', 'personId'],
      [berlin, own, 'personId: "second-hq"', 'personId'],
      [hq, own, 'personId: "second-hq", role: manager', 'role'],
      [hq, own, 'role: auditor', 'role'],
    ] as const)
      expect([to, await assign(cookie, list, to)]).toEqual([to, { __typename: 'InvalidInput', field }]);
    expect(await assign(hq, own, '')).toEqual({ __typename: 'InvalidInput', field: 'role' });
    expect(await assign(tokyo, own, 'personId: "area"')).toEqual({ __typename: 'NotFound' });
    // Berlin's are not hers to give, and then none is given.
    expect(await assign(tokyo, both, 'personId: "area"')).toEqual({ __typename: 'NotFound' });
    expect((await assign(hq, both, 'personId: "area"')).__typename).toBe('DifferencesChanged');
  });
});

describe('a difference that changes', () => {
  it('D3: stays who it was given to; one that was over begins anew', async () => {
    const assign = (id: string, to: string) => world.ask(hq, `mutation { assignDifferences(ids: ["${id}"], ${to}) { __typename } }`);
    const [under, over] = [await one('type: [amountUnder]'), await one('type: [amountOver]')];
    await assign(under.id, 'personId: "second-berlin"');
    await assign(over.id, 'personId: "second-hq"');
    await world.ask(hq, `mutation { resolveDifferences(ids: ["${over.id}"], note: "paid in cash") { __typename } }`);
    const { data } = await world.ask(hq, '{ statementFiles { edges { node { id } } } }');
    const supersedes = data.statementFiles.edges[0].node.id;
    const corrected = [{ trace: 1 }, { trace: 2, currency: 'USD' }, { trace: 3, gross: 1_300 }, { trace: 9 }, { terminal: 'T3', trace: 7 }];
    await upload(world, hq, statementCsv(corrected), { supersedes });
    await imported(world);
    const shown = async (id: string) =>
      (await world.ask(hq, `{ difference(id: "${id}") { type state ownerRole ownerId ownerName } }`)).data.difference;
    expect(await shown(under.id)).toEqual({
      type: 'currency',
      state: 'assigned',
      ownerRole: 'manager',
      ownerId: 'second-berlin',
      ownerName: 'Name of second-berlin',
    });
    expect(await shown(over.id)).toEqual({ type: 'amountOver', state: 'open', ownerRole: 'manager', ownerId: null, ownerName: null });
  });
});

describe('remedies', () => {
  const REMEDY = `id state mine mayDecide requestedBy { id name } differences { id type terminalAmount { amountMinor } acquirerAmount { amountMinor } transaction { traceNo } statementRow { traceNo } }`;
  const list = async (cookie: string): Promise<Loose[]> => {
    const { data, errors } = await world.ask(cookie, `{ remedyRequests { edges { node { ${REMEDY} } } } }`);
    expect(errors).toBeUndefined();
    return data.remedyRequests.edges.map(({ node }: Loose) => node);
  };

  it('say who asked, who may decide, and what they are about', async () => {
    const [terminal, acquirer] = [
      // Those of the file that was corrected were found at the same moment of the test's clock, and are over.
      await one('type: [missingAtAcquirer], storeId: "berlin", state: [open]'),
      await one('type: [missingAtTerminal], storeId: "berlin", state: [open]'),
    ];
    const { data } = await world.ask(
      berlin,
      `mutation { requestForceMatch(input: {terminalDifferenceId: "${terminal.id}", acquirerDifferenceId: "${acquirer.id}", reason: "same receipt"}) { ... on RemedyRequest { digest ${REMEDY} } } }`,
    );
    const { digest, ...request } = data.requestForceMatch;
    expect(request).toMatchObject({
      mine: true,
      mayDecide: false,
      requestedBy: { id: 'manager-berlin', name: 'Name of manager-berlin' },
      differences: [
        { type: 'missingAtAcquirer', terminalAmount: { amountMinor: 1_000 }, transaction: { traceNo: 4 }, statementRow: null },
        { type: 'missingAtTerminal', acquirerAmount: { amountMinor: 1_000 }, transaction: null, statementRow: { traceNo: '9' } },
      ],
    });
    expect(await list(berlin)).toEqual([request]);
    // D5: a transaction the acquirer doesn't have is headquarters' work.
    expect(await list(await world.signIn('second-berlin'))).toMatchObject([{ mine: false, mayDecide: false }]);
    expect(await list(hq)).toMatchObject([{ mine: false, mayDecide: true }]);
    expect(await list(await world.signIn('auditor'))).toMatchObject([{ mine: false, mayDecide: false }]);
    expect(await list(tokyo)).toEqual([]);
    await world.ask(hq, `mutation { decideRemedy(id: "${request.id}", digest: "${digest}", decision: approve) { __typename } }`);
    expect(await list(hq)).toMatchObject([{ state: 'approved', mayDecide: false }]);
  });
});
