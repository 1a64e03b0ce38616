import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreeOnTerms } from '../funding/terms.fixtures.js';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from './statements.fixtures.js';

let world: TestCore;
let hq: string;
const ACCOUNT = 'DE00500105175407324931';
beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() }, now: new Date('2026-11-27T19:00:00.000Z') });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  const funding = { account: ACCOUNT, country: 'DE', delayBankDays: 1 };
  await agreeOnTerms(world, 'acq', { funding });
});
afterAll(() => world.stop());

interface Said {
  readonly id?: string;
  readonly number?: string;
  readonly day?: string;
  readonly opening?: number;
  /** Credits: euro and the bank's reference. */
  readonly credits?: readonly (readonly [number, string])[];
  readonly currency?: string;
  readonly account?: string;
}

const swift = (day: string) => day.slice(2).replaceAll('-', '');

function mt940({
  id = 'STARTUMS',
  number = '0/1',
  day = '2026-11-23',
  opening = 100,
  credits = [],
  currency = 'EUR',
  account = ACCOUNT,
}: Said): string {
  const comma = (amount: number) => amount.toFixed(2).replace('.', ',');
  const closing = credits.reduce((sum, [amount]) => sum + amount, opening);
  return [
    `:20:${id}`,
    `:25:${account}`,
    `:28C:${number}`,
    `:60F:C${swift(day)}${currency}${comma(opening)}`,
    ...credits.flatMap(([amount, reference]) => [
      `:61:${swift(day)}${swift(day).slice(2)}C${comma(amount)}NTRFPAY//${reference}`,
      ':86:card payments',
    ]),
    `:62F:C${swift(day)}${currency}${comma(closing)}`,
    '-',
    '',
  ].join('\r\n');
}

function mt942({ id = 'INTERIM', number = '0/1', day = '2026-11-23', credits = [] }: Said): string {
  return [
    `:20:${id}`,
    `:25:${ACCOUNT}`,
    `:28C:${number}`,
    ':34F:EUR0,',
    ...credits.flatMap(([amount, reference]) => [
      `:61:${swift(day)}${swift(day).slice(2)}C${amount.toFixed(2).replace('.', ',')}NTRFOWN//${reference}`,
      ':86:sums of the day',
    ]),
    '-',
    '',
  ].join('\r\n');
}

function camt({ id = 'S-1', number = '1', day = '2026-11-23', opening, credits = [] }: Said, kind: '053' | '054' = '053'): string {
  const [message, part] = kind === '053' ? ['BkToCstmrStmt', 'Stmt'] : ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'];
  const balance = (code: string, amount: number) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount.toFixed(2)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;
  const balances =
    opening === undefined
      ? ''
      : balance('OPBD', opening) +
        balance(
          'CLBD',
          credits.reduce((sum, [amount]) => sum + amount, opening),
        );
  const entries = credits.map(
    ([amount, reference]) =>
      `<Ntry><Amt Ccy="EUR">${amount.toFixed(2)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><AcctSvcrRef>${reference}</AcctSvcrRef><BkTxCd><Prtry><Cd>1</Cd></Prtry></BkTxCd></Ntry>`,
  );
  return `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.${kind}.001.08"><${message}><GrpHdr><MsgId>M</MsgId></GrpHdr><${part}>
<Id>${id}</Id><ElctrncSeqNb>${number}</ElctrncSeqNb><Acct><Id><IBAN>${ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>${balances}${entries.join('')}</${part}></${message}></Document>`;
}

async function take(content: string, query: Record<string, string> = {}): Promise<Loose> {
  world.advance(1_000);
  const { body } = await upload(world, hq, content, { kind: 'bank', name: 'bank.txt', ...query });
  expect(body.error).toBeUndefined();
  await imported(world);
  const { data } = await world.ask(hq, `{ statementFile(id: "${body.fileId}") { id state interim toldAgain refusalCode refusalMessage } }`);
  return data.statementFile;
}
async function owe(day: string, gross: number): Promise<void> {
  await upload(world, hq, statementCsv([{ day, gross, fee: 0 }]));
  await imported(world);
}
const payouts = async () =>
  (await world.ask(hq, '{ payouts(first: 50) { edges { node { businessDay state received { amountMinor } } } } }')).data.payouts.edges.map(
    ({ node }: Loose) => [node.businessDay, node.state, node.received?.amountMinor ?? null],
  );

