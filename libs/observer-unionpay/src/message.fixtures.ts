import { FIELD_FORMATS } from './field-format.js';
import type { ObservedMessage } from './message.rules.js';

/** Random numbers that are the same for the same seed (mulberry32): an integer below `limit`. */
export function dice(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Bytes of hexadecimal text; spaces are for the eye. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
}

/** A text field as hexadecimal. */
export function text(value: string): string {
  return Buffer.from(value, 'latin1').toString('hex');
}

/** A message as hexadecimal, from its type and each field's packed content (with its length where the field has one). */
export function message(type: string, fields: Readonly<Record<number, string>>): Uint8Array {
  const numbers = Object.keys(fields).map(Number);
  const bitmap = new Uint8Array(numbers.some((field) => field > 64) ? 16 : 8);
  if (bitmap.length === 16) bitmap[0]! |= 0x80;
  for (const field of numbers) bitmap[(field - 1) >> 3]! |= 0x80 >> ((field - 1) & 7);
  return bytesOf(`${type}${Buffer.from(bitmap).toString('hex')}${Object.values(fields).join('')}`);
}

/** A message of a terminal with its TPDU and head, and its length before. */
export function frame(body: Uint8Array): Uint8Array {
  const length = body.length + 11;
  return Buffer.concat([Buffer.of(length >> 8, length & 0xff), bytesOf('6000030000 603100310000'), body]);
}

/** Random content that fits a field's format, packed, with its length before it; and the same as the text somebody might leak. */
export function randomField(field: number, roll: (limit: number) => number): { packed: string; shown: string } {
  const { prefixBytes, packing, size } = FIELD_FORMATS[field]!;
  const count = prefixBytes === 0 ? size : 8 + roll(Math.min(size, 60) - 8);
  const prefix = String(count)
    .padStart(prefixBytes * 2, '0')
    .slice(0, prefixBytes * 2);
  const shown = Array.from({ length: count }, () => (packing === 'digits' ? String(roll(10)) : String.fromCharCode(0x41 + roll(26)))).join(
    '',
  );
  const packed = packing === 'digits' ? (shown.length % 2 === 0 ? shown : `${shown}0`) : text(shown);
  return { packed: `${prefix}${packed}`, shown };
}

/** A message in which nothing was said. */
export const SILENT: Omit<ObservedMessage, 'messageType'> = {
  traceNo: null,
  time: null,
  date: null,
  responseCode: null,
  terminalId: null,
  merchantId: null,
  totals: null,
  transactionType: null,
  batchNo: null,
  networkCode: null,
};
