import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatementsConfig } from '../config.js';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from './statements.fixtures.js';
import { StatementJobs } from './statements.jobs.js';

let world: TestCore;
let statements: StatementsConfig & { inboxDir: string };
let hq: string;
beforeAll(async () => {
  statements = await testStatementsConfig();
  world = await startTestCore({ config: { statements } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

const FILE = `{ id name state digest rowsRead periodFrom periodTo merchant supersededBy refusalCode refusalLine refusalMessage checks { name passed }
  totals { type currency count grossMinor feeMinor netMinor } }`;
const file = async (id: string) => (await world.ask(hq, `{ statementFile(id: "${id}") ${FILE} }`)).data.statementFile;
const rows = async (cookie: string, filter: string) =>
  (
    await world.ask(
      cookie,
      `{ statementRows(first: 200, filter: {${filter}}) { totalCount edges { node { storeId terminalId line type traceNo gross { amountMinor } superseded } } } }`,
    )
  ).data.statementRows;

async function take(content: string | Uint8Array, query: Record<string, string> = {}) {
  const { status, body } = await upload(world, hq, content, query);
  expect(body).toMatchObject({ state: 'arrived' });
  expect(status).toBe(202);
  await imported(world);
  return await file(body.fileId);
}

describe('F2: an uploaded statement', () => {
  it('is imported with its rows at their stores, its totals and its checks', async () => {
    const read = await take(statementCsv([{ trace: 1 }, { trace: 2, gross: 500, fee: -5 }, { trace: 1, terminal: 'T3', currency: 'JPY' }]));
    expect(read).toMatchObject({ state: 'imported', rowsRead: 3, periodFrom: '2026-11-21', periodTo: '2026-11-21', merchant: 'M1' });
    expect(read.totals).toEqual([
      { type: 'sale', currency: 'EUR', count: 2, grossMinor: 1_500, feeMinor: -15, netMinor: 1_485 },
      { type: 'sale', currency: 'JPY', count: 1, grossMinor: 1_000, feeMinor: -10, netMinor: 990 },
    ]);
    expect((await rows(hq, `fileId: "${read.id}"`)).edges.map(({ node }: { node: object }) => node)).toMatchObject([
      { storeId: 'berlin', terminalId: 'berlin-1', line: 2, traceNo: '1' },
      { storeId: 'berlin', terminalId: 'berlin-1', line: 3, traceNo: '2' },
      { storeId: 'tokyo', terminalId: 'tokyo-1', line: 4 },
    ]);
    expect((await rows(await world.signIn('manager-tokyo'), `fileId: "${read.id}"`)).totalCount).toBe(1);
    expect(await readdir(statements.dir)).toEqual([]);
  });

  it('F1: is refused when its bytes were taken before, with which and when', async () => {
    const content = statementCsv([{ day: '2026-10-01' }]);
    const first = await take(content, { name: 'first.csv' });
    const { status, body } = await upload(world, hq, content, { name: 'second.csv' });
    expect([status, body.error, body.other]).toEqual([
      409,
      'duplicateFile',
      expect.objectContaining({ fileId: first.id, name: 'first.csv' }),
    ]);
  });

  it('F3: of a period there is one for is refused unless it is said to correct that one, whose rows stay and count no more', async () => {
    const old = await take(statementCsv([{ day: '2026-10-02' }]), { name: 'old.csv' });
    const second = await take(statementCsv([{ day: '2026-10-02', gross: 1_100 }]));
    expect(second).toMatchObject({ state: 'refused', refusalCode: 'alreadyImported', refusalMessage: expect.stringContaining('old.csv') });
    expect((await rows(hq, `fileId: "${second.id}"`)).totalCount).toBe(0);
    const corrected = await take(statementCsv([{ day: '2026-10-02', gross: 1_200 }]), { supersedes: old.id });
    expect(corrected).toMatchObject({ state: 'imported' });
    expect(await file(old.id)).toMatchObject({ state: 'superseded', supersededBy: corrected.id });
    expect((await rows(hq, `fileId: "${old.id}"`)).edges[0].node).toMatchObject({ superseded: true, gross: { amountMinor: 1_000 } });
    // What was refused may come again when it is right: as the correction of the correction.
    expect(await take(statementCsv([{ day: '2026-10-02', gross: 1_100 }]), { supersedes: corrected.id })).toMatchObject({
      state: 'imported',
    });
  });

  it('that contradicts its trailer, or is broken off, leaves nothing but the refusal with its line', async () => {
    const wrong = await take(statementCsv([{ day: '2026-10-03' }, { day: '2026-10-03', trace: 2 }], 1_999));
    expect(wrong).toMatchObject({ state: 'refused', refusalCode: 'trailer-mismatch', refusalLine: 4 });
    const broken = await take(statementCsv([{ day: '2026-10-03' }]).slice(0, 120));
    expect(broken).toMatchObject({ state: 'refused', refusalLine: expect.any(Number) });
    const none = await take('{"no": "statement"}');
    expect(none.state).toBe('refused');
    expect((await rows(hq, 'businessDay: "2026-10-03"')).totalCount).toBe(0);
    expect(await readdir(statements.dir)).toEqual([]);
  });

  it('keeps rows of numbers nobody knows, shows them to HQ, and gives them their store when it is told', async () => {
    const read = await take(
      statementCsv([
        { day: '2026-10-04', terminal: 'T9' },
        { day: '2026-10-04', terminal: 'T1' },
      ]),
    );
    expect((await rows(hq, 'unmapped: true')).edges.map((edge: { node: object }) => edge.node)).toMatchObject([{ storeId: null, line: 2 }]);
    expect((await rows(await world.signIn('manager-tokyo'), `fileId: "${read.id}"`)).totalCount).toBe(0);
    const map = (terminal: string) =>
      world.ask(
        hq,
        `mutation { mapAcquirerTerminals(acquirerId: "acq", entries: [{merchantNo: "M1", terminalNo: "T9", storeId: "tokyo", terminalId: "${terminal}"}]) { __typename ... on Refusal { message } } }`,
      );
    expect((await map('nowhere')).data.mapAcquirerTerminals).toMatchObject({ __typename: 'InvalidInput' });
    expect((await map('tokyo-1')).data.mapAcquirerTerminals).toMatchObject({
      __typename: 'InvalidInput',
      message: expect.stringContaining('another number'),
    });
    expect((await map('tokyo-2')).data.mapAcquirerTerminals).toEqual({ __typename: 'Acquirer' });
    expect((await rows(hq, 'unmapped: true')).totalCount).toBe(0);
    expect((await rows(await world.signIn('manager-tokyo'), `fileId: "${read.id}"`)).edges[0].node).toMatchObject({
      terminalId: 'tokyo-2',
    });
  });
});

describe('who may upload', () => {
  it('is HQ from its own pages, with bytes and not with a form', async () => {
    const content = statementCsv([{ day: '2026-10-05' }]);
    const status = async (cookie: string | undefined, headers = {}) => (await upload(world, cookie, content, {}, headers)).status;
    expect(await status(undefined)).toBe(401);
    for (const person of ['manager-berlin', 'auditor', 'cashier-berlin']) expect(await status(await world.signIn(person))).toBe(403);
    expect(await status(hq, { origin: 'https://evil.example' })).toBe(403);
    for (const type of ['multipart/form-data; boundary=x', 'text/plain', 'application/x-www-form-urlencoded', 'application/json'])
      expect(await status(hq, { 'content-type': type })).toBe(415);
    const { body: said } = await upload(world, hq, content, {}, { 'content-type': 'text/plain' });
    expect(said).toMatchObject({ error: 'unsupportedMediaType', message: expect.stringContaining('application/octet-stream') });
    expect((await upload(world, hq, content, { acquirer: 'nobody' })).body.error).toBe('acquirerUnknown');
    expect((await upload(world, hq, content, { name: '../x' })).body.error).toBe('badRequest');
    expect((await upload(world, hq, '')).body.error).toBe('empty');
    expect(await readdir(statements.dir)).toEqual([]);
  });

  it('can’t fill the disk', async () => {
    const { maxBytes } = statements;
    const { status, body } = await upload(world, hq, new Uint8Array(maxBytes + 1));
    expect([status, body.error]).toEqual([413, 'tooLarge']);
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(4 * 1024 * 1024)),
    });
    const response = await fetch(`${world.core.url}/api/statements?acquirer=acq&name=x`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', cookie: hq },
      body: endless,
      duplex: 'half',
    } as RequestInit).catch((error: unknown) => error);
    // The refusal may be cut off by the end of the connection: what counts is that nothing stays.
    if (response instanceof Response) expect(response.status).toBe(413);
    expect(await readdir(statements.dir)).toEqual([]);
  });
});

