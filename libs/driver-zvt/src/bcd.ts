/** Reads packed decimal, most significant digit first. Null when a nibble is no digit (some terminals write `FFFF` for "none"). */
export function readBcd(bytes: Uint8Array, start = 0, end = bytes.length): number | null {
  let value = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
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

const BYTE_DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The bytes `data[start, end)` as lower-case hexadecimal digits: for packed decimals, their digits. */
export function hexDigits(data: Uint8Array, start = 0, end = data.length): string {
  let text = '';
  for (let i = start; i < end; i++) text += BYTE_DIGITS[data[i]!];
  return text;
}
