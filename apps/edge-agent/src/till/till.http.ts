import type { IncomingMessage, ServerResponse } from 'node:http';
import { TILL_REFUSALS, type TillRefusalCode } from '@tillward/contracts';
import type { z } from 'zod';
import { refusalOf } from './till.rules.js';

/** Largest request body; a payment request has a few hundred bytes. */
const MAX_BODY_BYTES = 16 * 1024;

/** An answer to a request. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A request's body as its shape, or the reply that refuses it; nothing of what was sent is repeated. */
export type Read<T> = { ok: true; value: T } | { ok: false; code: 'malformed' | 'tooLarge' | 'unsupportedMediaType'; reply: Reply };

/** The reply of a refusal, in both languages. */
export function refuse(code: TillRefusalCode, field?: string): Reply {
  return { status: TILL_REFUSALS[code].status, body: refusalOf(code, field?.slice(0, 48)) };
}

/** `application/json`, whose only character set is UTF-8 (RFC 8259 sections 8.1 and 11); saying so all the same does no harm. */
const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Reads a JSON body. One that does not say so is refused: what a foreign page may send without asking first (text/plain, forms) is never an order. */
export async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<Read<T>> {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? ''))
    return { ok: false, code: 'unsupportedMediaType', reply: refuse('unsupportedMediaType') };
  const text = await readBody(request);
  if (text === null) return { ok: false, code: 'tooLarge', reply: { ...refuse('tooLarge'), headers: { connection: 'close' } } };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return malformed('body');
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? { ok: true, value: parsed.data } : malformed(parsed.error.issues[0]?.path.join('.') || 'body');
}

/** The machine a request comes from, as a place where passcodes are given. */
export function machineOf(request: IncomingMessage): string {
  return `machine ${request.socket.remoteAddress ?? ''}`;
}

/** A refusal that names what is wrong. */
export function malformed(field: string): { ok: false; code: 'malformed'; reply: Reply } {
  return { ok: false, code: 'malformed', reply: refuse('malformed', field) };
}

/** Sends a reply, unless nobody waits for it any more. */
export function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return;
  const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(text ? { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) } : {}),
    ...reply.headers,
  });
  response.end(text);
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
