import { describe, expect, it } from 'vitest';
import { decodeHex } from './hex-decode.js';

describe('hexadecimal digits', () => {
  it('are read with whatever white space, several APDUs one behind the other', () => {
    const { apdus, mistake } = decodeHex('06 0f 00\n80 00 00\t04ff 01 17');
    expect(mistake).toBeNull();
    expect(apdus.map(({ control, name, direction, bytes }) => [control, name, direction, bytes])).toEqual([
      ['06 0F', 'Completion', 'terminalToTill', 3],
      ['80 00', 'Positive Acknowledgement', 'either', 3],
      ['04 FF', 'Intermediate Status-Information', 'terminalToTill', 4],
    ]);
  });

  it.each([
    ['nothing', ' ', null, 'no bytes'],
    ['a letter beyond f', '06 0g', null, '"g" is no hexadecimal digit'],
    ['half a byte', '060', null, 'half a byte'],
    ['no class of ZVT', '060f00 5500', 3, 'no APDU begins with 55'],
    ['the end before the length', '060f', 2, 'before the length field'],
    ['the end in the extended length', '06d3ff10', 4, 'in the extended length field'],
    ['a length that lies', '060f00 06d1 05 0041', 5, 'the length says 5 data bytes, 2 follow'],
    ['a bitmap that lies', '040f 04 2700 0412', 5, 'longer than what is left'],
    ['a container that lies in a long frame', `06d3ff0401 06820300${'00'.repeat(256)}`, 5, 'longer than'],
    ['a length without its nibbles', '040f 05 2700 22 12 34', 5, 'not written as the specification demands'],
  ])('with %s are told where', (_name, hex, offset, message) => {
    const { mistake } = decodeHex(hex);
    expect(mistake?.offset).toBe(offset);
    expect(mistake?.message).toContain(message);
  });

  it('keeps what is before a mistake', () => {
    expect(decodeHex('060f00 06d1 05 0041').apdus).toHaveLength(1);
  });
});
