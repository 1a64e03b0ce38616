import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { z } from 'zod';

const MAX_BODY_BYTES = 65_536;

/** A request the API doesn't follow; told to the caller as JSON `{code, message}`. */
export class ControlRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: 'notFound' | 'methodNotAllowed' | 'malformed' | 'tooLarge' | 'notPossible' | 'foreignOrigin',
    message: string,
  ) {
    super(message);
    this.name = 'ControlRefusal';
  }
}

/** One resource: what it answers to GET, and to the body of a POST; it has at least one of the two. */
export interface JsonResource {
  readonly get?: () => unknown;
  readonly post?: (body: unknown) => unknown;
}

/** Finds the resource of a path; undefined when there is none. */
export type JsonRouter = (path: string) => JsonResource | undefined;

/**
 * HTTP where everything is JSON, errors too. For the loopback interface: it asks for no password, but serves no web page that a browser has open: neither one of another origin
 * nor one whose name was made to point here (DNS rebinding). `failed` is told of what a resource threw that is no refusal; the caller then gets 500 without its text.
 */
export class JsonApi {
  readonly #server: Server;

  constructor(router: JsonRouter, failed: (error: unknown) => void) {
    this.#server = createServer((request, response) => {
      serve(router, request, response).catch((error: unknown) => {
        failed(error);
        reply(response, 500, { code: 'internal', message: 'The simulator failed; its log says why.' });
      });
    });
  }

  /** Starts listening; resolves with the port. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    const address = this.#server.address();
    return address && typeof address === 'object' ? address.port : port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** Checks a body against its shape; refuses it with the name of the wrong field. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ControlRefusal(400, 'malformed', firstProblem(parsed.error));
}

/** The first thing that is wrong with a value, with the path to it. */
export function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not valid'}`;
}

async function serve(router: JsonRouter, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    refuseForeign(request);
    const resource = router(pathOf(request.url ?? '/'));
    if (!resource) throw new ControlRefusal(404, 'notFound', 'There is no such resource.');
    reply(response, 200, await answerOf(resource, request));
  } catch (error) {
    if (!(error instanceof ControlRefusal)) throw error;
    reply(response, error.status, { code: error.code, message: error.message });
  }
}

/** The path alone: of what begins with two slashes, a URL's parser would take the first part for a host. */
function pathOf(target: string): string {
  return target.startsWith('/') ? (target.split(/[?#]/, 1)[0] ?? '/') : '';
}

function refuseForeign({ headers }: IncomingMessage): void {
  const host = hostOf(`http://${headers.host ?? ''}`);
  const named = host !== undefined && (host === 'localhost' || isIP(host) !== 0);
  const origin = headers.origin;
  if (named && (origin === undefined || origin === `http://${headers.host}`)) return;
  throw new ControlRefusal(403, 'foreignOrigin', 'Only programs of this machine may steer the simulator, by its address or as localhost.');
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}

async function answerOf({ get, post }: JsonResource, request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET' && get) return get();
  if (request.method === 'POST' && post) return post(await readJson(request));
  const methods = [get && 'GET', post && 'POST'].filter(Boolean).join(' or ');
  throw new ControlRefusal(405, 'methodNotAllowed', `Use ${methods}.`);
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
