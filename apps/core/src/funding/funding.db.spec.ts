import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry, paymentIds, sale } from '../ingest/ingest.fixtures.js';
import { StatementImporter } from '../statements/index.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { FundingJobs } from './funding.jobs.js';
import { agreeOnTerms } from './terms.fixtures.js';

let world: TestCore;
let hq: string;
const ACCOUNT = 'DE00500105175407324931';
const FEES = {
  basis: 'row',
  rates: [{ currency: 'EUR', ratePpm: 10_000, floorMinor: 5, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' }],
};
const FUNDING = { account: ACCOUNT, country: 'DE', delayBankDays: 1 };
const totals = { currency: 'EUR', amountMinor: 3_000, count: 3 };
const settlement = { settlementId: '22222222-2222-4222-8222-222222222222', batchNo: 1, businessDay: '2026-11-21' };

beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  world.gateways
    .get('berlin')!
    .append(
      ...[1, 2, 3].flatMap((trace) => sale(1_000, trace, 'berlin-1', paymentIds(1))),
      entry('SettlementStarted', { ...settlement, by: 'policy', journalTotals: totals, terminalTotals: totals }, 'berlin-1'),
      entry('SettlementCompleted', { ...settlement, journalTotals: totals, terminalTotals: totals, hostTotals: totals }, 'berlin-1'),
    );
  await world.upload('berlin');
});
afterAll(() => world.stop());

/** What core answers to terms that are proposed with a mistake. */
const proposed = async (fees: unknown, funding: unknown) =>
  (
    await world.ask(
      hq,
      `mutation ($fees: JSON, $funding: JSON) { proposeProviderTerms(input: {acquirerId: "acq", replaces: 0, reason: "contract", fees: $fees, funding: $funding}) {
        __typename ... on InvalidInput { field message } } }`,
      { fees, funding },
    )
  ).data.proposeProviderTerms;
const payouts = async () =>
  (
    await world.ask(
      hq,
      '{ payouts { totalCount edges { node { businessDay dueDay state expected { amountMinor currency } parts { salesMinor chargebacksMinor feesMinor } received { amountMinor } daysLate } } } }',
    )
  ).data.payouts.edges.map((edge: Loose) => edge.node);
async function statement(lines: readonly TestLine[]): Promise<void> {
  const { body } = await upload(world, hq, statementCsv(lines));
  expect(body.error).toBeUndefined();
  await imported(world);
}
/** Days later; the session has ended by then. */
async function later(days: number): Promise<void> {
  world.advance(days * 86_400_000);
  hq = await world.signIn('hq');
}
let bankFiles = 0;
/** A day of the bank, or several from a day with a charge on, with one credit; the bank's reference is the file's number where none is given. */
async function bank(day: string, amount: string, { own = 'REF', reference = `BANK${bankFiles + 1}`, from = day } = {}): Promise<void> {
  bankFiles += 1;
  const [, yy, mm, dd] = /^20(\d\d)-(\d\d)-(\d\d)$/.exec(day)!;
  const opens = from.slice(2).replaceAll('-', '');
  const charge = from === day ? [] : [`:61:${opens}${opens.slice(2)}D1,00NCHGNONREF`, ':86:account charge'];
  const mt940 = [
    `:20:START${bankFiles}`,
    `:25:${ACCOUNT}`,
    `:28C:${bankFiles}/1`,
    `:60F:C${opens}EUR100,00`,
    ...charge,
    `:61:${yy}${mm}${dd}${mm}${dd}C${amount}NTRF${own}//${reference}`,
    ':86:card payments',
    `:62F:C${yy}${mm}${dd}EUR${((from === day ? 100 : 99) + Number(amount.replace(',', '.'))).toFixed(2).replace('.', ',')}`,
    '-',
    '',
  ].join('\r\n');
  const { body } = await upload(world, hq, mt940, { kind: 'bank', name: `bank${bankFiles}.sta` });
  await imported(world);
  const { data } = await world.ask(hq, `{ statementFile(id: "${body.fileId}") { state refusalMessage } }`);
  expect(data.statementFile).toEqual({ state: 'imported', refusalMessage: null });
}

