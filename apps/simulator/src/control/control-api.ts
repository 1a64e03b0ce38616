import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { terminalFault } from '../terminal/index.js';
import type { SimulatedWorld } from '../world/index.js';

const MAX_BODY_BYTES = 65_536;

/** Which tills: those of one store, or all. */
const whichTills = z.strictObject({ store: z.string().optional() });
const rate = z.strictObject({ store: z.string().optional(), saleEverySeconds: z.number().positive().max(86_400) });

/** A request the API doesn't follow; told to the caller as JSON `{code, message}`. */
class ControlRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: 'notFound' | 'methodNotAllowed' | 'malformed' | 'tooLarge',
    message: string,
  ) {
    super(message);
    this.name = 'ControlRefusal';
  }
}

/**
 * Steers the simulator: `GET /v1/state`, `GET /v1/ledger`, `POST /v1/terminals/<store>/<terminal>/faults`, `POST /v1/tills/pause`,
 * `…/resume`, `…/rate`, `GET /healthz`. Everything is JSON, errors too. For the loopback interface: it asks for no password.
 */
export class ControlApi {
  private readonly server: Server;

  constructor(
    private readonly world: SimulatedWorld,
    private readonly failed: (error: unknown) => void,
  ) {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        this.failed(error);
        reply(response, 500, { code: 'internal', message: 'The simulator failed; its log says why.' });
      });
    });
  }

  /** Starts listening; resolves with the port. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address();
    return address && typeof address === 'object' ? address.port : port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = new URL(request.url ?? '/', 'http://control').pathname;
      reply(response, 200, await this.answer(request, path));
    } catch (error) {
      if (!(error instanceof ControlRefusal)) throw error;
      reply(response, error.status, { code: error.code, message: error.message });
    }
  }

  private async answer(request: IncomingMessage, path: string): Promise<unknown> {
    const reading: Readonly<Record<string, () => unknown>> = {
      '/healthz': () => ({ status: 'ok' }),
      '/v1/state': () => this.world.view(),
      '/v1/ledger': () => ({ lines: this.world.ledger() }),
    };
    const read = reading[path];
    if (read) {
      requireMethod(request, 'GET');
      return read();
    }
    const faults = /^\/v1\/terminals\/([^/]+)\/([^/]+)\/faults$/.exec(path);
    const tills = /^\/v1\/tills\/(pause|resume|rate)$/.exec(path);
    if (!faults && !tills) throw new ControlRefusal(404, 'notFound', 'There is no such resource.');
    requireMethod(request, 'POST');
    const body = await readJson(request);
    return faults ? this.inject(faults[1]!, faults[2]!, body) : this.steerTills(tills![1]!, body);
  }

  private inject(store: string, terminal: string, body: unknown): unknown {
    const fault = parse(terminalFault, body);
    if (!this.world.inject({ store, terminal }, fault, 'by the control API')) {
      throw new ControlRefusal(404, 'notFound', 'There is no such terminal.');
    }
    return { accepted: fault };
  }

  private steerTills(action: string, body: unknown): unknown {
    if (action === 'rate') {
      const { store, saleEverySeconds } = parse(rate, body);
      const tills = this.world.tillsOf(store);
      for (const till of tills) till.setPace(saleEverySeconds);
      return { tills: tills.length };
    }
    const tills = this.world.tillsOf(parse(whichTills, body).store);
    for (const till of tills) action === 'pause' ? till.pause() : till.resume();
    return { tills: tills.length };
  }
}

function requireMethod(request: IncomingMessage, method: 'GET' | 'POST'): void {
  if (request.method !== method) throw new ControlRefusal(405, 'methodNotAllowed', `Use ${method}.`);
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ControlRefusal(400, 'malformed', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not valid'}`);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) throw new ControlRefusal(413, 'tooLarge', `A body has at most ${MAX_BODY_BYTES} bytes.`);
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ControlRefusal(400, 'malformed', 'The body is no JSON.');
    throw error;
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
