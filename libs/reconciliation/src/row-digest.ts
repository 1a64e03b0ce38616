/** The two 32-bit halves a digest starts from. Random where somebody could prepare rows that hide each other; any fixed pair gives the same answers otherwise. */
export interface DigestSeed {
  readonly first: number;
  readonly second: number;
}

/** Where nobody gains by colliding digests: rows of one's own. */
export const FIXED_SEED: DigestSeed = { first: 0x3c6ef372, second: 0x1f83d9ab };

const TWO_32 = 4_294_967_296;

/**
 * A 64-bit digest of one row, in two independent halves. Digests of rows are added up (R5), so each half ends in MurmurHash3's finalisation: without it sums of related rows would cancel out.
 */
export class RowDigest {
  first = 0;
  second = 0;
  /** Which slice of its batch the row belongs to: depends on type and identity only, so both sides' rows of one key are in the same. */
  slice = 0;

  constructor(private readonly seed: DigestSeed) {}

  /**
   * Sets the digest of a row: its type (`typeHash` is a hash of its word, the same on both sides), identity (`tag` 0 none, 1 trace number, 2 reference), currency, amount, and fee. A fee that isn't known,
   * or isn't compared, is NaN.
   */
  row(
    typeHash: number,
    tag: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    currency: number,
    amountMinor: number,
    feeMinor: number,
  ): void {
    let a = mixFirst(this.seed.first, typeHash);
    let b = mixSecond(this.seed.second, typeHash);
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      a = mixFirst(a, word);
      b = mixSecond(b, word);
    }
    // The rest with the length before it, so that what follows can't be mistaken for the end of the identity.
    let rest = end - start;
    for (; i < end; i++) rest = (rest << 8) | bytes[i]!;
    a = mixFirst(a, rest);
    b = mixSecond(b, rest);
    this.slice = Math.imul(a ^ tag, 0x9e3779b1) >>> 28;
    const known = Number.isNaN(feeMinor) ? 0 : 1;
    const kind = (currency << 3) | (tag << 1) | known;
    a = mixFirst(a, kind);
    b = mixSecond(b, kind);
    const low = amountMinor | 0;
    a = mixFirst(a, low);
    b = mixSecond(b, low);
    const fee = feeMinor | 0;
    a = mixFirst(a, fee);
    b = mixSecond(b, fee);
    // What 32 bits hold needs no upper half.
    if (low !== amountMinor || (known === 1 && fee !== feeMinor)) {
      const high = Math.floor(amountMinor / TWO_32) | 0;
      const feeHigh = Math.floor(feeMinor / TWO_32) | 0;
      a = mixFirst(mixFirst(a, high), feeHigh);
      b = mixSecond(mixSecond(b, high), feeHigh);
    }
    this.first = finished(a);
    this.second = finished(b ^ a);
  }
}

function mixFirst(hash: number, value: number): number {
  let word = Math.imul(value, 0xcc9e2d51);
  word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
  const mixed = hash ^ word;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function mixSecond(hash: number, value: number): number {
  let word = Math.imul(value, 0x239b961b);
  word = Math.imul((word << 16) | (word >>> 16), 0xab0e9789);
  const mixed = hash ^ word;
  return (Math.imul((mixed << 17) | (mixed >>> 15), 5) + 0x561ccd1b) | 0;
}

function finished(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit hash of bytes, the same wherever they stand. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = mixFirst(hash, bytes[i]!);
  return finished(hash) | 0;
}