describe('terms', () => {
  it('are refused with what is wrong, and added as versions', async () => {
    expect(await proposed({ basis: 'row', rates: [{ ...FEES.rates[0], ratePpm: 2_000_000 }] }, null)).toMatchObject({
      __typename: 'InvalidInput',
      field: 'fees.rates.0.ratePpm',
    });
    expect(await proposed({ basis: 'row', rates: [FEES.rates[0], FEES.rates[0]] }, null)).toMatchObject({
      __typename: 'InvalidInput',
      field: 'fees',
    });
    for (const name of ['fixedMinor', 'floorMinor', 'capMinor'])
      expect(await proposed({ basis: 'row', rates: [{ ...FEES.rates[0], [name]: Number.MAX_SAFE_INTEGER }] }, null)).toMatchObject({
        __typename: 'InvalidInput',
        field: `fees.rates.0.${name}`,
        message: expect.stringContaining('10000000000'),
      });
    expect(await proposed(null, { ...FUNDING, country: 'Germany' })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'funding.country',
    });
    expect(await proposed(null, null)).toMatchObject({ __typename: 'InvalidInput' });
    expect(await agreeOnTerms(world, 'acq', { funding: FUNDING })).toBe(1);
    expect(await agreeOnTerms(world, 'acq', { fees: FEES, funding: FUNDING })).toBe(2);
    const { data } = await world.ask(hq, '{ providerTerms(acquirerId: "acq") { version fees funding } }');
    expect(data.providerTerms.map(({ version, fees }: Loose) => [version, fees !== null])).toEqual([
      [2, true],
      [1, false],
    ]);
  });
});

describe('fees', () => {
  it('are held against the schedule, row by row and batch by batch; a wrong one is a difference', async () => {
    await statement([
      { trace: 1 },
      { trace: 2, fee: -15 },
      { trace: 3 },
      { type: 'chargeback', gross: -500, fee: 0, terminal: '', batch: '', trace: '' },
    ]);
    const { data } = await world.ask(
      hq,
      '{ feeChecks { edges { node { terminalId batchNo rows wrongRows rowsWithoutRate expected { amountMinor } charged { amountMinor } termsVersion } } } differences(filter: {type: [feeWrong]}) { edges { node { traceNo ownerRole state terminalAmount { amountMinor } acquirerAmount { amountMinor } } } } }',
    );
    expect(data.feeChecks.edges.map((edge: Loose) => edge.node)).toEqual([
      {
        terminalId: 'berlin-1',
        batchNo: '1',
        rows: 3,
        wrongRows: 1,
        rowsWithoutRate: 0,
        expected: { amountMinor: -30 },
        charged: { amountMinor: -35 },
        termsVersion: 2,
      },
    ]);
    expect(data.differences.edges.map((edge: Loose) => edge.node)).toEqual([
      { traceNo: '2', ownerRole: 'hq', state: 'open', terminalAmount: { amountMinor: -10 }, acquirerAmount: { amountMinor: -15 } },
    ]);
  });

  it('stay wrong when the days are matched again', async () => {
    await world.ask(hq, 'mutation { requestReconciliation(acquirerId: "acq", fromDay: "2026-11-21", toDay: "2026-11-21") { __typename } }');
    await world.settle();
    const { data } = await world.ask(hq, '{ differences(filter: {type: [feeWrong], state: [open]}) { totalCount } }');
    expect(data.differences.totalCount).toBe(1);
  });
});

