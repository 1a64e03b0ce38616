import type { WorkContext } from '../database/index.js';

/** One message taken from the outbox. `payload` is what was added, parsed from JSON. */
export interface OutboxMessage {
  readonly id: number;
  readonly topic: string;
  readonly key: string;
  readonly payload: unknown;
  readonly createdAt: Date;
  /** 1 at the first try. */
  readonly attempt: number;
  /** Aborted at shutdown or when the handler's time is up. */
  readonly signal: AbortSignal;
}

/**
 * Does what a message asks. Runs outside any transaction, at least once, in order per (topic, key): a handler must be idempotent.
 * Throwing means "try again later"; after twelve tries that no outage explains (outbox.rules.ts) the message is set aside, visible in table outbox, and its key goes on.
 */
export type OutboxHandler = (message: OutboxMessage) => Promise<void>;

/** Where effects that must survive a crash are written, in the same transaction as what causes them. */
export class Outbox {
  readonly #handlers = new Map<string, OutboxHandler>();
  #ring: () => void = () => undefined;

  /** Adds a message; it is worked on after the commit. Messages with the same topic and key keep their order. */
  async add(ctx: WorkContext, topic: string, payload: unknown, key = ''): Promise<void> {
    await ctx.tx.query('INSERT INTO outbox (topic, key, payload) VALUES ($1, $2, $3)', [topic, key, JSON.stringify(payload)]);
    ctx.afterCommit(() => this.#ring());
  }

  /** Registers the one handler of a topic. Throws for a second one. */
  handle(topic: string, handler: OutboxHandler): void {
    if (this.#handlers.has(topic)) throw new Error(`outbox topic ${topic} has a handler already`);
    this.#handlers.set(topic, handler);
  }

  handlerOf(topic: string): OutboxHandler | undefined {
    return this.#handlers.get(topic);
  }

  topics(): string[] {
    return [...this.#handlers.keys()];
  }

  /** Called when a message may be waiting; the dispatcher sets it. */
  onRing(ring: () => void): void {
    this.#ring = ring;
  }

  /** Says that a message was committed by other means than {@link add} (ingest writes its own rows). */
  ring(): void {
    this.#ring();
  }
}
