import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SmallCore } from '../small-core.js';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';
import type { TerminalsReady } from './edge-poll.messages.js';
import { desired, end, GATEWAY, STORE, startAgent, until } from './edge-rig.js';
import { memoryMiB } from './machine.js';

const TERMINALS = 4;
const ROUNDS = 3;
const IDLE_MS = 20_000;
const TARGET = { residentMiB: 90, readyMs: 1_000 };

/** What one agent costs a store's small computer while nothing happens, and how long it takes to be there. */
export const edgeIdleBenchmark: Benchmark = {
  name: 'edge-idle',
  measures: `resident memory of an edge agent ${IDLE_MS / 1000} s after its ${TERMINALS} terminals were opened, and process start → ready (targets ${TARGET.residentMiB} MiB, 1 s)`,
  against: 'a bare Node process with an MQTT connection and a SQLite file open, same rounds',
  run: measureEdgeIdle,
};

interface Figures {
  readonly readyMs: number;
  readonly resident: number;
  readonly proportional: number;
  readonly own: number;
}

async function measureEdgeIdle(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const terminals = fork(new URL('./edge-poll.terminals.js', import.meta.url), [String(TERMINALS)]);
    stops.push(() => end(terminals));
    const [{ ports }] = (await once(terminals, 'message')) as [TerminalsReady];
    const rounds: { agent: Figures; bare: Figures }[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const own = join(folder, `round-${round}`);
      await mkdir(own);
      const agent = await agentRound(own, ports);
      const bare = await bareRound(own);
      rounds.push({ agent, bare });
      say(`round ${round}: agent ${told(agent)}; bare ${told(bare)}`);
    }
    return result(rounds);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** A fresh agent and core: the agent opens the terminals, then nothing happens. */
async function agentRound(folder: string, ports: readonly number[]): Promise<Figures> {
  const core = await SmallCore.start(STORE, GATEWAY);
  try {
    await core.desire(desired(ports));
    const startedAt = performance.now();
    const agent = await startAgent(folder, core, 'info');
    try {
      const readyMs = (await readyAt(agent)) - startedAt;
      await until(() => core.told('OpeningFinished').some(({ ready }) => ready.length === ports.length));
      return { readyMs, ...(await idleMemory(agent)) };
    } finally {
      await end(agent);
    }
  } finally {
    await core.stop();
  }
}

async function bareRound(folder: string): Promise<Figures> {
  const core = await SmallCore.start(STORE, GATEWAY);
  try {
    const startedAt = performance.now();
    const program = fileURLToPath(new URL('./edge-idle.bare.js', import.meta.url));
    const { mqttUrl, mqttPassword } = core.mqtt;
    const bare = spawn(process.execPath, [program, mqttUrl, GATEWAY, mqttPassword, join(folder, 'bare.sqlite')], {
      env: { NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const readyMs = (await readyAt(bare)) - startedAt;
      return { readyMs, ...(await idleMemory(bare)) };
    } finally {
      await end(bare);
    }
  } finally {
    await core.stop();
  }
}

/** When the program wrote its line `"msg":"ready"`; rejects when it ends before. */
async function readyAt(program: ChildProcess): Promise<number> {
  const lines = createInterface({ input: program.stdout! });
  const gone = once(program, 'exit').then(([code]) => Promise.reject(new Error(`ended with ${String(code)} before it was ready`)));
  const ready = new Promise<number>((resolve) => {
    lines.on('line', (line) => {
      if (line.includes('"msg":"ready"')) resolve(performance.now());
    });
  });
  // Once it is ready its end is no failure, and nobody waits for it here.
  gone.catch((error: unknown) => error);
  return Promise.race([ready, gone]);
}

async function idleMemory(program: ChildProcess): Promise<Omit<Figures, 'readyMs'>> {
  await pause(IDLE_MS);
  const memory = memoryMiB(program.pid!);
  if (memory === undefined) throw new Error('/proc does not tell the memory of the process: this benchmark needs Linux');
  return memory;
}

function told({ readyMs, resident, proportional, own }: Figures): string {
  return `ready ${Math.round(readyMs)} ms, ${resident.toFixed(1)} MiB resident (${proportional.toFixed(1)} proportional, ${own.toFixed(1)} its own)`;
}

function result(rounds: readonly { agent: Figures; bare: Figures }[]): BenchmarkResult {
  const of = (who: 'agent' | 'bare', what: keyof Figures) => rounded(median(rounds.map((round) => round[who][what])));
  return {
    name: 'edge-idle',
    value: of('agent', 'resident'),
    unit: 'MiB resident, idle',
    peer: { name: 'bare Node with MQTT and SQLite', value: of('bare', 'resident') },
    ratio: rounded(median(rounds.map(({ agent, bare }) => agent.resident / bare.resident))),
    readyMs: of('agent', 'readyMs'),
    proportionalMiB: of('agent', 'proportional'),
    ownMiB: of('agent', 'own'),
    target: TARGET,
    bare: { readyMs: of('bare', 'readyMs'), proportionalMiB: of('bare', 'proportional'), ownMiB: of('bare', 'own') },
    terminals: TERMINALS,
    rounds: rounds.map(({ agent, bare }) => ({
      residentMiB: rounded(agent.resident),
      readyMs: Math.round(agent.readyMs),
      bareResidentMiB: rounded(bare.resident),
    })),
  };
}
