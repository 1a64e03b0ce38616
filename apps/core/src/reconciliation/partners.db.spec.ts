import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;
let manager: string;
let fileId: string;

/** Two sales the acquirer has nothing of; it has three rows nobody here knows: one of the same amount, one a cent off, one far off. */
const LINES: TestLine[] = [
  { trace: 91, gross: 1_001, fee: 0 },
  { trace: 92, gross: 1_000, fee: 0 },
  { trace: 93, gross: 5_000, fee: 0 },
];

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  manager = await world.signIn('manager-berlin');
  await testAcquirer(world, hq);
  world.gateways
    .get('berlin')!
    .append(...[1, 2].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 2));
  await world.upload('berlin');
  fileId = await statement(LINES);
});
afterAll(() => world.stop());

async function statement(lines: readonly TestLine[], query: Record<string, string> = {}): Promise<string> {
  const { body } = await upload(world, hq, statementCsv(lines), query);
  expect(body.error).toBeUndefined();
  await imported(world);
  return body.fileId;
}
async function ask(query: string, cookie = hq): Promise<Loose> {
  const { data, errors } = await world.ask(cookie, query);
  expect(errors).toBeUndefined();
  return data;
}
async function differences(cookie = hq): Promise<Loose[]> {
  const { differences: found } = await ask(
    '{ differences(first: 200) { edges { node { id type traceNo state ownerRole viewerMay history { what detail } } } } }',
    cookie,
  );
  return found.edges.map(({ node }: Loose) => node);
}
const idOf = async (trace: string) => (await differences()).find(({ traceNo }) => traceNo === trace).id as string;
const partners = async (id: string, cookie = manager): Promise<string[]> =>
  (await ask(`{ forceMatchPartners(differenceId: "${id}") { traceNo } }`, cookie)).forceMatchPartners.map(({ traceNo }: Loose) => traceNo);
const force = async (terminal: string, acquirer: string) =>
  (
    await ask(
      `mutation { requestForceMatch(input: {terminalDifferenceId: "${terminal}", acquirerDifferenceId: "${acquirer}", reason: "till receipt"}) { __typename } }`,
      manager,
    )
  ).requestForceMatch.__typename;

describe('forceMatchPartners', () => {
  it('are only what a match is not refused with', async () => {
    const sold = await idOf('1');
    expect(await partners(sold)).toEqual(['92']);
    expect((await partners(await idOf('92'))).toSorted()).toEqual(['1', '2']);
    expect(await partners(await idOf('93'))).toEqual([]);
    expect(await force(sold, await idOf('91'))).toBe('InvalidInput');
  });

  it('follow the acquirer’s tolerance, the nearest first', async () => {
    await ask(
      'mutation { saveReconciliationSetting(input: {acquirerId: "acq", amountTolerances: [{currency: "EUR", amountMinor: 1}]}) { __typename } }',
    );
    const sold = await idOf('1');
    expect(await partners(sold)).toEqual(['92', '91']);
    expect(await force(sold, await idOf('91'))).toBe('RemedyRequest');
  });

  it('are none for what is another store’s, or nothing', async () => {
    expect(await partners(await idOf('1'), await world.signIn('manager-tokyo'))).toEqual([]);
    expect(await partners('00000000-0000-4000-8000-000000000000')).toEqual([]);
    expect(await partners('nonsense')).toEqual([]);
  });
});

describe('a row that correcting entries make up for in part', () => {
  it('is offered for no match, and is none’s partner', async () => {
    const row = await idOf('92');
    const { requestCorrectingEntry } = await ask(
      `mutation { requestCorrectingEntry(input: {differenceId: "${row}", amountMinor: 300, currency: "EUR", reason: "paid in cash"}) { ... on RemedyRequest { id digest } } }`,
      manager,
    );
    const { id, digest } = requestCorrectingEntry;
    await ask(`mutation { decideRemedy(id: "${id}", digest: "${digest}", decision: approve) { __typename } }`);
    expect(await partners(await idOf('1'))).toEqual(['91']);
    expect(await partners(row)).toEqual([]);
    expect(await force(await idOf('1'), row)).toBe('AlreadyDone');
  });
});

