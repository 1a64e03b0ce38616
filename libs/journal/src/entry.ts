import { hash } from 'node:crypto';

/** One journal entry. `payload` is JSON text serialised once; it is stored, hashed and sent as these exact characters. */
export interface JournalEntry {
  epoch: number;
  seq: number;
  /** Writer's clock in milliseconds since the Unix epoch. Never used for order. */
  at: number;
  kind: string;
  terminal: string | null;
  payload: string;
}

/** Hash before the first entry of an epoch: binds a chain to its gateway, so that no other gateway's entries fit it. */
export function genesisHash(store: string, gateway: string, epoch: number): string {
  return hash('sha256', `tillward-journal-v1\n${store}\n${gateway}\n${epoch}`, 'hex');
}

/**
 * SHA-256 over the length-prefixed UTF-8 of the previous hash and the entry's fields (DESIGN.md, Journal). Each field is written as
 * `<byte length>:<bytes>`; an absent terminal as `-`, which no length can be.
 */
export function entryHash(prevHash: string, entry: JournalEntry): string {
  return hash(
    'sha256',
    preimage(prevHash, field(String(entry.epoch)), entry.seq, entry.at, entry.kind, entry.terminal, entry.payload),
    'hex',
  );
}

function preimage(
  prevHash: string,
  epochField: string,
  seq: number,
  at: number,
  kind: string,
  terminal: string | null,
  payload: string,
): string {
  return `64:${prevHash}${epochField}${ascii(String(seq))}${ascii(String(at))}${field(kind)}${terminal === null ? '-' : field(terminal)}${field(payload)}`;
}

function field(text: string): string {
  return `${Buffer.byteLength(text)}:${text}`;
}

/** The field of digits, which have a byte each. */
function ascii(text: string): string {
  return `${text.length}:${text}`;
}

/** Consecutive entries as columns; entry i has sequence number `fromSeq + i`. */
export interface JournalColumns {
  epoch: number;
  fromSeq: number;
  at: readonly number[];
  kind: readonly string[];
  terminal: readonly (string | null)[];
  payload: readonly string[];
}

/** The hashes of all entries of a batch, in order. */
export function chainHashes(prevHash: string, columns: JournalColumns): string[] {
  const { epoch, fromSeq, at, kind, terminal, payload } = columns;
  const hashes = new Array<string>(at.length);
  const epochField = field(String(epoch));
  let prev = prevHash;
  for (let i = 0; i < at.length; i++) {
    prev = hash('sha256', preimage(prev, epochField, fromSeq + i, at[i]!, kind[i]!, terminal[i]!, payload[i]!), 'hex');
    hashes[i] = prev;
  }
  return hashes;
}
