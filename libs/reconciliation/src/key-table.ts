import { utf8Room, writeUtf8 } from './utf8.js';

const FIRST_KEYS = 256;
const FIRST_BYTES = 16_384;

/** Keys as one run of bytes: key `n` is `bytes[starts[n] .. starts[n] + lengths[n]]`. */
export interface KeyBytes {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
}

/**
 * Numbers byte keys from 0 in the order they first appear. A key is written piece by piece behind the last one (`begin`, `append…`) and `commit` says its number, the old one when the same bytes were
 * there before (R3: whole keys are compared, the hash only says where to look). At most 4 GiB of keys.
 */
export class KeyTable implements KeyBytes {
  count = 0;
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  starts = new Uint32Array(FIRST_KEYS);
  lengths = new Uint32Array(FIRST_KEYS);
  private words = new Uint32Array(this.bytes.buffer);
  private view = new DataView(this.bytes.buffer);
  private hashes = new Int32Array(FIRST_KEYS);
  /** Number of a key + 1; 0 is free. */
  private slots = new Int32Array(FIRST_KEYS * 2);
  private mask = FIRST_KEYS * 2 - 1;
  private from = 0;
  private end = 0;

  /** Starts a key; what was begun and not committed is forgotten. */
  begin(): void {
    this.end = this.from;
  }

  append(source: Uint8Array, start: number, end: number): void {
    const { end: at } = this;
    if (at + (end - start) + 4 > this.bytes.length) this.grow(end - start);
    const { bytes } = this;
    let to = at;
    for (let i = start; i < end; i++) bytes[to++] = source[i]!;
    this.end = to;
  }

  /** As `append`, four bytes at a time: there must be three more behind `end`. */
  appendSpan(source: DataView, start: number, end: number): void {
    const { end: at } = this;
    if (at + (end - start) + 8 > this.bytes.length) this.grow(end - start);
    const view = this.view;
    let to = at;
    for (let i = start; i < end; i += 4, to += 4) view.setInt32(to, source.getInt32(i, true), true);
    this.end = at + (end - start);
  }

  appendByte(value: number): void {
    if (this.end + 5 > this.bytes.length) this.grow(1);
    this.bytes[this.end++] = value;
  }

  appendInt32(value: number): void {
    if (this.end + 8 > this.bytes.length) this.grow(4);
    this.view.setInt32(this.end, value, true);
    this.end += 4;
  }

  appendText(text: string): void {
    const room = utf8Room(text);
    if (this.end + room + 4 > this.bytes.length) this.grow(room);
    this.end = writeUtf8(text, this.bytes, this.end);
  }

  /** The number of the key begun. */
  commit(): number {
    const { from, end, bytes } = this;
    const words = this.words;
    const length = end - from;
    for (let pad = end; (pad & 3) !== 0; pad++) bytes[pad] = 0;
    const firstWord = from >>> 2;
    const wordCount = (length + 3) >>> 2;
    const hash = hashWords(words, firstWord, wordCount);
    let slot = hash & this.mask;
    for (let taken = this.slots[slot]!; taken !== 0; taken = this.slots[slot]!) {
      const key = taken - 1;
      if (this.hashes[key] === hash && this.lengths[key] === length && sameWords(words, this.starts[key]! >>> 2, firstWord, wordCount))
        return key;
      slot = (slot + 1) & this.mask;
    }
    return this.add(slot, hash, length);
  }

  /** Whether key `n` is these bytes. */
  is(n: number, source: Uint8Array, start: number, end: number): boolean {
    if (this.lengths[n] !== end - start) return false;
    const { bytes } = this;
    let at = this.starts[n]!;
    for (let i = start; i < end; i++) if (bytes[at++] !== source[i]) return false;
    return true;
  }

  /** A copy without room to spare, fit to be handed to another thread. */
  toBytes(): KeyBytes {
    return {
      count: this.count,
      bytes: this.bytes.slice(0, this.from),
      starts: this.starts.slice(0, this.count),
      lengths: this.lengths.slice(0, this.count),
    };
  }

  private add(slot: number, hash: number, length: number): number {
    const key = this.count;
    if (key === this.starts.length) {
      this.starts = grown(this.starts, new Uint32Array(key * 2));
      this.lengths = grown(this.lengths, new Uint32Array(key * 2));
      this.hashes = grown(this.hashes, new Int32Array(key * 2));
    }
    this.starts[key] = this.from;
    this.lengths[key] = length;
    this.hashes[key] = hash;
    this.slots[slot] = key + 1;
    this.count = key + 1;
    this.from = (this.end + 3) & ~3;
    // An offset beyond what 32 bits hold would point at another key.
    if (this.from < this.end) throw new RangeError('more than 2 GiB of keys');
    if (this.count * 2 > this.mask) this.rehash();
    return key;
  }

  private rehash(): void {
    const size = (this.mask + 1) * 2;
    this.mask = size - 1;
    this.slots = new Int32Array(size);
    for (let key = 0; key < this.count; key++) {
      let slot = this.hashes[key]! & this.mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
      this.slots[slot] = key + 1;
    }
  }

  private grow(by: number): void {
    let size = this.bytes.length * 2;
    while (size < this.end + by + 16) size *= 2;
    this.bytes = grown(this.bytes, new Uint8Array(size));
    this.words = new Uint32Array(this.bytes.buffer);
    this.view = new DataView(this.bytes.buffer);
  }
}

/** `to` with the values of `from` at its beginning. */
export function grown<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Austin Appleby's MurmurHash3 (x86, 32 bits) over whole words. */
function hashWords(words: Uint32Array, first: number, count: number): number {
  let hash = count;
  for (let i = first; i < first + count; i++) {
    let word = Math.imul(words[i]!, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function sameWords(words: Uint32Array, left: number, right: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (words[left + i] !== words[right + i]) return false;
  return true;
}
