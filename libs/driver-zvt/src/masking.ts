import { maskCardNumbers } from '@tillward/driver';
import { hexDigits } from './bcd.js';

/**
 * Bytes as hexadecimal digits with every card number hidden but for its last four digits, in whichever way it may stand in them: packed
 * decimal, or as text in ASCII or EBCDIC.
 */
export function maskedHex(bytes: Uint8Array): string {
  const hidden = new Set<number>();
  const packed = maskCardNumbers(maskGrouped(hexDigits(bytes)));
  for (const text of [latin1(bytes), latin1(asciiOfEbcdic(bytes))]) {
    const masked = maskCardNumbers(text);
    for (let i = 0; i < text.length; i++) if (masked[i] !== text[i]) hidden.add(i);
  }
  if (hidden.size === 0) return packed;
  let hex = '';
  for (let i = 0; i < bytes.length; i++) hex += hidden.has(i) ? '**' : packed.slice(2 * i, 2 * i + 2);
  return hex;
}

/** Packed decimal in groups as cards print them, with one or two other nibbles between: those stand for spaces. */
const GROUPED = /\d{4}(?:[a-f]{1,2}\d{4,7}){2,4}/g;

function maskGrouped(hex: string): string {
  return hex.replace(GROUPED, (grouped) => {
    const masked = maskCardNumbers(grouped.replace(/[a-f]/g, ' '));
    return grouped.replace(/\d/g, (digit, at: number) => (masked[at] === '*' ? '*' : digit));
  });
}

/** EBCDIC's digits (F0 to F9) as ASCII's; everything else as what is no digit. */
function asciiOfEbcdic(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0xf0 && byte <= 0xf9 ? byte - 0xc0 : 0x3f));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
