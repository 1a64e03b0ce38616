import { DecodeError } from './decode-error.js';

/** Nesting beyond this is damage: the spec's deepest container has three levels. */
const MAX_DEPTH = 4;
/** Most elements read from one container: bounds the work a hostile frame can cause. */
const MAX_ELEMENTS = 2_000;

/** One element of a TLV container (ISO 8825 BER tags, big-endian lengths). */
export interface TlvElement {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** Reads a TLV length: one byte below 128, or `81`, `82` and that many bytes, high byte first. */
export function readTlvLength(data: Uint8Array, at: number): { length: number; next: number } | DecodeError {
  const first = data[at];
  if (first === undefined) return new DecodeError('truncated', at);
  if (first < 0x80) return { length: first, next: at + 1 };
  const bytes = first & 0x7f;
  if (bytes !== 1 && bytes !== 2) return new DecodeError('badLength', at);
  const high = data[at + 1];
  const low = data[at + 2];
  if (high === undefined || (bytes === 2 && low === undefined)) return new DecodeError('truncated', at);
  return bytes === 1 ? { length: high, next: at + 2 } : { length: (high << 8) | low!, next: at + 3 };
}

/** Reads the elements of one container level. Stops at damage and keeps what came before. */
export function readTlv(data: Uint8Array): TlvElement[] {
  const elements: TlvElement[] = [];
  let at = 0;
  while (at < data.length && elements.length < MAX_ELEMENTS) {
    let tag = data[at++]!;
    if ((tag & 0x1f) === 0x1f) {
      const second = data[at++];
      if (second === undefined) break;
      tag = (tag << 8) | second;
    }
    const length = readTlvLength(data, at);
    if (length instanceof DecodeError || length.next + length.length > data.length) break;
    elements.push({ tag, value: data.subarray(length.next, length.next + length.length) });
    at = length.next + length.length;
  }
  return elements;
}

/** The first element with this tag, searched through constructed tags too; undefined when there is none. */
export function findTlv(data: Uint8Array, tag: number, depth = 0): Uint8Array | undefined {
  for (const element of readTlv(data)) {
    if (element.tag === tag) return element.value;
    if (depth < MAX_DEPTH && isConstructed(element.tag)) {
      const inner = findTlv(element.value, tag, depth + 1);
      if (inner) return inner;
    }
  }
  return undefined;
}

/** Writes one element. Throws RangeError beyond 65,535 bytes: a bug of the caller. */
export function writeTlv(tag: number, value: Uint8Array): Uint8Array {
  if (value.length > 0xffff) throw new RangeError(`a TLV value holds at most 65535 bytes, not ${value.length}`);
  const head = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag];
  if (value.length < 0x80) head.push(value.length);
  else if (value.length <= 0xff) head.push(0x81, value.length);
  else head.push(0x82, value.length >> 8, value.length & 0xff);
  return Uint8Array.from(Buffer.concat([Uint8Array.from(head), value]));
}

function isConstructed(tag: number): boolean {
  return ((tag > 0xff ? tag >> 8 : tag) & 0x20) !== 0;
}
