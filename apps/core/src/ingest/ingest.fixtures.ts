import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { EVENT_TYPE, gatewaySource, type JournalBatchData, type JournalKind, type JournalPayload } from '@tillward/contracts';
import { chainHashes, genesisHash, rawEd25519PublicKey, signHead } from '@tillward/journal';
import { withoutCardNumbers } from '@tillward/statements';
import type { TestDatabase } from '../database/database.fixtures.js';
import { silentLog } from '../database/database.fixtures.js';
import { fleetProjection } from '../fleet/fleet.projection.js';
import type { Arrival } from '../messaging/index.js';
import { settlementProjection } from '../settlement/settlement.projection.js';
import { IngestService, type IngestSurroundings } from './ingest.service.js';

/** One entry as a simulated gateway writes it. `payload` that is text is taken as it is, so that a test can write a wrong one. */
export interface Written {
  readonly kind: string;
  readonly terminal: string | null;
  readonly payload: unknown;
  readonly atMs?: number;
}

/** An entry of a known kind with a payload of its shape. */
export function entry<K extends JournalKind>(kind: K, payload: JournalPayload<K>, terminal: string | null = 't1', atMs?: number): Written {
  return { kind, payload, terminal, ...(atMs === undefined ? {} : { atMs }) };
}

/** A gateway's journal in memory: appends entries and cuts signed batches out of it. */
export class SimulatedGateway {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
  readonly #at: number[] = [];
  readonly #kind: string[] = [];
  readonly #terminal: (string | null)[] = [];
  readonly #payload: string[] = [];
  readonly #hashes: string[] = [];

  constructor(
    readonly store: string,
    readonly gateway: string,
    readonly epoch = 1,
    keys = generateKeyPairSync('ed25519'),
  ) {
    this.privateKey = keys.privateKey;
    this.publicKey = rawEd25519PublicKey(keys.publicKey);
  }

  /** The highest sequence number written. */
  get head(): number {
    return this.#at.length;
  }

  append(...entries: Written[]): this {
    for (const one of entries) {
      const at = one.atMs ?? Date.UTC(2026, 10, 21, 12) + this.head * 1000;
      const payload = typeof one.payload === 'string' ? one.payload : JSON.stringify(one.payload);
      const columns = {
        epoch: this.epoch,
        fromSeq: this.head + 1,
        at: [at],
        kind: [one.kind],
        terminal: [one.terminal],
        payload: [payload],
      };
      this.#hashes.push(chainHashes(this.#hashAt(this.head), columns)[0]!);
      this.#at.push(at);
      this.#kind.push(one.kind);
      this.#terminal.push(one.terminal);
      this.#payload.push(payload);
    }
    return this;
  }

  /** The same machine as it was after entry `through`: what is written to it from then on is another journal. */
  copy(through: number): SimulatedGateway {
    const copy = new SimulatedGateway(this.store, this.gateway, this.epoch, {
      privateKey: this.privateKey,
      publicKey: this.privateKey,
    } as never);
    copy.#at.push(...this.#at.slice(0, through));
    copy.#kind.push(...this.#kind.slice(0, through));
    copy.#terminal.push(...this.#terminal.slice(0, through));
    copy.#payload.push(...this.#payload.slice(0, through));
    copy.#hashes.push(...this.#hashes.slice(0, through));
    return copy;
  }

  #hashAt(seq: number): string {
    return seq === 0 ? genesisHash(this.store, this.gateway, this.epoch) : this.#hashes[seq - 1]!;
  }

  /** The data of a batch of entries `from` to `through`. */
  data(from: number, through: number): JournalBatchData {
    const lastHash = this.#hashAt(through);
    return {
      epoch: this.epoch,
      fromSeq: from,
      prevHash: this.#hashAt(from - 1),
      at: this.#at.slice(from - 1, through),
      kind: this.#kind.slice(from - 1, through),
      terminal: this.#terminal.slice(from - 1, through),
      payload: this.#payload.slice(from - 1, through),
      lastHash,
      signature: signHead(this.privateKey, lastHash),
    };
  }

  /** The message of a batch, as it arrives at core. */
  arrival(from: number, through: number, change: (event: Record<string, unknown>) => void = () => undefined): Arrival {
    const event = {
      specversion: '1.0',
      id: randomUUID(),
      source: gatewaySource(this.store, this.gateway),
      type: EVENT_TYPE.journalBatch,
      time: '2026-11-21T12:00:00.000Z',
      datacontenttype: 'application/json',
      data: this.data(from, through),
    };
    change(event);
    return { address: { store: this.store, gateway: this.gateway, channel: 'journal' }, payload: Buffer.from(JSON.stringify(event)) };
  }

  /** All batches of `size` entries, in order. */
  arrivals(size: number): Arrival[] {
    const all: Arrival[] = [];
    for (let from = 1; from <= this.head; from += size) all.push(this.arrival(from, Math.min(from + size - 1, this.head)));
    return all;
  }
}

