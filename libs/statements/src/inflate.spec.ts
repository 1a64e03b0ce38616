import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dice } from './fuzz.fixtures.js';
import { inflateRaw } from './inflate.js';
import { StatementRefused } from './refusal.js';

function inflated(data: Uint8Array, most = 1 << 24): Buffer {
  const pieces: Buffer[] = [];
  inflateRaw(data, most, (piece) => pieces.push(Buffer.from(piece)));
  return Buffer.concat(pieces);
}

describe('inflateRaw', () => {
  it.each([constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE])(
    'undoes zlib, strategy %i',
    (strategy) => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 5_000 }),
          fc.integer({ min: 0, max: 9 }),
          fc.integer({ min: 1, max: 200 }),
          (bytes, level, times) => {
            const whole = Buffer.concat(Array.from({ length: times }, () => bytes));
            expect(inflated(deflateRawSync(whole, { level, strategy })).equals(whole)).toBe(true);
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it('stored blocks behind compressed ones', () => {
    const roll = dice(1);
    const noise = Buffer.from(Array.from({ length: 200_000 }, () => roll(256)));
    const text = Buffer.from('settlement '.repeat(9_001));
    for (const level of [1, 6, 9]) {
      const whole = Buffer.concat([text, noise, text, noise.subarray(7), text.subarray(3)]);
      expect(inflated(deflateRawSync(whole, { level, memLevel: 1 })).equals(whole)).toBe(true);
    }
  });

  it('refuses what unpacks to more than allowed without unpacking it', () => {
    const bomb = deflateRawSync(Buffer.alloc(1 << 26));
    let seen = 0;
    expect(() => inflateRaw(bomb, 1 << 20, (piece) => (seen += piece.length))).toThrow(expect.objectContaining({ code: 'too-large' }));
    expect(seen).toBeLessThan(1 << 21);
  });

  it('every cut and every flipped bit ends in a refusal or in bytes', () => {
    const data = deflateRawSync(Buffer.from('settlement '.repeat(50)), { level: 9 });
    for (let size = 0; size < data.length; size++) expect(() => inflated(data.subarray(0, size))).toThrow(StatementRefused);
    for (let bit = 0; bit < data.length * 8; bit++) {
      const flipped = Buffer.from(data);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      try {
        inflated(flipped, 1 << 20);
      } catch (error) {
        expect(error).toBeInstanceOf(StatementRefused);
      }
    }
  });
});
