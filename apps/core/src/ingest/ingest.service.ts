import type { KeyObject } from 'node:crypto';
import { verifyHead } from '@tillward/journal';
import pg from 'pg';
import { type ChangeNotifier, connectionAs, INGEST_ROLE } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import type { Arrival, Downlink } from '../messaging/index.js';
import { type BatchFault, type CheckedBatch, checkBatch } from './batch.check.js';
import { GatewayRegistry } from './gateway.registry.js';
import { IngestLane, LANE_DEFAULTS, type LaneOptions } from './ingest.lane.js';
import type { Projection, Queryable } from './ingest.projection.js';
import { type CursorRule, decideBatch, laneOf } from './ingest.rules.js';
import { digestOf, recordRefused } from './ingest.store.js';
import type { Committed, Reply } from './ingest.transaction.js';
import { LaneGroup } from './lane.group.js';

/** What ingest has done since the start. */
export interface IngestCounters {
  entries: number;
  transactions: number;
  duplicates: number;
  gaps: number;
  forks: number;
  quarantined: number;
  /** Messages that were no valid, signed batch of a registered gateway. */
  refused: number;
}

/** What ingest needs of the rest of core. */
export interface IngestSurroundings {
  readonly databaseUrl: string;
  readonly lanes: number;
  readonly log: Log;
  readonly downlink: Pick<Downlink, 'publish'>;
  readonly notifier: Pick<ChangeNotifier, 'changed'>;
  /** True for kinds somebody subscribed to. */
  readonly wanted: (kind: string) => boolean;
  /** Called after a commit that wrote an outbox row. */
  readonly ring: () => void;
  /** Core's clock, in epoch milliseconds, which acknowledgements tell to gateways; this machine's when left out. */
  readonly nowMs?: () => number;
  readonly laneOptions?: Partial<LaneOptions>;
  /** For the test that shows why the rule is what it is. */
  readonly rule?: CursorRule;
  readonly laneFor?: (store: string, gateway: string, lanes: number) => number;
}

type Fault = BatchFault | 'unknownGateway' | 'badSignature';

const LOG_EVERY_MS = 1_000;
const RESEND_EVERY_MS = 500;

/**
 * Takes gateways' journal batches: checks form, chain and signature, hands them to the gateway's lane, and answers after the commit. Messages that are no valid
 * batch are counted, logged without contents, quarantined when they came over a registered gateway's topic, and never hold anything else up.
 */
export class IngestService {
  readonly counters: IngestCounters = { entries: 0, transactions: 0, duplicates: 0, gaps: 0, forks: 0, quarantined: 0, refused: 0 };
  readonly #projections: Projection[] = [];
  readonly #lanes: IngestLane[];
  readonly #registry: GatewayRegistry;
  readonly #side: pg.Pool;
  readonly #refusals = new Set<Promise<void>>();
  readonly #lastLogMs = new Map<string, number>();
  readonly #lastResend = new Map<string, { fromSeq: number; atMs: number }>();

  constructor(private readonly around: IngestSurroundings) {
    const options = { ...LANE_DEFAULTS, ...around.laneOptions };
    const rules = { projections: this.#projections, wanted: around.wanted, rule: around.rule ?? decideBatch };
    const group = new LaneGroup<IngestLane>();
    this.#lanes = Array.from(
      { length: around.lanes },
      (_, i) =>
        new IngestLane(
          () => this.#connect(),
          rules,
          (committed) => this.#committed(committed),
          around.log.child({ lane: i }),
          options,
          group,
        ),
    );
    this.#side = new pg.Pool({ ...connectionAs(around.databaseUrl, INGEST_ROLE, '*'), max: 1, idleTimeoutMillis: 30_000 });
    this.#side.on('error', (error) => around.log.warn({ reason: reasonOf(error) }, 'idle ingest connection lost'));
    this.#registry = new GatewayRegistry(async () => this.#side as unknown as Queryable);
  }

  /** Adds a projection; before the first message. */
  project(projection: Projection): void {
    this.#projections.push(projection);
  }

  /** Reads the gateways' keys again (after provisioning). */
  reloadGateways(): Promise<void> {
    return this.#registry.reload();
  }

