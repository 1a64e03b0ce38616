import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Behaviour, bundlePrograms, SHORT, TestGateway, TRIAL_PATIENCE_MS, testAgent } from './starter.fixtures.js';
import { testKey } from './update.fixtures.js';
import type { StarterLimits } from './update.rules.js';

const key = testKey('release');
let programs: string;
let gateway: TestGateway;

beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'tillward-starter-'));
  await bundlePrograms({ starter: 'update/starter.process.ts', command: 'update/command.process.ts' }, programs);
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));

beforeEach(() => {
  gateway = new TestGateway(mkdtempSync(join(programs, 'gateway-')), programs, key);
  gateway.place(1, testAgent('one', 'healthy'));
});
afterEach(() => gateway.kill());

const confirmedAt = (sequence: number) => async () => {
  const { running, trial } = await gateway.status();
  return running.sequence === sequence && trial === null;
};

async function runOne(environment: NodeJS.ProcessEnv = {}, limits: StarterLimits = SHORT): Promise<void> {
  gateway.start(environment, limits);
  await gateway.until(() => gateway.running().includes('one'));
}

describe('an update', () => {
  it('goes on trial, is confirmed, and says so to the new agent', { timeout: 60_000 }, async () => {
    await runOne();
    expect(await gateway.install(await gateway.archive(2, testAgent('two', 'healthy')))).toMatchObject({ code: 0, answer: { ok: true } });
    await gateway.until(confirmedAt(2), TRIAL_PATIENCE_MS);
    await gateway.until(() => gateway.lines().some((line) => line.startsWith('two event:starter:UpdateConfirmed')));
    expect(gateway.lines().some((line) => line.startsWith('two event:installer:UpdateInstalled'))).toBe(true);
    expect(gateway.running()).toEqual(['two']);
    expect(await gateway.stop()).toBe(0);
    await runTwo();
  });

  const runTwo = async () => {
    gateway.start();
    await gateway.until(() => gateway.running().length > 0);
    expect(gateway.running()).toEqual(['two']);
  };

  it.each<[Behaviour, string]>([
    ['crash', 'startsUsedUp'],
    ['crashLater', 'startsUsedUp'],
    ['hang', 'startsUsedUp'],
    ['sick', 'notHealthy'],
    ['stubborn', 'notHealthy'],
    ['offline', 'notHealthy'],
    ['misconfigured', 'startsUsedUp'],
  ])(
    'that is bad (%s) is given up and the release before runs again, with nobody there',
    { timeout: 90_000 },
    async (behaviour, reason) => {
      await runOne();
      await gateway.install(await gateway.archive(2, testAgent('two', behaviour)));
      await gateway.until(() => gateway.started().includes('two'));
      const began = performance.now();
      await gateway.until(() => gateway.started().at(-1) === 'one', TRIAL_PATIENCE_MS);
      expect(performance.now() - began).toBeLessThan(TRIAL_PATIENCE_MS);
      await gateway.until(() => gateway.running().includes('one') && gateway.running().length === 1);
      const { running, trial, events } = await gateway.status();
      expect({ running: running.slot, trial }).toEqual({ running: 'factory', trial: null });
      expect(events.at(-1)).toMatchObject({ kind: 'UpdateRolledBack', reason });
      await gateway.until(() => gateway.lines().some((line) => line.startsWith('one event:starter:UpdateRolledBack')));
      expect(await gateway.install(await gateway.archive(2, testAgent('two', behaviour)))).toMatchObject({
        code: 1,
        answer: { code: 'failedBefore' },
      });
    },
  );

  it('waits as long as a terminal works', { timeout: 60_000 }, async () => {
    await runOne();
    writeFileSync(join(gateway.folder, 'busy'), '');
    await gateway.install(await gateway.archive(2, testAgent('two', 'healthy')));
    await pause(20 * SHORT.askEveryMs);
    expect(gateway.started()).toEqual(['one']);
    expect((await gateway.status()).staged).toMatchObject({ sequence: 2 });
    rmSync(join(gateway.folder, 'busy'));
    await gateway.until(confirmedAt(2), TRIAL_PATIENCE_MS);
  });

  it('rescues a gateway whose agent only crashes', { timeout: 60_000 }, async () => {
    gateway.place(1, testAgent('one', 'crash'));
    gateway.start();
    await gateway.install(await gateway.archive(2, testAgent('two', 'healthy')));
    await gateway.until(confirmedAt(2), TRIAL_PATIENCE_MS);
  });

  it('makes way for a new package when no terminal works', { timeout: 60_000 }, async () => {
    await runOne();
    const ended = new Promise((resolve) => gateway.starter!.once('exit', resolve));
    gateway.place(3, testAgent('three', 'healthy'));
    expect(await ended).toBe(0);
    gateway.start();
    await gateway.until(() => gateway.running().includes('three'));
    expect(await gateway.status()).toMatchObject({ running: { slot: 'factory', sequence: 3 }, floor: 3 });
  });

  it('with a new package is tried and given up when a slot ran before', { timeout: 60_000 }, async () => {
    await runOne();
    await gateway.install(await gateway.archive(2, testAgent('two', 'healthy')));
    await gateway.until(confirmedAt(2), TRIAL_PATIENCE_MS);
    await gateway.stop();
    gateway.place(3, testAgent('three', 'crash'));
    gateway.start();
    await gateway.until(() => gateway.started().at(-1) === 'two' && gateway.started().includes('three'), TRIAL_PATIENCE_MS);
    await gateway.until(confirmedAt(2));
  });
});

