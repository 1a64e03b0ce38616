import type { ChildProcess } from 'node:child_process';
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
import { freePort, startRig } from './rig.js';
import { DAY_MIX } from './store-day.js';

/** What a store with twenty terminals writes in its busiest hour. */
const HOUR = 6_000;
/** The pause between attempts to connect has reached its longest after half a minute; a longer outage changes nothing but the backlog, which is there from the start. */
const OUTAGE_MS = 45_000;
const HALF_TRIP_MS = 25;
const ROUNDS = 5;

/** After an hour without a line: from the moment the line is there again until core has committed everything the gateway knows, so that what people see is current. */
export const edgeOutageBenchmark: Benchmark = {
  name: 'edge-outage',
  measures: `seconds from the end of an outage to core knowing everything the gateway knows, an hour’s ${HOUR} entries waiting, the agent’s pauses between attempts at their longest, ${2 * HALF_TRIP_MS} ms round trip`,
  against: 'target 30 s',
  run: measureEdgeOutage,
};

async function measureEdgeOutage(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const keys = generateKeyPairSync('ed25519');
    const gateways = Array.from({ length: ROUNDS }, (_, i) => ({
      store: `bench-${i}`,
      gateway: `gw-${i}`,
      publicKey: rawEd25519PublicKey(keys.publicKey),
    }));
    const rig = await startRig(gateways);
    stops.push(() => rig.stop());
    const { hostname, port } = new URL(rig.mqttUrl);
    // All gateways of a chain lose their lines and find them again together.
    const rounds = await Promise.all(
      gateways.map(async (one) => {
        const linePort = await freePort();
        const mqttUrl = `mqtt://127.0.0.1:${linePort}`;
        const backlog = { ...one, folder: join(folder, one.store), key: keys.privateKey, rig, mqttUrl, entries: HOUR };
        const line = () => DelayingProxy.start({ host: hostname, port: Number(port) }, HALF_TRIP_MS, linePort);
        return healing(backlog, line);
      }),
    );
    for (const [i, seconds] of rounds.entries()) say(`gateway ${i + 1}: ${seconds.toFixed(1)} s`);
    const longest = Math.max(...rounds);
    return {
      name: 'edge-outage',
      value: rounded(longest),
      unit: 's (slowest gateway)',
      median: rounded(median(rounds)),
      target: { s: 30 },
      entries: HOUR,
      gateways: ROUNDS,
      mix: DAY_MIX,
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Seconds from the line's return to the last acknowledgement. */
async function healing(backlog: Backlog, openLine: () => Promise<DelayingProxy>): Promise<number> {
  writeBacklog(backlog);
  const tillPort = await freePort();
  const agent = await startAgent(backlog, tillPort);
  try {
    await pause(OUTAGE_MS);
    const line = await openLine();
    try {
      const healedAt = performance.now();
      await untilAcknowledged(agent, tillPort, backlog.entries);
      return (performance.now() - healedAt) / 1_000;
    } finally {
      await line.stop();
    }
  } finally {
    await end(agent);
  }
}

async function untilAcknowledged(agent: ChildProcess, tillPort: number, entries: number): Promise<void> {
  for (const limit = performance.now() + 120_000; ; ) {
    await pause(50);
    const state = await stateOf(tillPort);
    if (state && state.ackedThrough >= entries) return;
    if (agent.exitCode !== null) throw new Error('the agent ended');
    if (performance.now() > limit) throw new Error('not current two minutes after the outage');
  }
}
