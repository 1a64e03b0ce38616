import { StatementRefused } from './refusal.js';

/** Copies reach back at most this far (RFC 1951 §2). */
const REACH = 32_768;
const OUTPUT = 1 << 17;
const MOST_BITS = 15;

/** RFC 1951 §3.2.5: base values and extra bits of length codes 257–285 and distance codes 0–29. */
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385,
  24577,
];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
/** §3.2.7: the order code lengths of the code length alphabet are written in. */
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A Huffman code as counts per length and symbols in order (§3.2.2). */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
  /** Symbol and length for every nine bits that begin a code of at most nine; 0 for longer ones. */
  readonly quick: Uint16Array;
}

const QUICK_BITS = 9;

/**
 * Inflates raw deflate data (RFC 1951) and hands the output on in pieces of at most 128 KiB that are valid during the call. Reads nothing beyond `input`, holds one window whatever the data
 * claims, and refuses damaged data. `most` bounds the output: archives that unpack to more are refused.
 */
export function inflateRaw(input: Uint8Array, most: number, output: (piece: Uint8Array) => void): void {
  new Inflater(input, most, output).run();
}

class Inflater {
  private at = 0;
  private bits = 0;
  private bitCount = 0;
  private readonly window = new Uint8Array(OUTPUT + REACH);
  private filled = 0;
  /** Where output not yet handed on begins. */
  private handed = 0;
  private total = 0;

  constructor(
    private readonly input: Uint8Array,
    private readonly most: number,
    private readonly output: (piece: Uint8Array) => void,
  ) {}

  run(): void {
    for (let last = false; !last; ) {
      last = this.take(1) === 1;
      const kind = this.take(2);
      if (kind === 0) this.stored();
      else if (kind === 1) this.compressed(fixedCodes().lengths, fixedCodes().distances);
      else if (kind === 2) this.dynamic();
      else refuse('a block of an unknown kind');
    }
    this.hand();
  }

  private hand(): void {
    if (this.filled > this.handed) this.output(this.window.subarray(this.handed, this.filled));
    const keep = Math.min(this.filled, REACH);
    this.window.copyWithin(0, this.filled - keep, this.filled);
    this.filled = keep;
    this.handed = keep;
  }

  private count(bytes: number): void {
    this.total += bytes;
    if (this.total > this.most) throw new StatementRefused('too-large', 1, `the zip archive unpacks to more than ${this.most} bytes`);
  }

  private take(count: number): number {
    while (this.bitCount < count) {
      if (this.at >= this.input.length) refuse('ends too early');
      this.bits |= this.input[this.at++]! << this.bitCount;
      this.bitCount += 8;
    }
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  private stored(): void {
    // Codes are looked up with bits read ahead: whole bytes of them go back, the rest of the last one is padding (§3.2.4).
    this.at -= this.bitCount >> 3;
    this.bits = 0;
    this.bitCount = 0;
    const { input } = this;
    if (this.at + 4 > input.length) refuse('ends too early');
    const length = input[this.at]! | (input[this.at + 1]! << 8);
    const complement = input[this.at + 2]! | (input[this.at + 3]! << 8);
    if ((length ^ complement) !== 0xffff) refuse('a stored block whose length is damaged');
    this.at += 4;
    if (this.at + length > input.length) refuse('ends too early');
    this.count(length);
    for (let left = length; left > 0; ) {
      if (this.filled === this.window.length) this.hand();
      const size = Math.min(left, this.window.length - this.filled);
      this.window.set(input.subarray(this.at, this.at + size), this.filled);
      this.at += size;
      this.filled += size;
      left -= size;
    }
  }

  private dynamic(): void {
    const lengthCodes = this.take(5) + 257;
    const distanceCodes = this.take(5) + 1;
    const codeCodes = this.take(4) + 4;
    if (lengthCodes > 286 || distanceCodes > 30) refuse('too many codes');
    const lengths = new Uint8Array(320);
    for (let i = 0; i < codeCodes; i++) lengths[CODE_ORDER[i]!] = this.take(3);
    const codes = makeCode(lengths.subarray(0, 19), false);
    lengths.fill(0);
    for (let i = 0; i < lengthCodes + distanceCodes; ) {
      const symbol = this.symbol(codes);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) refuse('a repeated code length without one before it');
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (i + times > lengthCodes + distanceCodes) refuse('too many code lengths');
      lengths.fill(value, i, i + times);
      i += times;
    }
    if (lengths[256] === 0) refuse('a block without an end');
    this.compressed(
      makeCode(lengths.subarray(0, lengthCodes), true),
      makeCode(lengths.subarray(lengthCodes, lengthCodes + distanceCodes), true),
    );
  }

