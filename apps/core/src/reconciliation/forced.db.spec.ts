import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { paymentIds, sale, settled } from '../ingest/ingest.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';

let world: TestCore;
let hq: string;
let manager: string;
let fileId: string;

/** Three sales; the acquirer has the first, and calls the two others by numbers nobody here knows: one of them twice, with all the same. */
const LINES: TestLine[] = [{ trace: 1 }, { trace: 91 }, { trace: 92 }, { trace: 92 }];

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  manager = await world.signIn('manager-berlin');
  await testAcquirer(world, hq);
  world.gateways
    .get('berlin')!
    .append(...[1, 2, 3].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))), ...settled('berlin-1', 3));
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
async function differences(): Promise<Loose[]> {
  const { data } = await world.ask(
    hq,
    '{ differences(first: 200) { edges { node { id type traceNo state endedBy statementRowId history { what detail } } } } }',
  );
  return data.differences.edges.map((edge: Loose) => edge.node);
}
const spelt = async () => (await differences()).map(({ type, traceNo, state }) => `${type} ${traceNo} ${state}`).toSorted();
const pairs = () =>
  world.database.query<Loose>(
    "SELECT x.trace_no, r.line, r.superseded, f.state FROM reconciliation_match m JOIN card_transaction x USING (store_id, payment_id) JOIN statement_row r USING (store_id, file_id, row_no) JOIN statement_file f USING (file_id) WHERE m.type = 'forced' ORDER BY x.trace_no",
  );

/** Two people match a transaction with a row. */
async function force(terminalTrace: string, acquirerTrace: string): Promise<void> {
  // Of two rows of one number the duplicate.
  const all = (await differences()).toSorted((one, other) => one.type.localeCompare(other.type));
  const id = (trace: string) => all.find((one) => one.traceNo === trace && one.state === 'open').id;
  const REMEDY = '{ __typename ... on RemedyRequest { id digest state } ... on Refusal { message } }';
  const { data } = await world.ask(
    manager,
    `mutation { requestForceMatch(input: {terminalDifferenceId: "${id(terminalTrace)}", acquirerDifferenceId: "${id(acquirerTrace)}", reason: "till receipt"}) ${REMEDY} }`,
  );
  const { id: request, digest } = data.requestForceMatch;
  const decided = await world.ask(
    hq,
    `mutation { decideRemedy(id: "${request}", digest: "${digest}", decision: approve, note: "seen") ${REMEDY} }`,
  );
  expect(decided.data.decideRemedy.state).toBe('approved');
  await world.settle();
}

describe('M4: a pair people made, when the file is corrected', () => {
  it('goes over to the same row, wherever it stands there', async () => {
    await force('2', '91');
    await force('3', '92');
    expect(await pairs()).toEqual([
      { trace_no: 2, line: 3, superseded: false, state: 'imported' },
      { trace_no: 3, line: expect.any(Number), superseded: false, state: 'imported' },
    ]);
    expect(await spelt()).toEqual([
      'duplicateAtAcquirer 92 resolved',
      'missingAtAcquirer 2 resolved',
      'missingAtAcquirer 3 resolved',
      'missingAtTerminal 91 resolved',
      'missingAtTerminal 92 open',
    ]);
    const before = await spelt();
    fileId = await statement([...LINES].toReversed().concat({ trace: 1, day: '2026-11-21', terminal: 'T2' }), { supersedes: fileId });
    expect((await pairs()).map(({ trace_no, superseded, state }) => [trace_no, superseded, state])).toEqual([
      [2, false, 'imported'],
      [3, false, 'imported'],
    ]);
    const now = await differences();
    const carried = now.find(({ traceNo }) => traceNo === '91');
    expect(carried.statementRowId.startsWith(fileId)).toBe(true);
    expect(carried.history.at(-1)).toEqual({ what: 'carriedOver', detail: expect.stringContaining('the same row of statement.csv') });
    // The new row at the other terminal is all that is new.
    expect((await spelt()).filter((one) => one.startsWith('unknownBatch'))).toEqual(['unknownBatch 1 open']);
    expect((await spelt()).filter((one) => !one.startsWith('unknownBatch') && !/ 92 /.test(one))).toEqual(
      before.filter((one) => !/ 92 /.test(one)),
    );
  });

  it('ends where the corrected file hasn’t the row, and the transaction is open again', async () => {
    const otherTerminal = { trace: 1, day: '2026-11-21', terminal: 'T2' };
    await statement([{ trace: 1 }, { trace: 91, gross: 1_001 }, { trace: 92 }, { trace: 92 }, otherTerminal], { supersedes: fileId });
    expect((await pairs()).map(({ trace_no }) => trace_no)).toEqual([3]);
    const [two] = (await differences()).filter(({ traceNo }) => traceNo === '2');
    expect(two).toMatchObject({ type: 'missingAtAcquirer', state: 'open', endedBy: null });
    expect(two.history.map(({ what }: Loose) => what)).toEqual(['found', 'remedyRequested', 'resolved', 'reopened']);
    expect((await spelt()).filter((one) => / 91 /.test(one))).toEqual(['missingAtTerminal 91 open', 'missingAtTerminal 91 resolved']);
  });
});

