import { decodeText, isText } from './ascii.js';
import { inflateRaw } from './inflate.js';
import { StatementRefused } from './refusal.js';

/** Packed size beyond which no acquirer's day is: what is larger is refused before it is held. */
export const LARGEST_ZIP_BYTES = 64 * 2 ** 20;
/** Unpacked size of one member. */
const LARGEST_MEMBER_BYTES = 2 * 2 ** 30;
const MOST_MEMBERS = 64;

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;

/** One file in an archive. */
export interface ZipMember {
  /** Decoded from UTF-8 where the archive says so, else from GBK, as UnionPay and Alipay write names. */
  readonly name: string;
  /** Hands its bytes on in order; checks size and CRC-32 at the end. */
  read(output: (piece: Uint8Array) => void): void;
}

/**
 * The files of a zip archive (PKWARE APPNOTE 6.3.10) by its central directory, folders left out. Stored and deflated members are read; encrypted, split and Zip64 archives are refused, as is
 * what does not match its directory.
 */
export function zipMembers(archive: Uint8Array): ZipMember[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > MOST_MEMBERS) throw new StatementRefused('zip', 1, `the zip archive has ${count} members, at most ${MOST_MEMBERS} are read`);
  let at = view.getUint32(end + 16, true);
  const members: ZipMember[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL_HEADER) refuse('its directory is damaged');
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) refuse('its directory is damaged');
    const name = memberName(archive, at + 46, at + 46 + nameLength, (flags & 0x800) !== 0);
    if ((flags & 0x1) !== 0) throw new StatementRefused('zip', 1, 'the zip archive is encrypted');
    if (method !== 0 && method !== 8)
      throw new StatementRefused('zip', 1, `the zip archive is compressed by method ${method}, only deflate is read`);
    const directory = {
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      header: view.getUint32(at + 42, true),
    };
    if (!name.endsWith('/')) members.push({ name, read: (output) => readMember(archive, view, method, directory, output) });
    at = next;
  }
  return members;
}

function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= first; at--) {
    if (view.getUint32(at, true) !== END_RECORD || at + 22 + view.getUint16(at + 20, true) !== view.byteLength) continue;
    if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 8, true) !== view.getUint16(at + 10, true))
      refuse('it is one part of several');
    return at;
  }
  throw new StatementRefused('truncated', 1, 'the zip archive ends before its directory');
}

function memberName(archive: Uint8Array, start: number, end: number, utf8: boolean): string {
  const encoding = utf8 ? 'utf-8' : 'gb18030';
  if (!isText(archive, start, end, encoding)) refuse('the name of a member is no text');
  return decodeText(archive, start, end, encoding);
}

function readMember(
  archive: Uint8Array,
  view: DataView,
  method: number,
  { crc, packed, size, header }: { crc: number; packed: number; size: number; header: number },
  output: (piece: Uint8Array) => void,
): void {
  if (header + 30 > archive.length || view.getUint32(header, true) !== LOCAL_HEADER) refuse('a member is not where the directory says');
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (start + packed > archive.length) refuse('a member is longer than the archive');
  if (size > LARGEST_MEMBER_BYTES)
    throw new StatementRefused('too-large', 1, `a member of the zip archive is larger than ${LARGEST_MEMBER_BYTES} bytes`);
  const data = archive.subarray(start, start + packed);
  let seen = 0;
  let check = 0xffffffff;
  const take = (piece: Uint8Array) => {
    seen += piece.length;
    check = crc32(check, piece);
    output(piece);
  };
  if (method === 0) take(data);
  // The directory's size is the bound: what unpacks to more than it says is damaged or hostile.
  else inflateRaw(data, size, take);
  if (seen !== size || (check ^ 0xffffffff) >>> 0 !== crc) refuse('a member does not match its checksum');
}

let table: Uint32Array | undefined;

function crc32(start: number, bytes: Uint8Array): number {
  if (table === undefined) {
    table = new Uint32Array(256);
    for (let n = 0; n < 256; n++) {
      let value = n;
      for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
      table[n] = value;
    }
  }
  let value = start;
  for (let i = 0; i < bytes.length; i++) value = table[(value ^ bytes[i]!) & 0xff]! ^ (value >>> 8);
  return value;
}

function refuse(reason: string): never {
  throw new StatementRefused('zip', 1, `damaged zip archive: ${reason}`);
}
