import { connectionAs, copyRows, INGEST_ROLE, JournalCopy } from '@tillward/core';
import pg from 'pg';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';
import { GatewayClient, WINDOW_BATCHES } from './gateway-client.js';
import { type PreparedGateway, prepareGateway } from './journal-batches.js';
import { cpuSeconds, cpuSecondsOfTree, residentMiB } from './machine.js';
import { type Rig, startRig } from './rig.js';
import { DAY_MIX } from './store-day.js';

const GATEWAYS = 50;
const BATCH = 100;
const ENTRIES_PER_GATEWAY = 4_000;
const WARM_UP_PER_GATEWAY = 800;
const ROUNDS = 5;
/** Rows of one COPY transaction of the limit: as many as an ingest transaction has at most. */
const COPY_ROWS = 5_000;

/** Entries a second from gateways' signed batches to their acknowledgement, against binary COPY of the same rows into the same table. */
export const ingestBenchmark: Benchmark = {
  name: 'ingest',
  measures: 'entries/s: signed batches through the broker → verify chain and signature, insert, project, outbox, commit → acknowledged',
  against: 'binary COPY of the same rows into the same table, same run',
  run: measureIngest,
};

async function measureIngest(say: (line: string) => void): Promise<BenchmarkResult> {
  say(`preparing ${GATEWAYS} gateways`);
  const warmUp = prepareRound('w', WARM_UP_PER_GATEWAY);
  const rounds = Array.from({ length: ROUNDS }, (_, i) => prepareRound(`r${i}`, ENTRIES_PER_GATEWAY));
  const rig = await startRig([warmUp, ...rounds].flat());
  try {
    const limitUrl = await limitDatabase(rig);
    await ingestRound(rig, warmUp);
    await copyRound(limitUrl, warmUp, 1);
    const figures: Figures[] = [];
    for (const [i, round] of rounds.entries()) {
      const before = await copyRound(limitUrl, round, 1);
      const ingest = await ingestRound(rig, round);
      const after = await copyRound(limitUrl, round, 1);
      // The limit is what the machine could do around the moment of the measurement.
      const copy1 = (before + after) / 2;
      const copy2 = await copyRound(limitUrl, round, 2);
      figures.push({ ...ingest, copy1, copy2 });
      say(
        `round ${i + 1}: ingest ${Math.round(ingest.perSecond)}/s, COPY ${Math.round(copy1)}/s on one connection, ${Math.round(copy2)}/s on two`,
      );
    }
    return result(figures, rounds, rig);
  } finally {
    await rig.stop();
  }
}

/** Processor seconds of each process during a round; `gateways` is this process, which simulates all of them. */
interface Cpu {
  core: number;
  postgres: number;
  broker: number;
  gateways: number;
}

interface Figures {
  perSecond: number;
  cpu: Cpu;
  copy1: number;
  copy2: number;
}

function prepareRound(prefix: string, entries: number): PreparedGateway[] {
  return Array.from({ length: GATEWAYS }, (_, i) => prepareGateway(i + 1, prefix, entries, BATCH));
}

function result(figures: Figures[], rounds: PreparedGateway[][], rig: Rig): BenchmarkResult {
  const value = median(figures.map((figure) => figure.perSecond));
  const limit = median(figures.map((figure) => figure.copy1));
  const payloads = rounds[0]!.flatMap((gateway) => gateway.batches.flatMap((batch) => batch.data.payload));
  return {
    name: 'ingest',
    value: rounded(value),
    unit: 'entries/s',
    limit: { name: 'binary COPY, one connection', value: rounded(limit) },
    // A median of ratios, each between neighbours in time: what else the machine did then hits both sides.
    ratio: rounded(median(figures.map((figure) => figure.perSecond / figure.copy1))),
    limitTwoConnections: rounded(median(figures.map((figure) => figure.copy2))),
    ratioTwoConnections: rounded(median(figures.map((figure) => figure.perSecond / figure.copy2))),
    cpuSPerMillion: perMillion(figures, 'core'),
    cpuSPerMillionOf: {
      core: perMillion(figures, 'core'),
      postgres: perMillion(figures, 'postgres'),
      broker: perMillion(figures, 'broker'),
      gateways: perMillion(figures, 'gateways'),
    },
    rounds: figures.map((figure) => ({
      value: Math.round(figure.perSecond),
      limit: Math.round(figure.copy1),
      ratio: rounded(figure.perSecond / figure.copy1),
    })),
    gateways: GATEWAYS,
    entriesPerRound: GATEWAYS * ENTRIES_PER_GATEWAY,
    batchEntries: BATCH,
    windowBatches: WINDOW_BATCHES,
    payloadBytesMean: Math.round(payloads.reduce((sum, payload) => sum + Buffer.byteLength(payload), 0) / payloads.length),
    coreRssMiB: residentMiB(rig.corePid) ?? null,
    mix: DAY_MIX,
  };
}

function perMillion(figures: Figures[], part: keyof Cpu): number {
  return rounded((median(figures.map((figure) => figure.cpu[part])) / (GATEWAYS * ENTRIES_PER_GATEWAY)) * 1e6);
}

