import type pg from 'pg';
import { DEMO_STORES } from '../demo/index.js';
import { pause } from './pause.js';

/** Something that happened in the demo and is worth a line. `key` is the same for the same happening. */
interface Happening {
  key: string;
  line: string;
}

const EVERY_MS = 1_500;

/**
 * Tells the key events of the night as core records them: closings finished, incidents opened and resolved. What was there before the start is not
 * told. Reading is best effort: while the database is away nothing is said, and nothing is said twice.
 */
export class NightWatch {
  readonly #database: pg.Pool;
  readonly #say: (line: string) => void;
  readonly #told = new Set<string>();
  readonly #end = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  constructor(database: pg.Pool, say: (line: string) => void) {
    this.#database = database;
    this.#say = say;
  }

  /** Begins; resolves when what is old is known. */
  async start(): Promise<void> {
    for (const { key } of await this.#happenings()) this.#told.add(key);
    this.#watching = this.#watch();
  }

  /** Ends; no line comes afterwards. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await pause(EVERY_MS, signal);
      if (!signal.aborted) await this.#look();
    }
  }

  async #look(): Promise<void> {
    let found: Happening[];
    try {
      found = await this.#happenings();
    } catch {
      // The database or its tables are away for a moment (it was killed, it starts again): the next look sees everything.
      return;
    }
    for (const { key, line } of found) {
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      this.#say(line);
    }
  }

  async #happenings(): Promise<Happening[]> {
    const closings = await this.#database.query<{ id: string; store: string; all: string[]; proven: string[]; blocked: string[] }>(
      `select routine_id id, store_id store, terminals "all", proven, blocked from closing where finished_at is not null order by finished_at`,
    );
    const incidents = await this.#database.query<{
      id: string;
      store: string;
      terminal: string;
      kind: string;
      cause: string;
      state: string;
    }>('select id, store_id store, terminal_id terminal, kind, cause, state from incident order by opened_at');
    return [
      ...closings.rows.map((c) => ({
        key: `closing ${c.id}`,
        line:
          `${cityOf(c.store)} closed: ${c.proven.length} of ${c.all.length} terminals with proof` +
          (c.blocked.length === 0 ? '' : `, blocked: ${c.blocked.join(', ')}`),
      })),
      ...incidents.rows.map((i) => ({
        key: `opened ${i.id}`,
        line: `${cityOf(i.store)}: incident ${i.kind} at ${i.terminal} (${i.cause})`,
      })),
      ...incidents.rows
        .filter((i) => i.state === 'resolved')
        .map((i) => ({ key: `resolved ${i.id}`, line: `${cityOf(i.store)}: incident ${i.kind} at ${i.terminal} resolved` })),
    ];
  }
}

function cityOf(storeId: string): string {
  return DEMO_STORES.find((store) => store.id === storeId)?.city ?? storeId;
}
