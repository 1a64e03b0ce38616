import { createHash } from 'node:crypto';
import { canonicalJson } from '../audit/index.js';

/** A journal entry that booked a payment, as stored. */
export interface BookedEntry {
  readonly seq: number;
  readonly payload: string;
}

/** What evidence says of a receipt: a digest of its lines, so that one found later can be compared and none is copied. */
export interface ReceiptDigest {
  readonly paymentId: string;
  readonly seq: number;
  /** SHA-256 over the lines as JSON; null when the entry carries no receipt. */
  readonly digest: string | null;
}

/** What was frozen: the text and the SHA-256 of its bytes, hexadecimal. */
export interface SealedEvidence {
  readonly content: string;
  readonly digest: string;
}

/** Digests of the receipts of one batch. Entries of other batches, and of what was not booked after all, are left out; those that can't be read are named by their number. */
export function receiptDigests(entries: readonly BookedEntry[], batchNo: number): { receipts: ReceiptDigest[]; unreadable: number[] } {
  const receipts: ReceiptDigest[] = [];
  const unreadable: number[] = [];
  for (const { seq, payload } of entries) {
    const parsed = parse(payload);
    if (parsed === undefined) unreadable.push(seq);
    else if (parsed['batchNo'] === batchNo && parsed['booked'] !== null) {
      const lines = parsed['receipt'];
      receipts.push({ paymentId: String(parsed['paymentId']), seq, digest: Array.isArray(lines) ? sha256(JSON.stringify(lines)) : null });
    }
  }
  return { receipts, unreadable };
}

/** Seals evidence: canonical JSON (RFC 8785) and its digest. */
export function seal(content: Readonly<Record<string, unknown>>): SealedEvidence {
  const text = canonicalJson(content);
  return { content: text, digest: sha256(text) };
}

/** Whether sealed evidence is what was sealed. */
export function isIntact({ content, digest }: SealedEvidence): boolean {
  return sha256(content) === digest;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function parse(payload: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
