import { randomUUID } from 'node:crypto';
import { holdsStorableText } from '../http/index.js';
import type { Log } from '../logging.js';

/** Most subscriptions one WebSocket may have open. The dashboard has two or three. */
export const MAX_SUBSCRIPTIONS = 50;

/** What the guard needs of a `ws` socket. */
export interface GuardedSocket {
  send(data: unknown, ...rest: unknown[]): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): unknown;
}

interface Message {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly payload?: unknown;
}

interface SocketError {
  readonly message?: string;
  readonly path?: unknown;
  readonly extensions?: { readonly code?: unknown };
}

/**
 * Does for a WebSocket of protocol graphql-transport-ws what mercurius has no hook for: closes it when it asks for more than
 * {@link MAX_SUBSCRIPTIONS} at once (4429), for one under an id in use (4409, PROTOCOL.md of graphql-ws), or with text that can't be kept (4400), and gives every error it is told
 * `extensions.code`. To be called before mercurius listens to the socket.
 */
export function guardSocket(socket: GuardedSocket, log: Log): void {
  const open = new Set<unknown>();
  let closing = false;
  socket.on('message', (data) => {
    // Whoever goes on after the close is not heard any more.
    if (closing) return socket.terminate();
    const { type, id, payload } = read(data.toString()) ?? {};
    if (type === 'complete') open.delete(id);
    if (type !== 'subscribe') return;
    if (!holdsStorableText([id, payload])) {
      closing = true;
      log.warn({}, 'WebSocket closed: a text that is no well-formed Unicode, or has a zero byte in it');
      return socket.close(4400, 'Text that can not be kept');
    }
    if (!open.has(id) && open.size < MAX_SUBSCRIPTIONS) return void open.add(id);
    closing = true;
    log.warn({ open: open.size, repeated: open.has(id) }, 'WebSocket closed: too many subscriptions or an id in use');
    if (open.has(id)) socket.close(4409, 'Subscriber already exists');
    else socket.close(4429, 'Too many subscriptions');
  });
  const send = socket.send.bind(socket);
  socket.send = (data, ...rest) => {
    const text = typeof data === 'string' ? data : '';
    const ends = text.startsWith('{"type":"error"') || text.startsWith('{"type":"complete"');
    const message = ends ? read(text) : undefined;
    if (message === undefined) return send(data, ...rest);
    open.delete(message.id);
    if (message.type === 'complete' || !Array.isArray(message.payload)) return send(data, ...rest);
    send(JSON.stringify({ ...message, payload: message.payload.map((error: SocketError) => coded(error, log)) }), ...rest);
  };
}

/** One with a code is core's own. Of the others, those with a path come from a resolver and may hold anything; the rest is about the request. */
function coded(error: SocketError, log: Log): SocketError {
  if (error.extensions?.code !== undefined) return error;
  if (error.path === undefined) return { ...error, extensions: { code: 'malformedRequest' } };
  const id = randomUUID();
  log.error({ errorId: id, reason: error.message }, 'a subscription failed');
  return { message: `Something went wrong on our side. The log has it as ${id}.`, path: error.path, extensions: { code: 'internal' } };
}

function read(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    // Mercurius answers what is no JSON.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
