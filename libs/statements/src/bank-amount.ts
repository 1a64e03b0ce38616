import { DecimalReader } from './decimal.js';
import { quoted, StatementRefused } from './refusal.js';
import type { CurrencySums } from './tally.js';

const readers = { '.': new DecimalReader({ mark: '.' }), ',': new DecimalReader({ mark: ',' }) };

/** A number of any length is too long for an amount before it is longer than this. */
const MOST_CHARACTERS = 512;
const scratch = new Uint8Array(MOST_CHARACTERS);

/**
 * A text's characters as bytes in a buffer that the next call reuses; `length` of them count. What is beyond ASCII becomes a byte that is part of no number and no date, so that it is refused
 * as such.
 */
export function asciiBytes(text: string): { readonly bytes: Uint8Array; readonly length: number } {
  const length = Math.min(text.length, MOST_CHARACTERS);
  for (let at = 0; at < length; at++) scratch[at] = Math.min(text.charCodeAt(at), 0x7e);
  return { bytes: scratch, length };
}

/** Whole minor units of a decimal text without a sign; what is no such number is refused with its line. */
export function bankAmount(text: string, mark: '.' | ',', { exponent }: Pick<CurrencySums, 'exponent'>, line: number): number {
  if (/[^\0-\x7f]/.test(text)) throw new StatementRefused('amount', line, `${quoted(text)} is no amount: its digits are not 0 to 9`);
  // Banks' formats give the sign in a field of its own, so one before the digits is a mistake.
  if (/^[-+]/.test(text)) throw new StatementRefused('amount', line, `${quoted(text)} is no amount: a sign stands in a field of its own`);
  const { bytes, length } = asciiBytes(text);
  return readers[mark].readWhole(bytes, 0, length, exponent, line);
}
