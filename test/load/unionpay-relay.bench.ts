import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Benchmark, type BenchmarkResult, median, percentile, rounded } from './benchmark.js';
import { saleFrame, setTrace } from './unionpay-messages.js';
import type { RelayWorkerData, RelayWorkerReport } from './unionpay-relay.worker.js';

const ROUNDS = 5;
const SECONDS = 1.2;
/** A store's terminals, for the latency: one sale a millisecond, which with its answer is 2,000 messages a second. */
const PACED_CONNECTIONS = 8;
/** For the throughput: each asks again as soon as it has its answer. */
const BUSY_CONNECTIONS = 32;

const WAYS = ['direct', 'pipe', 'relay'] as const;
type Way = (typeof WAYS)[number];

/** The UnionPay relay between terminals and a host, each in a thread of its own, against a relay that only pipes and against no relay at all. */
export const unionpayRelayBenchmark: Benchmark = {
  name: 'unionpay-relay',
  measures: 'messages/s through the observing relay with 32 busy terminals, and what it adds to an answer’s time at 2,000 messages/s',
  against: 'a relay that only pipes, and a direct connection, same run',
  run: measureRelay,
};

async function measureRelay(say: (line: string) => void): Promise<BenchmarkResult> {
  const host = await startWorker({ role: 'host', upstreamPort: 0 });
  const pipe = await startWorker({ role: 'pipe', upstreamPort: host.port });
  const relay = await startWorker({ role: 'relay', upstreamPort: host.port });
  try {
    const ports: Record<Way, number> = { direct: host.port, pipe: pipe.port, relay: relay.port };
    const rounds: Record<Way, { answerMs: readonly number[]; perSecond: number }>[] = [];
    let throughRelay = 0;
    let cpuSeconds = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      const results = {} as Record<Way, { answerMs: readonly number[]; perSecond: number }>;
      for (const way of WAYS) {
        const before = await relay.report();
        const answerMs = await paced(ports[way]);
        const busy = await asFastAsItGoes(ports[way]);
        results[way] = { answerMs, perSecond: (busy * 2) / SECONDS };
        if (way !== 'relay') continue;
        const after = await relay.report();
        throughRelay += answerMs.length + busy;
        cpuSeconds += after.cpuSeconds - before.cpuSeconds;
      }
      say(WAYS.map((way) => `${way} ${median(results[way].answerMs).toFixed(3)} ms, ${Math.round(results[way].perSecond)}/s`).join('; '));
      // The first round warms everything up.
      if (round > 0) rounds.push(results);
    }
    const { sales, unreadable } = await allTold(relay, throughRelay);
    if (sales !== throughRelay || unreadable > 0)
      throw new Error(`the observer told of ${sales} of ${throughRelay} sales, ${unreadable} unreadable`);
    return resultOf(rounds, { throughRelay, cpuSeconds });
  } finally {
    for (const worker of [relay, pipe, host]) await worker.stop();
  }
}

function resultOf(
  rounds: readonly Record<Way, { answerMs: readonly number[]; perSecond: number }>[],
  { throughRelay, cpuSeconds }: { throughRelay: number; cpuSeconds: number },
): BenchmarkResult {
  const middle = (way: Way) => median(rounds.map((round) => median(round[way].answerMs)));
  const p99 = (way: Way) => median(rounds.map((round) => percentile(round[way].answerMs, 0.99)));
  const rate = (way: Way) => rounded(median(rounds.map((round) => round[way].perSecond)));
  const added = (to: Way) => median(rounds.map((round) => median(round.relay.answerMs) - median(round[to].answerMs)));
  return {
    name: 'unionpay-relay',
    value: rate('relay'),
    unit: 'messages/s',
    limit: { name: 'direct connection, no relay', value: rate('direct') },
    peer: { name: 'relay that only pipes', value: rate('pipe') },
    // Against the peer, each round's halves having run next to each other.
    ratio: rounded(median(rounds.map((round) => round.relay.perSecond / round.pipe.perSecond))),
    addedMedianMs: rounded(added('direct')),
    addedToPipeMedianMs: rounded(added('pipe')),
    answerMs: Object.fromEntries(WAYS.map((way) => [way, { p50: rounded(middle(way)), p99: rounded(p99(way)) }])),
    latencyAt: '2,000 messages/s over 8 connections, open loop',
    cpuSPerMillion: rounded((cpuSeconds / (throughRelay * 2)) * 1e6),
    observedSales: throughRelay,
    rounds: ROUNDS,
  };
}

