/** What the length readers return instead of a length: the data ended, or the length is not written as the spec demands. */
export const TRUNCATED = -1;
export const BAD_LENGTH = -2;

/**
 * Reads a TLV length: one byte below 128, or `81`, `82` and that many bytes, high byte first (spec 13.08, chapter 9.3.2); or TRUNCATED, or
 * BAD_LENGTH.
 */
export function readTlvLength(data: Uint8Array, at: number): number {
  const first = data[at];
  if (first === undefined) return TRUNCATED;
  if (first < 0x80) return first;
  if (first !== 0x81 && first !== 0x82) return BAD_LENGTH;
  const high = data[at + 1];
  if (high === undefined) return TRUNCATED;
  if (first === 0x81) return high;
  const low = data[at + 2];
  return low === undefined ? TRUNCATED : (high << 8) | low;
}

/** Bytes that a TLV length takes, told by its first one: one, or one and those it announces. */
export function lengthBytes(first: number): number {
  return first < 0x80 ? 1 : 1 + (first & 0x7f);
}

/** Reads an LLVAR (2) or LLLVAR (3) length, one decimal digit a byte with high nibble F; or TRUNCATED, or BAD_LENGTH. */
export function readVarLength(data: Uint8Array, at: number, digits: 2 | 3): number {
  let length = 0;
  for (let i = at; i < at + digits; i++) {
    const byte = data[i];
    if (byte === undefined) return TRUNCATED;
    if (byte < 0xf0 || byte > 0xf9) return BAD_LENGTH;
    length = length * 10 + (byte & 0x0f);
  }
  return length;
}

/** Writes an LLVAR or LLLVAR value: length digits, then the bytes. Throws RangeError when it doesn't fit: a bug of the caller. */
export function writeVar(bytes: Uint8Array, digits: 2 | 3): Uint8Array {
  if (bytes.length >= 10 ** digits) throw new RangeError(`${bytes.length} bytes do not fit a length of ${digits} digits`);
  const written = new Uint8Array(digits + bytes.length);
  const text = String(bytes.length).padStart(digits, '0');
  for (let i = 0; i < digits; i++) written[i] = 0xf0 | Number(text[i]);
  written.set(bytes, digits);
  return written;
}
