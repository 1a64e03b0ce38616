/**
 * Follows MQTT packets through a byte stream without keeping any of it (MQTT 3.1.1 section 2.2: one byte of type and flags, up to four
 * bytes of remaining length, then that many bytes).
 */
export type PacketPosition = { at: 'start' } | { at: 'length'; value: number; multiplier: number } | { at: 'body'; remaining: number };

/** Why a stream is given up. */
export type LengthViolation = 'packetTooLarge' | 'malformedLength';

/** Where a stream begins. */
export const AT_START: PacketPosition = { at: 'start' };

const CONNECT_FIRST_BYTE = 0x10;

/** Where the stream is after a chunk, and how many packets began in it. */
export interface Advanced {
  position: PacketPosition;
  begun: number;
}

/** Moves on by one chunk. A packet whose announced remaining length exceeds `maxBytes` is a violation before its body arrives. */
export function advance(position: PacketPosition, chunk: Uint8Array, maxBytes: number): Advanced | LengthViolation {
  let now = position;
  let begun = 0;
  let i = 0;
  while (i < chunk.length) {
    if (now.at === 'body') {
      const step = Math.min(now.remaining, chunk.length - i);
      i += step;
      now = now.remaining === step ? AT_START : { at: 'body', remaining: now.remaining - step };
    } else if (now.at === 'start') {
      i += 1;
      begun += 1;
      now = { at: 'length', value: 0, multiplier: 1 };
    } else {
      const byte = chunk[i]!;
      i += 1;
      const value: number = now.value + (byte & 0x7f) * now.multiplier;
      if (value > maxBytes) return 'packetTooLarge';
      if ((byte & 0x80) !== 0) {
        if (now.multiplier === 128 ** 3) return 'malformedLength';
        now = { at: 'length', value, multiplier: now.multiplier * 128 };
      } else now = value === 0 ? AT_START : { at: 'body', remaining: value };
    }
  }
  return { position: now, begun };
}

/** What is known about the first packet: its total length in bytes, that more bytes are needed, or why it is refused. */
export type FirstPacket = { totalBytes: number } | 'incomplete' | 'notConnect' | LengthViolation;

/** Reads the head of the first packet, which must be a CONNECT of at most `maxBytes` remaining length (MQTT 3.1.1 section 3.1). */
export function firstPacket(bytes: Uint8Array, maxBytes: number): FirstPacket {
  if (bytes.length === 0) return 'incomplete';
  if (bytes[0] !== CONNECT_FIRST_BYTE) return 'notConnect';
  let value = 0;
  let multiplier = 1;
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[i];
    if (byte === undefined) return 'incomplete';
    value += (byte & 0x7f) * multiplier;
    if (value > maxBytes) return 'packetTooLarge';
    if ((byte & 0x80) === 0) return bytes.length >= 1 + i + value ? { totalBytes: 1 + i + value } : 'incomplete';
    multiplier *= 128;
  }
  return 'malformedLength';
}
