import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../platform.js';
import { CHANGE_CHANNEL, type Change, changeMessages } from './change-feed.js';
import { type Actor, storeScope } from './database.actor.js';

/** What a service works with: who asks, the time, and the transaction everything it writes belongs to. */
export interface WorkContext {
  readonly actor: Actor;
  now(): Date;
  /** The transaction. Row-level security shows it the actor's stores only. */
  readonly tx: EntityManager;
  /** Aborted when whoever asked no longer waits. */
  readonly signal?: AbortSignal;
  /** Tells subscribers, after the commit, that these stores or incidents changed. */
  changed(change: Partial<Change>): void;
  /** Runs after a successful commit, in order; must not fail (errors are the caller's to log). */
  afterCommit(run: () => void): void;
}

/**
 * Runs work in one transaction scoped to the actor's stores. Returns what `work` returns after the commit; when `work` throws, nothing
 * of it remains. A unit inside a unit is a bug and throws: it would commit on its own.
 */
export class UnitOfWork {
  readonly #running = new AsyncLocalStorage<true>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async run<T>(actor: Actor, work: (ctx: WorkContext) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#running.getStore() === true) throw new Error('a unit of work was begun inside another one');
    const afterCommit: (() => void)[] = [];
    const result = await this.#running.run(true, () =>
      this.dataSource.transaction(async (tx) => {
        await tx.query("SELECT set_config('tillward.stores', $1, true)", [storeScope(actor)]);
        const change: Change = { stores: [], incidents: [], all: false };
        const ctx: WorkContext = {
          actor,
          now: () => this.clock.now(),
          tx,
          ...(signal === undefined ? {} : { signal }),
          changed: (more) => {
            change.stores.push(...(more.stores ?? []));
            change.incidents.push(...(more.incidents ?? []));
            change.all ||= more.all ?? false;
          },
          afterCommit: (run) => void afterCommit.push(run),
        };
        const value = await work(ctx);
        // NOTIFY is delivered at the commit, so nobody reads the old state after having been told.
        for (const message of changeMessages(change)) await tx.query('SELECT pg_notify($1, $2)', [CHANGE_CHANNEL, message]);
        return value;
      }),
    );
    for (const run of afterCommit) run();
    return result;
  }
}
