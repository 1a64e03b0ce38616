import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { rawEd25519PublicKey } from '@tillward/journal';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';
import { DelayingProxy } from './delaying-proxy.js';
import { type Backlog, startAgent, stateOf, writeBacklog } from './edge-backlog.agent.js';
import { end } from './edge-rig.js';
import { cpuSeconds, residentMiB } from './machine.js';
import { freePort, startRig } from './rig.js';
import { DAY_MIX } from './store-day.js';

/** A store's week: the entries of seven days and what else a week brings. */
const WEEK = 200_000;
/** Enough to see the pace of a slow line; a whole week of it would only take longer. */
const SLOW_ENTRIES = 40_000;
const HALF_TRIP_MS = 150;
const ROUNDS = 3;

interface Drain {
  entriesPerSecond: number;
  agentCpuS: number;
  residentMiB: number;
}

/** What one agent kept while its line was dead for a week, from the connection to core's last signed acknowledgement. */
export const edgeBacklogBenchmark: Benchmark = {
  name: 'edge-backlog',
  measures:
    'entries/s at which one agent delivers a week’s backlog to core (broker, core and PostgreSQL in other processes, everything synced), on loopback and over 300 ms',
  against: 'what a window of eight batches of a hundred can carry in 300 ms: 2,667 entries/s',
  run: measureEdgeBacklog,
};

async function measureEdgeBacklog(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const keys = generateKeyPairSync('ed25519');
    const gateways = Array.from({ length: 2 * ROUNDS }, (_, i) => ({
      store: `bench-${i}`,
      gateway: `gw-${i}`,
      publicKey: rawEd25519PublicKey(keys.publicKey),
    }));
    const rig = await startRig(gateways);
    stops.push(() => rig.stop());
    const { hostname, port } = new URL(rig.mqttUrl);
    const proxy = await DelayingProxy.start({ host: hostname, port: Number(port) }, HALF_TRIP_MS);
    stops.push(() => proxy.stop());
    const near: Drain[] = [];
    const far: Drain[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [a, b] = [gateways[2 * round]!, gateways[2 * round + 1]!];
      near.push(await drain({ ...a, folder: join(folder, a.store), key: keys.privateKey, rig, mqttUrl: rig.mqttUrl, entries: WEEK }));
      far.push(
        await drain({
          ...b,
          folder: join(folder, b.store),
          key: keys.privateKey,
          rig,
          mqttUrl: `mqtt://127.0.0.1:${proxy.port}`,
          entries: SLOW_ENTRIES,
        }),
      );
      say(
        `round ${round + 1}: loopback ${Math.round(near.at(-1)!.entriesPerSecond)}/s, 300 ms ${Math.round(far.at(-1)!.entriesPerSecond)}/s`,
      );
    }
    const value = median(near.map((one) => one.entriesPerSecond));
    const slow = median(far.map((one) => one.entriesPerSecond));
    const limit = (8 * 100) / ((2 * HALF_TRIP_MS) / 1_000);
    return {
      name: 'edge-backlog',
      value: rounded(value),
      unit: 'entries/s of a week’s backlog on loopback',
      at300ms: { value: rounded(slow), limit: rounded(limit), ratio: rounded(slow / limit) },
      cpuSPerMillion: rounded((median(near.map((one) => one.agentCpuS)) * 1_000_000) / WEEK),
      residentMiB: Math.max(...near.map((one) => one.residentMiB)),
      entries: WEEK,
      mix: DAY_MIX,
      rounds: ROUNDS,
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function drain(backlog: Backlog): Promise<Drain> {
  const { entries } = backlog;
  writeBacklog(backlog);
  const tillPort = await freePort();
  const agent = await startAgent(backlog, tillPort);
  try {
    let startedAt: number | undefined;
    for (;;) {
      await pause(50);
      const state = await stateOf(tillPort);
      if (startedAt === undefined && state?.mqttConnected) startedAt = performance.now();
      if (startedAt !== undefined && state && state.ackedThrough >= entries) {
        return {
          entriesPerSecond: entries / ((performance.now() - startedAt) / 1_000),
          agentCpuS: cpuSeconds(agent.pid!)!,
          residentMiB: residentMiB(agent.pid!)!,
        };
      }
      if (agent.exitCode !== null) throw new Error('the agent ended');
      if (startedAt !== undefined && performance.now() - startedAt > 300_000)
        throw new Error('the backlog was not delivered within five minutes');
    }
  } finally {
    await end(agent);
  }
}
