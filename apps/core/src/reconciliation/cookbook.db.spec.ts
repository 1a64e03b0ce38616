import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreeOnTerms } from '../funding/terms.fixtures.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, TEST_PROFILE, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { downloadOf } from './exports.fixtures.js';

const COOKBOOK = readFileSync(new URL('../../../../docs/guide/auditor-cookbook.md', import.meta.url), 'utf8');
/** Question → query, as they stand in the document. */
const QUERIES = new Map(
  [...COOKBOOK.matchAll(/^## (\d+)\. [^\n]+\n+```graphql\n([^`]+)```/gm)].map(([, number, query]) => [Number(number), query!]),
);
const DAY = '2026-11-21';

let world: TestCore;
let auditor: string;
const answers = new Map<number, Loose>();

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  const hq = await world.signIn('hq');
  const manager = await world.signIn('manager-berlin');
  auditor = await world.signIn('auditor');
  await testAcquirer(world, hq);
  const ask = async (cookie: string, query: string, variables = {}) => {
    const { data, errors } = await world.ask(cookie, query, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  await agreeOnTerms(world, 'acq', {
    fees: { basis: 'row', rates: [{ currency: 'EUR', ratePpm: 10_000, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' }] },
    funding: { account: 'DE00500105175407324931', country: 'DE', delayBankDays: 1 },
  });
  world.gateways
    .get('berlin')!
    .append(...[1, 2, 3].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 3));
  await world.upload('berlin');
  const take = async (content: string, query = {}) => {
    const { body } = await upload(world, hq, content, query);
    await imported(world);
    return body.fileId;
  };
  const first = await take(statementCsv([{ trace: 1 }]), { name: 'first.csv' });
  await take(statementCsv([{ trace: 1, fee: -15 }, { trace: 2, gross: 900, fee: -9 }, { trace: 5 }, { terminal: 'T9' }]), {
    supersedes: first,
    name: 'corrected.csv',
  });
  // A payout of long ago that never came.
  await take(statementCsv([{ day: '2026-11-10' }]));
  // A payout of a country whose bank days nobody knows, by another acquirer: new terms are for all that isn't paid.
  await ask(
    hq,
    `mutation ($profile: String!) {
      saveAcquirer(input: {id: "jcq", name: "Other acquirer", format: "csv", profile: $profile}) { __typename }
      mapAcquirerTerminals(acquirerId: "jcq", entries: [{merchantNo: "M2", terminalNo: "T2", storeId: "tokyo", terminalId: "tokyo-2"}]) { __typename ... on Refusal { message } } }`,
    { profile: TEST_PROFILE },
  );
  await agreeOnTerms(world, 'jcq', { funding: { account: 'JP1', country: 'JP', delayBankDays: 1 } });
  await take(statementCsv([{ day: '2026-11-11', merchant: 'M2', terminal: 'T2' }]), { acquirer: 'jcq' });
  const found = (await ask(hq, '{ differences(first: 200) { edges { node { id type } } } }')).differences.edges.map(
    (edge: Loose) => edge.node,
  );
  const id = (type: string) => found.find((one: Loose) => one.type === type).id as string;
  const remedy = 'id digest';
  const forced = await ask(
    manager,
    `mutation { requestForceMatch(input: {terminalDifferenceId: "${id('missingAtAcquirer')}", acquirerDifferenceId: "${id('missingAtTerminal')}", reason: "same receipt"}) { ... on RemedyRequest { ${remedy} } } }`,
  );
  const correction = await ask(
    manager,
    `mutation { requestCorrectingEntry(input: {differenceId: "${id('amountUnder')}", amountMinor: -100, currency: "EUR", reason: "paid in cash"}) { ... on RemedyRequest { ${remedy} } } }`,
  );
  for (const one of [forced.requestForceMatch, correction.requestCorrectingEntry])
    await ask(
      hq,
      `mutation { decideRemedy(id: "${one.id}", digest: "${one.digest}", decision: approve) { ... on RemedyRequest { state } } }`,
    );
  await ask(hq, `mutation { acceptDifferences(ids: ["${id('feeWrong')}"], note: "fee of the old contract") { __typename } }`);
  await world.settle();
  for (const [number, query] of QUERIES) answers.set(number, await ask(auditor, query));
});
afterAll(() => world.stop());

const nodes = (number: number, field: string): Loose[] => answers.get(number)![field].edges.map((edge: Loose) => edge.node);

describe('docs/guide/auditor-cookbook.md', () => {
  it('has ten questions, each with its query', () => {
    expect([...QUERIES.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('1: statements of a day', () => {
    // Both arrived at the same moment of the test's clock.
    const files = nodes(1, 'statementFiles').map(({ name, state }) => `${name} ${state}`);
    expect(files.toSorted()).toEqual(['corrected.csv imported', 'first.csv superseded']);
    expect(nodes(1, 'statementFiles')[0].checks.length).toBeGreaterThan(0);
  });

  it('2: corrected statements', () => {
    expect(nodes(2, 'statementFiles')).toMatchObject([{ name: 'first.csv', supersededBy: expect.any(String) }]);
  });

  it('3: unequal batches', () => {
    const batch = nodes(3, 'comparedBatches').find(({ businessDay }) => businessDay === DAY);
    expect(batch).toMatchObject({ storeId: 'berlin', terminalId: 'berlin-1' });
  });

  it('4: open differences with their owners', () => {
    expect(nodes(4, 'differences').length).toBeGreaterThan(0);
    for (const { ownerRole, transaction, statementRow, terminalAmount, acquirerAmount } of nodes(4, 'differences')) {
      expect(['hq', 'manager']).toContain(ownerRole);
      expect([transaction !== null, statementRow !== null]).toEqual([terminalAmount !== null, acquirerAmount !== null]);
    }
  });

  it('5: what was let stand', () => {
    expect(nodes(5, 'differences')).toMatchObject([
      {
        type: 'feeWrong',
        endedBy: 'Name of hq',
        note: 'fee of the old contract',
        history: [
          { what: 'found', actorName: null },
          { what: 'accepted', actorName: 'Name of hq' },
        ],
      },
    ]);
  });

  it('6: remedies by two people', () => {
    expect(
      nodes(6, 'remedyRequests')
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['correctingEntry', 'forceMatch']);
    for (const { requestedBy, decidedName } of nodes(6, 'remedyRequests'))
      expect([requestedBy.name, decidedName]).toEqual(['Name of manager-berlin', 'Name of hq']);
    expect(
      nodes(6, 'remedyRequests')
        .map(({ differences }) => differences.map(({ type }: Loose) => type).join())
        .toSorted(),
    ).toEqual(['amountUnder', 'missingAtAcquirer,missingAtTerminal']);
    expect(nodes(6, 'correctingEntries')).toMatchObject([
      { amount: { amountMinor: -100 }, requestedBy: 'manager-berlin', approvedBy: 'hq' },
    ]);
  });

  it('6: entries as a table for the books, by business day', async () => {
    const lines = async (query: string) =>
      (await downloadOf(world, auditor, `correcting-entries${query}`)).bytes.toString('utf8').trimEnd().split('\r\n');
    const [head, ...rows] = await lines('');
    expect(head).toMatch(/"currency","amount","reason",/);
    expect(rows).toEqual([
      expect.stringMatching(/^"[^"]+","berlin","2026-11-21","berlin-1","EUR",-1\.00,"paid in cash",.*"manager-berlin","hq"$/),
    ]);
    expect(await lines('?fromDay=2026-11-22')).toHaveLength(1);
    expect(await lines('?toDay=2026-11-21&storeId=berlin')).toHaveLength(2);
  });

  it('7: wrong fees and the terms they were held against', () => {
    expect(nodes(7, 'feeChecks')).toMatchObject([{ storeId: 'berlin', wrongRows: 1, termsVersion: 1 }]);
    expect(answers.get(7)!.feeReport).toMatchObject([{ acquirerId: 'acq', cardKind: '', rows: 4, wrongRows: 1, gapMinor: -5 }]);
    expect(answers.get(7)!.providerTerms).toMatchObject([{ version: 1 }]);
  });

  it('8: money that did not come', () => {
    expect(nodes(8, 'payouts')).toMatchObject([
      { businessDay: '2026-11-11', dueDay: null, state: 'calendarUnknown' },
      {
        businessDay: '2026-11-10',
        dueDay: '2026-11-11',
        state: 'overdue',
        expected: { amountMinor: 990, currency: 'EUR' },
        received: null,
      },
    ]);
  });

  it('9: rows of nobody', () => {
    expect(nodes(9, 'statementRows')).toMatchObject([{ merchantNo: 'M1', terminalNo: 'T9' }]);
  });

  it('10: the record', () => {
    expect(answers.get(10)!.auditVerification).toMatchObject({ intact: true, firstBrokenIndex: null });
    expect(nodes(10, 'auditEntries').length).toBe(4);
  });
});
