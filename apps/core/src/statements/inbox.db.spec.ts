import { appendFile, mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UnitOfWork } from '../database/index.js';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import type { Log } from '../logging.js';
import { imported, statementCsv, testAcquirer, testStatementsConfig } from './statements.fixtures.js';
import { StatementInbox } from './statements.inbox.js';
import { Statements } from './statements.service.js';
import { StatementSpool } from './statements.spool.js';

let world: TestCore;
let hq: string;
let inbox: StatementInbox;
let root: string;
let folder: string;
const warnings: { path: string; reason: string }[] = [];
beforeAll(async () => {
  const statements = await testStatementsConfig();
  root = statements.inboxDir;
  folder = join(root, 'acq');
  world = await startTestCore({ config: { statements } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
  const get = <T>(token: new (...args: never[]) => T) => world.core.app.get(token, { strict: false });
  const log = { warn: (what: { path: string; reason: string }) => void warnings.push(what) } as unknown as Log;
  inbox = new StatementInbox(
    root,
    new StatementSpool(statements.dir, 1e6),
    get(Statements),
    get(UnitOfWork),
    { now: () => world.now() },
    log,
  );
});
afterAll(() => world.stop());
beforeEach(async () => {
  await rm(root, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  warnings.length = 0;
});

/** Looks, with so many seconds before each. */
async function look(...seconds: number[]): Promise<void> {
  for (const some of seconds) {
    world.advance(some * 1_000);
    await inbox.look();
  }
}
/** Looks until a file that lies still has come and been moved. */
async function settled(): Promise<void> {
  await look(1, 6);
  await imported(world);
  await look(1);
}
const list = async (...parts: string[]) => (await readdir(join(folder, ...parts))).toSorted();
const rowsOf = async (name: string) => {
  const { data } = await world.ask(hq, '{ statementFiles(first: 200) { edges { node { name rowsRead } } } }');
  return data.statementFiles.edges
    .filter((edge: { node: { name: string } }) => edge.node.name === name)
    .map((edge: { node: { rowsRead: number } }) => edge.node.rowsRead);
};
const lines = (day: string, count: number) => statementCsv(Array.from({ length: count }, (_, n) => ({ day, trace: n + 1 })));

describe('the watched folder', () => {
  it('waits for a file that is written in parts, however often it looks meanwhile', async () => {
    const whole = lines('2026-08-01', 3);
    await writeFile(join(folder, 'slow.csv'), whole.slice(0, 90));
    await look(1, 1, 1);
    await appendFile(join(folder, 'slow.csv'), whole.slice(90, 130));
    await look(4, 3);
    await appendFile(join(folder, 'slow.csv'), whole.slice(130));
    await look(4, 3);
    await imported(world);
    expect(await rowsOf('slow.csv')).toEqual([]);
    await settled();
    expect(await rowsOf('slow.csv')).toEqual([3]);
    expect(await list('done')).toEqual(['slow.csv']);
  });

  it('takes a file that went on after it was taken for complete as another one, and never calls it done', async () => {
    const half = lines('2026-08-02', 2).replace(/TOTAL.*\n/, '');
    await writeFile(join(folder, 'late.csv'), half);
    await look(1, 6);
    await imported(world);
    await appendFile(join(folder, 'late.csv'), 'sale,1000,-10,EUR,2026-08-02,M1,T1,1,3,,,,,\n');
    await settled();
    expect(await rowsOf('late.csv')).toEqual([0, 2]);
    expect(await list()).toEqual(['refused']);
    expect(await readFile(join(folder, 'refused', 'late.csv.reason.txt'), 'utf8')).toMatch(/^alreadyImported: /);
  });

  it('does not take a file of the same name for the one that was taken away or put over it', async () => {
    await writeFile(join(folder, 'day.csv'), lines('2026-08-03', 1));
    await look(1, 6);
    await rm(join(folder, 'day.csv'));
    await look(1);
    await imported(world);
    await writeFile(join(folder, 'day.csv'), lines('2026-08-04', 2));
    await look(1);
    expect(await list()).toEqual(['day.csv']);
    await writeFile(join(folder, 'other'), lines('2026-08-05', 2));
    await look(6);
    await rename(join(folder, 'other'), join(folder, 'day.csv'));
    await settled();
    expect((await rowsOf('day.csv')).toSorted()).toEqual([1, 2, 2]);
    expect(await list()).toEqual(['done']);
  });

  it('takes a file that was renamed once, under its last name', async () => {
    await writeFile(join(folder, 'a.csv.part'), lines('2026-08-06', 1));
    await look(1, 10);
    await rename(join(folder, 'a.csv.part'), join(folder, 'b.csv'));
    await settled();
    expect(await list('done')).toEqual(['b.csv']);
  });

  it('says once of what it can’t read, and goes on with the others', async () => {
    await writeFile(join(root, 'nobodys.csv'), 'x');
    await mkdir(join(root, 'broken'));
    await writeFile(join(root, 'broken', 'z.csv'), 'x');
    await writeFile(join(root, 'broken', 'refused'), 'in the way');
    await symlink('/etc/hostname', join(folder, 'link.csv'));
    await writeFile(join(folder, 'good.csv'), lines('2026-08-07', 1));
    await settled();
    await look(6, 6, 6);
    expect(await list()).toEqual(['done', 'link.csv']);
    expect(warnings.map(({ path }) => path).toSorted()).toEqual(['broken/refused', 'broken/z.csv', 'nobodys.csv']);
  });

  it('refuses what is no statement, what has no acquirer, and what stays empty; the same bytes are taken once', async () => {
    await mkdir(join(root, 'nobody'));
    await writeFile(join(root, 'nobody', 'x.csv'), lines('2026-08-08', 1));
    await writeFile(join(folder, 'empty.csv'), '');
    await writeFile(join(folder, 'picture.png'), new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]));
    const long = `${'长'.repeat(82)}.csv`;
    await writeFile(join(folder, long), 'no statement');
    await writeFile(join(folder, 'one.csv'), lines('2026-08-09', 1));
    await writeFile(join(folder, 'two.csv'), lines('2026-08-09', 1));
    await settled();
    expect(await list()).toEqual(['done', 'empty.csv', 'refused']);
    expect(await list('done')).toHaveLength(1);
    const refused = await list('refused');
    expect(refused).toHaveLength(6);
    expect(refused.filter((name) => name.endsWith('长.csv.reason.txt'))).toHaveLength(1);
    expect(await readFile(join(root, 'nobody', 'refused', 'x.csv.reason.txt'), 'utf8')).toMatch(/^acquirerUnknown: /);
    await look(60);
    expect(await readFile(join(folder, 'refused', 'empty.csv.reason.txt'), 'utf8')).toMatch(/^empty: /);
  });

  it('goes on when the folder was removed and is there again', async () => {
    await writeFile(join(folder, 'gone.csv'), lines('2026-08-10', 1));
    await look(1);
    await rm(root, { recursive: true });
    await look(6, 6);
    expect(await readdir(root)).toEqual(['bank']);
    await mkdir(folder);
    await writeFile(join(folder, 'back.csv'), lines('2026-08-11', 1));
    // A copy that keeps the time of its original looks old from the first moment.
    await utimes(join(folder, 'back.csv'), new Date(0), new Date(0));
    await settled();
    expect(await list('done')).toEqual(['back.csv']);
    expect(warnings).toEqual([]);
  });
});
