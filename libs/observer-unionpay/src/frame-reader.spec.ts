import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.js';
import { bytesOf } from './message.fixtures.js';

const STREAM = bytesOf('0003 010203 0000 0001 FF 0004 0A0B0C0D');
const FRAMES = ['0003010203@0', '0001ff@7', '00040a0b0c0d@10'];

function reader(maxFrameBytes = 64) {
  const seen: string[] = [];
  const made = new FrameReader(maxFrameBytes, (bytes, start, end, offset) => {
    seen.push(`${Buffer.from(bytes.subarray(start, end)).toString('hex')}@${offset}`);
  });
  return { made, seen };
}

describe('a frame reader', () => {
  it('gives the same frames however the stream is cut; a length of nothing is a sign of life', () => {
    for (let a = 0; a <= STREAM.length; a++) {
      for (let b = a; b <= STREAM.length; b++) {
        const { made, seen } = reader();
        for (const part of [STREAM.subarray(0, a), STREAM.subarray(a, b), STREAM.subarray(b)]) expect(made.push(part)).toBeNull();
        expect(seen).toEqual(FRAMES);
        expect(made.frames).toBe(4);
      }
    }
  });

  it('gives up on a length over its limit, once, with the place, and reads nothing more', () => {
    for (let cut = 0; cut <= 9; cut++) {
      const { made, seen } = reader(16);
      const stream = bytesOf('0001 FF 0100 00000001 FF');
      const breaks = [made.push(stream.subarray(0, cut)), made.push(stream.subarray(cut)), made.push(STREAM)];
      expect(breaks.filter((found) => found !== null)).toEqual([{ code: 'frameTooLong', offset: 3 }]);
      expect(seen).toEqual(['0001ff@0']);
      expect(made.blind).toBe(true);
    }
  });

  it('knows a TLS line', () => {
    expect(reader().made.push(bytesOf('160301 0200 01'))).toEqual({ code: 'encrypted', offset: 0 });
    const { made } = reader();
    made.push(bytesOf('0001 FF'));
    expect(made.push(bytesOf('160301'))).toEqual({ code: 'frameTooLong', offset: 3 });
  });

  it('overwrites the copy of a split frame', () => {
    let copy: Uint8Array | undefined;
    const made = new FrameReader(64, (bytes) => {
      copy = bytes;
    });
    made.push(STREAM.subarray(0, 4));
    made.push(STREAM.subarray(4, 5));
    expect(copy?.every((byte) => byte === 0)).toBe(true);
    made.push(bytesOf('0009 0102'));
    made.forget();
    expect(copy?.every((byte) => byte === 0)).toBe(true);
  });
});