  /** Messages waiting in all lanes. */
  get queued(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.queued, 0);
  }

  /** Takes one message. A returned promise resolves when there is room for the next one. */
  accept(arrival: Arrival): Promise<void> | undefined {
    const { store, gateway } = arrival.address;
    const key = this.#registry.known(store, gateway);
    if (key === undefined) return this.#acceptUnknown(arrival);
    const lane = (this.around.laneFor ?? laneOf)(store, gateway, this.#lanes.length);
    return this.#lanes[lane]!.push({ bytes: arrival.payload.length, check: () => this.#check(arrival, key) });
  }

  #check(arrival: Arrival, key: KeyObject): CheckedBatch | undefined {
    const check = checkBatch(arrival.address, arrival.payload);
    if (check.ok && verifyHead(key, check.batch.lastHash, check.batch.signature)) return check.batch;
    const refusal = this.#refuse(arrival, check.ok ? 'badSignature' : check.fault).finally(() => this.#refusals.delete(refusal));
    this.#refusals.add(refusal);
    return undefined;
  }

  /** Resolves when no lane has anything left to do and every refused message is recorded. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.idle()));
    await Promise.all(this.#refusals);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
    await Promise.all(this.#refusals);
    await this.#side.end();
  }

  async #acceptUnknown(arrival: Arrival): Promise<void> {
    const { store, gateway } = arrival.address;
    try {
      const key = await this.#registry.find(store, gateway);
      if (key === undefined) this.#count(arrival, 'unknownGateway');
      else await this.accept(arrival);
    } catch (error) {
      // Not acknowledged, so the gateway sends it again when the database is back.
      this.around.log.warn({ store, gateway, reason: reasonOf(error) }, 'gateway key not readable, batch left to be sent again');
    }
  }

  async #refuse(arrival: Arrival, fault: Fault): Promise<void> {
    this.#count(arrival, fault);
    const { address, payload } = arrival;
    const row = {
      ...address,
      epoch: 0,
      seq: 0,
      kind: null,
      reason: fault,
      detail: 'message refused',
      digest: digestOf(payload),
      bytes: payload.length,
    };
    try {
      await recordRefused(this.#side as unknown as Queryable, [row]);
      this.around.ring();
    } catch (error) {
      this.around.log.warn({ store: address.store, gateway: address.gateway, reason: reasonOf(error) }, 'refused message not recorded');
    }
  }

  #count({ address: { store, gateway }, payload }: Arrival, fault: Fault): void {
    this.counters.refused += 1;
    if (!this.#mayLog(store, gateway, fault)) return;
    this.around.log.warn({ store, gateway, fault, bytes: payload.length, refused: this.counters.refused }, 'journal message refused');
  }

  /** A gateway that keeps sending the same nonsense must not fill the disk. */
  #mayLog(store: string, gateway: string, what: string): boolean {
    const nowMs = performance.now();
    const key = `${store}/${gateway}/${what}`;
    if (nowMs - (this.#lastLogMs.get(key) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return false;
    if (this.#lastLogMs.size > 10_000) this.#lastLogMs.clear();
    this.#lastLogMs.set(key, nowMs);
    return true;
  }

  async #connect(): Promise<pg.Client> {
    const settings = connectionAs(this.around.databaseUrl, INGEST_ROLE, '*');
    const client = new pg.Client({ ...settings, options: `${settings.options ?? ''} -c jit=off -c plan_cache_mode=force_generic_plan` });
    await client.connect();
    return client;
  }

  #committed(committed: Committed): void {
    const { counters, around } = this;
    counters.transactions += 1;
    counters.entries += committed.entries;
    counters.duplicates += committed.duplicates;
    counters.gaps += committed.gaps;
    counters.forks += committed.forks.length;
    counters.quarantined += committed.quarantined.length;
    for (const reply of committed.replies) this.#reply(reply);
    for (const { store, gateway, epoch, seq } of committed.forks) {
      if (!this.#mayLog(store, gateway, 'fork')) continue;
      around.log.error({ store, gateway, epoch, seq }, 'a journal contradicts the one core holds: an old copy, or a clone');
    }
    for (const { store, gateway, epoch, seq, reason } of committed.quarantined) {
      if (!this.#mayLog(store, gateway, reason)) continue;
      // Nothing of a strange epoch arrives until somebody looks; a single entry is the smaller trouble.
      around.log[reason === 'strangeEpoch' ? 'error' : 'warn']({ store, gateway, epoch, seq, reason }, 'journal entry quarantined');
    }
    if (committed.stores.length > 0) around.notifier.changed({ stores: [...committed.stores] });
    if (committed.rang) around.ring();
  }

  #reply(reply: Reply): void {
    const { kind, store, gateway, ...rest } = reply;
    if (reply.kind === 'resend' && !this.#mayAskAgain(reply)) return;
    const channel = kind === 'ack' ? 'journal/ack' : 'journal/resend';
    this.around.downlink
      .publish(store, gateway, channel, { store, gateway, ...rest, at: (this.around.nowMs ?? Date.now)() })
      .catch((error: unknown) => {
        // The gateway sends again what isn't acknowledged, and is then answered again.
        this.around.log.debug({ store, gateway, reason: reasonOf(error) }, 'reply not delivered');
      });
  }

  /** A window of batches behind one gap asks for the same range once, not once each. */
  #mayAskAgain({ store, gateway, fromSeq }: Extract<Reply, { kind: 'resend' }>): boolean {
    const nowMs = performance.now();
    const last = this.#lastResend.get(`${store}/${gateway}`);
    if (last !== undefined && last.fromSeq === fromSeq && nowMs - last.atMs < RESEND_EVERY_MS) return false;
    this.#lastResend.set(`${store}/${gateway}`, { fromSeq, atMs: nowMs });
    return true;
  }
}
