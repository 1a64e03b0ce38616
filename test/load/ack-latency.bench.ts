import { setTimeout as sleep } from 'node:timers/promises';
import { type Benchmark, type BenchmarkResult, median, percentile, rounded } from './benchmark.js';
import { GatewayClient } from './gateway-client.js';
import { prepareGateway } from './journal-batches.js';
import { startRig } from './rig.js';
import { DAY_MIX } from './store-day.js';

const GATEWAYS = 50;
const ENTRIES_PER_SECOND = 20_000;
/** Entries a gateway has gathered when its batch leaves: 400 entries/s a gateway, a batch every 50 ms. */
const BATCH = 20;
const ROUND_SECONDS = 6;
const WARM_UP_SECONDS = 3;
const ROUNDS = 3;

/** Open loop: batches leave at their times, whatever is still unanswered; a latency counts from the time a batch should have left. */
export const ackLatencyBenchmark: Benchmark = {
  name: 'ack-latency',
  measures: `milliseconds from publishing a batch to its durable acknowledgement, open loop at ${ENTRIES_PER_SECOND} entries/s, p50 and p99`,
  against: 'targets 10 and 50 ms',
  run: measureAckLatency,
};

async function measureAckLatency(say: (line: string) => void): Promise<BenchmarkResult> {
  const seconds = WARM_UP_SECONDS + ROUNDS * ROUND_SECONDS;
  const entries = Math.ceil((ENTRIES_PER_SECOND * seconds) / GATEWAYS / BATCH) * BATCH;
  say(`preparing ${GATEWAYS} gateways with ${entries} entries each`);
  const gateways = Array.from({ length: GATEWAYS }, (_, i) => prepareGateway(i + 1, 'l', entries, BATCH));
  const rig = await startRig(gateways);
  try {
    const clients = gateways.map((gateway) => new OpenLoop(gateway));
    await Promise.all(clients.map((client) => client.connect(rig.mqttUrl, rig.gatewayPassword)));
    const startMs = performance.now() + 100;
    await Promise.all(clients.map((client, i) => client.run(startMs + (i * BATCH * 1000) / ENTRIES_PER_SECOND)));
    await Promise.all(clients.map((client) => client.end()));
    return result(clients, startMs, say);
  } finally {
    await rig.stop();
  }
}

interface Sample {
  dueMs: number;
  latencyMs: number;
}

class OpenLoop extends GatewayClient {
  readonly samples: Sample[] = [];
  #answered = 0;

  /** Sends a batch every `BATCH × gateways / rate` seconds from `firstMs` on; resolves when the last one is acknowledged. */
  async run(firstMs: number): Promise<void> {
    const { batches } = this.prepared;
    const everyMs = (BATCH * GATEWAYS * 1000) / ENTRIES_PER_SECOND;
    const due = batches.map((_, i) => firstMs + i * everyMs);
    const done = new Promise<void>((resolve) => {
      this.onAck((through) => {
        const nowMs = performance.now();
        while (this.#answered < batches.length && batches[this.#answered]!.throughSeq <= through) {
          const dueMs = due[this.#answered++]!;
          this.samples.push({ dueMs, latencyMs: nowMs - dueMs });
        }
        if (this.#answered === batches.length) resolve();
      });
    });
    for (const [i, batch] of batches.entries()) {
      const waitMs = due[i]! - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      this.send(batch);
    }
    await done;
  }
}

function result(clients: OpenLoop[], startMs: number, say: (line: string) => void): BenchmarkResult {
  const all = clients.flatMap((client) => client.samples);
  const rounds = Array.from({ length: ROUNDS }, (_, i) => {
    const fromMs = startMs + (WARM_UP_SECONDS + i * ROUND_SECONDS) * 1000;
    const latencies = all.filter((s) => s.dueMs >= fromMs && s.dueMs < fromMs + ROUND_SECONDS * 1000).map((s) => s.latencyMs);
    const figures = { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), batches: latencies.length };
    say(`round ${i + 1}: p50 ${figures.p50.toFixed(1)} ms, p99 ${figures.p99.toFixed(1)} ms over ${figures.batches} batches`);
    return figures;
  });
  const p50 = rounded(median(rounds.map((round) => round.p50)));
  const p99 = rounded(median(rounds.map((round) => round.p99)));
  return {
    name: 'ack-latency',
    value: p99,
    unit: 'ms (p99)',
    p50,
    p99,
    target: { p50: 10, p99: 50 },
    rounds: rounds.map((round) => ({ p50: rounded(round.p50), p99: rounded(round.p99) })),
    entriesPerSecond: ENTRIES_PER_SECOND,
    gateways: GATEWAYS,
    batchEntries: BATCH,
    mix: DAY_MIX,
  };
}
