import { describe, expect, it } from 'vitest';
import { ethernetAddress, magicPacket } from './magic-packet.js';

describe('magic packet', () => {
  it('is six times FF and the address sixteen times', () => {
    const packet = magicPacket(Buffer.from('0200c0ffee01', 'hex'));
    expect(packet.toString('hex')).toBe(`ffffffffffff${'0200c0ffee01'.repeat(16)}`);
    expect(packet).toHaveLength(102);
    expect(() => magicPacket(Buffer.alloc(5))).toThrow(RangeError);
  });

  it.each([
    ['02:00:C0:ff:ee:01', '0200c0ffee01'],
    ['02-00-c0-ff-ee-01', '0200c0ffee01'],
    ['0200c0ffee01', '0200c0ffee01'],
    ['02:00-c0:ff:ee:01', undefined],
    ['0200c0ffee', undefined],
    ['02:00:c0:ff:ee:0g', undefined],
    ['02:00:c0:ff:ee:01:02', undefined],
    ['', undefined],
  ])('reads %s', (text, expected) => {
    expect(ethernetAddress(text)?.toString('hex')).toBe(expected);
  });
});
