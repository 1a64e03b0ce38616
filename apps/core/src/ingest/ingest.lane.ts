import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import { isTransient } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import type { CheckedBatch } from './batch.check.js';
import { type Committed, commitBatches, type GatewayBatches, type TransactionRules } from './ingest.transaction.js';
import { LaneGroup } from './lane.group.js';

/** How a lane works. All have defaults that were measured (docs/benchmarks.md). */
export interface LaneOptions {
  /** Most entries of one transaction. */
  readonly maxEntries: number;
  /** How long a quiet lane waits for more before it begins a transaction. */
  readonly lingerMs: number;
  /** Bytes of messages up to which a lane shares a transaction with others. */
  readonly lightBytes: number;
  /** Bytes of messages in memory from which on new ones are held back at the broker. */
  readonly highWaterBytes: number;
}

export const LANE_DEFAULTS: LaneOptions = { maxEntries: 4_000, lingerMs: 2, lightBytes: 512 * 1024, highWaterBytes: 16 * 1024 * 1024 };

/** A message on its way into a lane. `check` reads it: the batch, or undefined when it is refused (which whoever made `check` then deals with). */
export interface Incoming {
  readonly bytes: number;
  check(): CheckedBatch | undefined;
}

/** What a lane tells the rest of ingest. Called after the commit; must not throw. */
export type CommittedListener = (committed: Committed) => void;

/** How long a lane reads messages before others get a turn. */
const SLICE_MS = 3;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 5_000;

/**
 * One database connection and the gateways hashed to it. Takes what has queued up, up to `maxEntries`, through one transaction after another. A transaction
 * that fails for a passing reason is tried again until it succeeds; one that fails otherwise is divided, so that only the gateway at fault waits.
 */
export class IngestLane {
  readonly #incoming: Incoming[] = [];
  #incomingBytes = 0;
  #client: pg.Client | undefined;
  #running: Promise<void> | undefined;
  #roomAgain: (() => void)[] = [];
  readonly #stop = new AbortController();

  constructor(
    private readonly connect: () => Promise<pg.Client>,
    private readonly rules: TransactionRules,
    private readonly committed: CommittedListener,
    private readonly log: Log,
    private readonly options: LaneOptions = LANE_DEFAULTS,
    private readonly group: LaneGroup<IngestLane> = new LaneGroup(),
  ) {
    group.join(this);
  }

