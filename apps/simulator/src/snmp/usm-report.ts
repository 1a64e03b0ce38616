/** What of an SNMPv3 request its refusal must repeat, and whether it claims to be authenticated. */
export interface RequestHeader {
  readonly messageId: number;
  readonly authenticated: boolean;
}

/** Reads the header of an SNMPv3 message (RFC 3412, 6). Null for anything else. */
export function requestHeaderOf(datagram: Buffer): RequestHeader | null {
  const message = content(datagram, 0, 0x30);
  const version = message && content(message.bytes, 0, 0x02);
  if (!message || !version || version.bytes.length !== 1 || version.bytes[0] !== SNMP_V3) return null;
  const header = content(message.bytes, version.end, 0x30);
  const id = header && content(header.bytes, 0, 0x02);
  const maxSize = id && content(header.bytes, id.end, 0x02);
  const flags = maxSize && content(header.bytes, maxSize.end, 0x04);
  if (!id || !flags) return null;
  const bits = flags.bytes[0];
  if (bits === undefined || id.bytes.length < 1 || id.bytes.length > 4) return null;
  return { messageId: id.bytes.readIntBE(0, id.bytes.length), authenticated: (bits & AUTHENTICATED) !== 0 };
}

/** The engine a report comes from. */
export interface ReportingEngine {
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
}

const SNMP_V3 = 3;
const AUTHENTICATED = 0x01;
const MAX_MESSAGE_BYTES = 65_507;
const USER_SECURITY_MODEL = 3;
/** usmStatsWrongDigests.0: 1.3.6.1.6.3.15.1.1.5.0 as BER has it. */
const WRONG_DIGESTS = Buffer.from([0x2b, 6, 1, 6, 3, 15, 1, 1, 5, 0]);

/**
 * The report of an engine that could not believe a request (RFC 3414, 3.2): bare, naming the counter of wrong digests. The library's agent only keeps
 * quiet, where devices say this.
 */
export function wrongDigestsReport(messageId: number, engine: ReportingEngine, count: number): Buffer {
  const header = sequence(integer(messageId), integer(MAX_MESSAGE_BYTES), octets(Buffer.from([0])), integer(USER_SECURITY_MODEL));
  const nothing = octets(Buffer.alloc(0));
  const security = sequence(octets(engine.engineId), integer(engine.boots), integer(engine.time), nothing, nothing, nothing);
  const counter = sequence(element(0x06, WRONG_DIGESTS), element(0x41, integerBytes(count)));
  const report = element(0xa8, Buffer.concat([integer(0), integer(0), integer(0), sequence(counter)]));
  const scoped = sequence(octets(engine.engineId), nothing, report);
  return sequence(integer(SNMP_V3), header, octets(security), scoped);
}

function content(bytes: Buffer, at: number, tag: number): { bytes: Buffer; end: number } | null {
  if (bytes.length < at + 2 || bytes[at] !== tag) return null;
  const first = bytes[at + 1]!;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const start = at + 2 + lengthBytes;
  if (lengthBytes > 2 || bytes.length < start) return null;
  const end = start + (lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes));
  return end <= bytes.length ? { bytes: bytes.subarray(start, end), end } : null;
}

function element(tag: number, value: Buffer): Buffer {
  const length = value.length < 0x80 ? Buffer.from([value.length]) : Buffer.from([0x82, value.length >> 8, value.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, value]);
}

function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

function octets(value: Buffer): Buffer {
  return element(0x04, value);
}

function integer(value: number): Buffer {
  return element(0x02, integerBytes(value));
}

function integerBytes(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeIntBE(value, 0, 5);
  let start = 0;
  // The shortest form: a leading byte that only repeats the sign goes.
  while (start < 4 && bytes[start] === 0 && bytes[start + 1]! < 0x80) start += 1;
  while (start < 4 && bytes[start] === 0xff && bytes[start + 1]! >= 0x80) start += 1;
  return bytes.subarray(start);
}
