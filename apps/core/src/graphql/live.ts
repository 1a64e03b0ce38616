import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, ChangeFeed } from '../database/index.js';
import type { Viewer } from './access.js';

/** Least time between two rounds of a subscription; changes in between are merged. */
const ROUND_MS = 300;
/** How often a subscription asks whether its session is still good. */
const SESSION_CHECK_MS = 30_000;

/**
 * The items a subscriber gets: for every round of merged changes, what `read` finds. Ends when the session does or the reader goes away.
 * `read` must scope what it reads to the viewer; it gets changes of all stores.
 */
export function liveItems<T>(feed: ChangeFeed, viewer: Viewer, read: (change: Change) => Promise<readonly T[]>): AsyncIterableIterator<T> {
  const stop = new AbortController();
  const items = follow(feed, viewer, read, stop.signal);
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
  feed: ChangeFeed,
  viewer: Viewer,
  read: (change: Change) => Promise<readonly T[]>,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  let checkedAt = Date.now();
  for await (const change of feed.changes(signal)) {
    if (Date.now() - checkedAt >= SESSION_CHECK_MS) {
      if (!(await viewer.stillValid())) return;
      checkedAt = Date.now();
    }
    yield* await read(change);
    await sleep(ROUND_MS, undefined, { ref: false });
  }
}