describe('the watched folder', () => {
  const look = async () => {
    await world.core.app.get(StatementJobs, { strict: false }).lookIntoInbox();
    world.advance(6_000);
  };

  it('takes what stopped changing, and puts it into done, or into refused with the reason', async () => {
    const folder = join(statements.inboxDir, 'acq');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'good.csv'), statementCsv([{ day: '2026-10-06' }]));
    await writeFile(join(folder, 'bad.csv'), statementCsv([{ day: '2026-10-07' }], 7));
    await writeFile(join(folder, 'later.csv.part'), 'half');
    await look();
    expect((await readdir(folder)).toSorted()).toEqual(['bad.csv', 'good.csv', 'later.csv.part']);
    await look();
    await imported(world);
    await look();
    expect((await readdir(folder)).toSorted()).toEqual(['done', 'later.csv.part', 'refused']);
    expect(await readdir(join(folder, 'done'))).toEqual(['good.csv']);
    expect((await readdir(join(folder, 'refused'))).toSorted()).toEqual(['bad.csv', 'bad.csv.reason.txt']);
    expect(await readFile(join(folder, 'refused', 'bad.csv.reason.txt'), 'utf8')).toMatch(/^trailer-mismatch in line 3: /);
    await writeFile(join(folder, 'again.csv'), statementCsv([{ day: '2026-10-06' }]));
    await look();
    await look();
    expect(await readFile(join(folder, 'refused', 'again.csv.reason.txt'), 'utf8')).toMatch(/^duplicateFile: .*good\.csv/);
  });

  it('goes on where a stopped core left off', async () => {
    const folder = join(statements.inboxDir, 'acq');
    await writeFile(join(folder, 'left.csv'), statementCsv([{ day: '2026-10-08' }]));
    await look();
    await look();
    await imported(world);
    // Another core, which knows nothing of the first one's looks.
    const { StatementInbox } = await import('./statements.inbox.js');
    const { StatementSpool } = await import('./statements.spool.js');
    const { Statements } = await import('./statements.service.js');
    const { UnitOfWork } = await import('../database/index.js');
    const { silentLog } = await import('../database/database.fixtures.js');
    const get = <T>(token: new (...args: never[]) => T) => world.core.app.get(token, { strict: false });
    const other = new StatementInbox(
      statements.inboxDir,
      new StatementSpool(statements.dir, 1e6),
      get(Statements),
      get(UnitOfWork),
      { now: () => world.now() },
      silentLog,
    );
    for (let i = 0; i < 3; i++) {
      await other.look();
      world.advance(6_000);
    }
    expect(await readdir(join(folder, 'done'))).toContain('left.csv');
    expect(await readdir(statements.dir)).toEqual([]);
  });
});

describe('a bank statement', () => {
  it('is imported from MT940, and refused where an acquirer’s file was announced', async () => {
    const mt940 = [
      ':20:START',
      ':25:DE00500105175407324931',
      ':28C:1/1',
      ':60F:C261120EUR100,00',
      ':61:2611231123C98,90NTRFPAYOUT-1//BANK1',
      ':86:PAYOUT acquirer',
      ':62F:C261123EUR198,90',
      '-',
      '',
    ].join('\r\n');
    const { body } = await upload(world, hq, mt940, { kind: 'bank', name: 'bank.sta' });
    await imported(world);
    expect(await file(body.fileId)).toMatchObject({ state: 'imported', refusalMessage: null, rowsRead: 1 });
    const { data, errors } = await world.ask(
      hq,
      '{ bankEntries { totalCount edges { node { account bookingDay amount { amountMinor currency } status } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.bankEntries.edges.map((edge: { node: object }) => edge.node)).toMatchObject([
      { bookingDay: '2026-11-23', amount: { amountMinor: 9_890, currency: 'EUR' }, status: 'booked' },
    ]);
    const wrong = await take(`${mt940}\r\n`, { kind: 'acquirer' });
    expect(wrong.state).toBe('refused');
  });
});