describe('F3: which statement of a bank it is', () => {
  it('is said by account, currency and the bank’s own identification: several of one day are taken', async () => {
    const day = '2026-11-02';
    const files = [
      mt940({ day, credits: [[1, 'A1']] }),
      // Banks that count nothing: the second one goes on where the first one ended.
      mt940({ day, opening: 101, credits: [[2, 'A2']] }),
      mt940({ day, number: '7/2', credits: [[3, 'A3']] }),
      mt940({ day, currency: 'USD', credits: [[4, 'A4']] }),
      mt940({ day, account: 'DE99', credits: [[5, 'A5']] }),
      camt({ day, id: 'S-1', number: '1', opening: 200, credits: [[6, 'A6']] }),
      camt({ day, id: 'S-1', number: '2', opening: 206, credits: [[7, 'A7']] }),
      camt({ day, id: 'S-2', number: '2', opening: 213, credits: [[8, 'A8']] }),
    ];
    for (const content of files) expect(await take(content)).toMatchObject({ state: 'imported', refusalMessage: null });
  });

  it('is another one each day an account stands still', async () => {
    for (const day of ['2026-11-03', '2026-11-04']) expect(await take(mt940({ day }))).toMatchObject({ state: 'imported' });
    expect(await take(mt940({ day: '2026-11-04', account: 'DE98' }))).toMatchObject({ state: 'imported' });
    expect(await take(`${mt940({ day: '2026-11-04' })}\r\n`)).toMatchObject({ state: 'refused', refusalCode: 'alreadyImported' });
  });

  it('is the same one with other content, and in another format: refused unless it is said to correct it', async () => {
    const day = '2026-11-05';
    const first = await take(mt940({ day, credits: [[10, 'B1']] }));
    expect(await take(mt940({ day, credits: [[11, 'B1']] }))).toMatchObject({ refusalCode: 'alreadyImported' });
    expect(await take(camt({ day, opening: 100, credits: [[10, 'OTHER']] }))).toMatchObject({ refusalCode: 'alreadyImported' });
    const elsewhere = await take(mt940({ day, account: 'DE97', credits: [[11, 'B1']] }), { supersedes: first.id });
    expect(elsewhere).toMatchObject({ refusalCode: 'supersedesOther' });
    expect(await take(mt940({ day, credits: [[11, 'B1']] }), { supersedes: first.id })).toMatchObject({ state: 'imported' });
  });
});

describe('F10: a booking of a day to come', () => {
  it('is taken where it may be the next bank day, and refused beyond', async () => {
    expect(await take(mt940({ day: '2026-12-01', credits: [[1, 'D1']] }))).toMatchObject({ state: 'imported' });
    expect(await take(mt940({ day: '2026-12-20', credits: [[1, 'D2']] }))).toMatchObject({ state: 'refused', refusalCode: 'futureDay' });
  });
});

describe('an entry without a day', () => {
  const undated = (id: string, status: string) =>
    camt({ id, day: '2026-11-06', opening: 1, credits: [[1, id]] })
      .replace('<Sts><Cd>BOOK', `<Sts><Cd>${status}`)
      .replace('<BookgDt><Dt>2026-11-06</Dt></BookgDt>', '')
      .replace('2.00', status === 'BOOK' ? '2.00' : '1.00');
  it('is kept where it is only announced, and refused with its line where it is booked', async () => {
    expect(await take(undated('U-1', 'PDNG'))).toMatchObject({ state: 'imported' });
    expect(await take(undated('U-2', 'BOOK'))).toMatchObject({ state: 'refused', refusalCode: 'date' });
  });
});

