import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WARM_ROUNDS = 3;
const COLD_LIMIT_MS = 300_000;
const STOP_LIMIT_MS = 15_000;

/**
 * `npm start` from a copy of the project without node_modules and with an empty npm cache until its line `ready in`, then again with everything there. The cold
 * start downloads from the registry npm is configured with; how long that takes is the network's.
 */
export const startBenchmark: Benchmark = {
  name: 'start',
  measures: 'seconds from `npm start` to ready: cold (empty npm cache, nothing built, no data) and warm',
  against: 'targets 60 and 6 s',
  run: measureStart,
};

async function measureStart(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward start '));
  try {
    const project = join(folder, 'project');
    await copySources(project);
    const cold = await startOnce(project, join(folder, 'npm-cache'));
    say(`cold: ${cold.toFixed(1)} s`);
    const warm: number[] = [];
    for (let i = 0; i < WARM_ROUNDS; i++) {
      warm.push(await startOnce(project, join(folder, 'npm-cache')));
      say(`warm ${i + 1}: ${warm.at(-1)!.toFixed(1)} s`);
    }
    const value = rounded(median(warm));
    return {
      name: 'start',
      value,
      unit: 's (warm)',
      coldS: rounded(cold),
      warmS: value,
      warmRounds: warm.map(rounded),
      target: { coldS: 60, warmS: 6 },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a clone would have: the files git knows or would add. */
async function copySources(project: string): Promise<void> {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of new Set(listed.split('\0').filter((name) => name !== ''))) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await cp(join(ROOT, file), join(project, file));
  }
}

async function startOnce(project: string, npmCache: string): Promise<number> {
  const started = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: project,
    env: { ...process.env, npm_config_cache: npmCache },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const tail: string[] = [];
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        tail.push(line);
        if (line.startsWith('ready in ')) resolve();
      });
    }
  });
  try {
    const ended = once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`npm start ended with ${String(code)}:\n${tail.slice(-20).join('\n')}`)),
    );
    ended.catch(awaitedElsewhere);
    await Promise.race([ready, ended, timeLimit(tail)]);
    return (performance.now() - started) / 1000;
  } finally {
    await stop(child);
  }
}

async function timeLimit(tail: string[]): Promise<never> {
  await once(AbortSignal.timeout(COLD_LIMIT_MS), 'abort');
  throw new Error(`not ready after ${COLD_LIMIT_MS / 1000} s:\n${tail.slice(-20).join('\n')}`);
}

/** As Ctrl-C in a terminal: the whole process group hears it. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  process.kill(-child.pid, 'SIGINT');
  const force = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(force);
}

/** For a promise whose rejection a race reports while it runs and nobody needs afterwards. */
function awaitedElsewhere(_error: unknown): void {
  return;
}
