import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildPreload, ERRNO, ProcessControl } from './preload.js';
import { dropUnsynced } from './unsynced.js';

let folder: string;
let library: string;
let control: ProcessControl;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tillward-preload-'));
  mkdirSync(join(folder, 'data'));
  mkdirSync(join(folder, 'undo'));
  library = await buildPreload(folder);
  control = await ProcessControl.create(join(folder, 'control'));
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program of Node with the library; what it printed. */
function run(program: string): string {
  return execFileSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', `const dir = ${JSON.stringify(join(folder, 'data'))};${program}`],
    {
      env: { LD_PRELOAD: library, CHAOS_CONTROL: control.path, CHAOS_DIR: join(folder, 'data'), CHAOS_UNDO: join(folder, 'undo') },
      encoding: 'utf8',
    },
  ).trim();
}

const drop = (keep?: (writes: number) => number) => dropUnsynced(join(folder, 'data'), join(folder, 'undo'), keep);
const data = (name: string) => readFileSync(join(folder, 'data', name), 'utf8');

test.each([3_600_000, -3_600_000, 400 * 86_400_000, 0])('the wall clock is %i ms off, the monotonic one is not', async (offsetMs) => {
  control.setClock(offsetMs);
  expect(await control.read()).toMatchObject({ clockOffsetMs: offsetMs });
  const [wall, took] = run(
    `const from = performance.now(); await new Promise((done) => setTimeout(done, 50)); console.log(Date.now(), performance.now() - from)`,
  ).split(' ');
  expect(Math.abs(Number(wall) - Date.now() - offsetMs)).toBeLessThan(10_000);
  expect(Number(took)).toBeGreaterThan(40);
  expect(Number(took)).toBeLessThan(5_000);
});

test('writes and syncs below the folder fail, others do not', () => {
  const attempt = `import { openSync, writeSync, fsyncSync } from 'node:fs';
    const said = (work) => { try { work(); return 'done'; } catch (error) { return error.code; } };
    const inside = openSync(dir + '/a', 'w'); const outside = openSync(dir.replace('/data', '/b'), 'w');
    console.log(said(() => writeSync(inside, 'x')), said(() => fsyncSync(inside)), said(() => writeSync(outside, 'x')), said(() => fsyncSync(outside)));`;
  expect(run(attempt)).toBe('done done done done');
  control.failWrites(ERRNO.ENOSPC);
  expect(run(attempt)).toBe('ENOSPC done done done');
  control.failWrites(0);
  control.failSyncs(ERRNO.EIO);
  expect(run(attempt)).toBe('done EIO done done');
});

test('a power cut undoes what was not synced, and nothing else', async () => {
  run(`import { openSync, writeSync, fsyncSync, ftruncateSync, writeFileSync } from 'node:fs';
    const file = openSync(dir + '/a', 'w+');
    writeSync(file, 'synced-synced'); fsyncSync(file);
    writeSync(file, 'XX', 0, 'utf8'); writeSync(file, '--', 2, 'utf8'); ftruncateSync(file, 5);
    writeFileSync(dir + '/never', 'synced');`);
  expect(data('a')).not.toBe('synced-synced');
  expect(await drop()).toBeGreaterThan(0);
  expect([data('a'), data('never')]).toEqual(['synced-synced', '']);
});

test('any first part of what was not synced may have reached the disk', async () => {
  run(`import { openSync, writeSync, fsyncSync } from 'node:fs';
    const file = openSync(dir + '/a', 'w'); fsyncSync(file);
    for (const text of ['1', '2', '3']) writeSync(file, text);`);
  expect(await drop((writes) => writes - 1)).toBe(1);
  expect(data('a')).toBe('12');
});

test('SQLite loses transactions without syncs, and none with them', async () => {
  const commit = (mode: string) => `import { DatabaseSync } from 'node:sqlite';
    const db = new DatabaseSync(dir + '/${mode}.sqlite');
    db.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=${mode}; CREATE TABLE t (x)');
    for (let i = 0; i < 5; i++) db.exec('INSERT INTO t VALUES (1)');
    process.kill(process.pid, 'SIGKILL');`;
  for (const mode of ['FULL', 'NORMAL']) expect(() => run(commit(mode))).toThrow();
  await drop();
  const count = (mode: string) =>
    run(`import { DatabaseSync } from 'node:sqlite';
      try { console.log(new DatabaseSync(dir + '/${mode}.sqlite').prepare('SELECT count(*) n FROM t').get().n) } catch { console.log('no table') }`);
  expect([count('FULL'), count('NORMAL')]).toEqual(['5', 'no table']);
});

test('a file that was replaced has nothing to undo', async () => {
  writeFileSync(join(folder, 'data', 'target'), 'old');
  run(`import { openSync, writeSync, fsyncSync, renameSync } from 'node:fs';
    const file = openSync(dir + '/fresh', 'w'); writeSync(file, 'new'); fsyncSync(file); renameSync(dir + '/fresh', dir + '/target');`);
  expect(await drop()).toBe(0);
  expect(data('target')).toBe('new');
});
