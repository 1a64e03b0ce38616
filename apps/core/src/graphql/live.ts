import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ChangeFeed } from '../database/index.js';
import type { PersonActor, Viewer } from './access.js';
import { AccessRefused } from './graphql.errors.js';

/** Least time between two rounds of a subscription; changes in between are merged. */
const ROUND_MS = 300;
/** How often a subscription asks whether its session is still good. */
const SESSION_CHECK_MS = 30_000;

/** Reads what a change means to a person; gets changes of all stores and must scope what it reads to the actor. */
export type LiveRead<T> = (change: Change, actor: PersonActor) => Promise<readonly T[]>;

/**
 * The items a subscriber gets: for every round of merged changes, what `read` finds. The person's stores are read again every `checkMs`. Ends when
 * the session does, when the person's role changes, or when the reader goes away.
 */
export function liveItems<T>(
  feed: Pick<ChangeFeed, 'changes'>,
  viewer: Viewer,
  read: LiveRead<T>,
  checkMs: number = SESSION_CHECK_MS,
): AsyncIterableIterator<T> {
  const stop = new AbortController();
  const items = follow(feed, viewer, read, checkMs, stop.signal);
  return {
    next: () => items.next(),
    return: () => {
      // The generator may be waiting for a change that never comes: wake it up, or the return would wait as well.
      stop.abort();
      return items.return(undefined);
    },
    throw: (error) => {
      stop.abort();
      return items.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* follow<T>(
  feed: Pick<ChangeFeed, 'changes'>,
  viewer: Viewer,
  read: LiveRead<T>,
  checkMs: number,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  let { actor } = viewer;
  let checkedAt = Date.now();
  for await (const change of feed.changes(signal)) {
    if (Date.now() - checkedAt >= checkMs) {
      const now = await viewer.again();
      if (now === undefined) return;
      // What the old role might ask was decided when the subscription began; the new one must ask again.
      if (now.role !== actor.role) throw new AccessRefused();
      actor = now;
      checkedAt = Date.now();
    }
    yield* await read(change, actor);
    await sleep(ROUND_MS, undefined, { ref: false });
  }
}
