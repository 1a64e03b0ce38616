import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesisHash } from './entry.js';
import { keyFromSeed, RFC8032_TEST1 } from './journal.fixtures.js';
import { ed25519PublicKeyFromRaw, rawEd25519PublicKey, signHead, signText, verifyHead, verifyText } from './signature.js';

const privateKey = keyFromSeed(RFC8032_TEST1.secretKey);
const publicKey = createPublicKey(privateKey);
const stranger = generateKeyPairSync('ed25519').publicKey;
const head = genesisHash('berlin', 'gw-berlin', 1);

/** Flips one bit of a base64 text. */
function flipped(base64: string, bit: number): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes.toString('base64');
}

describe('keys', () => {
  it('are those of RFC 8032', () => {
    const raw = Buffer.from(RFC8032_TEST1.publicKey, 'hex').toString('base64');
    expect(rawEd25519PublicKey(privateKey)).toBe(raw);
    expect(rawEd25519PublicKey(publicKey)).toBe(raw);
    expect(rawEd25519PublicKey(ed25519PublicKeyFromRaw(raw))).toBe(raw);
  });

  it.each([0, 31, 33, 64])('of %i bytes are refused', (length) => {
    expect(() => ed25519PublicKeyFromRaw(Buffer.alloc(length).toString('base64'))).toThrow(RangeError);
  });
});

describe('signText', () => {
  it('is plain Ed25519: RFC 8032 test 1', () => {
    expect(Buffer.from(signText(privateKey, ''), 'base64').toString('hex')).toBe(RFC8032_TEST1.signature);
  });

  it('holds for exactly the text that was signed, whatever its characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, other) => {
        const signature = signText(privateKey, text);
        expect(verifyText(publicKey, text, signature)).toBe(true);
        expect(verifyText(publicKey, other, signature)).toBe(other === text);
      }),
      { numRuns: 50 },
    );
  });

  it('does not hold for another key or a changed signature', () => {
    const signature = signText(privateKey, 'desired\n{}');
    expect(verifyText(stranger, 'desired\n{}', signature)).toBe(false);
    for (let bit = 0; bit < 512; bit += 7) expect(verifyText(publicKey, 'desired\n{}', flipped(signature, bit))).toBe(false);
  });

  it.each(['', 'AAAA', 'not base64 at all', 'A'.repeat(2000)])('does not hold, and does not throw, for the signature %j', (signature) => {
    expect(verifyText(publicKey, 'x', signature)).toBe(false);
    expect(verifyHead(publicKey, head, signature)).toBe(false);
  });
});

describe('signHead', () => {
  it('is pinned: a change here makes every stored head unverifiable', () => {
    expect(signHead(privateKey, head)).toBe('ysZmxQcY39Bv43onumxUAwAr4GbJUNLK/DEzcjdb/S4nlUKNlYbWKhIgncu0Ee69qq2NAYvurU+tq3bRFBHXBw==');
  });

  it('holds for this head and key alone', () => {
    const signature = signHead(privateKey, head);
    expect(verifyHead(publicKey, head, signature)).toBe(true);
    expect(verifyHead(stranger, head, signature)).toBe(false);
    expect(verifyHead(publicKey, genesisHash('berlin', 'gw-berlin', 2), signature)).toBe(false);
    for (let bit = 0; bit < 512; bit += 7) expect(verifyHead(publicKey, head, flipped(signature, bit))).toBe(false);
  });

  it('can’t be passed off as a signature over text, nor the other way round', () => {
    expect(verifyText(publicKey, head, signHead(privateKey, head))).toBe(false);
    expect(verifyHead(publicKey, head, signText(privateKey, head))).toBe(false);
  });
});
