import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { downloadOf, member } from './exports.fixtures.js';
import { zipped } from './zip.writer.js';

let world: TestCore;
let hq: string;
beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  await upload(world, hq, statementCsv([{ trace: 1 }, { trace: 2, payout: '=cmd|x' }, { trace: 3, terminal: 'T3', currency: 'JPY' }]));
  await imported(world);
});
afterAll(() => world.stop());

const download = (cookie: string | undefined, path: string) => downloadOf(world, cookie, path);

describe('exports', () => {
  it('are CSV with every row the person sees, formulas neutralised', async () => {
    const { status, headers, bytes } = await download(hq, 'statement-rows');
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, 'text/csv; charset=utf-8', 'no-store']);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="statement-rows-2026-11-21\.csv"$/);
    const lines = bytes.toString('utf8').split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^\uFEFF"file","line"/);
    expect(lines[1]).toMatch(/,"EUR",10\.00,-0\.10,9\.90,""$/);
    expect(lines[2]).toMatch(/,"'=cmd\|x"$/);
    expect(lines[3]).toMatch(/,"JPY",1000,-10,990,""$/);
  });

  it('are XLSX that holds the same', async () => {
    const { bytes } = await download(hq, 'differences?format=xlsx&state=open,assigned&type=missingAtTerminal,unknownBatch');
    expect(member(bytes, 'xl/workbook.xml')).toContain('sheet name="differences"');
    const sheet = member(bytes, 'xl/worksheets/sheet1.xml');
    expect(sheet.match(/<row /g)).toHaveLength(4);
    expect(sheet).toMatch(/<t xml:space="preserve">unknownBatch<\/t>/);
    expect(sheet).toMatch(/<c r="L\d"><v>10\.00<\/v><\/c>/);
  });

  it('are within a person’s stores, for those who may read, and leave a trace', async () => {
    const tokyo = (await download(await world.signIn('manager-tokyo'), 'differences')).bytes.toString('utf8');
    expect(tokyo).toContain('"tokyo"');
    expect(tokyo).not.toContain('"berlin"');
    expect((await download(undefined, 'differences')).status).toBe(401);
    expect((await download(await world.signIn('cashier-berlin'), 'differences')).status).toBe(403);
    const foreign = await download(await world.signIn('manager-tokyo'), 'differences?storeId=berlin');
    expect([foreign.status, foreign.bytes.toString('utf8')]).not.toContain('"berlin"');
    expect((await download(hq, 'constructor')).status).toBe(404);
    for (const query of ['state=nothing', 'format=xlsx&storeId=%00', 'fromDay=2026-13-01', 'toDay=0000-01-01'])
      expect([query, (await download(hq, `differences?${query}`)).status]).toEqual([query, 400]);
    const { data } = await world.ask(hq, '{ auditEntries(filter: {action: "export.made"}) { edges { node { actor subject } } } }');
    expect(data.auditEntries.edges[0].node).toEqual({ actor: 'Name of manager-tokyo', subject: 'export:differences' });
  });
});

describe('zipped', () => {
  it('is what other programs unpack', async () => {
    const text = 'äöü,1\n'.repeat(100_000);
    const chunks: Buffer[] = [];
    for await (const chunk of zipped([
      { name: 'a.txt', content: ['one'] },
      { name: 'big.csv', content: [text.slice(0, 1_000), text.slice(1_000)] },
    ]))
      chunks.push(chunk);
    const zip = Buffer.concat(chunks);
    expect(member(zip, 'a.txt')).toBe('one');
    expect(member(zip, 'big.csv')).toBe(text);
    const python =
      'import sys,zipfile,io; z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())); assert z.testzip() is None; print(",".join(z.namelist()))';
    let names: string | undefined;
    try {
      names = execFileSync('python3', ['-c', python], { input: zip, encoding: 'utf8' }).trim();
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error;
      process.stderr.write(
        'python3 is not installed: the archive was not read by a second program. Install python3 to have that checked.\n',
      );
      return;
    }
    expect(names).toBe('a.txt,big.csv');
  });
});
