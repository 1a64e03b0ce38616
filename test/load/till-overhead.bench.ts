import { type ChildProcess, fork, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent as KeptConnections, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type DesiredBody, IDEMPOTENCY_HEADER, type PaymentView } from '@tillward/contracts';
import { rawEd25519PublicKey } from '@tillward/journal';
import { SmallCore } from '../small-core.js';
import { type Benchmark, type BenchmarkResult, median, percentile, rounded } from './benchmark.js';
import type { TerminalsReady } from './edge-poll.messages.js';
import { cpuSeconds } from './machine.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const STORE = 'bench';
const GATEWAY = 'gw-bench';
const TOKEN = 'benchmark-till-token';
const WARM_UP = 40;
const SALES = 300;
const ROUNDS = 3;
/** 06 01, Authorisation. */
const AUTHORISATION = Buffer.from([0x06, 0x01]);

/** What the agent adds to a sale: everything between till and terminal that is neither customer nor terminal nor host. */
export const tillOverheadBenchmark: Benchmark = {
  name: 'till-overhead',
  measures:
    'milliseconds of a sale that are the agent’s: till request → first byte at the terminal, plus last byte of the terminal → answer, p99',
  against: 'two synced commits of bare node:sqlite on the same disk, between the same sales; target 15 ms',
  run: measureTillOverhead,
};

interface Sample {
  before: number;
  after: number;
  commits: number;
}

async function measureTillOverhead(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const terminals = fork(new URL('./edge-poll.terminals.js', import.meta.url), ['1', 'quick']);
    stops.push(() => end(terminals));
    const [{ ports }] = (await once(terminals, 'message')) as [TerminalsReady];
    const wire = await Wire.start(ports[0]!);
    stops.push(() => wire.stop());
    const core = await SmallCore.start(STORE, GATEWAY);
    stops.push(() => core.stop());
    await core.desire(desired(wire.port));
    const { agent, url } = await startAgent(folder, core);
    stops.push(() => end(agent));
    const till = new Till(url);
    stops.push(async () => till.close());
    await till.signOn();
    const bare = bareCommits(join(folder, 'bare.sqlite'));
    for (let i = 0; i < WARM_UP; i++) await sale(till, wire, bare, `warm-${i}`);
    const rounds: Sample[][] = [];
    const cpuBefore = cpuSeconds(agent.pid!) ?? 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const samples: Sample[] = [];
      for (let i = 0; i < SALES; i++) samples.push(await sale(till, wire, bare, `sale-${round}-${i}`));
      rounds.push(samples);
      const { p50, p99, before50, after50, commits50, commits99 } = figures(samples);
      say(
        `round ${round}: p50 ${p50.toFixed(2)} ms (${before50.toFixed(2)} + ${after50.toFixed(2)}), p99 ${p99.toFixed(2)} ms; two bare commits ${commits50.toFixed(2)} / ${commits99.toFixed(2)} ms`,
      );
    }
    bare.close();
    const cpuMsPerSale = rounded((((cpuSeconds(agent.pid!) ?? 0) - cpuBefore) * 1_000) / (ROUNDS * SALES));
    say(`the agent used ${cpuMsPerSale} ms of a core for a sale`);
    return { ...result(rounds), cpuMsPerSale };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** One sale and what of it was the agent's, then two bare commits on the same disk. */
async function sale(till: Till, wire: Wire, bare: { two(): void }, key: string): Promise<Sample> {
  wire.reset();
  const askedAt = performance.now();
  const { state } = await till.pay(key);
  const answeredAt = performance.now();
  if (state !== 'completed' || wire.firstByteAt === null) throw new Error(`a sale ended ${state}`);
  const startedAt = performance.now();
  bare.two();
  const commits = performance.now() - startedAt;
  // Time for what follows an answer, as a till has it too: the next customer isn't there yet.
  await pause(15);
  return { before: wire.firstByteAt - askedAt, after: answeredAt - wire.lastByteAt, commits };
}

function figures(samples: readonly Sample[]) {
  const overhead = samples.map(({ before, after }) => before + after);
  const of = (pick: (sample: Sample) => number, part: number) => percentile(samples.map(pick), part);
  return {
    p50: percentile(overhead, 0.5),
    p99: percentile(overhead, 0.99),
    before50: of((sample) => sample.before, 0.5),
    after50: of((sample) => sample.after, 0.5),
    before99: of((sample) => sample.before, 0.99),
    after99: of((sample) => sample.after, 0.99),
    commits50: of((sample) => sample.commits, 0.5),
    commits99: of((sample) => sample.commits, 0.99),
  };
}

function result(rounds: readonly Sample[][]): BenchmarkResult {
  const all = rounds.map(figures);
  const middle = (pick: (one: ReturnType<typeof figures>) => number) => rounded(median(all.map(pick)));
  return {
    name: 'till-overhead',
    value: middle(({ p99 }) => p99),
    unit: 'ms (p99)',
    limit: { name: 'two synced commits, bare node:sqlite, same disk', value: middle(({ commits99 }) => commits99) },
    ratio: middle(({ p99, commits99 }) => p99 / commits99),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    requestToTerminal99: middle(({ before99 }) => before99),
    terminalToAnswer99: middle(({ after99 }) => after99),
    commits50: middle(({ commits50 }) => commits50),
    target: { p99: 15 },
    rounds: all.map(({ p50, p99 }) => ({ p50: rounded(p50), p99: rounded(p99) })),
    salesARound: SALES,
  };
}