/** Registers the gateway, its store and terminals t1 to t3. */
export async function register(database: TestDatabase, gateway: SimulatedGateway): Promise<void> {
  await database.query("INSERT INTO chain VALUES ('c', 'Chain') ON CONFLICT DO NOTHING");
  await database.query(
    "INSERT INTO store (store_id, chain_id, position, name, city, time_zone, currency) VALUES ($1, 'c', 0, $1, 'Berlin', 'Europe/Berlin', 'EUR') ON CONFLICT DO NOTHING",
    [gateway.store],
  );
  await database.query(
    'INSERT INTO gateway VALUES ($1, $2, $3) ON CONFLICT (store_id, gateway_id) DO UPDATE SET public_key = excluded.public_key',
    [gateway.store, gateway.gateway, gateway.publicKey],
  );
  for (const terminal of ['t1', 't2', 't3']) {
    await database.query(
      `INSERT INTO terminal (store_id, terminal_id, gateway_id, position, name, brand, model, driver, currency, connection)
       VALUES ($1, $2, $3, 0, $2, 'Brand', 'Model', 'zvt', 'EUR', '{}') ON CONFLICT DO NOTHING`,
      [gateway.store, terminal, gateway.gateway],
    );
  }
}

/** What core told gateways. */
export interface Told {
  readonly gateway: string;
  readonly channel: string;
  readonly body: {
    epoch: number;
    ackedThrough?: number;
    fromSeq?: number;
    throughSeq?: number | null;
    refused?: { code: string };
  };
}

/** An ingest of real module code on a test database; replies are collected instead of sent. */
export function testIngest(
  database: TestDatabase,
  change: Partial<IngestSurroundings> = {},
): { ingest: IngestService; told: Told[]; settled(): Promise<void> } {
  const told: Told[] = [];
  const ingest = new IngestService({
    databaseUrl: database.url,
    lanes: 2,
    log: silentLog,
    downlink: {
      publish: async (_store, gateway, channel, body) => void told.push({ gateway, channel, body: body as Told['body'] }),
    },
    notifier: { changed: () => undefined },
    wanted: () => false,
    ring: () => undefined,
    laneOptions: { lingerMs: 1 },
    ...change,
  });
  ingest.project(settlementProjection(withoutCardNumbers));
  ingest.project(fleetProjection);
  return { ingest, told, settled: () => ingest.idle() };
}

/** The highest `ackedThrough` told to a gateway. */
export function ackedThrough(told: readonly Told[], gateway: string): number {
  return Math.max(
    0,
    ...told.filter((one) => one.gateway === gateway && one.channel === 'journal/ack').map((one) => one.body.ackedThrough ?? 0),
  );
}

let payments = 0;

/** Ids of one payment in batch `batchNo`. */
export function paymentIds(batchNo = 1): { paymentId: string; batchNo: number; businessDay: string } {
  payments += 1;
  return { paymentId: `00000000-0000-4000-8000-${String(payments).padStart(12, '0')}`, batchNo, businessDay: '2026-11-21' };
}

/** The entries of one completed sale. */
export function sale(amountMinor = 1000, traceNo = 1, terminal = 't1', ids = paymentIds()): Written[] {
  return [
    entry(
      'PaymentStarted',
      { ...ids, amountMinor, currency: 'EUR', operatorId: 'anna', tillId: 'till-1', idempotencyKey: ids.paymentId },
      terminal,
    ),
    entry(
      'PaymentCompleted',
      { ...ids, booked: { amountMinor, currency: 'EUR', traceNo, receiptNo: traceNo, cardLast4: '1234' } },
      terminal,
    ),
  ];
}

/** The entries of a settlement that balances: a batch of 2026-11-21 with so many sales of 10.00 EUR. */
export function settled(terminal: string, count: number, batchNo = 1): Written[] {
  const totals = { currency: 'EUR', amountMinor: count * 1_000, count };
  const of = {
    settlementId: '22222222-2222-4222-8222-222222222222',
    batchNo,
    businessDay: '2026-11-21',
    journalTotals: totals,
    terminalTotals: totals,
  };
  return [
    entry('SettlementStarted', { ...of, by: 'policy' }, terminal),
    entry('SettlementCompleted', { ...of, hostTotals: totals }, terminal),
  ];
}
