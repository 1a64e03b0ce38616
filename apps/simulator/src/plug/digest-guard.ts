import { createHash } from 'node:crypto';
import type { SeededRandom } from '../seeded-random.js';

/** The user of a Shelly; there is no other. */
const USERNAME = 'admin';
/** A nonce is good for this long, then the device wants a new one. */
const NONCE_LIFETIME_MS = 60_000;
/** More than this many clients at once is not what a plug is for: the oldest nonce goes. */
const MAX_NONCES = 32;

/** A request that is not let in, with the challenge to send. */
export interface DigestRefusal {
  readonly wwwAuthenticate: string;
}

interface Nonce {
  readonly since: number;
  /** Highest count seen: one that does not grow is a replay. */
  count: number;
}

/** The device's side of digest access (RFC 7616, SHA-256, quality `auth`), as Shelly devices have it. */
export class DigestGuard {
  private readonly nonces = new Map<string, Nonce>();

  constructor(
    private readonly realm: string,
    public password: string,
    private readonly random: SeededRandom,
  ) {}

  /** Null when the request may pass. `authorization` is its header. */
  check(method: string, uri: string, authorization: string | undefined, now: number): DigestRefusal | null {
    const fields = fieldsOf(authorization);
    const nonce = fields ? this.nonces.get(fields.get('nonce') ?? '') : undefined;
    if (!fields || !nonce || !this.matches(fields, method, uri)) return this.challenge(now, false);
    const count = Number.parseInt(fields.get('nc') ?? '', 16);
    if (!(count > nonce.count) || now - nonce.since > NONCE_LIFETIME_MS) return this.challenge(now, true);
    nonce.count = count;
    return null;
  }

  /** Forgets every nonce: clients must begin anew, as after a restart of the device. */
  forget(): void {
    this.nonces.clear();
  }

  private matches(fields: ReadonlyMap<string, string>, method: string, uri: string): boolean {
    const of = (name: string) => fields.get(name) ?? '';
    if (of('username') !== USERNAME || of('realm') !== this.realm || of('uri') !== uri || of('qop') !== 'auth') return false;
    const known = sha256(`${USERNAME}:${this.realm}:${this.password}`);
    const asked = sha256(`${method}:${uri}`);
    return of('response') === sha256([known, of('nonce'), of('nc'), of('cnonce'), 'auth', asked].join(':'));
  }

  private challenge(now: number, stale: boolean): DigestRefusal {
    const nonce = Array.from({ length: 4 }, () => this.random.integer(0, 0xffff).toString(16).padStart(4, '0')).join('');
    this.nonces.set(nonce, { since: now, count: 0 });
    const oldest = this.nonces.keys().next().value;
    if (this.nonces.size > MAX_NONCES && oldest !== undefined) this.nonces.delete(oldest);
    return {
      wwwAuthenticate: `Digest qop="auth", realm="${this.realm}", nonce="${nonce}", algorithm=SHA-256${stale ? ', stale=true' : ''}`,
    };
  }
}

function fieldsOf(authorization: string | undefined): ReadonlyMap<string, string> | null {
  if (!authorization?.startsWith('Digest ')) return null;
  const fields = new Map<string, string>();
  for (const [, name, value] of authorization.slice('Digest '.length).matchAll(/([a-z]+)="?([^",]*)"?/gi)) fields.set(name!, value!.trim());
  return fields;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
