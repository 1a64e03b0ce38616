/** Reads packed decimal, most significant digit first. Null when a nibble is no digit (some terminals write `FFFF` for "none"). */
export function readBcd(bytes: Uint8Array): number | null {
  let value = 0;
  for (const byte of bytes) {
    const high = byte >> 4;
    const low = byte & 0x0f;
    if (high > 9 || low > 9) return null;
    value = value * 100 + high * 10 + low;
  }
  return value;
}

/** Writes a non-negative integer as packed decimal of `length` bytes. Throws RangeError when it doesn't fit: a bug of the caller. */
export function writeBcd(value: number, length: number): Uint8Array {
  const digits = String(value);
  if (!Number.isSafeInteger(value) || value < 0 || digits.length > length * 2) {
    throw new RangeError(`${value} does not fit ${length * 2} decimal digits`);
  }
  return Uint8Array.from(Buffer.from(digits.padStart(length * 2, '0'), 'hex'));
}