/** The line between agent and terminal, with the times at which bytes pass. */
class Wire {
  firstByteAt: number | null = null;
  lastByteAt = 0;
  readonly #server: Server;

  private constructor(terminalPort: number) {
    this.#server = createServer({ noDelay: true }, (agent) => {
      const terminal = connect({ host: '127.0.0.1', port: terminalPort, noDelay: true });
      agent.on('data', (chunk: Buffer) => {
        if (this.firstByteAt === null && chunk.subarray(0, 2).equals(AUTHORISATION)) this.firstByteAt = performance.now();
        terminal.write(chunk);
      });
      terminal.on('data', (chunk: Buffer) => {
        this.lastByteAt = performance.now();
        agent.write(chunk);
      });
      const cut = () => {
        agent.destroy();
        terminal.destroy();
      };
      for (const socket of [agent, terminal]) socket.on('close', cut).on('error', cut);
    });
  }

  static async start(terminalPort: number): Promise<Wire> {
    const wire = new Wire(terminalPort);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  reset(): void {
    this.firstByteAt = null;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await Promise.race([closed, pause(1_000)]);
  }
}

/** A till with one kept connection. */
class Till {
  readonly #connections = new KeptConnections({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  close(): void {
    this.#connections.destroy();
  }

  async signOn(): Promise<void> {
    const limit = performance.now() + 60_000;
    for (;;) {
      const { sample } =
        ((await this.#send('GET', '/v1/terminals')) as { terminals: { sample: { signedOn: boolean; activity: string } }[] }).terminals[0] ??
        {};
      if (sample?.signedOn === true && sample.activity === 'idle') break;
      if (performance.now() > limit) throw new Error('the terminal did not open within a minute');
      await pause(100);
    }
    await this.#send('POST', '/v1/operator-sessions', { terminal: 't1', operatorId: 'ana' });
  }

  pay(key: string): Promise<PaymentView> {
    const body = { terminal: 't1', amountMinor: 1_250, currency: 'EUR', tillId: 'till-1' };
    return this.#send('POST', '/v1/payments', body, { [IDEMPOTENCY_HEADER]: `bench-${key}` }) as Promise<PaymentView>;
  }

  #send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const asked = request(
        this.#url + path,
        {
          method,
          agent: this.#connections,
          headers: { authorization: `Bearer ${TOKEN}`, 'content-length': Buffer.byteLength(text), ...headers },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
        },
      );
      asked.on('error', reject);
      asked.end(text);
    });
  }
}

/** Two commits as the agent makes them, and nothing around: the pragmas of its journal, rows of the same size. */
function bareCommits(file: string): { two(): void; close(): void } {
  const database = new DatabaseSync(file);
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -512',
  );
  database.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, payload TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO rows (payload) VALUES (?)');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const payload = 'x'.repeat(900);
  return {
    two: () => {
      for (let i = 0; i < 2; i++) {
        begin.run();
        insert.run(payload);
        commit.run();
      }
    },
    close: () => database.close(),
  };
}

function desired(port: number): Parameters<SmallCore['desire']>[0] {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const settings = { 'hours.open': at(-6), 'hours.close': at(6), 'businessDay.cutOff': at(-7) };
  return {
    store: { id: STORE, name: 'Benchmark', timeZone: 'UTC', currency: 'EUR' },
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, { value, origin: 'store' }]),
    ) as DesiredBody['settings'],
    terminals: [
      {
        id: 't1',
        name: 'Terminal 1',
        driver: 'zvt',
        host: '127.0.0.1',
        port,
        password: '000000',
        currency: 'EUR',
        power: { kind: 'none' },
      },
    ],
    operators: [{ id: 'ana', name: 'Ana', certifiedUntil: '2099-01-01T00:00:00.000Z', certificateId: 'cert-1' }],
  };
}

/** The built agent in a process of its own, as a gateway runs it. */
async function startAgent(folder: string, core: SmallCore): Promise<{ agent: ChildProcess; url: string }> {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(folder, 'gateway.pem'), key, { mode: 0o600 });
  const { keyId, publicKey } = core.coreKey;
  await writeFile(join(folder, 'core.json'), JSON.stringify({ keyId, publicKey: rawEd25519PublicKey(publicKey) }));
  const port = await freePort();
  const agent = spawn(process.execPath, [join(ROOT, 'apps/edge-agent/dist/main.js')], {
    env: {
      NODE_ENV: 'production',
      TILLWARD_STORE: STORE,
      TILLWARD_GATEWAY: GATEWAY,
      TILLWARD_DATA_DIR: join(folder, 'agent'),
      MQTT_URL: core.mqtt.mqttUrl,
      MQTT_PASSWORD: core.mqtt.mqttPassword,
      TILLWARD_GATEWAY_KEY_FILE: join(folder, 'gateway.pem'),
      TILLWARD_CORE_KEY_FILE: join(folder, 'core.json'),
      TILLWARD_TILL_PORT: String(port),
      TILLWARD_TILL_TOKEN: TOKEN,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const limit = performance.now() + 30_000;
  while (
    !(await fetch(`${url}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (performance.now() > limit || agent.exitCode !== null) throw new Error('the agent did not start');
    await pause(50);
  }
  return { agent, url };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(force);
}
