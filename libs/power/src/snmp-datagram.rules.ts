/** What of an SNMPv3 message can be read without its keys (RFC 3412, 6; RFC 3414, 2.4). */
export interface SnmpV3Header {
  readonly messageId: number;
  readonly authenticated: boolean;
  readonly encrypted: boolean;
  /** Tag of the PDU: A2 response, A8 report, …; null when it is encrypted. */
  readonly pduTag: number | null;
}

const TAG = { integer: 0x02, octets: 0x04, sequence: 0x30 } as const;
/** PDU of an engine that says why it can't work with a message; the only one that may come without a digest (RFC 3414, 3.2). */
const REPORT = 0xa8;
const SNMP_V3 = 3;
const AUTHENTICATED = 0x01;
const ENCRYPTED = 0x02;
const LONG_FORM = 0x80;
const MAX_LENGTH_BYTES = 4;

/**
 * Whether an answer may be looked at when authentication and privacy were asked for. An answer whose flags say that it carries neither must not be
 * believed: anybody on the path could have written it, and "off" from anybody is no proof. Only a report may come bare: it is how an unknown engine
 * introduces itself, and it says nothing about an outlet.
 */
export function mayAnswerAuthPriv(datagram: Uint8Array): boolean {
  const header = snmpV3Header(datagram);
  if (!header) return false;
  return (header.authenticated && header.encrypted) || header.pduTag === REPORT;
}

/** Reads the clear part of an SNMPv3 message; null for anything else, however broken. */
export function snmpV3Header(datagram: Uint8Array): SnmpV3Header | null {
  const message = element(datagram, 0, datagram.length, TAG.sequence);
  const version = message && element(datagram, message.start, message.end, TAG.integer);
  if (!version || integerOf(datagram, version) !== SNMP_V3) return null;
  const header = element(datagram, version.end, message.end, TAG.sequence);
  const messageId = header && element(datagram, header.start, header.end, TAG.integer);
  const maxSize = messageId && element(datagram, messageId.end, header.end, TAG.integer);
  const flags = maxSize && element(datagram, maxSize.end, header.end, TAG.octets);
  if (!flags || flags.end !== flags.start + 1) return null;
  const security = element(datagram, header.end, message.end, TAG.octets);
  if (!security) return null;
  const bits = datagram[flags.start]!;
  const encrypted = (bits & ENCRYPTED) !== 0;
  const pduTag = encrypted ? null : clearPduTag(datagram, security.end, message.end);
  if (pduTag === undefined) return null;
  return { messageId: integerOf(datagram, messageId), authenticated: (bits & AUTHENTICATED) !== 0, encrypted, pduTag };
}

/** An element's content: from `start` up to but not including `end`. */
interface Element {
  readonly start: number;
  readonly end: number;
}

function clearPduTag(bytes: Uint8Array, from: number, to: number): number | undefined {
  const scoped = element(bytes, from, to, TAG.sequence);
  const engineId = scoped && element(bytes, scoped.start, scoped.end, TAG.octets);
  const contextName = engineId && element(bytes, engineId.end, scoped.end, TAG.octets);
  return contextName && contextName.end < scoped.end ? bytes[contextName.end] : undefined;
}

/** The element that begins at `from` and must have `tag` and end by `to`; null when it does not (BER, definite lengths: RFC 3417, 8). */
function element(bytes: Uint8Array, from: number, to: number, tag: number): Element | null {
  if (from + 2 > to || bytes[from] !== tag) return null;
  const first = bytes[from + 1]!;
  let start = from + 2;
  let length = first;
  if (first >= LONG_FORM) {
    const count = first - LONG_FORM;
    if (count === 0 || count > MAX_LENGTH_BYTES || start + count > to) return null;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[start + i]!;
    start += count;
  }
  return start + length <= to ? { start, end: start + length } : null;
}

function integerOf(bytes: Uint8Array, { start, end }: Element): number {
  let value = 0;
  for (let i = start; i < end && i < start + 5; i++) value = value * 256 + bytes[i]!;
  return value;
}
