import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isPortFree } from 'tillward';
import { bootstrap, PROJECT_ROOT } from 'tillward/bootstrap';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';

/**
 * The command line as a person uses it: another copy of the project, in a path with spaces, as a user who is not root (when the tests are root,
 * the copy is given to another account; when they are not, they are that user themselves).
 */
const NOBODY = { uid: 65_534, gid: 65_534 };
const asRoot = process.getuid?.() === 0;
const account = asRoot ? NOBODY : {};

let base = '';
let project = '';
const launched: ChildProcess[] = [];

beforeAll(async () => {
  await bootstrap();
  base = mkdtempSync(join(tmpdir(), 'tillward start '));
  execFileSync('chmod', ['755', base]);
  project = join(base, 'a chain’s project');
  for (const name of ['apps', 'libs', 'package.json', 'package-lock.json', 'tsconfig.base.json']) {
    // Times are kept, so that the copy is as built as the original; what it depends on is shared.
    cpSync(join(PROJECT_ROOT, name), join(project, name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  }
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(project, 'node_modules'));
  if (asRoot) execFileSync('chown', ['-R', `${NOBODY.uid}:${NOBODY.gid}`, base]);
}, 120_000);
afterEach(({ task }) => {
  const logs = join(project, '.tillward', 'logs');
  if (task.result?.state === 'fail' && existsSync(logs)) cpSync(logs, join(PROJECT_ROOT, 'test', 'output', 'start'), { recursive: true });
});
afterAll(async () => {
  for (const child of launched) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(launched.map((child) => ended(child)));
  rmSync(base, { recursive: true, force: true });
}, 30_000);

interface Launch {
  child: ChildProcess;
  output(): string;
}

function tillward(...args: string[]): Launch {
  const child = spawn(process.execPath, [join(project, 'apps/launcher/bin/tillward.mjs'), ...args], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  });
  launched.push(child);
  let text = '';
  child.stdout!.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    text += chunk;
  });
  return { child, output: () => text };
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

async function ready(launch: Launch): Promise<URL> {
  for (let i = 0; i < 600; i++) {
    const url = /dashboard\s+(http:\S+)/.exec(launch.output())?.[1];
    if (url !== undefined) return new URL(url);
    if (launch.child.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`not ready:\n${launch.output()}`);
}

/** Process numbers of all parts, by the pidfiles. */
function partPids(): Map<string, number> {
  const run = join(project, '.tillward', 'run');
  return new Map(
    readdirSync(run).map((file) => [file.replace('.pid', ''), JSON.parse(readFileSync(join(run, file), 'utf8')).pid as number]),
  );
}

const ALL_PARTS = ['agent-berlin', 'agent-newyork', 'agent-shanghai', 'broker', 'core', 'postgres', 'simulator'];

test('up in a path with spaces as a normal user, with the preferred port taken; a second start on the same data says so', async () => {
  if (await isPortFree(8080)) {
    const blocker = createServer().listen(8080, '127.0.0.1');
    onTestFinished(() => void blocker.close());
  }
  const launch = tillward('up');
  const url = await ready(launch);
  expect(launch.output()).toMatch(/port 8080 is taken, using \d+ for the dashboard/);
  expect(launch.output()).toMatch(/ready in \d+\.\d s/);
  expect(launch.output()).toMatch(/ {4}hq +\w{3}-\w{3}-\w{3}-\w{3} +林薇 Lin Wei/);
  expect((await fetch(new URL('/readyz', url))).status).toBe(200);
  expect(await (await fetch(url)).text()).toContain('<div id="root">');
  expect([...partPids().keys()].sort()).toEqual(ALL_PARTS);
  if (asRoot) expect(readFileSync(`/proc/${partPids().get('core')}/status`, 'utf8')).toMatch(/^Uid:\t65534/m);

  const second = tillward('up');
  expect(await ended(second.child)).toBe(1);
  expect(second.output()).toContain(`Tillward already runs on ${join(project, '.tillward')} (process ${launch.child.pid})`);
}, 90_000);

test('after kill -9 of the launcher the next start ends what it left, by pidfile, and comes up on the same data', async () => {
  const first = launched[0]!;
  const orphans = [...partPids().values()];
  const identities = await Promise.all(orphans.map((pid) => identityOf(pid)));
  first.kill('SIGKILL');
  await ended(first);
  expect(identities.every((identity) => identity !== undefined)).toBe(true);

  const launch = tillward('up');
  await ready(launch);
  expect(launch.output()).toContain('ended what an earlier start left running');
  for (const identity of identities) expect((await identityOf(identity!.pid))?.startedAt).not.toBe(identity!.startedAt);
  expect([...partPids().keys()].sort()).toEqual(ALL_PARTS);
}, 90_000);

test('Ctrl-C stops every part within six seconds, the data stays', async () => {
  const running = launched.at(-1)!;
  const pids = [...partPids().values()];
  const startedAt = performance.now();
  running.kill('SIGINT');
  expect(await ended(running)).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(6_000);
  for (const pid of pids) expect(await identityOf(pid)).toBeUndefined();
  expect(partPids().size).toBe(0);
  expect(existsSync(join(project, '.tillward', 'postgres', 'cluster', 'PG_VERSION'))).toBe(true);
}, 30_000);

test('--fresh starts over: new data, new sign-ins', async () => {
  const passwordOf = (launch: Launch) => / {4}hq +(\S+)/.exec(launch.output())?.[1];
  const before = JSON.parse(readFileSync(join(project, '.tillward', 'secrets', 'secrets.json'), 'utf8')).signIns.hq;
  const launch = tillward('up', '--fresh');
  await ready(launch);
  expect(launch.output()).toContain(`starting over: ${join(project, '.tillward')} emptied`);
  expect(passwordOf(launch)).not.toBe(before);
  launch.child.kill('SIGINT');
  expect(await ended(launch.child)).toBe(0);
}, 60_000);

test('a wrong setting stops the start with its name, status 78', async () => {
  const child = spawn(process.execPath, [join(project, 'apps/launcher/bin/tillward.mjs'), 'up'], {
    env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: 'mysql://elsewhere' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...account,
  });
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  expect(await ended(child)).toBe(78);
  expect(text).toMatch(/^DATABASE_URL: expected a URL starting with postgres:\/\/ or postgresql:\/\/: .+\n$/);
}, 30_000);
