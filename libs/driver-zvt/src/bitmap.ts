import { bitmapDefinition } from './bitmap-table.js';
import { DecodeError } from './decode-error.js';
import { lengthBytes, readTlvLength, readVarLength, TRUNCATED } from './length.js';

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
  const damage = walkBitmaps(data, offset, (bmp, start, end) => {
    if (!values.has(bmp)) values.set(bmp, data.subarray(start, end));
  });
  return { values, damage };
}

/**
 * Visits tagged values from `offset` to the end: `data[start, end)` is the value of `bmp`, whose tag stands at `at`. Returns the damage that
 * ended the walk, with the offset of the bitmap that could not be read, or null.
 */
export function walkBitmaps(
  data: Uint8Array,
  offset: number,
  visit: (bmp: number, start: number, end: number, at: number) => void,
): DecodeError | null {
  let at = offset;
  while (at < data.length) {
    const bmp = data[at]!;
    const definition = bitmapDefinition(bmp);
    if (definition === undefined) return new DecodeError('unknownBitmap', at);
    const { extent } = definition;
    let start = at + 1;
    let length: number;
    if (typeof extent === 'number') {
      length = extent;
    } else if (extent === 'tlv') {
      const read = readTlvLength(data, start);
      if (read < 0) return new DecodeError(read === TRUNCATED ? 'truncated' : 'badLength', at);
      start += lengthBytes(data[start]!);
      length = read;
    } else {
      const digits = extent === 'llvar' ? 2 : 3;
      length = readVarLength(data, start, digits);
      if (length < 0) return new DecodeError(length === TRUNCATED ? 'truncated' : 'badLength', at);
      start += digits;
    }
    const end = start + length;
    if (end > data.length) return new DecodeError('truncated', at);
    visit(bmp, start, end, at);
    at = end;
  }
  return null;
}