async function ingestRound(rig: Rig, round: PreparedGateway[]): Promise<{ perSecond: number; cpu: Cpu }> {
  const clients = round.map((gateway) => new GatewayClient(gateway));
  await Promise.all(clients.map((client) => client.connect(rig.mqttUrl, rig.gatewayPassword)));
  await checkpoint(rig.postgres.url);
  const before = cpuOf(rig);
  const started = performance.now();
  await Promise.all(clients.map((client) => client.upload(client.prepared.batches)));
  const seconds = (performance.now() - started) / 1000;
  const after = cpuOf(rig);
  const cpu = {
    core: after.core - before.core,
    postgres: after.postgres - before.postgres,
    broker: after.broker - before.broker,
    gateways: after.gateways - before.gateways,
  };
  await Promise.all(clients.map((client) => client.end()));
  const entries = round.reduce((sum, gateway) => sum + gateway.batches.at(-1)!.throughSeq, 0);
  await verify(rig.postgres.url, round, entries);
  return { perSecond: entries / seconds, cpu };
}

function cpuOf(rig: Rig): Cpu {
  const own = process.cpuUsage();
  return {
    core: cpuSeconds(rig.corePid) ?? Number.NaN,
    postgres: cpuSecondsOfTree(rig.postgres.pid) ?? Number.NaN,
    broker: cpuSeconds(rig.brokerPid) ?? Number.NaN,
    gateways: (own.user + own.system) / 1e6,
  };
}

/** A figure counts only when every entry is there once and every sale was projected. */
async function verify(url: string, round: PreparedGateway[], entries: number): Promise<void> {
  const stores = round.map((gateway) => gateway.store);
  await onDatabase(url, async (client) => {
    const { rows } = await client.query<{ entries: string; sales: string; started: string }>(
      `SELECT (SELECT count(*) FROM journal_entry WHERE store_id = ANY($1)) AS entries,
              (SELECT count(*) FROM card_transaction WHERE store_id = ANY($1)) AS sales,
              (SELECT count(*) FROM journal_entry WHERE store_id = ANY($1) AND kind = 'PaymentStarted') AS started`,
      [stores],
    );
    const [row] = rows;
    if (Number(row?.entries) !== entries) throw new Error(`${row?.entries} of ${entries} entries are in core`);
    if (row?.sales !== row?.started) throw new Error(`${row?.sales} of ${row?.started} sales were projected`);
  });
}

/** A second database on the same server with the same schema: its journal_entry takes the limit's rows. */
async function limitDatabase(rig: Rig): Promise<string> {
  await onDatabase(rig.postgres.url, (client) => client.query('CREATE DATABASE limit_of_copy').then(() => undefined));
  const url = rig.postgres.urlOf('limit_of_copy');
  const { migrate, migrations } = await import('@tillward/core');
  await migrate(url, migrations);
  return url;
}

/** Rows a second of binary COPY in transactions of 5,000 rows over `connections`; the input is encoded beforehand. */
async function copyRound(url: string, round: PreparedGateway[], connections: number): Promise<number> {
  await onDatabase(url, (client) => client.query('TRUNCATE journal_entry').then(() => undefined));
  const shares = Array.from({ length: connections }, (_, i) => encode(round.filter((_gateway, n) => n % connections === i)));
  const clients = await Promise.all(shares.map(() => ingestClient(url)));
  await checkpoint(url);
  const started = performance.now();
  await Promise.all(
    shares.map(async (transactions, i) => {
      for (const chunks of transactions) await copyRows(clients[i]!, chunks);
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(clients.map((client) => client.end()));
  return round.reduce((sum, gateway) => sum + gateway.batches.at(-1)!.throughSeq, 0) / seconds;
}

/** The rows in the order a fleet sends them: the gateways' batches interleaved. */
function encode(gateways: PreparedGateway[]): Buffer[][] {
  const transactions: Buffer[][] = [];
  let copy = new JournalCopy();
  for (let b = 0; gateways.some((gateway) => b < gateway.batches.length); b++) {
    for (const { store, gateway, batches } of gateways) {
      const batch = batches[b];
      if (batch === undefined) continue;
      const { data, hashes } = batch;
      for (let i = 0; i < data.at.length; i++) {
        copy.add(store, gateway, data.epoch, data.fromSeq + i, data.at[i]!, data.kind[i]!, data.terminal[i]!, data.payload[i]!, hashes[i]!);
      }
      if (copy.rows >= COPY_ROWS) {
        transactions.push(copy.finish());
        copy = new JournalCopy();
      }
    }
  }
  if (copy.rows > 0) transactions.push(copy.finish());
  return transactions;
}

async function ingestClient(url: string): Promise<pg.Client> {
  const client = new pg.Client(connectionAs(url, INGEST_ROLE, '*'));
  await client.connect();
  return client;
}

/** Dirty pages of what went before are not this measurement's business. */
async function checkpoint(url: string): Promise<void> {
  await onDatabase(url, (client) => client.query('CHECKPOINT').then(() => undefined));
}

async function onDatabase(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
