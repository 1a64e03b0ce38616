import {
  COMMON_REFUSALS,
  IDEMPOTENCY_HEADER,
  type PATH_PARAMETERS,
  TILL_ROUTES,
  type TillRoute,
  tillRefusal,
  tillRouteOf,
} from '@tillward/contracts';
import type { z } from 'zod';
import type { TestEdge, TestStore } from '../edge.fixtures.js';
import { silentLog } from '../log.js';
import { storeInterface } from '../store.interface.js';
import type { Readiness } from './till.server.js';

/** The installer's token of all tests. */
export const TOKEN = 'till-token-0123456789';

/** An answer, its body read. */
export interface Answer {
  status: number;
  body: never;
  headers: Headers;
}

/** The store's HTTP server over a test's agent, with a client that holds every answer against the contract. */
export class TestServer {
  readonly parts: ReturnType<typeof storeInterface>;
  ready = true;
  base = '';

  constructor(store: TestStore, edge: TestEdge, token: string | null = TOKEN, port = 0) {
    const { journal, policy, terminals, operators, payments, events, closing } = edge;
    const samples = { operatorAt: (id: string) => operators.at(id)?.operatorId ?? null, unsettledAt: () => ({ amountMinor: 0, count: 0 }) };
    const readiness = (): Readiness => ({
      ready: this.ready,
      reasons: this.ready ? [] : ['broker: gone'],
      mqttConnected: this.ready,
      policyVersion: 1,
      journalHead: 1,
      ackedThrough: 1,
    });
    const { clock } = store;
    const connected = () => this.ready;
    this.parts = storeInterface(
      { clock, log: silentLog },
      { journal, policy, terminals, operators, payments, events, closing, samples, readiness, connected },
      { host: '127.0.0.1', port, installerToken: token },
    );
  }

  async start(): Promise<void> {
    this.base = `http://127.0.0.1:${await this.parts.till.start()}`;
  }

  stop(): Promise<void> {
    return this.parts.till.stop();
  }

  /** A request as it is. */
  async raw(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const sent = body === undefined ? {} : { body: text };
    const type = { 'content-type': 'application/json' };
    const response = await fetch(this.base + path, { method, headers: { ...type, ...headers }, ...sent, redirect: 'manual' });
    const answer = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, body: (json ? JSON.parse(answer) : answer) as never, headers: response.headers };
  }

  /** A till's request. Fails when the answer is not one the contract lists for this route. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.raw(method, path, body, { authorization: `Bearer ${TOKEN}`, ...headers });
    const route = tillRouteOf(method, path.split('?')[0]!);
    if (route && 'name' in route) keepsContract(TILL_ROUTES[route.name], answer);
    return answer;
  }

  /** Status, code and field of a refusal. */
  async refused(pending: Promise<Answer>): Promise<unknown[]> {
    const { status, body } = await pending;
    const { code, field } = tillRefusal.parse(body);
    return field === undefined ? [status, code] : [status, code, field];
  }

  /** POST with an idempotency key. */
  order(path: string, key: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('POST', path, body, { [IDEMPOTENCY_HEADER]: key, ...headers });
  }
}

function keepsContract(route: TillRoute, { status, body }: Answer): void {
  const answer = route.answers[status];
  if (answer) {
    if (answer.schema !== null && answer.schema !== 'events') (answer.schema as z.ZodType).parse(body);
    return;
  }
  const { code } = tillRefusal.parse(body);
  const listed: readonly string[] = [...(route.token ? COMMON_REFUSALS : []), ...route.refusals];
  if (!listed.includes(code)) throw new Error(`${route.method} ${route.path} was refused with ${code}, which its contract does not list`);
}

/** A path of the contract with every parameter filled in. */
export function examplePath({ path }: TillRoute): string {
  return path.replace(/\{(\w+)\}/g, (_, name: keyof typeof PATH_PARAMETERS) =>
    name === 'terminal' ? 't1' : '2052a146-cce1-47ac-a259-218cd817524a',
  );
}

/** Reads a stream of Server-Sent Events as a browser does. */
export class EventReader {
  readonly events: { id: string; type: string; data: never }[] = [];
  readonly comments: string[] = [];
  readonly status: number;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.#abort = abort;
    void this.#read(response);
  }

  /** Connects; `lastEventId` resumes. */
  static async open(base: string, path: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const abort = new AbortController();
    return new EventReader(await fetch(base + path, { headers, signal: abort.signal }), abort);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          this.#take(text.slice(0, end));
          text = text.slice(end + 2);
        }
      }
    } catch (error) {
      if (!this.#abort.signal.aborted && !(error instanceof TypeError)) throw error;
    }
  }

  #take(block: string): void {
    if (block.startsWith(':')) {
      this.comments.push(block);
      return;
    }
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    if (data !== undefined) this.events.push({ id: field('id')!, type: field('event')!, data: JSON.parse(data) as never });
  }
}
