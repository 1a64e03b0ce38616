import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayAnswerAuthPriv, snmpV3Header } from './snmp-datagram.rules.js';

const tlv = (tag: number, ...parts: (Buffer | number[])[]): Buffer => {
  const value = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([
    Buffer.from(value.length < 128 ? [tag, value.length] : [tag, 0x82, value.length >> 8, value.length & 0xff]),
    value,
  ]);
};
const integer = (value: number) => tlv(2, [value]);
const octets = (...bytes: number[]) => tlv(4, bytes);
const scoped = (pdu: number) => tlv(0x30, octets(0x80), octets(), tlv(pdu, integer(1)));
const message = (flags: number, data: Buffer, version = 3) =>
  tlv(0x30, integer(version), tlv(0x30, integer(7), integer(100), octets(flags), integer(3)), tlv(4, tlv(0x30, octets(0x80))), data);

describe('an answer to a request with authentication and privacy', () => {
  it.each([
    ['authenticated and encrypted', message(0x03, octets(1, 2, 3)), true],
    ['a bare report', message(0x00, scoped(0xa8)), true],
    ['a bare response: anybody could have sent it', message(0x00, scoped(0xa2)), false],
    ['authenticated, not encrypted', message(0x01, scoped(0xa2)), false],
    ['encrypted, not authenticated', message(0x02, octets(1, 2, 3)), false],
    ['another version', message(0x03, octets(1), 1), false],
    ['a community message', tlv(0x30, integer(1), octets(0x70), tlv(0xa2, integer(1))), false],
    ['nothing', Buffer.alloc(0), false],
  ])('%s', (_name, datagram, believed) => {
    expect(mayAnswerAuthPriv(datagram)).toBe(believed);
  });

  it('knows the header', () => {
    expect(snmpV3Header(message(0x00, scoped(0xa8)))).toEqual({ messageId: 7, authenticated: false, encrypted: false, pduTag: 0xa8 });
    expect(snmpV3Header(message(0x03, octets(1)))).toEqual({ messageId: 7, authenticated: true, encrypted: true, pduTag: null });
  });

  it('believes no bare response, however it is bent, and throws for nothing', () => {
    const bare = message(0x00, scoped(0xa2));
    const bend = fc.array(fc.tuple(fc.nat(bare.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(bend, fc.nat(bare.length), (changes, length) => {
        const bent = Buffer.from(bare);
        for (const [at, value] of changes) bent[at] = value;
        const header = snmpV3Header(bent.subarray(0, length));
        if (mayAnswerAuthPriv(bent.subarray(0, length))) {
          expect(header!.pduTag === 0xa8 || (header!.authenticated && header!.encrypted)).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void snmpV3Header(bytes)),
      { numRuns: 5_000 },
    );
  });

  it('is not led astray by lengths that lie', () => {
    for (const lie of [
      [0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
      [0x30, 0x80],
      [0x30, 0x85, 1, 1, 1, 1, 1],
      [0x30, 0x7f, 2],
    ]) {
      expect(snmpV3Header(Uint8Array.from(lie))).toBeNull();
    }
  });
});