describe('M5: a pair people want', () => {
  it('is of one currency, one sign and one amount, and decided as it was read', async () => {
    const all = await differences();
    const id = (trace: string) => all.find((one) => one.traceNo === trace && one.state === 'open').id;
    const [terminal, acquirer] = [id('2'), id('91')];
    const RESULT = '{ ... on RemedyRequest { id digest state } ... on Refusal { code message } }';
    const ask = async () =>
      (
        await world.ask(
          manager,
          `mutation { requestForceMatch(input: {terminalDifferenceId: "${terminal}", acquirerDifferenceId: "${acquirer}", reason: "till receipt"}) ${RESULT} }`,
        )
      ).data.requestForceMatch;
    const row = (set: string) => world.database.query(`UPDATE difference SET ${set} WHERE id = '${acquirer}'`);
    // 10.00 at the terminal, 10.01 at the acquirer.
    expect(await ask()).toEqual({ code: 'invalidInput', message: expect.stringContaining('correcting entries') });
    await world.ask(
      hq,
      'mutation { saveReconciliationSetting(input: {acquirerId: "acq", amountTolerances: [{currency: "EUR", amountMinor: 50}]}) { __typename } }',
    );
    await row("currency = 'USD'");
    expect(await ask()).toMatchObject({ code: 'invalidInput', message: expect.stringContaining('USD') });
    await row("currency = 'EUR', acquirer_minor = -1001");
    expect(await ask()).toMatchObject({ code: 'invalidInput', message: expect.stringContaining('money out') });
    await row('acquirer_minor = 1001');
    const request = await ask();
    expect(request.state).toBe('requested');
    expect(await ask()).toEqual(request);
    await row('acquirer_minor = 1002');
    const decide = async ({ id, digest }: Loose) =>
      (await world.ask(hq, `mutation { decideRemedy(id: "${id}", digest: "${digest}", decision: approve) ${RESULT} }`)).data.decideRemedy;
    expect(await decide(request)).toMatchObject({ code: 'contentChanged' });
    await row('acquirer_minor = 1001');
    // An entry for a part of the row, and then the pair: both would count.
    const { data } = await world.ask(
      manager,
      `mutation { requestCorrectingEntry(input: {differenceId: "${acquirer}", amountMinor: 1, currency: "EUR", reason: "n"}) ${RESULT} }`,
    );
    expect(await decide(data.requestCorrectingEntry)).toMatchObject({ state: 'approved' });
    expect(await decide(request)).toMatchObject({ code: 'alreadyDone' });
    expect((await pairs()).map(({ trace_no }) => trace_no)).toEqual([3]);
  });
});
