import { hash } from 'node:crypto';

/** What one audit entry says. `detail` is canonical JSON text (see {@link canonicalJson}), hashed and stored as these exact characters. */
export interface AuditRecord {
  index: number;
  id: string;
  /** RFC 3339 in UTC with milliseconds. */
  at: string;
  actor: string;
  /** Person id; null for the system and for somebody who isn't signed in. */
  actorId: string | null;
  actorRole: string;
  /** Stable name such as `policy.updated`. */
  action: string;
  storeId: string | null;
  subject: string;
  summary: string;
  detail: string;
}

/** A record with its place in the chain. */
export interface ChainedRecord extends AuditRecord {
  prevHash: string;
  hash: string;
}

/** Previous hash of entry 0. */
export const AUDIT_GENESIS = hash('sha256', 'tillward-audit-v1', 'hex');

/**
 * A2: SHA-256 over the previous hash and every field, each written as `<byte length>:<bytes>` and an absent one as `-`, which no length
 * can be; so no two different records have the same preimage.
 */
export function auditHash(prevHash: string, r: AuditRecord): string {
  const fields = [String(r.index), r.id, r.at, r.actor, r.actorId, r.actorRole, r.action, r.storeId, r.subject, r.summary, r.detail];
  return hash('sha256', `64:${prevHash}${fields.map(field).join('')}`, 'hex');
}

function field(text: string | null): string {
  return text === null ? '-' : `${Buffer.byteLength(text)}:${text}`;
}

/** The head of the log: how many entries there must be and the hash of the last. */
export interface AuditHead {
  entries: number;
  hash: string;
}

/** Checks consecutive records against the hash before them. Returns the hash after them, or the index of the first that doesn't fit. */
export function followChain(
  prevHash: string,
  fromIndex: number,
  records: readonly ChainedRecord[],
): { ok: true; hash: string } | { ok: false; brokenIndex: number } {
  let prev = prevHash;
  for (const [i, record] of records.entries()) {
    const index = fromIndex + i;
    if (record.index !== index || record.prevHash !== prev || auditHash(prev, record) !== record.hash) {
      return { ok: false, brokenIndex: index };
    }
    prev = record.hash;
  }
  return { ok: true, hash: prev };
}

/**
 * JSON with sorted keys and without spaces (RFC 8785; our keys and strings need no more than JSON.stringify does). Undefined members are
 * left out. Throws for what JSON can't say.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has no word for this number');
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON has no word for a ${typeof value}`);
  return text;
}
