import { createHash } from 'node:crypto';

/** An entry as core's table has it. `hash` in hexadecimal. */
export interface StoredEntry {
  readonly seq: number;
  readonly atMs: string;
  readonly kind: string;
  readonly terminal: string | null;
  readonly payload: string;
  readonly hash: string;
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const lengthPrefixed = (text: string) => `${Buffer.byteLength(text, 'utf8')}:${text}`;

/**
 * What is wrong with one epoch of one gateway: numbers that are missing or doubled, hashes that don't follow. Written from DESIGN.md's description of the journal, beside
 * the product's own code: SHA-256 over the length-prefixed previous hash, epoch, number, time, kind, terminal (`-` when there is none) and payload; before the
 * first entry stands the hash of the gateway's name and epoch. Entries must be sorted by number.
 */
export function faultsOfChain(
  store: string,
  gateway: string,
  epoch: number,
  entries: readonly StoredEntry[],
): { gaps: string[]; breaks: string[] } {
  const place = `${store}/${gateway} epoch ${epoch}`;
  const gaps: string[] = [];
  const breaks: string[] = [];
  let previous = sha256(`tillward-journal-v1\n${store}\n${gateway}\n${epoch}`);
  let expected = 1;
  for (const entry of entries) {
    if (entry.seq !== expected) gaps.push(`${place}: ${entry.seq} stands where ${expected} should`);
    const hash = sha256(
      [previous, String(epoch), String(entry.seq), entry.atMs, entry.kind]
        .map(lengthPrefixed)
        .join('')
        .concat(entry.terminal === null ? '-' : lengthPrefixed(entry.terminal), lengthPrefixed(entry.payload)),
    );
    if (hash !== entry.hash) breaks.push(`${place}: the hash of ${entry.seq} (${entry.kind}) does not follow`);
    previous = entry.hash;
    expected = entry.seq + 1;
  }
  return { gaps, breaks };
}
