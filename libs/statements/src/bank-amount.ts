import { DecimalReader } from './decimal.js';
import type { CurrencySums } from './tally.js';

const readers = { '.': new DecimalReader({ mark: '.' }), ',': new DecimalReader({ mark: ',' }) };

/** Whole minor units of a decimal text without a sign; what is no such number is refused with its line. */
export function bankAmount(text: string, mark: '.' | ',', { exponent }: Pick<CurrencySums, 'exponent'>, line: number): number {
  // A character beyond ASCII is none of a number: any byte that is no digit serves to have it refused.
  const bytes = Uint8Array.from(text, (character) => Math.min(character.charCodeAt(0), 0x7e));
  // Banks' formats give the sign in a field of its own, so one before the digits is a mistake.
  if (bytes[0] === 0x2d || bytes[0] === 0x2b) bytes[0] = 0x7e;
  return readers[mark].readWhole(bytes, 0, bytes.length, exponent, line);
}