describe('funding', () => {
  it('is owed net of fees and chargebacks, on the bank day the provider pays', async () => {
    expect(await payouts()).toEqual([
      {
        businessDay: '2026-11-21',
        // A Saturday's money: Monday is the next bank day.
        dueDay: '2026-11-23',
        state: 'awaited',
        expected: { amountMinor: 2_465, currency: 'EUR' },
        parts: { salesMinor: 3_000, chargebacksMinor: -500, feesMinor: -35 },
        received: null,
        daysLate: null,
      },
    ]);
  });

  it('arrives with the bank statement, and the batch it pays is funded', async () => {
    await bank('2026-11-23', '24,65');
    expect((await payouts())[0]).toMatchObject({ state: 'funded', received: { amountMinor: 2_465 }, daysLate: 0 });
    const [batch] = await world.database.query("SELECT confirmed_minor, funded_minor, funded_on FROM batch WHERE terminal_id = 'berlin-1'");
    expect(batch).toEqual({ confirmed_minor: 3_000, funded_minor: 2_965, funded_on: '2026-11-23' });
  });

  it('ends when the bank’s file is withdrawn, and comes back with a file that has the entry', async () => {
    const [file] = await world.database.query<Loose>("SELECT file_id FROM statement_file WHERE kind = 'bank'");
    const importer = world.core.app.get(StatementImporter, { strict: false });
    await world.core.app.get(UnitOfWork, { strict: false }).run(systemActor('test'), (ctx) => importer.withdraw(ctx, file.file_id));
    const batch = async () => (await world.database.query("SELECT funded_minor, funded_on FROM batch WHERE terminal_id = 'berlin-1'"))[0];
    expect((await payouts())[0]).toMatchObject({ state: 'awaited', received: null });
    expect(await batch()).toEqual({ funded_minor: null, funded_on: null });
    await bank('2026-11-23', '24,65', { reference: 'AGAIN' });
    expect((await payouts())[0]).toMatchObject({ state: 'funded' });
    expect(await batch()).toEqual({ funded_minor: 2_965, funded_on: '2026-11-23' });
  });

  it('that doesn’t come by its day opens an incident, once', async () => {
    await later(3);
    await statement([{ day: '2026-11-24', trace: 1, fee: -10 }]);
    const jobs = world.core.app.get(FundingJobs, { strict: false });
    await jobs.sweep();
    expect((await payouts())[0]).toMatchObject({ businessDay: '2026-11-24', dueDay: '2026-11-25', state: 'awaited' });
    await later(2);
    await jobs.sweep();
    await jobs.sweep();
    expect((await payouts())[0]).toMatchObject({ state: 'overdue' });
    const { data } = await world.ask(
      hq,
      '{ incidents(filter: {kind: [fundingLate]}) { edges { node { cause businessDay amount { amountMinor currency } store { id } steps { key role } } } } }',
    );
    expect(data.incidents.edges).toEqual([
      {
        node: {
          cause: 'notPaid',
          businessDay: '2026-11-24',
          amount: { amountMinor: 990, currency: 'EUR' },
          store: { id: 'berlin' },
          steps: [
            { key: 'askProvider', role: 'hq' },
            { key: 'recordCause', role: 'hq' },
          ],
        },
      },
    ]);
  });

  it('that is less than owed opens one too', async () => {
    await bank('2026-11-26', '9,00');
    expect((await payouts())[0]).toMatchObject({ state: 'short', received: { amountMinor: 900 }, daysLate: 1 });
    const { data } = await world.ask(hq, '{ incidents(filter: {kind: [fundingShort]}) { edges { node { amount { amountMinor } } } } }');
    expect(data.incidents.edges).toEqual([{ node: { amount: { amountMinor: 90 } } }]);
  });

  it('has not arrived while the bank only expects it', async () => {
    const expected = (state: string, id: string) =>
      `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>${id}</MsgId><CreDtTm>2026-11-26T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>${id}</Id><CreDtTm>2026-11-26T20:00:00Z</CreDtTm><Acct><Id><IBAN>${ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct><Ntry><NtryRef>${id}</NtryRef><Amt Ccy="EUR">7.77</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>${state}</Cd></Sts><BookgDt><Dt>2026-11-26</Dt></BookgDt><ValDt><Dt>2026-11-26</Dt></ValDt><AcctSvcrRef>${id}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry></Stmt></BkToCstmrStmt></Document>`;
    const take = async (content: string) => {
      const response = await fetch(`${world.core.url}/api/statements?kind=bank&name=bank.xml`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', cookie: hq },
        body: content,
      });
      expect(response.ok).toBe(true);
      await imported(world);
    };
    await statement([{ day: '2026-11-25', trace: 1, gross: 785, fee: -8 }]);
    await take(expected('PDNG', 'E1'));
    const entries = await world.database.query('SELECT status FROM bank_entry WHERE amount_minor = 777');
    expect(entries).toEqual([{ status: 'pending' }]);
    expect((await payouts()).find(({ businessDay }: Loose) => businessDay === '2026-11-25')).toMatchObject({
      state: 'awaited',
      received: null,
    });
    await take(expected('BOOK', 'E2'));
    expect((await payouts()).find(({ businessDay }: Loose) => businessDay === '2026-11-25')).toMatchObject({ state: 'funded' });
  });

  it('pays several days in one credit', async () => {
    await statement([{ day: '2026-11-27', trace: 1, gross: 2_000, fee: -20 }]);
    await statement([{ day: '2026-11-28', trace: 1, gross: 3_000, fee: -30 }]);
    await later(3);
    await bank('2026-11-30', '49,50');
    expect((await payouts()).slice(0, 2)).toMatchObject([
      { businessDay: '2026-11-28', state: 'funded', received: { amountMinor: 4_950 } },
      { businessDay: '2026-11-27', state: 'funded', received: { amountMinor: 4_950 } },
    ]);
  });

  it.each([
    ['with the bank’s reference', '2026-12', 'TWICE'],
    ['without one', '2027-01', 'NONREF'],
  ])('is never paid twice by an entry that two files have, %s', async (_, month, reference) => {
    world.advance(Date.parse(`${month}-12`) - world.now().getTime());
    hq = await world.signIn('hq');
    // Both are due on the 12th or before, and the same entry would pay either.
    await statement([{ day: `${month}-06`, trace: 1, gross: 2_000, fee: -20 }]);
    await statement([{ day: `${month}-10`, trace: 1, gross: 2_000, fee: -20 }]);
    await bank(`${month}-11`, '19,80', { own: 'A', reference });
    await bank(`${month}-11`, '19,80', { own: 'A', reference, from: `${month}-10` });
    const states = (await payouts()).slice(0, 2).map(({ state }: Loose) => state);
    expect(states.filter((state: string) => state === 'funded' || state === 'late')).toHaveLength(1);
    // Another entry of the same money does pay the second.
    await bank(`${month}-11`, '19,80', { own: 'B', reference: reference === 'NONREF' ? reference : 'OTHER', from: `${month}-09` });
    expect((await payouts()).slice(0, 2).map(({ received }: Loose) => received?.amountMinor)).toEqual([1_980, 1_980]);
  });

  it('funds a batch by the number it shows when its own has wrapped', async () => {
    const day = world.now().toISOString().slice(0, 10);
    await world.database.query(
      `INSERT INTO batch (store_id, terminal_id, batch_no, gateway_id, business_day, state, currency, journal_minor, journal_count, opened_at, settled_at, confirmed_at, confirmed_by, confirmed_minor)
       VALUES ('berlin', 'berlin-2', 10001, 'gw-berlin', $1, 'settled', 'EUR', 4000, 1, now(), now(), now(), 'f', 4000)`,
      [day],
    );
    await statement([{ day, terminal: 'T2', batch: 2, gross: 4_000, fee: -40 }]);
    await bank(day, '39,60');
    expect(await world.database.query('SELECT funded_minor FROM batch WHERE batch_no = 10001')).toEqual([{ funded_minor: 3_960 }]);
  });

  it('is for headquarters and auditors', async () => {
    const { errors } = await world.ask(await world.signIn('manager-berlin'), '{ payouts { totalCount } }');
    expect(errors![0]!.extensions.code).toBe('notAllowed');
  });
});
