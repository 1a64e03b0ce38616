import { createPostgresBackend, createRedisBackend, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import { connectionAs } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';

const QUEUE = 'outbox-wake';
const SCHEMA = 'bullmq';
/** At most one wake-up is queued in this time, however many messages were committed. */
const COALESCE_MS = 15;

interface WakeQueue {
  add(name: 'wake', data: object, options: object): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

interface WakeWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

/**
 * Wakes the dispatcher of some core after a commit, through BullMQ (on PostgreSQL, or on Redis when REDIS_URL is set). It carries no data:
 * when a wake-up is lost, the dispatcher's own poll finds the message.
 */
export class OutboxWake {
  #queue: WakeQueue | undefined;
  #worker: WakeWorker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #warnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly databaseUrl: string,
    private readonly redisUrl: string | undefined,
    private readonly kick: () => void,
    private readonly log: Log,
  ) {}

  /** Connects queue and worker; creates BullMQ's schema when it lives in PostgreSQL. */
  async start(): Promise<void> {
    if (this.redisUrl === undefined) await this.#onPostgres();
    else this.#onRedis(this.redisUrl);
  }

  /** Asks some core to look at the outbox. Returns at once; a queue that fails is logged and this core looks itself. */
  ring(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#add();
    }, COALESCE_MS).unref();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all([this.#worker?.close(true), this.#queue?.close()]);
  }

  async #add(): Promise<void> {
    try {
      if (this.#queue === undefined) throw new Error('queue not started');
      await this.#queue.add('wake', {}, { removeOnComplete: true, removeOnFail: true });
    } catch (error) {
      this.#warn(error);
      this.kick();
    }
  }

  async #onPostgres(): Promise<void> {
    const client = new pg.Client(connectionAs(this.databaseUrl, undefined));
    client.on('error', (error) => this.#warn(error));
    await client.connect();
    try {
      await runMigrations(client, SCHEMA);
    } finally {
      await client.end();
    }
    const { Queue, Worker } = withBackend(createPostgresBackend);
    const connection = { connectionString: this.databaseUrl, max: 2, schema: SCHEMA };
    const queue = new Queue(QUEUE, { connection });
    const worker = new Worker(QUEUE, async () => this.kick(), { connection, concurrency: 1 });
    this.#adopt(queue, worker);
  }

  #onRedis(url: string): void {
    const { Queue, Worker } = withBackend(createRedisBackend);
    const connection = { url, maxRetriesPerRequest: null };
    const queue = new Queue(QUEUE, { connection });
    const worker = new Worker(QUEUE, async () => this.kick(), { connection, concurrency: 1 });
    this.#adopt(queue, worker);
  }

  #adopt(queue: WakeQueue, worker: WakeWorker): void {
    queue.on('error', (error) => this.#warn(error));
    worker.on('error', (error) => this.#warn(error));
    this.#queue = queue;
    this.#worker = worker;
  }

  #warn(error: unknown): void {
    const nowMs = performance.now();
    if (nowMs - this.#warnedAtMs < 5_000) return;
    this.#warnedAtMs = nowMs;
    this.log.warn({ reason: reasonOf(error) }, 'wake-up queue disturbed; the outbox is polled meanwhile');
  }
}
