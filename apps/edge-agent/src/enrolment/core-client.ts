import { readFileSync } from 'node:fs';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { z } from 'zod';
import { judgeServer } from './server-identity.js';

const TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Core said no. `code` is its stable code; another try is of use only when `isFinal` is false. */
export class CoreRefusal extends Error {
  override name = 'CoreRefusal';

  constructor(
    readonly code: string,
    message: string,
    readonly isFinal: boolean,
  ) {
    super(message);
  }
}

/** How to reach core. */
export interface CoreAddress {
  /** `https://`, or `http://` on this machine. */
  readonly url: string;
  /** PEM file of who signs core's certificate, when not one of the public authorities. */
  readonly caFile?: string | undefined;
  /** A renewal keeps no secret and checks what it gets: then a server may have any dates. */
  readonly anyDate?: boolean;
}

const refusalBody = z.object({ error: z.string().max(64), message: z.string().max(500) });

/** Why an address can't be used; undefined when it can. A claim is a secret and would pass in clear. */
export function addressProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return 'core’s address is not a URL';
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return 'core’s address must begin with https://';
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
    ? undefined
    : 'core’s address must begin with https:// unless it is on this machine';
}

/**
 * Posts JSON to core and returns what `schema` makes of the answer. Throws {@link CoreRefusal} for an answer that says no, any other error when core
 * can't be reached or answers nonsense: then nothing is known about what it did.
 */
export async function postToCore<S extends z.ZodType>(address: CoreAddress, path: string, body: object, schema: S): Promise<z.output<S>> {
  const { status, text } = await post(address, path, JSON.stringify(body));
  if (status === 200) return schema.parse(JSON.parse(text));
  const refused = refusalBody.safeParse(parsed(text));
  if (!refused.success) throw new Error(`core answered ${status}`);
  throw new CoreRefusal(refused.data.error, refused.data.message, status >= 400 && status < 500 && status !== 429);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function post(address: CoreAddress, path: string, body: string): Promise<{ status: number; text: string }> {
  const url = new URL(path, address.url);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const options = { method: 'POST', headers, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) };
  return new Promise((resolve, reject) => {
    const asked = url.protocol === 'https:' ? overTls(url, options, address) : requestHttp(url, options);
    asked.once('error', reject);
    asked.once('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) asked.destroy(new Error('core’s answer is too long'));
        else chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    });
    asked.end(body);
  });
}

function overTls(url: URL, options: object, { caFile, anyDate }: CoreAddress): ClientRequest {
  const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  const trust = ca === undefined ? {} : { ca };
  if (anyDate !== true) return requestHttps(url, { ...options, ...trust });
  const asked = requestHttps(url, { ...options, ...trust, rejectUnauthorized: false });
  asked.once('socket', (socket) => {
    socket.once('secureConnect', () => {
      const verdict = judgeServer(socket as TLSSocket, url.hostname, ca);
      if (typeof verdict === 'object') asked.destroy(new Error(`core’s certificate is not accepted: ${verdict.refused}`));
    });
  });
  return asked;
}
