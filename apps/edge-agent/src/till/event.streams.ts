import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import type { EventFilter, EventHub } from '../events/index.js';
import { eventText, MAX_STREAMS, MAX_STREAMS_OF_ONE, MAX_UNREAD_BYTES } from './till.rules.js';

const HEARTBEAT_MS = 15_000;
/** After how long a browser or till comes back when it was cut off. */
const RETRY_MS = 2_000;

/** Open event streams, bounded in number and in what a slow reader may leave unread. */
export class EventStreams {
  readonly #clock: Clock;
  readonly #hub: EventHub;
  readonly #open = new Map<ServerResponse, string>();

  constructor(context: { clock: Clock }, hub: EventHub) {
    this.#clock = context.clock;
    this.#hub = hub;
  }

  /** Opens a stream for a caller; false: too many are open, nothing was sent. */
  open(request: IncomingMessage, response: ServerResponse, caller: string, filter: EventFilter): boolean {
    const own = [...this.#open.values()].filter((other) => other === caller).length;
    if (this.#open.size >= MAX_STREAMS || own >= MAX_STREAMS_OF_ONE) return false;
    this.#open.set(response, caller);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    const lastEventId = request.headers['last-event-id'];
    const unsubscribe = this.#hub.subscribe(filter, typeof lastEventId === 'string' ? lastEventId : null, ({ id, event }) =>
      this.#write(response, eventText(id, event)),
    );
    let cancel = () => {};
    const beat = () => {
      this.#write(response, ':\n\n');
      cancel = this.#clock.after(HEARTBEAT_MS, beat);
    };
    cancel = this.#clock.after(HEARTBEAT_MS, beat);
    response.on('close', () => {
      cancel();
      unsubscribe();
      this.#open.delete(response);
    });
    return true;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  #write(response: ServerResponse, text: string): void {
    if (response.destroyed) return;
    // Cut off rather than waited for: the next events are somebody else's.
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    else response.write(text);
  }
}
