import { createServer, type IncomingMessage, type Server } from 'node:http';
import { TILL_REFUSALS, type TillRefusalCode } from '@tillward/contracts';

/** One request the agent got. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly body: { readonly terminal?: string; readonly operatorId?: string; readonly amountMinor?: number; readonly currency?: string };
}

/** What the agent does with a request: a refusal, a body, or nothing (`'cut'`: the connection is destroyed). */
export type FakeAnswer = { readonly refuse: TillRefusalCode } | { readonly body: unknown; readonly status?: number } | 'cut';

/** An agent's till interface that answers as a test says and remembers what it was asked. */
export class FakeAgent {
  readonly seen: SeenRequest[] = [];
  url = '';
  private readonly server: Server;

  constructor(answer: (request: SeenRequest, nth: number) => FakeAnswer) {
    this.server = createServer(async (request, response) => {
      const seen = await read(request);
      this.seen.push(seen);
      const reply = answer(seen, this.seen.length);
      if (reply === 'cut') {
        request.socket.destroy();
        return;
      }
      const status = 'refuse' in reply ? TILL_REFUSALS[reply.refuse].status : (reply.status ?? 200);
      const body = 'refuse' in reply ? { code: reply.refuse, message: { en: 'no', zh: '不' } } : reply.body;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  /** Requests of one kind. */
  of(method: string, path: string): SeenRequest[] {
    return this.seen.filter((request) => request.method === method && request.path.startsWith(path));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    this.url = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

async function read(request: IncomingMessage): Promise<SeenRequest> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const key = request.headers['idempotency-key'];
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    key: typeof key === 'string' ? key : undefined,
    body: text === '' ? {} : JSON.parse(text),
  };
}

/** A payment as the agent tells it. */
export function paymentBody(request: SeenRequest, state: string): unknown {
  return {
    paymentId: '00000000-0000-4000-8000-000000000001',
    transaction: 'sale',
    tillId: 'till-1',
    operatorId: 'anna',
    startedAt: '2026-11-21T12:00:00.000Z',
    terminal: request.body.terminal ?? 't1',
    state,
    amountMinor: request.body.amountMinor ?? 100,
    currency: request.body.currency ?? 'EUR',
  };
}
