import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TILL_ROUTES, tillRouteOf } from '@tillward/contracts';
import { JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import type { TillHandlers } from './till.handlers.js';
import { type Reply, refuse, send } from './till.http.js';
import type { TillTokens } from './till.tokens.js';

/** Whether the agent can do its work, with the reasons when it can't. */
export interface Readiness {
  ready: boolean;
  reasons: string[];
  /** What is wrong with the gateway itself while it goes on working. */
  notices?: readonly { code: string; detail: string }[];
  mqttConnected: boolean;
  policyVersion: number | null;
  journalHead: number;
  ackedThrough: number;
}

/** Something else that is served at the same address, below a path of its own. */
export interface Beside {
  /** Answers a request whose path (without query) is its own. Null: it has answered it itself. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<Reply | null>;
}

export interface TillParts {
  handlers: TillHandlers;
  tokens: TillTokens;
  readiness: () => Readiness;
  /** The store console, at `/console`. */
  console: Beside;
}

/** Times are kept to the second: Node looks for connections that took too long every half minute unless told otherwise. */
const LIMITS = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 30_000, connectionsCheckingInterval: 1_000 };
/** Answers that say that a request could not be read. */
const UNREADABLE: ReadonlySet<number> = new Set([400, 413, 415]);
const MOST_CONNECTIONS = 400;
const MOST_OF_ONE_ADDRESS = 100;

export interface TillOptions {
  host: string;
  port: number;
}

/**
 * The till interface (contracts/till-routes.ts): HTTP and JSON on the store's network. Refusals are typed and bilingual; a malformed request is answered and
 * logged without its content. /healthz and /readyz need no token and say nothing about the store.
 */
export class TillServer {
  readonly #log: Log;
  readonly #parts: TillParts;
  readonly #options: TillOptions;
  readonly #server: Server;
  readonly #connections = new Map<string, number>();

  constructor(context: { log: Log }, parts: TillParts, options: TillOptions) {
    this.#log = context.log;
    this.#parts = parts;
    this.#options = options;
    this.#server = createServer(LIMITS, (request, response) => {
      void this.#serve(request, response);
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('connection', (socket) => this.#limitAddress(socket));
  }

  /** Listens; resolves with the port, which the system chose when it was configured as 0. Rejects when the port is taken. */
  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Stops listening and drops all connections: a till asks again with its idempotency key. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** One machine of the store can't shut the others out. */
  #limitAddress(socket: Socket): void {
    const from = socket.remoteAddress ?? '';
    const open = (this.#connections.get(from) ?? 0) + 1;
    if (open > MOST_OF_ONE_ADDRESS) {
      socket.destroy();
      return;
    }
    this.#connections.set(from, open);
    socket.once('close', () => {
      const left = (this.#connections.get(from) ?? 1) - 1;
      if (left === 0) this.#connections.delete(from);
      else this.#connections.set(from, left);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply | null;
    try {
      reply = await this.#answer(request, response);
    } catch (error) {
      if (error instanceof JournalUnavailableError) {
        this.#log.error(errorFields(error), 'a request was refused because it could not be recorded');
        reply = refuse('journalUnavailable');
      } else if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') {
        // Whoever asked has gone before it had said what.
        this.#log.debug(errorFields(error), 'a request was broken off');
        reply = null;
      } else {
        this.#log.error(errorFields(error), 'a request failed');
        reply = { status: 500, body: { code: 'internal' } };
      }
    }
    if (reply === null) return;
    if (UNREADABLE.has(reply.status)) this.#log.warn({ answer: reply.body }, 'a request was refused as it was not readable');
    send(response, reply);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Reply | null> {
    // What begins with two slashes would be read as a host.
    const target = (request.url ?? '/').replace(/^\/{2,}/, '/');
    if (!URL.canParse(target, 'http://till.invalid')) return refuse('unknownPath');
    const url = new URL(target, 'http://till.invalid');
    const path = url.pathname;
    if (path === '/console' || path.startsWith('/console/')) return this.#parts.console.answer(request, response, url);
    const route = tillRouteOf(request.method ?? '', path);
    if (route && 'name' in route && route.name === 'health') return { status: 200, body: { alive: true } };
    if (path === '/readyz' && request.method === 'GET') {
      const readiness = this.#parts.readiness();
      return { status: readiness.ready ? 200 : 503, body: readiness };
    }
    const caller = this.#parts.tokens.callerOf(request.headers.authorization);
    if (!caller) return { ...refuse('unauthorised'), headers: { 'www-authenticate': 'Bearer' } };
    if (!route) return refuse('unknownPath');
    if ('allow' in route) return { ...refuse('unknownPath'), status: 405, headers: { allow: route.allow } };
    const { name, parameters } = route;
    // The one route without a token was answered above.
    if (name === 'health' || !TILL_ROUTES[name].token) throw new Error(`${name} needs no token`);
    return this.#parts.handlers.handle(name, { request, response, caller, parameters, query: url.searchParams });
  }
}
