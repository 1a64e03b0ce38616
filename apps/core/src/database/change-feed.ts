import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Log, reasonOf } from '../logging.js';
import { APP_ROLE, connectionAs } from './database.connection.js';

/** PostgreSQL notification channel on which every core hears what any core changed. */
export const CHANGE_CHANNEL = 'tillward_changes';

/** What changed: ids of stores (fleet state) and of incidents. `all` after an interruption: anything may have changed. */
export interface Change {
  stores: string[];
  incidents: string[];
  all: boolean;
}

/** NOTIFY refuses payloads of 8000 bytes; ids have at most 48 characters. */
const IDS_PER_MESSAGE = 120;

/** A change as notification texts, none longer than PostgreSQL takes; none when nothing changed. */
export function changeMessages(change: Change): string[] {
  const stores = [...new Set(change.stores)];
  const incidents = [...new Set(change.incidents)];
  const messages: string[] = [];
  for (let i = 0; i < Math.max(stores.length, incidents.length); i += IDS_PER_MESSAGE) {
    messages.push(
      JSON.stringify({ stores: stores.slice(i, i + IDS_PER_MESSAGE), incidents: incidents.slice(i, i + IDS_PER_MESSAGE), all: change.all }),
    );
  }
  return messages.length === 0 && change.all ? [JSON.stringify({ stores: [], incidents: [], all: true })] : messages;
}

/**
 * Hears change notices of all cores. After a lost connection it reconnects and reports `all`, because notices in between are gone.
 * Notices are hints to read again, never data.
 */
export class ChangeFeed {
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly databaseUrl: string,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Calls `listener` for every notice until the returned function is called. The listener must not throw. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * The notices as an async sequence, merged while the reader is busy, so that a slow reader costs no memory. Ends when `signal` aborts or
   * the feed stops.
   */
  async *changes(signal?: AbortSignal): AsyncGenerator<Change, void, void> {
    let pending: Change | undefined;
    let wake: () => void = () => undefined;
    const off = this.onChange((change) => {
      pending = pending === undefined ? change : mergeChanges(pending, change);
      wake();
    });
    const ended = () => (signal?.aborted ?? false) || this.#stop.signal.aborted;
    const poke = () => wake();
    signal?.addEventListener('abort', poke);
    this.#stop.signal.addEventListener('abort', poke);
    try {
      while (!ended()) {
        if (pending === undefined) await new Promise<void>((resolve) => (wake = resolve));
        const change: Change | undefined = pending;
        pending = undefined;
        if (change !== undefined && !ended()) yield change;
      }
    } finally {
      off();
      signal?.removeEventListener('abort', poke);
      this.#stop.signal.removeEventListener('abort', poke);
    }
  }

  async #run(): Promise<void> {
    let delayMs = 250;
    for (let first = true; !this.#stop.signal.aborted; first = false) {
      try {
        await this.#listen(first, () => {
          delayMs = 250;
        });
      } catch (error) {
        this.log.warn({ reason: reasonOf(error), retryInMs: delayMs }, 'change notices interrupted, connecting again');
        await sleep(delayMs, undefined, { signal: this.#stop.signal }).catch(ignoreAbort);
        delayMs = Math.min(delayMs * 2, 5_000);
      }
    }
  }

  async #listen(first: boolean, connected: () => void): Promise<void> {
    const client = new pg.Client(connectionAs(this.databaseUrl, APP_ROLE));
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('connection ended')));
    });
    lost.catch(ignoreAbort);
    const stopped = new Promise<void>((resolve) => this.#stop.signal.addEventListener('abort', () => resolve(), { once: true }));
    client.on('notification', (notice) => this.#tell(notice.payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGE_CHANNEL}`);
      connected();
      if (!first) this.#emit({ stores: [], incidents: [], all: true });
      await Promise.race([lost, stopped]);
    } finally {
      await client.end();
    }
  }

  #tell(payload: string): void {
    try {
      this.#emit(JSON.parse(payload) as Change);
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, 'change notice not understood');
    }
  }

  #emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Both changes as one. */
export function mergeChanges(a: Change, b: Change): Change {
  return {
    stores: [...new Set([...a.stores, ...b.stores])],
    incidents: [...new Set([...a.incidents, ...b.incidents])],
    all: a.all || b.all,
  };
}

/** For promises whose rejection is already being dealt with elsewhere (a cancelled wait, a connection that another await reports). */
function ignoreAbort(_error: unknown): void {
  return;
}

/** Sends change notices for the hot paths (ingest, live): merged, at most one message every `everyMs`, after the commits they speak of. */
export class ChangeNotifier {
  #pending: Change | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly notify: (message: string) => Promise<unknown>,
    private readonly log: Log,
    private readonly everyMs = 150,
  ) {}

  changed(change: Partial<Change>): void {
    const full: Change = { stores: change.stores ?? [], incidents: change.incidents ?? [], all: change.all ?? false };
    this.#pending = this.#pending === undefined ? full : mergeChanges(this.#pending, full);
    this.#timer ??= setTimeout(() => void this.flush(), this.everyMs).unref();
  }

  /** Sends what is pending now. A failure is logged: readers then see the change at their next read. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const change = this.#pending;
    this.#pending = undefined;
    if (change === undefined) return;
    try {
      for (const message of changeMessages(change)) await this.notify(message);
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, 'change notice not sent');
    }
  }
}
