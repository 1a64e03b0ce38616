import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { downloadOf } from './exports.fixtures.js';

let world: TestCore;
let hq: string;
let manager: string;
const DAY = '2026-11-21';

/** Journal and statement of one day: every kind of difference planted once at berlin-1, and a batch without any at berlin-2. */
const JOURNAL = [1, 2, 3, 4, 6, 7, 7, 8, 9];
const STATEMENT: TestLine[] = [
  { trace: 1 },
  { trace: 2, gross: 1_100 },
  { trace: 3, gross: 900 },
  { trace: 5 },
  { trace: 6 },
  { trace: 6 },
  { trace: 7 },
  { trace: 8, currency: 'USD' },
  { trace: 9, day: '2026-11-22', batch: 2 },
  { trace: 10, batch: 77 },
  { terminal: 'T2', trace: 1 },
  { terminal: 'T2', trace: 2 },
];

let fileId = '';
beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  manager = await world.signIn('manager-berlin');
  await testAcquirer(world, hq);
  world.gateways
    .get('berlin')!
    .append(
      ...JOURNAL.flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))),
      ...[1, 2].flatMap((trace) => sale(1_000, trace, 'berlin-2', paymentIds(1))),
      ...settled('berlin-1', 9),
      ...settled('berlin-2', 2),
    );
  await world.upload('berlin');
  fileId = (await upload(world, hq, statementCsv(STATEMENT))).body.fileId;
  await imported(world);
});
afterAll(() => world.stop());

const FIELDS = `id type businessDay terminalId batchNo traceNo state ownerRole ownerId endedBy note terminalAmount { amountMinor currency } acquirerAmount { amountMinor currency }
  history { what actor detail }`;