  /**
   * Queues a message. Returns a promise when the lane is full: it resolves when there is room again. A message waits as the bytes that came, outside of the collector's
   * reach, and is read right before its transaction: texts and objects that wait would be copied from generation to generation.
   */
  push(message: Incoming): Promise<void> | undefined {
    this.#incoming.push(message);
    this.#incomingBytes += message.bytes;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    if (this.#incomingBytes < this.options.highWaterBytes) return undefined;
    return new Promise((resolve) => this.#roomAgain.push(resolve));
  }

  /** Resolves when the queue is empty and nothing runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  get queued(): number {
    return this.#incoming.length;
  }

  get isLight(): boolean {
    return this.#incomingBytes < this.options.lightBytes;
  }

  /** Finishes the transaction that is running and closes the connection. What is queued was never acknowledged: gateways send it again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#release();
    await this.#running;
    await this.#client?.end();
    this.#client = undefined;
  }

  async #run(): Promise<void> {
    await sleep(this.options.lingerMs);
    for (let hasWaited = false; this.#incoming.length > 0 && !this.#stop.signal.aborted; ) {
      // Once is enough: a lane that is never taken along must not wait for one that is always busy.
      if (this.group.isBusy(this) || (!hasWaited && this.group.couldShare(this))) {
        hasWaited = true;
        await this.group.nextEnd();
        continue;
      }
      hasWaited = false;
      await this.#transact();
    }
  }

  async #transact(): Promise<void> {
    const lanes = this.group.begin(this);
    try {
      const gateways = this.#sort(await this.#take(lanes));
      if (gateways.length > 0) await this.#commit(gateways);
    } finally {
      this.group.end(lanes);
    }
  }

  /** Reads messages of these lanes until there are enough entries for a transaction. Gives other lanes and connections a turn every few milliseconds. */
  async #take(lanes: readonly IngestLane[]): Promise<CheckedBatch[]> {
    const taken: CheckedBatch[] = [];
    let entries = 0;
    let sliceEndsMs = performance.now() + SLICE_MS;
    for (const lane of lanes) {
      while (lane.#incoming.length > 0 && entries < this.options.maxEntries) {
        const message = lane.#incoming.shift()!;
        lane.#incomingBytes -= message.bytes;
        const batch = message.check();
        if (batch !== undefined) {
          taken.push(batch);
          entries += batch.at.length;
        }
        if (performance.now() < sliceEndsMs) continue;
        await turn();
        sliceEndsMs = performance.now() + SLICE_MS;
      }
      if (lane.#incomingBytes < this.options.highWaterBytes) lane.#release();
    }
    return taken;
  }

  /** A transaction's batches by gateway, each gateway's in order; batches of isolated gateways are dropped, they come again. */
  #sort(taken: readonly CheckedBatch[]): GatewayBatches[] {
    const nowMs = performance.now();
    const groups = new Map<string, GatewayBatches & { batches: CheckedBatch[] }>();
    for (const batch of taken) {
      const key = keyOf(batch);
      const isolation = this.group.isolated.get(key);
      if (isolation !== undefined && isolation.untilMs > nowMs) continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { store: batch.store, gateway: batch.gateway, batches: [batch] });
      else group.batches.push(batch);
    }
    for (const { batches } of groups.values()) batches.sort((a, b) => a.epoch - b.epoch || a.fromSeq - b.fromSeq);
    return [...groups.values()];
  }

  #release(): void {
    const waiting = this.#roomAgain;
    this.#roomAgain = [];
    for (const resume of waiting) resume();
  }

  async #commit(gateways: GatewayBatches[]): Promise<void> {
    // A gateway that failed lately is tried on its own, so that it can't drag the others down again.
    const suspects = gateways.filter((one) => this.group.isolated.has(keyOf(one)));
    const sound = gateways.filter((one) => !this.group.isolated.has(keyOf(one)));
    if (sound.length > 0) await this.#together(sound);
    for (const one of suspects) await this.#alone(one);
  }

  async #together(gateways: GatewayBatches[]): Promise<void> {
    try {
      await this.#untilDecided(gateways, false);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (gateways.length > 1) {
        this.log.warn({ gateways: gateways.length, reason: reasonOf(error) }, 'transaction refused, trying its gateways one by one');
      }
      for (const one of gateways) await this.#alone(one);
    }
  }

  async #alone(one: GatewayBatches): Promise<void> {
    const key = keyOf(one);
    try {
      await this.#untilDecided([one], true);
      this.group.isolated.delete(key);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const delayMs = Math.min((this.group.isolated.get(key)?.delayMs ?? RETRY_MIN_MS) * 2, 30_000);
      this.group.isolated.set(key, { untilMs: performance.now() + delayMs, delayMs });
      this.log.error(
        { store: one.store, gateway: one.gateway, retryInMs: delayMs, reason: reasonOf(error) },
        'gateway isolated: its batches are refused',
      );
    }
  }

  /** Commits, or throws what waiting can't cure. Passing trouble (connection, deadlock) is waited out. */
  async #untilDecided(gateways: readonly GatewayBatches[], careful: boolean): Promise<void> {
    for (let delayMs = RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      try {
        this.#client ??= await this.#open();
        const startedMs = performance.now();
        const committed = await commitBatches(this.#client, gateways, this.rules, careful);
        this.log.debug(
          { entries: committed.entries, gateways: gateways.length, ms: Math.round(performance.now() - startedMs) },
          'committed',
        );
        this.committed(committed);
        return;
      } catch (error) {
        const passing = isTransient(error) || this.#client === undefined;
        if (!passing || this.#stop.signal.aborted) throw error;
        this.log.warn({ reason: reasonOf(error), retryInMs: delayMs }, 'ingest transaction failed, trying again');
        await this.#drop();
        await sleep(delayMs, undefined, { signal: this.#stop.signal });
      }
    }
  }

  async #open(): Promise<pg.Client> {
    const client = await this.connect();
    client.on('error', (error) => {
      this.log.warn({ reason: reasonOf(error) }, 'ingest connection lost');
      if (this.#client === client) this.#client = undefined;
    });
    return client;
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    // A broken connection may refuse even to end; the server has forgotten it or will.
    await client?.end().catch((error: unknown) => this.log.debug({ reason: reasonOf(error) }, 'broken connection did not end cleanly'));
  }
}

function keyOf(one: { store: string; gateway: string }): string {
  return `${one.store}/${one.gateway}`;
}