describe('kill -9', () => {
  it('of starter and agent at any moment of an update leads to the new release or back, never to none or two', {
    timeout: 180_000,
  }, async () => {
    await runOne();
    await gateway.install(await gateway.archive(2, testAgent('two', 'healthy')));
    for (let round = 0; round < 10; round++) {
      await pause(round * 45);
      expect(gateway.running().length).toBeLessThanOrEqual(1);
      await gateway.kill();
      gateway.start();
    }
    await gateway.until(async () => gateway.running().length === 1 && (await gateway.status()).trial === null, TRIAL_PATIENCE_MS);
    const { running, events } = await gateway.status();
    // Three kills on trial use its starts up: then the release before runs, and says so.
    if (running.sequence === 1) expect(events.at(-1)).toMatchObject({ kind: 'UpdateRolledBack', reason: 'startsUsedUp', starts: 3 });
    else expect(events.at(-1)).toMatchObject({ kind: 'UpdateConfirmed' });
    expect(gateway.running()).toEqual([running.sequence === 1 ? 'one' : 'two']);
  });

  it('during each start of a trial costs one start each, and the third leads back', { timeout: 90_000 }, async () => {
    await runOne();
    await gateway.install(await gateway.archive(2, testAgent('two', 'sick')));
    for (let start = 1; start <= 3; start++) {
      await gateway.until(() => gateway.started().filter((name) => name === 'two').length === start);
      expect(gateway.state()).toMatchObject({ trial: { starts: start } });
      await gateway.kill();
      gateway.start();
    }
    await gateway.until(() => gateway.running().includes('one'));
    expect(gateway.started().filter((name) => name === 'two')).toHaveLength(3);
  });

  it('of an installation at any moment leaves what runs alone, and the next installation works', { timeout: 120_000 }, async () => {
    const file = await gateway.archive(2, { ...testAgent('two', 'healthy'), 'big.bin': 'x'.repeat(6_000_000) });
    for (let round = 0; round < 8; round++) {
      const installing = gateway.installing(file);
      await pause(40 + round * 25);
      const gone = new Promise((resolve) => installing.once('exit', resolve));
      if (installing.exitCode === null) {
        installing.kill('SIGKILL');
        await gone;
      }
      expect((await gateway.status()).running.sequence).toBe(1);
    }
    expect(await gateway.install(file)).toMatchObject({ code: 0, answer: { ok: true } });
    gateway.start();
    await gateway.until(confirmedAt(2), TRIAL_PATIENCE_MS);
  });

  it('is what a silent agent gets, confirmed or not', { timeout: 30_000 }, async () => {
    await runOne();
    const pid = Number(gateway.lines()[0]!.split(' ')[2]);
    process.kill(pid, 'SIGSTOP');
    await gateway.until(() => gateway.started().length === 2 && gateway.running().length === 1);
  });

  it('of the agent alone: the starter starts it again', async () => {
    await runOne();
    const [, , pid] = gateway.lines()[0]!.split(' ');
    process.kill(Number(pid), 'SIGKILL');
    await gateway.until(() => gateway.started().length === 2 && gateway.running().length === 1);
  });
});

describe('what systemd is told', () => {
  let told: string;

  beforeEach(() => {
    const bin = join(gateway.folder, 'bin');
    told = join(gateway.folder, 'told');
    mkdirSync(bin);
    writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${told}\n`);
    chmodSync(join(bin, 'systemd-notify'), 0o755);
  });

  const environment = () => ({
    NOTIFY_SOCKET: '/run/test/notify',
    WATCHDOG_USEC: '3000000',
    PATH: `${join(gateway.folder, 'bin')}:/usr/bin:/bin`,
  });
  const count = (what: string) => (existsSync(told) ? readFileSync(told, 'utf8').split(what).length - 1 : 0);

  it('is READY=1 once it is healthy, WATCHDOG=1 while it reports, STOPPING=1 in the end', { timeout: 30_000 }, async () => {
    await runOne(environment());
    await gateway.until(() => count('WATCHDOG=1') >= 2);
    expect(count('/run/test/notify READY=1 STATUS=0.1.0 in slot factory: healthy')).toBe(1);
    await gateway.stop();
    await gateway.until(() => count('STOPPING=1') === 1);
    expect(count('READY=1')).toBe(1);
  });

  it('is not READY=1 while the agent is not healthy, and wrong settings end the starter', { timeout: 30_000 }, async () => {
    gateway.place(1, testAgent('one', 'sick'));
    await runOne(environment());
    await pause(600);
    expect(count('READY=1') + count('WATCHDOG=1')).toBe(0);
    await gateway.kill();
    gateway.place(1, testAgent('one', 'misconfigured'));
    const code = new Promise((resolve) => gateway.start(environment()).once('exit', resolve));
    expect(await code).toBe(78);
  });
});