  private compressed(lengths: Code, distances: Code): void {
    const { window } = this;
    for (;;) {
      const symbol = this.symbol(lengths);
      if (symbol === 256) return;
      if (this.filled + 258 > window.length) this.hand();
      if (symbol < 256) {
        window[this.filled++] = symbol;
        this.count(1);
        continue;
      }
      const index = symbol - 257;
      if (index >= LENGTH_BASE.length) refuse('an unknown length');
      const length = LENGTH_BASE[index]! + this.take(LENGTH_EXTRA[index]!);
      const code = this.symbol(distances);
      if (code >= DISTANCE_BASE.length) refuse('an unknown distance');
      const distance = DISTANCE_BASE[code]! + this.take(DISTANCE_EXTRA[code]!);
      if (distance > this.filled) refuse('a copy from before the beginning');
      this.count(length);
      let to = this.filled;
      for (let from = to - distance, left = length; left > 0; left--) window[to++] = window[from++]!;
      this.filled = to;
    }
  }

  private symbol(code: Code): number {
    while (this.bitCount < QUICK_BITS && this.at < this.input.length) {
      this.bits |= this.input[this.at++]! << this.bitCount;
      this.bitCount += 8;
    }
    const entry = code.quick[this.bits & ((1 << QUICK_BITS) - 1)]!;
    const size = entry >>> 12;
    if (size !== 0 && size <= this.bitCount) {
      this.bits >>>= size;
      this.bitCount -= size;
      return entry & 0xfff;
    }
    return this.slowSymbol(code);
  }

  /** A code of more than nine bits, bit by bit (§3.2.2: the first code of a length follows from the counts). */
  private slowSymbol({ counts, symbols }: Code): number {
    let value = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MOST_BITS; length++) {
      value |= this.take(1);
      const count = counts[length]!;
      if (value - count < first) return symbols[index + (value - first)]!;
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    return refuse('a code that is not defined');
  }
}

function makeCode(lengths: Uint8Array, mayBeIncomplete: boolean): Code {
  const counts = new Uint16Array(MOST_BITS + 1);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= MOST_BITS; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) refuse('more codes than fit');
  }
  const used = counts.reduce((sum, count) => sum + count, 0);
  // A distance code of one symbol is allowed to be incomplete (§3.2.7), others are not.
  if (left > 0 && !(mayBeIncomplete && used <= 1)) refuse('fewer codes than needed');
  const offsets = new Uint16Array(MOST_BITS + 2);
  for (let length = 1; length <= MOST_BITS; length++) offsets[length + 1] = offsets[length]! + counts[length]!;
  const symbols = new Uint16Array(lengths.length);
  const quick = new Uint16Array(1 << QUICK_BITS);
  const next = nextCodes(counts);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    symbols[offsets[length]!++] = symbol;
    const code = next[length]!++;
    if (length > QUICK_BITS) continue;
    for (let entry = reversed(code, length); entry < quick.length; entry += 1 << length) quick[entry] = (length << 12) | symbol;
  }
  return { counts, symbols, quick };
}

function nextCodes(counts: Uint16Array): Uint32Array {
  const next = new Uint32Array(MOST_BITS + 1);
  for (let length = 1, code = 0; length <= MOST_BITS; length++) {
    code = (code + (length === 1 ? 0 : counts[length - 1]!)) << 1;
    next[length] = code;
  }
  return next;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((code >>> i) & 1) << (length - 1 - i);
  return result;
}

let fixed: { lengths: Code; distances: Code } | undefined;

/** §3.2.6. */
function fixedCodes(): { lengths: Code; distances: Code } {
  if (fixed === undefined) {
    const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
    fixed = { lengths: makeCode(lengths, false), distances: makeCode(new Uint8Array(32).fill(5), false) };
  }
  return fixed;
}

function refuse(reason: string): never {
  throw new StatementRefused('zip', 1, `damaged zip archive: ${reason}`);
}
