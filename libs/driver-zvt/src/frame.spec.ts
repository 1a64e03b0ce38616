import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, FrameError, FrameParser } from './frame.js';

const plain = (frames: readonly Frame[]) => frames.map(({ control, data }) => [control, Buffer.from(data).toString('hex')]);
const data = (length: number) => Uint8Array.from({ length }, (_, index) => index & 0xff);

describe('encodeFrame', () => {
  it.each([
    [0, '060f00'],
    [1, '060f0100'],
    [254, '060ffe'],
    [255, '060fffff00'],
    [256, '060fff0001'],
    [1_089, '060fff4104'],
  ])('writes a length of %i as %s…', (length, start) => {
    const bytes = encodeFrame(0x060f, data(length));
    expect(Buffer.from(bytes).toString('hex').startsWith(start)).toBe(true);
    expect(new FrameParser().push(bytes)).toMatchObject({ frames: [{ control: 0x060f, data: data(length) }], error: null });
  });

  it('refuses what no length can say', () => {
    expect(() => encodeFrame(0x060f, new Uint8Array(65_536))).toThrow(RangeError);
  });
});

describe('FrameParser', () => {
  const stream = Buffer.concat([
    encodeFrame(0x8000),
    encodeFrame(0x04ff, Uint8Array.of(0x17)),
    encodeFrame(0x06d3, data(300)),
    encodeFrame(0x060f),
  ]);
  const expected = plain(new FrameParser().push(stream).frames);

  it('reads the same frames wherever the stream is split', () => {
    expect(expected).toHaveLength(4);
    for (let cut = 0; cut <= stream.length; cut++) {
      const parser = new FrameParser();
      const frames = [...parser.push(stream.subarray(0, cut)).frames, ...parser.push(stream.subarray(cut)).frames];
      expect(plain(frames)).toEqual(expected);
      expect(parser.pendingBytes).toBe(0);
    }
  });

  it('reads byte by byte', () => {
    const parser = new FrameParser();
    expect(plain([...stream].flatMap((byte) => parser.push(Uint8Array.of(byte)).frames))).toEqual(expected);
  });

  it('gives the good frames before a broken byte, says where it broke, and takes nothing until reset', () => {
    const parser = new FrameParser();
    const broken = parser.push(Buffer.concat([stream, Uint8Array.of(0x55, 0x00, 0x00)]));
    expect(plain(broken.frames)).toEqual(expected);
    expect(broken.error).toMatchObject({ code: 'unknownClass', offset: stream.length });
    expect(parser.push(stream)).toMatchObject({ frames: [], error: broken.error });
    parser.reset();
    expect(plain(parser.push(stream).frames)).toEqual(expected);
  });

  it('refuses a length above its limit before holding the data', () => {
    const parser = new FrameParser(100);
    const { error } = parser.push(Uint8Array.of(0x06, 0xd1, 0xff, 0x65, 0x00, 1, 2, 3));
    expect(error).toBeInstanceOf(FrameError);
    expect(error).toMatchObject({ code: 'tooLong', offset: 2 });
    expect(parser.pendingBytes).toBe(0);
  });
});
