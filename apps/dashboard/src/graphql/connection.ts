import { createExternalStore, type ExternalStore } from '../app/external-store.js';

/** What is known about the way to the server. */
export interface Connection {
  /** The device has a network and the last request got through. */
  readonly reachable: boolean;
  /** State of the live channel; `idle` before anybody needs it. */
  readonly live: 'idle' | 'open' | 'lost';
  /** When the server last answered, by this device's clock; null before the first answer. */
  readonly lastContactAt: number | null;
}

/** Followed by the banner and by everything that has to say how fresh its data is. */
export const connection: ExternalStore<Connection> = createExternalStore<Connection>({
  reachable: true,
  live: 'idle',
  lastContactAt: null,
});

/** Changes part of what is known; unchanged facts wake nobody. */
export function noteConnection(change: Partial<Connection>): void {
  const before = connection.get();
  const next = { ...before, ...change };
  if (before.reachable === next.reachable && before.live === next.live && 'lastContactAt' in change && before.lastContactAt !== null) {
    // A newer contact time alone changes nothing on the screen: keep it without waking listeners.
    (before as { lastContactAt: number | null }).lastContactAt = next.lastContactAt;
    return;
  }
  connection.set(next);
}
