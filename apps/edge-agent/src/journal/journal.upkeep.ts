import type { Clock } from '../clock.js';
import { errorFields, type Log } from '../log.js';
import { JournalUnavailableError } from './journal.errors.js';
import type { Journal } from './journal.service.js';

const LOOK_EVERY_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;
/** Between two deletions of a few thousand entries, so that tills come in between. */
const PRUNE_AGAIN_MS = 200;
/** Acknowledged entries beyond this go whatever their age: about half a gigabyte. */
const MOST_KEPT = 500_000;
const DAY_MS = 24 * 3_600_000;

interface UpkeepContext {
  clock: Clock;
  log: Log;
}

/** Deletes rows of a module's own tables that nobody needs any more; returns how many. Runs inside a transaction. */
export type Retire = (before: number) => number;

/**
 * Keeps the data folder in order while the agent runs: ballast, retention after acknowledgement, and what other modules retire with it. The database stays bounded:
 * what core holds is kept for `keepDays`, or for a day while the disk is short of room.
 */
export class JournalUpkeep {
  readonly #context: UpkeepContext;
  readonly #journal: Journal;
  readonly #keepDays: () => number;
  readonly #retire: readonly Retire[];
  #cancel: () => void = () => {};
  #prunedAt = Number.NEGATIVE_INFINITY;

  constructor(context: UpkeepContext, journal: Journal, keepDays: () => number, retire: readonly Retire[] = []) {
    this.#context = context;
    this.#journal = journal;
    this.#keepDays = keepDays;
    this.#retire = retire;
  }

  /** Looks now and then every minute. */
  start(): void {
    this.#cancel = this.#context.clock.after(this.look(), () => this.start());
  }

  stop(): void {
    this.#cancel();
  }

  /** One look; returns after how many milliseconds the next is due. */
  look(): number {
    const { clock, log } = this.#context;
    try {
      this.#journal.keepUp();
      const due = clock.monotonic() - this.#prunedAt >= PRUNE_EVERY_MS || this.#journal.room.isLow;
      if (!due) return LOOK_EVERY_MS;
      const keepDays = this.#journal.room.isLow ? 1 : this.#keepDays();
      const pruned = this.#journal.prune(clock.now() - keepDays * DAY_MS, MOST_KEPT);
      if (pruned > 0) {
        log.info({ pruned }, 'old acknowledged entries removed');
        return PRUNE_AGAIN_MS;
      }
      const before = clock.now() - this.#keepDays() * DAY_MS;
      this.#journal.store.transaction(() => {
        for (const retire of this.#retire) retire(before);
      });
      this.#prunedAt = clock.monotonic();
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      log.warn(errorFields(error), 'the journal could not be kept in order, will try again');
    }
    return LOOK_EVERY_MS;
  }
}