describe('viewerMay', () => {
  it('is what this viewer may do, so that nothing is offered that is refused then', async () => {
    const mays = async (cookie: string) =>
      Object.fromEntries(
        (await differences(cookie)).map(({ traceNo, ownerRole, viewerMay }) => [`${traceNo} ${ownerRole}`, viewerMay.join()]),
      );
    expect(await mays(manager)).toEqual({
      // Somebody asked for its match with 91 already.
      '1 hq': 'correctingEntry',
      '2 hq': 'forceMatch,correctingEntry',
      '91 manager': 'assign,resolve,correctingEntry',
      '92 manager': 'assign,resolve,forceMatch,correctingEntry',
      '93 manager': 'assign,resolve,forceMatch,correctingEntry',
    });
    expect(new Set(Object.values(await mays(hq)))).toEqual(
      new Set(['assign,resolve,accept,forceMatch,correctingEntry', 'assign,resolve,accept,correctingEntry']),
    );
    expect(new Set(Object.values(await mays(await world.signIn('auditor'))))).toEqual(new Set(['']));
    for (const { id, viewerMay } of await differences(manager)) {
      const { resolveDifferences } = await ask(
        `mutation { resolveDifferences(ids: ["${id}", "00000000-0000-4000-8000-000000000000"], note: "n") { __typename } }`,
        manager,
      );
      // Nothing is done for a wrong id beside it.
      expect(resolveDifferences.__typename).toBe('NotFound');
      if (viewerMay.includes('resolve')) continue;
      const alone = await ask(`mutation { resolveDifferences(ids: ["${id}"], note: "n") { __typename } }`, manager);
      expect(alone.resolveDifferences.__typename).toBe('NotAllowed');
    }
  });
});

describe('a remedy that waits for a decision', () => {
  it('is told at its differences, and its kind isn’t offered once more until it is decided', async () => {
    const shown = async (id: string) =>
      (await ask(`{ difference(id: "${id}") { viewerMay pendingRemedies { requestId kind requestedName } } }`, manager)).difference;
    const row = await idOf('93');
    expect(await shown(row)).toMatchObject({ pendingRemedies: [], viewerMay: expect.arrayContaining(['forceMatch', 'correctingEntry']) });
    const { requestCorrectingEntry } = await ask(
      `mutation { requestCorrectingEntry(input: {differenceId: "${row}", amountMinor: 300, currency: "EUR", reason: "paid in cash"}) { ... on RemedyRequest { id digest } } }`,
      manager,
    );
    const { id, digest } = requestCorrectingEntry;
    const waiting = await shown(row);
    expect(waiting.pendingRemedies).toEqual([{ requestId: id, kind: 'correctingEntry', requestedName: 'Name of manager-berlin' }]);
    expect(waiting.viewerMay).toContain('forceMatch');
    expect(waiting.viewerMay).not.toContain('correctingEntry');
    // M7: another entry, or the same one by somebody else, waits for the decision about this one.
    const again = async (amountMinor: number, reason: string, cookie = manager) =>
      (
        await ask(
          `mutation { requestCorrectingEntry(input: {differenceId: "${row}", amountMinor: ${amountMinor}, currency: "EUR", reason: "${reason}"}) {
            ... on RemedyRequest { id } ... on RequestPending { code requestId } } }`,
          cookie,
        )
      ).requestCorrectingEntry;
    const pending = { code: 'requestPending', requestId: id };
    expect(await again(200, 'paid in cash')).toEqual(pending);
    expect(await again(300, 'paid otherwise')).toEqual(pending);
    expect(await again(300, 'paid in cash', hq)).toEqual(pending);
    expect(await again(300, ' paid in cash ')).toEqual({ id });
    // A match is about both sides.
    expect((await shown(await idOf('91'))).pendingRemedies).toMatchObject([{ kind: 'forceMatch' }]);
    await ask(`mutation { decideRemedy(id: "${id}", digest: "${digest}", decision: refuse, note: "no") { __typename } }`);
    expect(await shown(row)).toMatchObject({ pendingRemedies: [], viewerMay: expect.arrayContaining(['correctingEntry']) });
  });
});

describe('a difference that a run ends', () => {
  it('says that its row is gone where a correction has none, that the rows agree where they do', async () => {
    await statement([{ trace: 1 }, { trace: 92, fee: 0 }], { supersedes: fileId });
    const ends = (await differences()).filter(({ state }) => state === 'resolved');
    expect(Object.fromEntries(ends.map(({ traceNo, history }) => [traceNo, history.at(-1).detail.split(':')[0]]))).toMatchObject({
      1: 'the rows agree now',
      91: 'the row is gone',
      93: 'the row is gone',
    });
  });
});

describe('reconciliationSetting', () => {
  it('is null for an acquirer there isn’t, and the default for one that has none of its own', async () => {
    expect(await ask('{ reconciliationSetting(acquirerId: "nope") { identity } }')).toEqual({ reconciliationSetting: null });
    await ask('mutation { saveAcquirer(input: {id: "bare", name: "Bare"}) { __typename } }');
    expect(await ask('{ reconciliationSetting(acquirerId: "bare") { identity timingDays amountTolerances { currency } } }')).toEqual({
      reconciliationSetting: { identity: 'reference', timingDays: 1, amountTolerances: [] },
    });
  });
});
