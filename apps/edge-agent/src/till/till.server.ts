import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  IDEMPOTENCY_HEADER,
  idempotencyKey,
  operatorSignOnRequest,
  paymentRequest,
  TILL_REFUSALS,
  type TillRefusalCode,
} from '@tillward/contracts';
import type { z } from 'zod';
import { JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import type { OperatorService } from '../operators/index.js';
import type { PaymentService } from '../payments/index.js';
import type { SampleSource, Terminals } from '../terminals/index.js';
import { sampleOf } from '../terminals/index.js';
import { type Route, refusalOf, routeOf } from './till.rules.js';
import { authorised } from './till.token.js';

/** Largest request body; a payment request has a few hundred bytes. */
const MAX_BODY_BYTES = 16 * 1024;

/** Whether the agent can do its work, with the reasons when it can't. */
export interface Readiness {
  ready: boolean;
  reasons: string[];
  mqttConnected: boolean;
  policyVersion: number | null;
  journalHead: number;
  ackedThrough: number;
}

export interface TillParts {
  payments: PaymentService;
  operators: OperatorService;
  terminals: Terminals;
  samples: SampleSource;
  readiness: () => Readiness;
}

export interface TillOptions {
  host: string;
  port: number;
  token: string;
}

interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * The till interface (contracts/till.ts): HTTP and JSON on the store's network. Refusals are typed and bilingual; a malformed request is answered and
 * logged without its content. /healthz and /readyz need no token and say nothing about the store.
 */
export class TillServer {
  readonly #log: Log;
  readonly #parts: TillParts;
  readonly #options: TillOptions;
  readonly #server: Server;

  constructor(context: { log: Log }, parts: TillParts, options: TillOptions) {
    this.#log = context.log;
    this.#parts = parts;
    this.#options = options;
    this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 30_000 }, (request, response) => {
      void this.#serve(request, response);
    });
    this.#server.maxConnections = 200;
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

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0]!;
    let reply: Reply;
    try {
      reply = await this.#answer(routeOf(request.method ?? '', path), request);
    } catch (error) {
      if (error instanceof JournalUnavailableError) {
        this.#log.error(errorFields(error), 'a request was refused because it could not be recorded');
        reply = refuse('journalUnavailable');
      } else {
        this.#log.error(errorFields(error), 'a request failed');
        reply = { status: 500, body: { code: 'internal' } };
      }
    }
    send(response, reply);
  }

  async #answer(route: Route, request: IncomingMessage): Promise<Reply> {
    if (route.kind === 'health') return { status: 200, body: { alive: true } };
    if (route.kind === 'ready') {
      const readiness = this.#parts.readiness();
      return { status: readiness.ready ? 200 : 503, body: readiness };
    }
    if (!authorised(request.headers.authorization, this.#options.token)) {
      return { ...refuse('unauthorised'), headers: { 'www-authenticate': 'Bearer' } };
    }
    switch (route.kind) {
      case 'unknown':
        return refuse('unknownPath');
      case 'method':
        return { ...refuse('unknownPath'), status: 405, headers: { allow: route.allow } };
      case 'terminals':
        return { status: 200, body: { terminals: this.#terminals() } };
      case 'signOn':
        return this.#signOn(request);
      case 'signOff':
        if (!this.#parts.terminals.get(route.terminal)) return refuse('unknownTerminal');
        this.#parts.operators.signOff(route.terminal, 'till');
        return { status: 204 };
      case 'pay':
        return this.#pay(request);
      case 'payment': {
        const view = this.#parts.payments.find(route.paymentId);
        return view ? { status: 200, body: view } : refuse('unknownPayment');
      }
    }
  }

  #terminals(): unknown[] {
    return this.#parts.terminals.all().map((actor) => ({
      id: actor.id,
      name: actor.connection.name,
      sample: sampleOf(actor, this.#parts.samples),
    }));
  }

  async #signOn(request: IncomingMessage): Promise<Reply> {
    const read = await this.#read(request, operatorSignOnRequest);
    if (!read.ok) return read.reply;
    const answer = this.#parts.operators.signOn(read.value.terminal, read.value.operatorId);
    if (!answer.ok) return refuse(answer.code);
    const { terminal, operatorId, certifiedUntil } = answer.session;
    return { status: 200, body: { terminal, operatorId, certifiedUntil } };
  }

  async #pay(request: IncomingMessage): Promise<Reply> {
    const key = idempotencyKey.safeParse(request.headers[IDEMPOTENCY_HEADER]);
    if (!key.success) return this.#malformed(IDEMPOTENCY_HEADER);
    const read = await this.#read(request, paymentRequest);
    if (!read.ok) return read.reply;
    const answer = await this.#parts.payments.start(read.value, key.data);
    return answer.ok ? { status: 200, body: answer.view } : refuse(answer.code);
  }

  async #read<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<{ ok: true; value: T } | { ok: false; reply: Reply }> {
    const text = await readBody(request);
    if (text === null) {
      this.#log.warn({ limit: MAX_BODY_BYTES }, 'too large a request refused');
      return { ok: false, reply: { ...refuse('tooLarge'), headers: { connection: 'close' } } };
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { ok: false, reply: this.#malformed('body') };
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return { ok: true, value: parsed.data };
    return { ok: false, reply: this.#malformed(parsed.error.issues[0]?.path.join('.') || 'body') };
  }

  #malformed(field: string): Reply {
    this.#log.warn({ field: field.slice(0, 48) }, 'malformed request refused');
    return refuse('malformed', field.slice(0, 48));
  }
}

function refuse(code: TillRefusalCode, field?: string): Reply {
  return { status: TILL_REFUSALS[code].status, body: refusalOf(code, field) };
}

/** The body as text; null when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(text ? { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) } : {}),
    ...reply.headers,
  });
  response.end(text);
}
