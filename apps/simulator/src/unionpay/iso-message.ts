/** How the simulated parties pack a field: digits two to a byte, digits with the track separator `D`, text, or bytes written as hexadecimal. */
type Packing = 'digits' | 'track' | 'text' | 'hex';

/** A field's length: fixed (digits, characters or bytes), or a prefix of two or three digits before it. */
type Size = number | 'LL' | 'LLL';

/**
 * The fields the simulated terminal and host use, packed as Q/CUP 009 has them (ISO 8583:1987, numbers in packed decimal, odd ones with a zero behind).
 * Written apart from the observer's own table, so that a mistake in one shows against the other.
 */
const FIELDS: Readonly<Record<number, readonly [Packing, Size]>> = {
  2: ['digits', 'LL'],
  3: ['digits', 6],
  4: ['digits', 12],
  11: ['digits', 6],
  12: ['digits', 6],
  13: ['digits', 4],
  14: ['digits', 4],
  22: ['digits', 3],
  25: ['digits', 2],
  35: ['track', 'LL'],
  36: ['track', 'LLL'],
  37: ['text', 12],
  38: ['text', 6],
  39: ['text', 2],
  41: ['text', 8],
  42: ['text', 15],
  45: ['text', 'LL'],
  48: ['digits', 'LLL'],
  49: ['text', 3],
  52: ['hex', 8],
  53: ['digits', 16],
  55: ['hex', 'LLL'],
  60: ['digits', 'LLL'],
  61: ['digits', 'LLL'],
  62: ['text', 'LLL'],
  63: ['text', 'LLL'],
  64: ['hex', 8],
};

/** A message: its type and what is in its fields, each as text. */
export interface IsoMessage {
  readonly type: string;
  readonly fields: Readonly<Record<number, string>>;
}

/** What stands before a message; both simulated parties must be told the same. */
export interface MessageHead {
  readonly tpduBytes: number;
  readonly headBytes: number;
}

/** Bytes that are no message of ours. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

const BITMAP_BYTES = 8;

/** A whole frame: length, TPDU, message head, message. Throws for a field it has no format for, or one of the wrong length: a bug of the caller. */
export function packFrame(message: IsoMessage, head: MessageHead): Buffer {
  const bitmap = Buffer.alloc(BITMAP_BYTES);
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(message.fields)) {
    const field = Number(name);
    bitmap[(field - 1) >> 3]! |= 0x80 >> ((field - 1) & 7);
    parts.push(packField(field, value));
  }
  const body = Buffer.concat([tpdu(head.tpduBytes), messageHead(head.headBytes), Buffer.from(message.type, 'hex'), bitmap, ...parts]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([length, body]);
}

/** Reads a frame without its length. Throws MalformedMessage. */
export function unpackFrame(body: Buffer, head: MessageHead): IsoMessage {
  const bytes = body.subarray(head.tpduBytes + head.headBytes);
  if (bytes.length < 2 + BITMAP_BYTES) throw new MalformedMessage('too short');
  const fields: Record<number, string> = {};
  let at = 2 + BITMAP_BYTES;
  for (let field = 1; field <= 64; field++) {
    if ((bytes[2 + ((field - 1) >> 3)]! & (0x80 >> ((field - 1) & 7))) === 0) continue;
    const { value, end } = unpackField(field, bytes, at);
    fields[field] = value;
    at = end;
  }
  if (at !== bytes.length) throw new MalformedMessage('bytes left over');
  return { type: bytes.toString('hex', 0, 2), fields };
}

/** Cuts a stream into frames and gives each without its length. */
export class FrameSplitter {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly onFrame: (body: Buffer) => void) {}

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= 2 && this.rest.length >= 2 + this.rest.readUInt16BE()) {
      const end = 2 + this.rest.readUInt16BE();
      const body = this.rest.subarray(2, end);
      this.rest = this.rest.subarray(end);
      this.onFrame(body);
    }
  }
}

function packField(field: number, value: string): Buffer {
  const [packing, size] = formatOf(field);
  const content = packContent(packing, value);
  const count = packing === 'hex' ? content.length : value.length;
  if (typeof size === 'number') {
    if (count !== size) throw new RangeError(`field ${field} has ${count} instead of ${size}`);
    return content;
  }
  const digits = size === 'LL' ? 2 : 4;
  return Buffer.concat([Buffer.from(String(count).padStart(digits, '0'), 'hex'), content]);
}

function packContent(packing: Packing, value: string): Buffer {
  if (packing === 'text') return Buffer.from(value, 'latin1');
  return Buffer.from(value.length % 2 === 0 ? value : `${value}0`, 'hex');
}

function unpackField(field: number, bytes: Buffer, at: number): { value: string; end: number } {
  const [packing, size] = formatOf(field);
  const prefix = typeof size === 'number' ? 0 : size === 'LL' ? 1 : 2;
  const count = typeof size === 'number' ? size : Number(bytes.toString('hex', at, at + prefix));
  const packed = packing === 'digits' || packing === 'track';
  const from = at + prefix;
  const end = from + (packed ? Math.ceil(count / 2) : count);
  if (Number.isNaN(count) || end > bytes.length) throw new MalformedMessage(`field ${field} ends behind the message`);
  const value = packing === 'text' ? bytes.toString('latin1', from, end) : bytes.toString('hex', from, end);
  return { value: packed ? value.slice(0, count).toUpperCase() : value, end };
}

function formatOf(field: number): readonly [Packing, Size] {
  const format = FIELDS[field];
  if (format === undefined) throw new MalformedMessage(`field ${field} is not used`);
  return format;
}

/** 60, then where to and where from. */
function tpdu(bytes: number): Buffer {
  return Buffer.from('6000030000'.padEnd(bytes * 2, '0').slice(0, bytes * 2), 'hex');
}

/** Application class 60, software version 31, terminal state and processing wish 0, and six digits of the maker's. */
function messageHead(bytes: number): Buffer {
  return Buffer.from('603100310000'.padEnd(bytes * 2, '0').slice(0, bytes * 2), 'hex');
}
