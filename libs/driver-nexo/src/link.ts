import { request } from 'node:http';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { certificateObjection } from './certificate.rules.js';
import type { TerminalTrust } from './options.js';

/** Largest answer taken; real ones have a few kilobytes. */
export const MAX_ANSWER_BYTES = 256 * 1024;
const PATH = '/nexo/';

/** Where a terminal is, and how it is known. */
export interface LinkTarget {
  readonly host: string;
  readonly port: number;
  readonly poiId: string;
  readonly trust: TerminalTrust;
  readonly connectMs: number;
}

/** A connection that was not made: nobody there, or somebody else. */
export class LinkRefused extends Error {
  constructor(
    readonly untrusted: boolean,
    detail: string,
  ) {
    super(detail);
    this.name = 'LinkRefused';
  }
}

/** An answer that never came as a whole, or isn't HTTP, or is too long. `received` counts its bytes. */
export class AnswerLost extends Error {
  constructor(
    readonly reason: 'timeout' | 'linkLost' | 'tooLong' | 'notHttp',
    readonly received: number,
    detail: string,
  ) {
    super(detail);
    this.name = 'AnswerLost';
  }
}

/** An HTTP answer as a whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * Opens TLS to a terminal and checks who it is, before a byte of ours leaves. Rejects with LinkRefused. `opened` gets the socket at once, so that
 * it can be destroyed while it still connects.
 */
export async function openLink(target: LinkTarget, opened: (socket: TLSSocket) => void): Promise<TLSSocket> {
  const { trust, poiId } = target;
  const options: ConnectionOptions = {
    host: target.host,
    port: target.port,
    secureContext: secureContextOf(trust),
    // A pinned certificate replaces the chain; it is compared below before anything is written. Without a pin the chain must hold.
    rejectUnauthorized: trust.kind === 'ca',
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    // The name isn't the host's: it is compared below, for both kinds of trust.
    checkServerIdentity: () => undefined,
  };
  const socket = connect(options);
  opened(socket);
  await new Promise<void>((resolve, reject) => {
    const fail = (untrusted: boolean, detail: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new LinkRefused(untrusted, detail));
    };
    const timer = setTimeout(() => fail(false, `no connection within ${target.connectMs} ms`), target.connectMs);
    socket.on('error', (error: NodeJS.ErrnoException) => fail(isCertificateError(error), describe(error)));
    socket.once('close', () => fail(false, 'the connection was closed while it was opened'));
    socket.once('secureConnect', () => {
      const { subject, fingerprint256 = '' } = socket.getPeerCertificate();
      const objection = certificateObjection({ commonName: firstName(subject?.CN), fingerprint256 }, trust, poiId);
      if (objection !== null) return fail(true, objection);
      clearTimeout(timer);
      resolve();
    });
  });
  return socket;
}

/**
 * What OpenSSL needs for a root, made once for all terminals that share it: a gateway has hundreds of them, and a new context for each message
 * would cost more memory than everything else here. No roots but the given ones are ever trusted, not those of the machine.
 */
function secureContextOf(trust: TerminalTrust): SecureContext {
  const pem = trust.kind === 'ca' ? trust.pem : '';
  const known = contexts.get(pem);
  if (known) return known;
  const made = createSecureContext({ ca: pem === '' ? [] : pem, minVersion: 'TLSv1.2' });
  if (contexts.size >= MAX_CONTEXTS) contexts.clear();
  contexts.set(pem, made);
  return made;
}

const contexts = new Map<string, SecureContext>();
/** More roots than any store's terminals have; a limit on what settings that change for ever can make us hold. */
const MAX_CONTEXTS = 8;

/** Posts a message over an open link and reads its answer. `sent` is called when its bytes are handed over. Rejects with AnswerLost. */
export function post(socket: TLSSocket, host: string, body: string, timeoutMs: number, sent: () => void): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let received = 0;
    const lose = (reason: AnswerLost['reason'], detail: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new AnswerLost(reason, received, detail));
    };
    const timer = setTimeout(() => lose('timeout', `no answer within ${timeoutMs} ms`), timeoutMs);
    const bytes = Buffer.from(body, 'utf8');
    const message = request({
      createConnection: () => socket,
      method: 'POST',
      path: PATH,
      maxHeaderSize: 8_192,
      headers: { host, 'content-type': 'application/json', 'content-length': bytes.length, connection: 'close' },
    });
    // The parser's codes begin with HPE_.
    message.on('error', (error: NodeJS.ErrnoException) => {
      if (!complete()) lose(error.code?.startsWith('HPE_') ? 'notHttp' : 'linkLost', describe(error));
    });
    let complete = () => false;
    message.on('response', (response) => {
      complete = () => response.complete;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received > MAX_ANSWER_BYTES) return lose('tooLong', `an answer of more than ${MAX_ANSWER_BYTES} bytes`);
        chunks.push(chunk);
      });
      response.on('error', (error: NodeJS.ErrnoException) => lose('linkLost', describe(error)));
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
      });
    });
    message.on('close', () => {
      // A whole answer is one, whatever the terminal says after it.
      if (!complete()) lose('linkLost', 'the connection was closed before the answer');
    });
    sent();
    message.end(bytes);
  });
}

function isCertificateError(error: NodeJS.ErrnoException): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|ISSUER|SIGNATURE/.test(error.code ?? '');
}

/** For people, without addresses or content. */
function describe(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name;
}

function firstName(name: string | string[] | undefined): string {
  return (Array.isArray(name) ? name[0] : name) ?? '';
}
