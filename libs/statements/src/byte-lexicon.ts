/**
 * Answers the same object for the same bytes without making a string of them: type words, currencies and element names come by the million and are few. What is not remembered, because
 * there are more than `limit` different ones, is made anew each time, so memory is bounded whatever a file contains.
 */
export class ByteLexicon<T> {
  private readonly slots: ({ readonly bytes: Uint8Array; readonly value: T } | undefined)[];
  private readonly mask: number;
  private count = 0;

  constructor(
    private readonly make: (bytes: Uint8Array, start: number, end: number) => T,
    private readonly limit = 1024,
  ) {
    let size = 16;
    while (size < limit * 2) size *= 2;
    this.slots = new Array(size).fill(undefined);
    this.mask = size - 1;
  }

  /** What `make` answered for these bytes the first time. */
  get(bytes: Uint8Array, start: number, end: number): T {
    const length = end - start;
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    let slot = (hash ^ (hash >>> 15)) & this.mask;
    for (;;) {
      const known = this.slots[slot];
      if (known === undefined) return this.learn(slot, bytes, start, end);
      if (known.bytes.length === length && same(known.bytes, bytes, start)) return known.value;
      slot = (slot + 1) & this.mask;
    }
  }

  private learn(slot: number, bytes: Uint8Array, start: number, end: number): T {
    const value = this.make(bytes, start, end);
    if (this.count < this.limit) {
      this.slots[slot] = { bytes: bytes.slice(start, end), value };
      this.count++;
    }
    return value;
  }
}

function same(known: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
