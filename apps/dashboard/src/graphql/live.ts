import type { Client } from 'graphql-ws';
import type { Operation } from './client.js';
import { noteConnection } from './connection.js';

const LONGEST_PAUSE_MS = 15_000;
/** After the channel's script could not be loaded. */
const LOAD_AGAIN_MS = 3_000;

/** The channel, whose script comes after the page it keeps current. */
let client: Promise<Client> | undefined;
const reconnected = new Set<() => void>();

function liveClient(): Promise<Client> {
  client ??= openClient().catch((error: unknown) => {
    client = undefined;
    noteConnection({ live: 'lost' });
    throw error;
  });
  return client;
}

async function openClient(): Promise<Client> {
  const { createClient } = await import('graphql-ws');
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  let opened = 0;
  return createClient({
    url: `${scheme}//${location.host}/graphql`,
    lazy: true,
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) =>
      new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_PAUSE_MS, 500 * 2 ** retries) * (0.5 + Math.random() / 2))),
    on: {
      connected: () => {
        noteConnection({ live: 'open', reachable: true });
        opened += 1;
        // Whatever changed while the channel was down was not heard: whoever needs it asks again.
        if (opened > 1) for (const listener of reconnected) listener();
      },
      closed: () => noteConnection({ live: 'lost' }),
    },
  });
}

/** Calls back each time the live channel opens again after it was lost. Returns how to stop. */
export function onReconnected(listener: () => void): () => void {
  reconnected.add(listener);
  return () => reconnected.delete(listener);
}

/**
 * Follows a subscription until the returned function is called. Lost connections are opened again by themselves;
 * a subscription the server refuses goes to `onRefused`.
 */
export function follow<TResult, TVariables extends Record<string, unknown>>(
  document: Operation<TResult, TVariables>,
  onNext: (data: TResult) => void,
  onRefused: (reason: unknown) => void,
  ...[variables]: TVariables extends Record<string, never> ? [] : [TVariables]
): () => void {
  let stop = () => {};
  let stopped = false;
  const subscribe = (channel: Client) => {
    if (stopped) return;
    stop = channel.subscribe<TResult>(
      { query: document.toString(), variables: variables ?? {} },
      {
        next: ({ data, errors }) => {
          if (data) onNext(data);
          else if (errors) onRefused(errors);
        },
        error: onRefused,
        complete: () => undefined,
      },
    );
  };
  const begin = () => {
    if (stopped) return;
    liveClient().then(subscribe, () => setTimeout(begin, LOAD_AGAIN_MS));
  };
  begin();
  return () => {
    stopped = true;
    stop();
  };
}

/** Closes the live channel: at sign-out, so that the next person's channel carries their session. */
export function hangUp(): void {
  client?.then(
    (channel) => channel.dispose(),
    // One that never opened needs no closing.
    () => undefined,
  );
  client = undefined;
  noteConnection({ live: 'idle' });
}
