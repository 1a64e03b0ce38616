import { carriesCardNumber } from '@tillward/contracts';
import { maskCardNumbers } from '@tillward/driver';

/** Said in place of text that could still hold a card number after masking. */
const WITHHELD = '(withheld)';

/** What a device said as the journal may keep it: no control characters, well-formed, at most `max` UTF-16 code units. */
export function plainWithin(text: string, max: number): string {
  return text
    .slice(0, max)
    .replace(/\p{Cc}/gu, ' ')
    .toWellFormed();
}

/** {@link plainWithin}, with everything that could be a card number hidden but for its last four digits (P9). */
export function maskedWithin(text: string, max: number): string {
  const masked = maskCardNumbers(plainWithin(text, max));
  return carriesCardNumber(masked) ? WITHHELD : masked;
}
