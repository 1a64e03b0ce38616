import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PartEvent, PartSpec } from './part.js';
import { readPidFile, reapPidFile, writePidFile } from './pid-file.js';
import { identityOf, isAlive } from './process-identity.js';
import { Supervisor } from './supervisor.js';

let base = '';
let events: PartEvent[] = [];
let supervisor: Supervisor;
const strangers: ChildProcess[] = [];

function makeSupervisor(): Supervisor {
  return new Supervisor({ runDir: join(base, 'run'), logDir: join(base, 'logs'), onEvent: (event) => events.push(event) });
}

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'tillward parts '));
  events = [];
  supervisor = makeSupervisor();
});
afterEach(async () => {
  await supervisor.stopAll();
  for (const child of strangers.splice(0)) child.kill('SIGKILL');
  await rm(base, { recursive: true, force: true });
});

const READY = `console.log(JSON.stringify({ level: 30, msg: 'ready' }));`;
const FOR_EVER = 'setInterval(() => {}, 1000);';

function script(name: string, code: string, more: Partial<PartSpec> = {}): PartSpec {
  return {
    name,
    command: process.execPath,
    args: ['-e', code],
    env: {},
    ready: 'line',
    readyTimeoutMs: 5_000,
    stopSignal: 'SIGTERM',
    stopGraceMs: 500,
    ...more,
  };
}

async function stranger(code = FOR_EVER): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', code], { stdio: 'ignore', detached: true });
  strangers.push(child);
  await new Promise<void>((resolve) => child.once('spawn', () => resolve()));
  return child;
}

test('a part is ready when it says so, its output is in its log, its pidfile goes with it', async () => {
  const part = await supervisor.start(1, script('clock', `${READY} console.error('a warning'); ${FOR_EVER}`));
  expect(await readPidFile(part.pidFile)).toMatchObject({ pid: part.pid });
  await expect.poll(() => readFile(join(base, 'logs', 'clock.log'), 'utf8')).toContain('a warning');
  await supervisor.stopAll();
  expect(await identityOf(part.pid!)).toBeUndefined();
  expect(await readdir(join(base, 'run'))).toEqual([]);
});

test('nothing is inherited from the environment of the launcher', async () => {
  const part = await supervisor.start(
    1,
    script('env', `console.log(JSON.stringify(Object.keys(process.env))); ${READY} ${FOR_EVER}`, { env: { ONLY: '1' } }),
  );
  expect(part.lives).toBe(1);
  expect((await readFile(join(base, 'logs', 'env.log'), 'utf8')).split('\n')[0]).toBe('["ONLY"]');
});

test('a crashed part starts again and gets ready again', async () => {
  const part = await supervisor.start(1, script('fragile', `${READY} ${FOR_EVER}`));
  const first = part.pid;
  part.kill();
  await expect.poll(() => part.lives).toBe(2);
  await part.untilReady();
  expect(part.pid).not.toBe(first);
  await expect.poll(() => events.map((e) => e.kind)).toEqual(['started', 'ready', 'crashed', 'started', 'ready']);
  expect(await readPidFile(part.pidFile)).toMatchObject({ pid: part.pid });
});

test('a part that fails at its first start is reported with its last words and leaves nothing behind', async () => {
  await expect(supervisor.start(1, script('wrong', `console.error('HTTP_PORT: expected a number'); process.exit(78)`))).rejects.toThrow(
    /wrong ended \(exit code 78\) before it was ready:\nHTTP_PORT: expected a number/,
  );
  expect(await readdir(join(base, 'run'))).toEqual([]);
});

test('a part that is never ready is reported in time', async () => {
  await expect(supervisor.start(1, script('slow', FOR_EVER, { readyTimeoutMs: 200 }))).rejects.toThrow('slow was not ready within 0.2 s');
});

test('parts stop stage by stage, and one that ignores the signal is killed after its grace', async () => {
  await supervisor.start(1, script('database', `${READY} ${FOR_EVER}`));
  await supervisor.start(2, script('deaf', `process.on('SIGTERM', () => {}); ${READY} ${FOR_EVER}`));
  await supervisor.start(3, script('front', `${READY} ${FOR_EVER}`));
  const startedAt = performance.now();
  await supervisor.stopAll();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(events.filter((e) => e.kind === 'stopped').map((e) => e.part)).toEqual(['front', 'deaf', 'database']);
  await expect(supervisor.start(1, script('late', READY))).rejects.toThrow('the system is stopping');
});

test('stopping while a crashed part is on its way back leaves no process', async () => {
  const part = await supervisor.start(1, script('fragile', `${READY} ${FOR_EVER}`));
  part.kill();
  await expect.poll(() => part.lives, { interval: 1 }).toBe(2);
  await supervisor.stopAll();
  expect(await identityOf(part.pid!)).toBeUndefined();
});

test('orphans of a killed launcher are ended by pidfile at the next start; anybody else is left alone', async () => {
  const orphan = await stranger();
  const bystander = await stranger();
  const identity = await writePidFile(join(base, 'run', 'core.pid'), orphan.pid!);
  // The bystander got the number of a part that ended long ago: same number, another start.
  await writeFile(join(base, 'run', 'broker.pid'), JSON.stringify({ pid: bystander.pid, startedAt: 'another boot/1' }));
  await writeFile(join(base, 'run', 'agent-berlin.pid'), 'cut off in the midd');
  expect(await makeSupervisor().reapOrphans()).toEqual(['core']);
  expect(await isAlive(identity)).toBe(false);
  expect(await identityOf(bystander.pid!)).toBeDefined();
  expect(await readdir(join(base, 'run'))).toEqual([]);
});

test('an orphan that ignores the signal is killed', async () => {
  const deaf = spawn(process.execPath, ['-e', `process.on('SIGTERM', () => {}); console.log('up'); ${FOR_EVER}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  strangers.push(deaf);
  await new Promise<void>((resolve) => deaf.stdout!.once('data', () => resolve()));
  const path = join(base, 'deaf.pid');
  await writePidFile(path, deaf.pid!);
  expect(await reapPidFile(path, { signal: 'SIGTERM', graceMs: 100 })).toBe(deaf.pid);
  expect(await identityOf(deaf.pid!)).toBeUndefined();
});

test('a part that ended before it was ready says its status and last words, and leaves its name to the next one', async () => {
  const failing = supervisor.start(1, script('door', `console.error('the door is taken'); process.exit(69)`));
  await expect(failing).rejects.toMatchObject({
    name: 'PartEndedEarly',
    status: 69,
    message: expect.stringContaining('the door is taken'),
  });
  const part = await supervisor.start(1, script('door', `${READY} ${FOR_EVER}`));
  expect(supervisor.partOf('door')).toBe(part);
  expect(supervisor.parts()).toHaveLength(1);
});
