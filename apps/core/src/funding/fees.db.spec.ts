import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import {
  imported,
  statementCsv,
  TEST_PROFILE,
  type TestLine,
  testAcquirer,
  testStatementsConfig,
  upload,
} from '../statements/statements.fixtures.js';
import { agreeOnTerms } from './terms.fixtures.js';

let world: TestCore;
let hq: string;
const rate = (more: object) => ({
  currency: 'EUR',
  ratePpm: 10_000,
  rounding: 'halfUp',
  onRefund: 'returned',
  from: '2026-01-01',
  ...more,
});

beforeAll(async () => {
  world = await startTestCore({ now: new Date('2026-12-02T12:00:00.000Z'), config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

async function ask(query: string, cookie = hq, variables = {}): Promise<Loose> {
  const { data, errors } = await world.ask(cookie, query, variables);
  expect(errors).toBeUndefined();
  return data;
}
async function terms(fees: object): Promise<void> {
  await agreeOnTerms(world, 'acq', { fees });
  await world.settle();
}
async function statement(lines: readonly TestLine[]): Promise<void> {
  const { body } = await upload(world, hq, statementCsv(lines));
  expect(body.error).toBeUndefined();
  await imported(world);
}
const KIND =
  'cardKind rows wrongRows rowsWithoutRate gross { amountMinor } expected { amountMinor } charged { amountMinor } chargedWithoutRate { amountMinor }';
const checks = async (filter: string, cookie = hq): Promise<Loose[]> =>
  (
    await ask(
      `{ feeChecks(filter: {${filter}}) { edges { node { storeId businessDay termsVersion ${KIND.replace('cardKind ', '')} kinds { ${KIND} } } } } }`,
      cookie,
    )
  ).feeChecks.edges.map(({ node }: Loose) => node);
const LINE =
  'acquirerId cardKind currency fromDay batches rows wrongRows rowsWithoutRate grossMinor expectedMinor chargedMinor chargedWithoutRateMinor gapMinor';
const report = async (args: string, cookie = hq): Promise<Loose[]> => (await ask(`{ feeReport(${args}) { ${LINE} } }`, cookie)).feeReport;
const wrongFees = async (state: string): Promise<Loose[]> =>
  (
    await ask(
      `{ differences(filter: {type: [feeWrong], state: [${state}]}) { edges { node { traceNo endedBy terminalAmount { amountMinor } acquirerAmount { amountMinor } } } } }`,
    )
  ).differences.edges.map(({ node }: Loose) => [node.traceNo, node.terminalAmount.amountMinor, node.acquirerAmount.amountMinor]);

const DAY = '2026-11-21';

describe('P2: fees by card kind', () => {
  it('are checked although the statement came before the terms', async () => {
    await statement([
      { trace: 1, gross: 10_000, fee: -25, scheme: 'Girocard' },
      { trace: 2, gross: 10_000, fee: -200, scheme: 'VISA' },
      { trace: 3, gross: 10_000, fee: -150, scheme: 'VISA' },
      { trace: 4, gross: 5_000, fee: -50 },
      { trace: 5, gross: 2_000, fee: -20, terminal: 'T3', currency: 'USD', scheme: 'VISA' },
      { trace: 6, gross: 4_000, fee: -40, terminal: 'T9', scheme: 'VISA' },
    ]);
    expect(await checks(`businessDay: "${DAY}"`)).toEqual([]);
    await terms({ basis: 'row', rates: [rate({ cardKind: 'girocard', ratePpm: 2_500 }), rate({ cardKind: 'Visa', ratePpm: 20_000 })] });
    const [berlin] = await checks(`storeId: "berlin", businessDay: "${DAY}"`);
    expect(berlin).toMatchObject({
      termsVersion: 1,
      rows: 4,
      wrongRows: 1,
      rowsWithoutRate: 1,
      gross: { amountMinor: 35_000 },
      expected: { amountMinor: -425 },
      charged: { amountMinor: -425 },
      chargedWithoutRate: { amountMinor: -50 },
    });
    expect(berlin.kinds).toEqual([
      {
        cardKind: '',
        rows: 1,
        wrongRows: 0,
        rowsWithoutRate: 1,
        gross: { amountMinor: 5_000 },
        expected: { amountMinor: 0 },
        charged: { amountMinor: -50 },
        chargedWithoutRate: { amountMinor: -50 },
      },
      {
        cardKind: 'girocard',
        rows: 1,
        wrongRows: 0,
        rowsWithoutRate: 0,
        gross: { amountMinor: 10_000 },
        expected: { amountMinor: -25 },
        charged: { amountMinor: -25 },
        chargedWithoutRate: { amountMinor: 0 },
      },
      {
        cardKind: 'visa',
        rows: 2,
        wrongRows: 1,
        rowsWithoutRate: 0,
        gross: { amountMinor: 20_000 },
        expected: { amountMinor: -400 },
        charged: { amountMinor: -350 },
        chargedWithoutRate: { amountMinor: 0 },
      },
    ]);
    expect(await wrongFees('open')).toEqual([['3', -200, -150]]);
  });

  it('are checked again by new terms: what is right now is resolved, what is wrong otherwise says so', async () => {
    await terms({
      basis: 'row',
      rates: [rate({}), rate({ cardKind: 'girocard', ratePpm: 3_000 }), rate({ cardKind: 'visa', ratePpm: 15_000, from: '2026-11-01' })],
    });
    expect((await wrongFees('open')).toSorted()).toEqual([
      ['1', -30, -25],
      ['2', -150, -200],
    ]);
    expect(await wrongFees('resolved')).toEqual([['3', -200, -150]]);
    expect((await checks(`storeId: "berlin", businessDay: "${DAY}"`))[0]).toMatchObject({
      termsVersion: 2,
      rowsWithoutRate: 0,
      wrongRows: 2,
    });
    // Before: nobody has to answer for the same thing twice.
    const { differences } = await ask('{ differences(filter: {type: [feeWrong]}) { edges { node { traceNo history { what } } } } }');
    const history = Object.fromEntries(
      differences.edges.map(({ node }: Loose) => [node.traceNo, node.history.map(({ what }: Loose) => what).join()]),
    );
    expect(history).toEqual({ 1: 'found', 2: 'found', 3: 'found,resolved' });
    await terms({ basis: 'row', rates: [rate({ ratePpm: 15_000 }), rate({ cardKind: 'girocard', ratePpm: 2_500 })] });
    expect((await wrongFees('open')).toSorted()).toEqual([
      ['2', -150, -200],
      ['4', -75, -50],
    ]);
    await terms({ basis: 'row', rates: [rate({ ratePpm: 20_000 }), rate({ cardKind: 'girocard', ratePpm: 2_500 })] });
    expect((await wrongFees('open')).toSorted()).toEqual([
      ['3', -200, -150],
      ['4', -100, -50],
    ]);
  });

  it('of rows that find their store later are checked then', async () => {
    expect(await checks('storeId: "berlin"')).toHaveLength(1);
    await ask(
      'mutation { mapAcquirerTerminals(acquirerId: "acq", entries: [{merchantNo: "M1", terminalNo: "T9", storeId: "berlin"}]) { __typename ... on Refusal { message } } }',
    );
    await world.settle();
    expect((await wrongFees('open')).toSorted()).toEqual([
      ['3', -200, -150],
      ['4', -100, -50],
      ['6', -80, -40],
    ]);
    expect(await checks('storeId: "berlin", cardKind: "girocard"')).toHaveLength(1);
    expect(await checks(`storeId: "berlin", fromDay: "${DAY}", toDay: "${DAY}"`)).toHaveLength(2);
    expect(await checks('storeId: "berlin", toDay: "2026-11-20"')).toEqual([]);
  });

  it('follow what the statement says of funding where the scheme has no line', async () => {
    const profile = JSON.parse(TEST_PROFILE);
    profile.columns.cardFunding = 'card';
    delete profile.columns.card;
    await ask('mutation ($p: String) { saveAcquirer(input: {id: "acq", name: "A", profile: $p}) { __typename } }', hq, {
      p: JSON.stringify(profile),
    });
    await terms({
      basis: 'row',
      rates: [rate({}), rate({ cardKind: 'debit', ratePpm: 5_000 }), rate({ cardKind: 'visa credit', ratePpm: 30_000 })],
    });
    await statement([
      { day: '2026-12-01', trace: 1, gross: 10_000, fee: -50, scheme: 'VISA', card: 'debit' },
      { day: '2026-12-01', trace: 2, gross: 10_000, fee: -300, scheme: 'VISA', card: 'credit' },
      { day: '2026-12-01', trace: 3, gross: 10_000, fee: -100, scheme: 'JCB', card: 'credit' },
    ]);
    expect((await checks('businessDay: "2026-12-01"'))[0]).toMatchObject({
      rows: 3,
      wrongRows: 0,
      rowsWithoutRate: 0,
      kinds: [{}, {}, {}],
    });
    const kinds = await report('fromDay: "2026-12-01", toDay: "2026-12-01"');
    expect(kinds.map(({ cardKind, expectedMinor, gapMinor }) => [cardKind, expectedMinor, gapMinor])).toEqual([
      ['jcb credit', -100, 0],
      ['visa credit', -300, 0],
      ['visa debit', -50, 0],
    ]);
  });
});

describe('feeReport', () => {
  it('adds up by acquirer, card kind, currency and period', async () => {
    const whole = await report('fromDay: "2026-11-01", toDay: "2026-12-31", storeId: "berlin"');
    expect(whole.find(({ cardKind }) => cardKind === 'visa')).toEqual({
      acquirerId: 'acq',
      cardKind: 'visa',
      currency: 'EUR',
      fromDay: '2026-11-01',
      batches: 2,
      rows: 3,
      wrongRows: 2,
      rowsWithoutRate: 0,
      grossMinor: 24_000,
      expectedMinor: -240,
      chargedMinor: -390,
      chargedWithoutRateMinor: 0,
      gapMinor: -150,
    });
    const months = await report('fromDay: "2026-11-05", toDay: "2026-12-31", period: month, storeId: "berlin"');
    expect([...new Set(months.map(({ fromDay }) => fromDay))]).toEqual(['2026-12-01', '2026-11-05']);
    const days = await report('fromDay: "2026-11-01", toDay: "2026-12-31", period: day');
    expect([...new Set(days.map(({ fromDay }) => fromDay))]).toEqual(['2026-12-01', DAY]);
    const checked = await checks('storeId: "berlin"');
    const sum = (of: Loose[], pick: (one: Loose) => number) => of.reduce((total, one) => total + pick(one), 0);
    expect(sum(whole, (line) => line.chargedMinor)).toBe(sum(checked, (check) => check.charged.amountMinor));
    expect(sum(whole, (line) => line.expectedMinor)).toBe(sum(checked, (check) => check.expected.amountMinor));
  });

  it('keeps fees that no rate is for apart', async () => {
    expect(await report(`fromDay: "${DAY}", toDay: "${DAY}", storeId: "tokyo"`)).toMatchObject([
      { currency: 'USD', rowsWithoutRate: 1, expectedMinor: 0, chargedMinor: -20, chargedWithoutRateMinor: -20, gapMinor: 0 },
    ]);
  });

  it('and the checks show a manager the own stores only', async () => {
    const tokyo = await world.signIn('manager-tokyo');
    expect((await report('fromDay: "2026-11-01", toDay: "2026-12-31"', tokyo)).map(({ currency }) => currency)).toEqual(['USD']);
    expect(await report('fromDay: "2026-11-01", toDay: "2026-12-31", storeId: "berlin"', tokyo)).toEqual([]);
    expect((await checks('', tokyo)).map(({ storeId, kinds }) => [storeId, kinds.length])).toEqual([['tokyo', 1]]);
    const cashier = await world.signIn('cashier-berlin');
    const { errors } = await world.ask(cashier, '{ feeReport(fromDay: "2026-11-01", toDay: "2026-11-02") { rows } }');
    expect(errors![0]!.extensions.code).toBe('notAllowed');
  });

  it.each([
    ['2026-11-02", toDay: "2026-11-01"', 'whole'],
    ['2026-01-01", toDay: "2026-11-01"', 'day'],
    ['2024-01-01", toDay: "2026-11-01"', 'month'],
  ])('refuses from "%s by %s', async (days, period) => {
    const { errors } = await world.ask(hq, `{ feeReport(fromDay: "${days}, period: ${period}) { rows } }`);
    expect(errors![0]!.extensions).toMatchObject({ code: 'invalidInput', field: 'toDay' });
  });

  it('refuses days whose sums would not be exact', async () => {
    await world.database.query('UPDATE fee_kind SET gross_minor = $1 WHERE business_day = $2', [Number.MAX_SAFE_INTEGER, DAY]);
    const { errors } = await world.ask(hq, `{ feeReport(fromDay: "${DAY}", toDay: "${DAY}") { grossMinor } }`);
    expect(errors![0]).toMatchObject({
      message: expect.stringContaining('fewer days'),
      extensions: { code: 'invalidInput', field: 'toDay' },
    });
  });
});
