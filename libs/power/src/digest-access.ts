import { createHash } from 'node:crypto';

/** What a server asks of somebody who has not said who they are. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  /** Returned as it came; absent when the server sent none. */
  readonly opaque?: string;
  /** The server says that only the nonce is too old, not the password wrong. */
  readonly stale: boolean;
}

/** One answer to a challenge. `count` is how often its nonce has been used, 1 the first time; `clientNonce` is new for every request. */
export interface DigestAnswer {
  readonly username: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly count: number;
  readonly clientNonce: string;
}

/**
 * Reads `WWW-Authenticate` (RFC 7616, 3.3). Null unless it asks for Digest with SHA-256 and quality `auth`: answering Basic would hand the
 * password over, and MD5 a digest of it that is cheap to search.
 */
export function digestChallenge(header: string | undefined): DigestChallenge | null {
  const scheme = header?.match(/^\s*Digest\s+(.*)$/is)?.[1];
  if (scheme === undefined) return null;
  const fields = new Map<string, string>();
  for (const [, name, quoted, bare] of scheme.matchAll(/([a-z][a-z0-9-]{0,31})\s*=\s*(?:"((?:[^"\\]|\\.){0,512})"|([^\s,"]{1,512}))/gi)) {
    fields.set(name!.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  const realm = fields.get('realm');
  const nonce = fields.get('nonce');
  const qualities = (fields.get('qop') ?? '').split(',').map((quality) => quality.trim().toLowerCase());
  if (!realm || !nonce || fields.get('algorithm')?.toUpperCase() !== 'SHA-256' || !qualities.includes('auth')) return null;
  const opaque = fields.get('opaque');
  return { realm, nonce, stale: fields.get('stale')?.toLowerCase() === 'true', ...(opaque === undefined ? {} : { opaque }) };
}

/** The `Authorization` header that answers a challenge (RFC 7616, 3.4: SHA-256, quality `auth`). */
export function digestAuthorization(challenge: DigestChallenge, answer: DigestAnswer): string {
  const count = answer.count.toString(16).padStart(8, '0');
  const who = sha256(`${answer.username}:${challenge.realm}:${answer.password}`);
  const what = sha256(`${answer.method}:${answer.uri}`);
  const response = sha256(`${who}:${challenge.nonce}:${count}:${answer.clientNonce}:auth:${what}`);
  const opaque = challenge.opaque === undefined ? '' : `, opaque=${quoted(challenge.opaque)}`;
  return (
    `Digest username=${quoted(answer.username)}, realm=${quoted(challenge.realm)}, nonce=${quoted(challenge.nonce)}, uri=${quoted(answer.uri)}, ` +
    `algorithm=SHA-256, qop=auth, nc=${count}, cnonce=${quoted(answer.clientNonce)}, response="${response}"${opaque}`
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
