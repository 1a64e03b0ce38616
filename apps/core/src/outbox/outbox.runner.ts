import type { DataSource, EntityManager } from 'typeorm';
import { isTransient } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import { BrokerUnavailable } from '../messaging/index.js';
import { afterFailure, afterOutage } from './outbox.rules.js';
import type { Outbox, OutboxMessage } from './outbox.service.js';

interface Row {
  id: number;
  topic: string;
  key: string;
  payload: string;
  created_at: Date;
  attempts: number;
}

/** A handler's time; its claim lasts longer, so that two cores never work on one message. */
const HANDLER_MS = 30_000;
const CLAIM_SECONDS = 60;
const CLAIM_AT_ONCE = 200;
const KEYS_AT_ONCE = 8;
/** Serialises claims of all cores, so that order per key holds between them (a claim takes milliseconds). */
const CLAIM_LOCK = 7_455_302;
const KEEP_DONE_HOURS = 24;

/**
 * Works through the outbox: claims messages in short transactions, runs their handlers outside of any, records the outcome. Order per
 * (topic, key) holds across all cores because a key with an earlier message claimed or waiting is not claimed.
 */
export class OutboxDispatcher {
  #draining: Promise<void> | undefined;
  #again = false;
  #poll: NodeJS.Timeout | undefined;
  #prunedAtMs = 0;
  /** How often in a row a message met an outage; forgotten at a restart, and then the backoff starts again. */
  readonly #outages = new Map<number, number>();
  readonly #stop = new AbortController();

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly log: Log,
    private readonly pollMs = 2_000,
  ) {}

  /** Starts the safety poll; whatever rings {@link kick} makes it quicker. */
  start(): void {
    this.#poll = setInterval(() => this.kick(), this.pollMs).unref();
    this.kick();
  }

  /** Stops claiming, aborts running handlers and waits for them. Unfinished messages are claimed again after their claim runs out. */
  async stop(): Promise<void> {
    clearInterval(this.#poll);
    this.#stop.abort();
    await this.#draining;
  }

  /** Looks for work now, or once more when it is looking already. Never rejects. */
  kick(): void {
    this.#again = true;
    if (this.#draining !== undefined || this.#stop.signal.aborted) return;
    this.#draining = this.#drain().finally(() => {
      this.#draining = undefined;
      if (this.#again && !this.#stop.signal.aborted) this.kick();
    });
  }

  /** Resolves when nothing due is left (tests, shutdown). */
  async idle(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  /** Messages set aside, by topic: work that nobody will do without an administrator. */
  async poisoned(): Promise<Record<string, number>> {
    const rows = await this.#system<{ topic: string; n: number }[]>((tx) =>
      tx.query('SELECT topic, count(*)::int AS n FROM outbox WHERE poisoned_at IS NOT NULL GROUP BY topic ORDER BY topic'),
    );
    return Object.fromEntries(rows.map(({ topic, n }) => [topic, n]));
  }

  async #drain(): Promise<void> {
    try {
      while (this.#again && !this.#stop.signal.aborted) {
        this.#again = false;
        const rows = await this.#claim();
        if (rows.length === 0) continue;
        this.#again = true;
        await this.#work(rows);
      }
      await this.#prune();
    } catch (error) {
      this.#again = false;
      this.log.warn({ reason: reasonOf(error) }, 'outbox not reachable, trying again at the next poll');
    }
  }

  #system<T>(run: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query("SELECT set_config('tillward.stores', '*', true)");
      return run(tx);
    });
  }

  #claim(): Promise<Row[]> {
    return this.#system(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [CLAIM_LOCK]);
      // UPDATE … RETURNING through TypeORM answers [rows, count].
      const [rows] = (await tx.query(
        `UPDATE outbox SET claimed_until = now() + make_interval(secs => $1), attempts = attempts + 1
          WHERE id IN (
            SELECT o.id FROM outbox o
             WHERE o.done_at IS NULL AND o.poisoned_at IS NULL AND o.next_attempt_at <= now() AND o.topic = ANY($2)
               AND (o.claimed_until IS NULL OR o.claimed_until < now())
               AND NOT EXISTS (
                 SELECT 1 FROM outbox e
                  WHERE e.topic = o.topic AND e.key = o.key AND e.id < o.id AND e.done_at IS NULL AND e.poisoned_at IS NULL
                    AND (e.next_attempt_at > now() OR e.claimed_until >= now()))
             ORDER BY o.id LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING id, topic, key, payload, created_at, attempts`,
        [CLAIM_SECONDS, this.outbox.topics(), CLAIM_AT_ONCE],
      )) as [Row[], number];
      return rows.sort((a, b) => a.id - b.id);
    });
  }

  async #work(rows: Row[]): Promise<void> {
    const keys = [...Map.groupBy(rows, (row) => `${row.topic}\n${row.key}`).values()];
    const worker = async (): Promise<void> => {
      for (let chain = keys.shift(); chain !== undefined; chain = keys.shift()) await this.#inOrder(chain);
    };
    await Promise.all(Array.from({ length: Math.min(KEYS_AT_ONCE, keys.length) }, worker));
  }

  /** One key's messages in order. After a failure the rest is released: it must not overtake. */
  async #inOrder(chain: Row[]): Promise<void> {
    const done: number[] = [];
    for (const [i, row] of chain.entries()) {
      const failure = this.#stop.signal.aborted ? 'stopped' : await this.#one(row);
      if (failure === undefined) {
        done.push(row.id);
        continue;
      }
      const rest = chain.slice(failure === 'stopped' ? i : i + 1).map((later) => later.id);
      if (rest.length > 0) {
        await this.#system((tx) => tx.query('UPDATE outbox SET claimed_until = NULL, attempts = attempts - 1 WHERE id = ANY($1)', [rest]));
      }
      break;
    }
    if (done.length > 0) {
      await this.#system((tx) =>
        tx.query('UPDATE outbox SET done_at = now(), claimed_until = NULL, last_error = NULL WHERE id = ANY($1)', [done]),
      );
    }
  }

  /** Runs one handler; returns why it failed after recording that. */
  async #one(row: Row): Promise<string | undefined> {
    const handler = this.outbox.handlerOf(row.topic);
    if (handler === undefined) return `no handler for ${row.topic}`;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(HANDLER_MS)]);
    const message: OutboxMessage = {
      id: row.id,
      topic: row.topic,
      key: row.key,
      payload: JSON.parse(row.payload),
      createdAt: row.created_at,
      attempt: row.attempts,
      signal,
    };
    try {
      await Promise.race([handler(message), aborted(signal)]);
      this.#outages.delete(row.id);
      return undefined;
    } catch (error) {
      await this.#failed(row, error);
      return reasonOf(error);
    }
  }

  async #failed(row: Row, error: unknown): Promise<void> {
    const reason = reasonOf(error);
    const isOutage = this.#stop.signal.aborted || error instanceof BrokerUnavailable || isTransient(error);
    const outages = isOutage ? (this.#outages.get(row.id) ?? 0) + 1 : 0;
    const decision = isOutage ? afterOutage(outages) : afterFailure(row.attempts);
    if (isOutage) this.#outages.set(row.id, outages);
    else this.#outages.delete(row.id);
    const fields = { topic: row.topic, id: row.id, attempt: row.attempts, outages, reason };
    if (decision.kind === 'poison') {
      this.log.error(fields, 'outbox message set aside after its last attempt');
      await this.#system((tx) =>
        tx.query('UPDATE outbox SET poisoned_at = now(), claimed_until = NULL, last_error = $2 WHERE id = $1', [row.id, reason]),
      );
      return;
    }
    this.log.warn({ ...fields, retryInMs: decision.afterMs }, 'outbox message failed, trying again');
    await this.#system((tx) =>
      tx.query(
        `UPDATE outbox SET claimed_until = NULL, last_error = $2, attempts = attempts - $4::int,
                next_attempt_at = now() + make_interval(secs => $3 / 1000.0) WHERE id = $1`,
        [row.id, reason, decision.afterMs, isOutage ? 1 : 0],
      ),
    );
    setTimeout(() => this.kick(), decision.afterMs + 20).unref();
  }

  async #prune(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#prunedAtMs < 600_000) return;
    this.#prunedAtMs = nowMs;
    await this.#system((tx) => tx.query('DELETE FROM outbox WHERE done_at < now() - make_interval(hours => $1)', [KEEP_DONE_HOURS]));
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () =>
      reject(new Error(signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? 'handler timed out' : 'stopped'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