async function differences(cookie = hq, filter = ''): Promise<Loose[]> {
  const { data, errors } = await world.ask(
    cookie,
    `{ differences(first: 200${filter === '' ? '' : `, filter: {${filter}}`}) { totalCount edges { node { ${FIELDS} } } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data.differences.totalCount).toBe(data.differences.edges.length);
  return data.differences.edges.map((edge: Loose) => edge.node);
}

describe('a statement with every kind of difference planted', () => {
  it('has each one found, typed and owned', async () => {
    const found = (await differences()).map(({ type, traceNo, ownerRole, state }) => [type, traceNo, ownerRole, state]).toSorted();
    expect(found).toEqual([
      ['amountOver', '2', 'manager', 'open'],
      ['amountUnder', '3', 'manager', 'open'],
      ['currency', '8', 'hq', 'open'],
      ['duplicateAtAcquirer', '6', 'hq', 'open'],
      ['duplicateAtTerminal', '7', 'manager', 'open'],
      ['missingAtAcquirer', '4', 'hq', 'open'],
      ['missingAtTerminal', '5', 'manager', 'open'],
      ['timing', '9', 'hq', 'open'],
      ['unknownBatch', '10', 'hq', 'open'],
    ]);
    const [over] = await differences(hq, 'type: [amountOver]');
    expect(over).toMatchObject({
      businessDay: DAY,
      terminalId: 'berlin-1',
      batchNo: '1',
      terminalAmount: { amountMinor: 1_000, currency: 'EUR' },
      acquirerAmount: { amountMinor: 1_100, currency: 'EUR' },
      history: [{ what: 'found', actor: 'reconciliation', detail: 'amountOver' }],
    });
  });

  it('confirms the batch whose rows all match, and no other', async () => {
    const { data } = await world.ask(
      hq,
      '{ comparedBatches { edges { node { terminalId batchNo businessDay terminalCount acquirerCount equal } } } }',
    );
    expect(data.comparedBatches.edges.map((edge: Loose) => edge.node)).toMatchObject([
      { terminalId: 'berlin-1', batchNo: '2', businessDay: '2026-11-22', equal: false },
      { terminalId: 'berlin-2', batchNo: '1', terminalCount: 2, acquirerCount: 2, equal: true },
      { terminalId: 'berlin-1', batchNo: '77', terminalCount: 0, equal: false },
      { terminalId: 'berlin-1', batchNo: '1', terminalCount: 9, acquirerCount: 7, equal: false },
    ]);
    const rows = await world.database.query('SELECT terminal_id, confirmed_by, confirmed_minor FROM batch ORDER BY terminal_id');
    expect(rows).toEqual([
      { terminal_id: 'berlin-1', confirmed_by: null, confirmed_minor: null },
      { terminal_id: 'berlin-2', confirmed_by: fileId, confirmed_minor: 2_000 },
    ]);
  });

  it('says what it counted, and counts it once however often it is asked', async () => {
    const asked = await world.ask(
      hq,
      `mutation { requestReconciliation(acquirerId: "acq", fromDay: "${DAY}", toDay: "${DAY}") { __typename } }`,
    );
    expect(asked.data.requestReconciliation.__typename).toBe('ReconciliationRequested');
    const before = await differences();
    await world.settle();
    expect(await differences()).toEqual(before);
    const { data } = await world.ask(hq, '{ reconciliationRuns { edges { node { state cause counts failure } } } }');
    expect(data.reconciliationRuns.edges).toHaveLength(2);
    for (const { node } of data.reconciliationRuns.edges)
      expect(node).toMatchObject({ state: 'done', failure: null, counts: { matched: 5, timing: 1, amountOver: 1, unknownBatch: 1 } });
  });
});

describe('a row in another currency than its transaction', () => {
  it('has its own currency on the acquirer’s side of the difference, in answers and in tables', async () => {
    const [one] = await differences(hq, 'type: [currency]');
    expect(one).toMatchObject({
      terminalAmount: { amountMinor: 1_000, currency: 'EUR' },
      acquirerAmount: { amountMinor: 1_000, currency: 'USD' },
    });
    const { bytes } = await downloadOf(world, hq, 'differences?type=currency,missingAtAcquirer');
    const [head, ...rows] = bytes.toString('utf8').trimEnd().split('\r\n');
    expect(head).toContain(',"currency","terminal amount","acquirer amount","acquirer currency","state",');
    expect(rows.find((row) => row.includes('"currency"'))).toContain('"EUR",10.00,10.00,"USD","open"');
    expect(rows.find((row) => row.includes('"missingAtAcquirer"'))).toContain('"EUR",10.00,,,"open"');
  });

  it('is in none of its batch’s sums: it is counted and summed beside them', async () => {
    const money = '{ amountMinor currency }';
    const { data, errors } = await world.ask(
      hq,
      `{ comparedBatches(filter: {terminalId: "berlin-1", batchNo: "1"}) { edges { node { terminalTotal ${money} acquirerCount acquirerTotal ${money} acquirerFees ${money} equal
           terminalOtherCurrencies { count } acquirerOtherCurrencies { count total ${money} fees ${money} } } } } }`,
    );
    expect(errors).toBeUndefined();
    // Of the eight rows of its day seven are in euros: 4 × 10.00, 11.00, 9.00 and 10.00.
    expect(data.comparedBatches.edges.map((edge: Loose) => edge.node)).toEqual([
      {
        terminalTotal: { amountMinor: 9_000, currency: 'EUR' },
        acquirerCount: 7,
        acquirerTotal: { amountMinor: 7_000, currency: 'EUR' },
        acquirerFees: { amountMinor: -70, currency: 'EUR' },
        equal: false,
        terminalOtherCurrencies: [],
        acquirerOtherCurrencies: [
          { count: 1, total: { amountMinor: 1_000, currency: 'USD' }, fees: { amountMinor: -10, currency: 'USD' } },
        ],
      },
    ]);
    const { bytes } = await downloadOf(world, hq, 'batches?terminalId=berlin-1&batchNo=1');
    const [, row] = bytes.toString('utf8').trimEnd().split('\r\n');
    expect(row).toMatch(/"EUR",9,90\.00,7,70\.00,-0\.70,"no",0,"",1,"USD 10\.00"$/);
  });
});

describe('work on differences', () => {
  const act = (cookie: string, mutation: string) =>
    world.ask(
      cookie,
      `mutation { ${mutation} { __typename ... on DifferencesChanged { differences { ${FIELDS} } } ... on Refusal { message } } }`,
    );
  const ids = async (filter: string) => (await differences(hq, filter)).map(({ id }) => `"${id}"`);

  it('is assigned in bulk, to somebody who sees the stores', async () => {
    const some = (await ids('type: [amountOver, amountUnder]')).join();
    expect(
      (await act(hq, `assignDifferences(ids: [${some}], role: manager, personId: "manager-tokyo")`)).data.assignDifferences.__typename,
    ).toBe('InvalidInput');
    expect((await act(hq, `assignDifferences(ids: [${some}], role: cashier)`)).data.assignDifferences.__typename).toBe('InvalidInput');
    const { data } = await act(hq, `assignDifferences(ids: [${some}], role: manager, personId: "manager-berlin")`);
    expect(data.assignDifferences.differences).toMatchObject([
      { state: 'assigned', ownerId: 'manager-berlin' },
      { state: 'assigned', ownerId: 'manager-berlin' },
    ]);
    expect(await differences(manager, 'ownerId: "manager-berlin"')).toHaveLength(2);
    expect(await differences(await world.signIn('manager-tokyo'))).toEqual([]);
  });

  it('ends with a reason, is kept, and a run doesn’t undo it', async () => {
    const [missing] = await ids('type: [missingAtTerminal]');
    expect((await act(manager, `resolveDifferences(ids: [${missing}], note: " ")`)).data.resolveDifferences.__typename).toBe(
      'InvalidInput',
    );
    expect((await act(manager, `acceptDifferences(ids: [${missing}], note: "n")`)).errors![0]!.extensions.code).toBe('notAllowed');
    const done = await act(manager, `resolveDifferences(ids: [${missing}], note: "the till was off line")`);
    expect(done.data.resolveDifferences.differences[0]).toMatchObject({
      state: 'resolved',
      endedBy: 'Name of manager-berlin',
      note: 'the till was off line',
    });
    expect((await act(manager, `resolveDifferences(ids: [${missing}], note: "again")`)).data.resolveDifferences.__typename).toBe(
      'AlreadyDone',
    );
    // D5: headquarters' work is neither ended nor taken by a manager.
    const theirs = (await ids('ownerRole: hq')).join();
    expect((await act(manager, `resolveDifferences(ids: [${theirs}], note: "n")`)).data.resolveDifferences.__typename).toBe('NotAllowed');
    expect((await act(manager, `assignDifferences(ids: [${theirs}], role: manager)`)).data.assignDifferences.__typename).toBe('NotAllowed');
    const all = await ids('state: [open, resolved]');
    expect((await act(hq, `acceptDifferences(ids: [${all.join()}], note: "all")`)).data.acceptDifferences.__typename).toBe('AlreadyDone');
    expect(await ids('state: [accepted]')).toEqual([]);
    await world.ask(hq, `mutation { requestReconciliation(acquirerId: "acq", fromDay: "${DAY}", toDay: "${DAY}") { __typename } }`);
    await world.settle();
    expect(await ids('state: [resolved]')).toEqual([missing]);
    const { data } = await world.ask(hq, '{ auditEntries(filter: {action: "difference.resolved"}) { edges { node { actor storeId } } } }');
    expect(data.auditEntries.edges).toEqual([{ node: { actor: 'Name of manager-berlin', storeId: 'berlin' } }]);
  });
});

describe('remedies', () => {
  const REMEDY = '{ __typename ... on RemedyRequest { id digest state requestedName decidedName } ... on Refusal { code message } }';
  const one = async (filter: string) => (await differences(hq, filter))[0]!.id as string;
  const force = async (cookie: string, terminal: string, acquirer: string) =>
    (
      await world.ask(
        cookie,
        `mutation { requestForceMatch(input: {terminalDifferenceId: "${terminal}", acquirerDifferenceId: "${acquirer}", reason: "same customer, till receipt 5"}) ${REMEDY} }`,
      )
    ).data.requestForceMatch;
  const decide = async (cookie: string, { id, digest }: Loose, decision: string) =>
    (await world.ask(cookie, `mutation { decideRemedy(id: "${id}", digest: "${digest}", decision: ${decision}, note: "seen") ${REMEDY} }`))
      .data.decideRemedy;

  it('M1, M2: a transaction and a row are matched by two people, bound to what was read, and runs leave it so', async () => {
    const [terminal, acquirer, pair] = [
      await one('type: [missingAtAcquirer]'),
      await one('type: [unknownBatch]'),
      await one('type: [amountOver]'),
    ];
    expect(await force(manager, terminal, pair)).toMatchObject({ code: 'invalidInput' });
    const request = await force(manager, terminal, acquirer);
    expect(request).toMatchObject({ state: 'requested', requestedName: 'Name of manager-berlin' });
    expect(await decide(manager, request, 'approve')).toMatchObject({ code: 'ownRequest' });
    expect(
      await decide(hq, { ...request, digest: request.digest.replace(/^./, (c: string) => (c === '0' ? '1' : '0')) }, 'approve'),
    ).toMatchObject({ code: 'contentChanged' });
    expect(await decide(await world.signIn('manager-tokyo'), request, 'approve')).toMatchObject({ code: 'notFound' });
    expect(await decide(hq, request, 'approve')).toMatchObject({ state: 'approved', decidedName: 'Name of hq' });
    expect(await decide(hq, request, 'approve')).toMatchObject({ code: 'alreadyDone' });
    await world.settle();
    for (const id of [terminal, acquirer]) {
      const { data } = await world.ask(hq, `{ difference(id: "${id}") { state endedBy } }`);
      expect(data.difference).toEqual({ state: 'resolved', endedBy: 'Name of manager-berlin, Name of hq' });
    }
    expect(await world.database.query("SELECT type FROM reconciliation_match WHERE type = 'forced'")).toHaveLength(1);
  });

  it('a correcting entry is asked for by one, approved by another, and never changed', async () => {
    const difference = await one('type: [amountUnder]');
    const ask = async (currency: string, amount: number) =>
      (
        await world.ask(
          manager,
          `mutation { requestCorrectingEntry(input: {differenceId: "${difference}", amountMinor: ${amount}, currency: "${currency}", reason: "paid in cash"}) ${REMEDY} }`,
        )
      ).data.requestCorrectingEntry;
    // The acquirer has 9.00 where the terminal has 10.00: entries of -1.00 together.
    for (const [currency, amount] of [
      ['USD', -100],
      ['EUR', 0],
      ['EUR', 100],
      ['EUR', -101],
      ['EUR', Number.MAX_SAFE_INTEGER],
      ['EUR', -Number.MAX_SAFE_INTEGER],
    ] as const)
      expect([amount, await ask(currency, amount)]).toMatchObject([amount, { code: 'invalidInput' }]);
    const withdrawn = await ask('EUR', -100);
    expect(await ask('EUR', -100)).toEqual(withdrawn);
    expect(await decide(manager, withdrawn, 'withdraw')).toMatchObject({ state: 'withdrawn' });
    expect(await decide(hq, withdrawn, 'approve')).toMatchObject({ code: 'alreadyDone' });
    const whole = await ask('EUR', -100);
    expect(await ask('EUR', -40)).toMatchObject({ code: 'requestPending' });
    // Two that wait together are of the time before requests stood in each other's way.
    const waits = (doesWait: boolean) =>
      world.database.query(
        `UPDATE remedy_request SET ${doesWait ? "state = 'requested', decided_by = NULL" : "state = 'withdrawn', decided_by = 'nobody'"} WHERE id = '${whole.id}'`,
      );
    await waits(false);
    const part = await ask('EUR', -40);
    await waits(true);
    const { data: none } = await world.ask(hq, '{ correctingEntries { totalCount } }');
    expect(none.correctingEntries.totalCount).toBe(0);
    const state = async () =>
      (await world.ask(hq, `{ difference(id: "${difference}") { state history { what detail } } }`)).data.difference;
    expect(await decide(hq, part, 'approve')).toMatchObject({ state: 'approved' });
    const partly = await state();
    expect(partly.state).toBe('assigned');
    expect(partly.history.at(-1)).toEqual({ what: 'corrected', detail: '-40 minor units of EUR; -60 are left' });
    expect(await ask('EUR', -61)).toMatchObject({ code: 'invalidInput' });
    // What was within bounds when it was asked for isn't any more.
    expect(await decide(hq, whole, 'approve')).toMatchObject({ code: 'invalidInput' });
    expect(await decide(hq, whole, 'refuse')).toMatchObject({ state: 'refused' });
    expect(await decide(hq, await ask('EUR', -60), 'approve')).toMatchObject({ state: 'approved' });
    expect((await state()).state).toBe('resolved');
    const { data } = await world.ask(
      hq,
      '{ correctingEntries { edges { node { amount { amountMinor currency } differenceId requestedBy approvedBy } } } remedyRequests { totalCount } }',
    );
    const entry = { differenceId: difference, requestedBy: 'manager-berlin', approvedBy: 'hq' };
    expect(data.correctingEntries.edges.map(({ node }: Loose) => node)).toEqual(
      expect.arrayContaining([
        { ...entry, amount: { amountMinor: -40, currency: 'EUR' } },
        { ...entry, amount: { amountMinor: -60, currency: 'EUR' } },
      ]),
    );
    expect(data.remedyRequests.totalCount).toBe(5);
    await expect(world.database.query('UPDATE correcting_entry SET amount_minor = 5')).rejects.toThrow(/append-only/);
    await expect(world.database.query('DELETE FROM correcting_entry')).rejects.toThrow(/append-only/);
  });
});

describe('a corrected statement', () => {
  it('resolves by itself what agrees now, and takes back what the old one had confirmed', async () => {
    const corrected: TestLine[] = [
      ...JOURNAL.filter((trace, i) => JOURNAL.indexOf(trace) === i && trace !== 4).map((trace) => ({ trace })),
      { terminal: 'T2', trace: 1 },
    ];
    // The same days as the file it corrects.
    const lines = [...corrected, { trace: 99, day: '2026-11-22', batch: 9 }];
    const { body } = await upload(world, hq, statementCsv(lines), { supersedes: fileId });
    await imported(world);
    const now = (await differences()).map(({ type, traceNo, state, endedBy }) => [type, traceNo, state, endedBy]).toSorted();
    expect(now).toEqual([
      ['amountOver', '2', 'resolved', 'reconciliation'],
      // Its correcting entry is in the books still, and nothing differs any more.
      ['amountUnder', '3', 'open', null],
      ['currency', '8', 'resolved', 'reconciliation'],
      ['duplicateAtAcquirer', '6', 'resolved', 'reconciliation'],
      ['duplicateAtTerminal', '7', 'open', null],
      ['missingAtAcquirer', '2', 'open', null],
      // Its row of an unknown batch, with which two people had matched it, is not in this file.
      ['missingAtAcquirer', '4', 'open', null],
      ['missingAtTerminal', '5', 'resolved', 'Name of manager-berlin'],
      ['timing', '9', 'resolved', 'reconciliation'],
      ['unknownBatch', '10', 'resolved', 'Name of manager-berlin, Name of hq'],
      ['unknownBatch', '99', 'open', null],
    ]);
    expect(body.fileId).not.toBe(fileId);
    expect(await world.database.query("SELECT confirmed_by FROM batch WHERE terminal_id = 'berlin-2'")).toEqual([{ confirmed_by: null }]);
  });
});

describe('how an acquirer is compared', () => {
  it('stays as it is where a change leaves it out', async () => {
    const save = async (input: string) =>
      (
        await world.ask(
          hq,
          `mutation { saveReconciliationSetting(input: {acquirerId: "acq", ${input}}) { ... on ReconciliationSetting { identity timingDays amountTolerances { currency amountMinor } } ... on Refusal { code } } }`,
        )
      ).data.saveReconciliationSetting;
    const amountTolerances = [{ currency: 'EUR', amountMinor: 5 }];
    expect(await save('identity: trace, amountTolerances: [{currency: "EUR", amountMinor: 5}]')).toEqual({
      identity: 'trace',
      timingDays: 1,
      amountTolerances,
    });
    expect(await save('identity: reference')).toEqual({ identity: 'reference', timingDays: 1, amountTolerances });
    expect(await save('timingDays: 2')).toEqual({ identity: 'reference', timingDays: 2, amountTolerances });
    expect(await save('amountTolerances: []')).toEqual({ identity: 'reference', timingDays: 2, amountTolerances: [] });
  });
});