/** A terminal's end: sends sales, counts answers. */
class Client {
  private traceNo = 0;
  private received = 0;
  private answerBytes = 0;
  private readonly sale: Buffer;
  private readonly asked: number[] = [];

  private constructor(
    private readonly socket: Socket,
    terminalId: string,
    private readonly onAnswer: (ms: number, client: Client) => void,
  ) {
    this.sale = saleFrame(terminalId);
    socket.on('data', (chunk: Buffer) => this.took(chunk));
  }

  static async dial(port: number, terminalId: string, onAnswer: (ms: number, client: Client) => void): Promise<Client> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new Client(socket, terminalId, onAnswer);
  }

  get waiting(): number {
    return this.asked.length;
  }

  ask(): void {
    setTrace(this.sale, ++this.traceNo);
    this.asked.push(performance.now());
    this.socket.write(Buffer.from(this.sale));
  }

  async close(): Promise<void> {
    this.socket.end();
    await once(this.socket, 'close');
  }

  /** Every answer has the same length, said by its first two bytes. */
  private took(chunk: Buffer): void {
    if (this.answerBytes === 0) this.answerBytes = 2 + chunk.readUInt16BE();
    this.received += chunk.length;
    while (this.received >= this.answerBytes) {
      this.received -= this.answerBytes;
      this.onAnswer(performance.now() - this.asked.shift()!, this);
    }
  }
}

async function clients(port: number, count: number, onAnswer: (ms: number, client: Client) => void): Promise<Client[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => Client.dial(port, `TW${String(n).padStart(6, '0')}`, onAnswer)));
}

/** One sale a millisecond, whether the one before is answered or not, but none on a line that still waits: terminals don't. Milliseconds of each answer. */
async function paced(port: number): Promise<number[]> {
  const answers: number[] = [];
  const lines = await clients(port, PACED_CONNECTIONS, (ms) => answers.push(ms));
  const started = performance.now();
  let due = 0;
  while (performance.now() - started < SECONDS * 1_000) {
    for (; due < performance.now() - started; due++) lines.find((line) => line.waiting === 0)?.ask();
    await sleep(1);
  }
  while (lines.some((line) => line.waiting > 0)) await sleep(1);
  for (const line of lines) await line.close();
  return answers;
}

/** As many sales as get answered. */
async function asFastAsItGoes(port: number): Promise<number> {
  let answers = 0;
  const until = performance.now() + SECONDS * 1_000;
  const lines = await clients(port, BUSY_CONNECTIONS, (_ms, line) => {
    answers += 1;
    if (performance.now() < until) line.ask();
  });
  for (const line of lines) line.ask();
  await sleep(SECONDS * 1_000);
  while (lines.some((line) => line.waiting > 0)) await sleep(1);
  for (const line of lines) await line.close();
  return answers;
}

interface RunningWorker {
  readonly port: number;
  report(): Promise<RelayWorkerReport>;
  stop(): Promise<void>;
}

async function startWorker(data: RelayWorkerData): Promise<RunningWorker> {
  const worker = new Worker(new URL('./unionpay-relay.worker.js', import.meta.url), { workerData: data });
  const [{ port }] = (await once(worker, 'message')) as [{ port: number }];
  return {
    port,
    report: async () => {
      const answer = once(worker, 'message');
      worker.postMessage('report');
      const [report] = (await answer) as [RelayWorkerReport];
      return report;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** The observer tells a moment after the bytes have passed. */
async function allTold(relay: RunningWorker, expected: number): Promise<RelayWorkerReport> {
  for (let waited = 0; waited < 2_000; waited += 20) {
    const report = await relay.report();
    if (report.sales >= expected) return report;
    await sleep(20);
  }
  return relay.report();
}