describe('F8: an entry of a report within the day', () => {
  it('pays once, whether its statement comes after it or before, and whatever the two call it', async () => {
    await owe('2026-11-12', 2_000);
    await owe('2026-11-16', 2_000);
    const early = await take(mt942({ day: '2026-11-13', credits: [[20, 'I1']] }));
    expect(early).toMatchObject({ state: 'imported', interim: true, toldAgain: 0 });
    expect(await payouts()).toEqual([
      ['2026-11-16', 'overdue', null],
      ['2026-11-12', 'funded', 2_000],
    ]);
    const final = await take(mt940({ day: '2026-11-13', number: '11/1', credits: [[20, 'F1']] }));
    expect(final).toMatchObject({ interim: false });
    const after = await take(camt({ day: '2026-11-13', id: 'N-1', credits: [[20, 'N1']] }, '054'));
    expect(after).toMatchObject({ state: 'imported', interim: true, toldAgain: 1 });
    expect((await payouts()).map(([, state]: string[]) => state)).toEqual(['overdue', 'funded']);
    const { data } = await world.ask(hq, `{ bankEntries(filter: {fileId: "${early.id}"}) { edges { node { superseded toldIn } } } }`);
    expect(data.bankEntries.edges).toEqual([{ node: { superseded: true, toldIn: final.id } }]);
    // What was taken back with a correction was only reported.
    await take(mt940({ day: '2026-11-13', number: '11/1', credits: [[1, 'F1']] }), { supersedes: final.id });
    expect((await payouts()).at(-1)[1]).not.toBe('funded');
  });

  it('counts on a day between two statements of one file', async () => {
    await owe('2026-11-09', 6_000);
    await take(camt({ day: '2026-11-10', id: 'N-7', credits: [[60, 'I7']] }, '054'));
    await take(
      mt940({ day: '2026-11-09', number: '20/1', opening: 1, credits: [[1, 'X1']] }) +
        mt940({ day: '2026-11-11', number: '21/1', opening: 62, credits: [[1, 'X2']] }),
    );
    expect((await payouts()).find(([day]: string[]) => day === '2026-11-09')).toEqual(['2026-11-09', 'funded', 6_000]);
  });

  it('counts as long as no statement has a say about its account and day', async () => {
    await take(mt940({ day: '2026-11-18', account: 'DE96', credits: [[20, 'Z1']] }));
    const early = await take(mt942({ day: '2026-11-18', id: 'OTHER', credits: [[20, 'I2']] }));
    expect(early).toMatchObject({ toldAgain: 0 });
  });
});

describe('F12: an entry that statements of two formats tell', () => {
  it('pays once, as often as the one with more of them has it', async () => {
    await owe('2026-11-20', 10_000);
    await owe('2026-11-23', 10_000);
    const close = (content: string, day: string) => content.replace(/:62F:C\d{6}/, `:62F:C${swift(day)}`);
    const days = (credits: [number, string][], opening = 900) =>
      close(mt940({ day: '2026-11-23', number: '30/1', opening, credits: [...credits, [7, '']] }), '2026-11-24').replaceAll(
        '//\r\n',
        '\r\n',
      );
    const first = await take(
      camt({ day: '2026-11-23', id: 'F-1', opening: 900, credits: [[100, '']] }).replace('<AcctSvcrRef></AcctSvcrRef>', ''),
    );
    const second = await take(days([[100, '']]));
    expect([first, second]).toMatchObject([
      { state: 'imported', toldAgain: 0 },
      { state: 'imported', toldAgain: 1 },
    ]);
    const paid = async () =>
      (await payouts()).filter(([day]: string[]) => day! >= '2026-11-20').map(([day, state]: string[]) => `${day} ${state}`);
    expect((await paid()).filter((payout: string) => payout.endsWith('funded'))).toHaveLength(1);
    await take(
      days([
        [100, ''],
        [100, ''],
      ]),
      { supersedes: second.id },
    );
    expect((await paid()).filter((payout: string) => payout.endsWith('funded'))).toHaveLength(2);
  });
});
