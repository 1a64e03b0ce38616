import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AT_START, advance, firstPacket, type PacketPosition } from './packet-length.rules.js';

function packet(firstByte: number, bodyBytes: number): Uint8Array {
  const length: number[] = [];
  for (let rest = bodyBytes; ; ) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit | 0x80 : digit);
    if (rest === 0) break;
  }
  return Uint8Array.from([firstByte, ...length, ...new Array<number>(bodyBytes).fill(0xff)]);
}

function feed(chunks: Uint8Array[], maxBytes: number): PacketPosition | string {
  let position: PacketPosition = AT_START;
  for (const chunk of chunks) {
    const next = advance(position, chunk, maxBytes);
    if (typeof next === 'string') return next;
    position = next.position;
  }
  return position;
}

test('whole packets in any fragmentation end where a packet starts; one byte over the limit is found wherever it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 7 }),
      (sizes, cut) => {
        const stream = Uint8Array.from(sizes.flatMap((size) => [...packet(0x30, size)]));
        const chunks: Uint8Array[] = [];
        for (let i = 0; i < stream.length; i += cut) chunks.push(stream.subarray(i, i + cut));
        expect(feed(chunks, 400)).toEqual(AT_START);
        const largest = Math.max(...sizes);
        if (largest > 0) expect(feed(chunks, largest - 1)).toBe('packetTooLarge');
      },
    ),
  );
});

test('every packet is counted once, in the chunk it begins in', () => {
  const stream = [packet(0x30, 300), packet(0xc0, 0), packet(0x30, 2)].flatMap((p) => [...p]);
  const first = advance(AT_START, Uint8Array.from(stream.slice(0, 100)), 400);
  expect(first).toMatchObject({ begun: 1 });
  if (typeof first === 'string') throw new Error(first);
  expect(advance(first.position, Uint8Array.from(stream.slice(100)), 400)).toEqual({ position: AT_START, begun: 2 });
});

test('a length of more than four bytes is malformed', () => {
  expect(feed([Uint8Array.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])], 1_000)).toBe('malformedLength');
  expect(firstPacket(Uint8Array.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x01]), 4_096)).toBe('malformedLength');
});

test.each([
  ['nothing yet', [], 'incomplete'],
  ['the first byte of a CONNECT', [0x10], 'incomplete'],
  ['a CONNECT without its last byte', [0x10, 3, 1, 2], 'incomplete'],
  ['a CONNECT and the beginning of more', [0x10, 3, 1, 2, 3, 0xc0], { totalBytes: 5 }],
  ['a CONNECT with flags', [0x11, 1, 1], 'notConnect'],
  ['a PUBLISH', [0x30, 1, 1], 'notConnect'],
  ['an HTTP request', [...Buffer.from('GET /')], 'notConnect'],
  ['an announced 4097 bytes', [0x10, 0x81, 0x20], 'packetTooLarge'],
])('first packet: %s', (_what, bytes, expected) => {
  expect(firstPacket(Uint8Array.from(bytes), 4_096)).toEqual(expected);
});
