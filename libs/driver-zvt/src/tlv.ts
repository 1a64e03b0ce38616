import { DecodeError } from './decode-error.js';
import { lengthBytes, readTlvLength, TRUNCATED } from './length.js';

/** Nesting beyond this is hostile: the spec's deepest container has four levels (card applications in 62). */
export const MAX_TLV_DEPTH = 8;
/** Most elements read from one container with everything in it: bounds the work a hostile frame can cause; a long receipt has some hundreds. */
export const MAX_TLV_ELEMENTS = 2_000;
/** Longest tag read: the spec has one, two and (1F80 00 and following) three bytes. */
const MAX_TAG_BYTES = 3;

/** One element of a TLV container (BER tags, big-endian lengths). `tag` is its tag bytes as a number. `at` is the offset of its tag. */
export interface TlvElement {
  readonly tag: number;
  readonly value: Uint8Array;
  readonly at: number;
}

/** Elements of one level, and the damage that ended the reading (null: everything was read). */
export interface TlvLevel {
  readonly elements: readonly TlvElement[];
  readonly damage: DecodeError | null;
}

/** Reads the elements of one container level. Stops at damage and keeps what came before. `base` is the data's offset in its frame. */
export function readTlvLevel(data: Uint8Array, base = 0): TlvLevel {
  const elements: TlvElement[] = [];
  let at = 0;
  while (at < data.length) {
    const start = at;
    if (elements.length >= MAX_TLV_ELEMENTS) return { elements, damage: new DecodeError('tooMany', base + start) };
    const tagEnd = endOfTag(data, at);
    if (tagEnd < 0) return { elements, damage: new DecodeError('truncated', base + start) };
    const length = readTlvLength(data, tagEnd);
    if (length < 0) return { elements, damage: new DecodeError(length === TRUNCATED ? 'truncated' : 'badLength', base + start) };
    at = tagEnd + lengthBytes(data[tagEnd]!) + length;
    if (at > data.length) return { elements, damage: new DecodeError('truncated', base + start) };
    elements.push({ tag: tagNumber(data, start, tagEnd), value: data.subarray(at - length, at), at: base + start });
  }
  return { elements, damage: null };
}

/** The elements of one container level, without a word about damage. */
export function readTlv(data: Uint8Array): readonly TlvElement[] {
  return readTlvLevel(data).elements;
}

/** The first element with this tag, searched through constructed tags too; undefined when there is none. */
export function findTlv(data: Uint8Array, tag: number, depth = 0): Uint8Array | undefined {
  for (const element of readTlvLevel(data).elements) {
    if (element.tag === tag) return element.value;
    if (depth < MAX_TLV_DEPTH && isConstructed(element.tag)) {
      const inner = findTlv(element.value, tag, depth + 1);
      if (inner) return inner;
    }
  }
  return undefined;
}

/**
 * Whether a container is nested or filled beyond every limit: `tooDeep` or `tooMany` with the offset (from `base`), else null. Other damage is
 * not its concern: vendors' mistakes are survived, attempts to keep us busy are not.
 */
export function tlvExcess(data: Uint8Array, base = 0): DecodeError | null {
  let elements = 0;
  const check = (content: Uint8Array, offset: number, depth: number): DecodeError | null => {
    const level = readTlvLevel(content, offset);
    elements += level.elements.length;
    if (level.damage?.code === 'tooMany' || elements > MAX_TLV_ELEMENTS) return new DecodeError('tooMany', offset);
    for (const element of level.elements) {
      if (!isConstructed(element.tag) || element.value.length === 0) continue;
      if (depth >= MAX_TLV_DEPTH) return new DecodeError('tooDeep', element.at);
      const start = element.value.byteOffset - content.byteOffset + offset;
      const excess = check(element.value, start, depth + 1);
      if (excess) return excess;
    }
    return null;
  };
  return check(data, base, 1);
}

/** Writes one element. Throws RangeError beyond 65,535 bytes: a bug of the caller. */
export function writeTlv(tag: number, value: Uint8Array): Uint8Array {
  if (value.length > 0xffff) throw new RangeError(`a TLV value holds at most 65535 bytes, not ${value.length}`);
  const head = tag > 0xffff ? [tag >> 16, (tag >> 8) & 0xff, tag & 0xff] : tag > 0xff ? [tag >> 8, tag & 0xff] : [tag];
  if (value.length < 0x80) head.push(value.length);
  else if (value.length <= 0xff) head.push(0x81, value.length);
  else head.push(0x82, value.length >> 8, value.length & 0xff);
  return Uint8Array.from(Buffer.concat([Uint8Array.from(head), value]));
}

/** Whether a tag holds further elements: bit 6 of its first byte (spec 13.08, chapter 9.3.1). */
export function isConstructed(tag: number): boolean {
  return ((tag > 0xffff ? tag >> 16 : tag > 0xff ? tag >> 8 : tag) & 0x20) !== 0;
}

/** Where the tag at `at` ends, or -1 when the data ends first or the tag is longer than any of the spec. */
function endOfTag(data: Uint8Array, at: number): number {
  if ((data[at]! & 0x1f) !== 0x1f) return at + 1;
  for (let i = at + 1; i < at + MAX_TAG_BYTES && i < data.length; i++) {
    if ((data[i]! & 0x80) === 0) return i + 1;
  }
  return -1;
}

function tagNumber(data: Uint8Array, start: number, end: number): number {
  let tag = 0;
  for (let i = start; i < end; i++) tag = (tag << 8) | data[i]!;
  return tag;
}
