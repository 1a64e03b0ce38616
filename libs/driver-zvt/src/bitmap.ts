import { DecodeError } from './decode-error.js';
import { readTlvLength } from './tlv.js';

/** How long a bitmap's value is: a fixed number of bytes, or said in two (LLVAR) or three (LLLVAR) `Fx` bytes, or as a TLV length. */
type Extent = number | 'llvar' | 'lllvar' | 'tlv';

/** Numbers of the bitmaps (BMP) this driver names (spec 13.08, chapter "Definition of the data-objects"). */
export const BMP = {
  serviceByte: 0x03,
  amount: 0x04,
  tlv: 0x06,
  trace: 0x0b,
  time: 0x0c,
  date: 0x0d,
  statusByte: 0x19,
  pan: 0x22,
  resultCode: 0x27,
  terminalId: 0x29,
  authorisationAttribute: 0x3b,
  additionalText: 0x3c,
  currency: 0x49,
  totals: 0x60,
  receiptNo: 0x87,
  cardType: 0x8a,
  cardName: 0x8b,
} as const;

/** Lengths of all bitmaps of the spec: also those we don't use, since a bitmap of unknown length hides everything behind it. */
const EXTENTS: ReadonlyMap<number, Extent> = new Map<number, Extent>([
  ...[0x01, 0x02, 0x03, 0x05, 0x19, 0x27, 0x72, 0x73, 0x74, 0x75, 0x8a, 0x8c, 0xa0, 0xd0, 0xd2, 0xd3].map((bmp) => [bmp, 1] as const),
  ...[0xe0, 0xe9, 0xea, 0xf0, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd].map((bmp) => [bmp, 1] as const),
  ...[0x0d, 0x0e, 0x17, 0x3a, 0x49, 0x87].map((bmp) => [bmp, 2] as const),
  ...[0x0b, 0x0c, 0x37, 0x3d, 0x88, 0xaa].map((bmp) => [bmp, 3] as const),
  ...[0x29, 0x70, 0x71].map((bmp) => [bmp, 4] as const),
  [0xba, 5],
  [0x04, 6],
  [0x3b, 8],
  [0xeb, 8],
  [0x2a, 15],
  ...[0x22, 0x23, 0x2d, 0x8b, 0xa7, 0xd1].map((bmp) => [bmp, 'llvar'] as const),
  ...[0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8].map((bmp) => [bmp, 'llvar'] as const),
  ...[0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8].map((bmp) => [bmp, 'llvar'] as const),
  ...[0x24, 0x2e, 0x3c, 0x60, 0x92, 0x9a, 0xaf].map((bmp) => [bmp, 'lllvar'] as const),
  [0x06, 'tlv'],
]);

/** Bitmaps read so far, and the damage that ended the reading (null: everything was read). */
export interface Bitmaps {
  readonly values: ReadonlyMap<number, Uint8Array>;
  readonly damage: DecodeError | null;
}

/**
 * Reads tagged values from `offset` to the end. Never throws: what precedes a damage stays usable, because a status information that says
 * "booked" must not be lost to a vendor's tag behind it. A tag that comes twice keeps its first value.
 */
export function readBitmaps(data: Uint8Array, offset: number): Bitmaps {
  const values = new Map<number, Uint8Array>();
  let at = offset;
  while (at < data.length) {
    const bmp = data[at]!;
    const extent = EXTENTS.get(bmp);
    if (extent === undefined) return { values, damage: new DecodeError('unknownBitmap', at) };
    const span = spanOf(extent, data, at + 1);
    if (span instanceof DecodeError) return { values, damage: span };
    if (span.end > data.length) return { values, damage: new DecodeError('truncated', at) };
    if (!values.has(bmp)) values.set(bmp, data.subarray(span.start, span.end));
    at = span.end;
  }
  return { values, damage: null };
}

/** Reads an LLVAR (2) or LLLVAR (3) length: one decimal digit a byte, high nibble F. */
export function readVarLength(data: Uint8Array, at: number, digits: 2 | 3): number | DecodeError {
  let length = 0;
  for (let i = at; i < at + digits; i++) {
    const byte = data[i];
    if (byte === undefined) return new DecodeError('truncated', i);
    if (byte >> 4 !== 0x0f || (byte & 0x0f) > 9) return new DecodeError('badLength', i);
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

function spanOf(extent: Extent, data: Uint8Array, at: number): { start: number; end: number } | DecodeError {
  if (typeof extent === 'number') return { start: at, end: at + extent };
  if (extent === 'tlv') {
    const length = readTlvLength(data, at);
    return length instanceof DecodeError ? length : { start: length.next, end: length.next + length.length };
  }
  const digits = extent === 'llvar' ? 2 : 3;
  const length = readVarLength(data, at, digits);
  return length instanceof DecodeError ? length : { start: at + digits, end: at + digits + length };
}
