/** A UUID's digits come from chance; one in some thousands would look like a card number. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DIGIT_RUN = /\d{12,}/g;
/** Between the groups of a printed number: up to three characters that are neither letter nor digit, not always the same ones. */
const GAP = '[^\\p{L}\\p{N}]{1,3}';
/** As cards print their numbers (4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4, 6-13, 8-8), and digit by digit. Looked for at every place, so that a number before it hides none. */
const PRINTED = new RegExp(
  `(?<!\\d)(?=(\\d{4}(?:${GAP}\\d{4}){3}(?:${GAP}\\d{3})?|\\d{4}${GAP}\\d{6}${GAP}\\d{4,5}|\\d{6}${GAP}\\d{13}|\\d{8}${GAP}\\d{8}|\\d(?:${GAP}\\d){11,18})(?!\\d))`,
  'gu',
);
/** 4-4-4-4 may be the beginning of 4-4-4-4-3 and a number by itself. */
const FOUR_FOURS = new RegExp(`(?<!\\d)(?=(\\d{4}(?:${GAP}\\d{4}){3})(?!\\d))`, 'gu');
const MIN_PAN = 12;
const MAX_PAN = 19;

/**
 * Whether text could hold a card number: a run of 12 to 19 digits, or digits grouped as cards print them, in any script's digits and with any signs between, that passes the Luhn check
 * (ISO/IEC 7812-1 annex B); of a longer run, any part of such a length. Rather refuses an innocent number than lets one through. A text that is a UUID holds none.
 */
export function carriesCardNumber(text: string): boolean {
  if (UUID.test(text)) return false;
  const plain = withPlainDigits(text);
  for (const form of [PRINTED, FOUR_FOURS])
    for (const [, run = ''] of plain.matchAll(form)) if (passesLuhn(run.replace(/\D/g, ''))) return true;
  return (plain.match(DIGIT_RUN) ?? []).some((run) => (run.length <= MAX_PAN ? passesLuhn(run) : hasCardInside(run)));
}

/** The text with every script's decimal digits as 0 to 9, and without characters that show nothing (soft hyphen, zero-width space). */
function withPlainDigits(text: string): string {
  // What every reason is: nothing to translate.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) ?? 0)));
}

/** Unicode encodes decimal digits in runs of ten, 0 first (The Unicode Standard, section 4.6). */
function digitValue(codePoint: number): number {
  let zero = codePoint;
  while (codePoint - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return codePoint - zero;
}

function hasCardInside(digits: string): boolean {
  for (let start = 0; start + MIN_PAN <= digits.length; start++) {
    for (let end = start + MIN_PAN; end <= Math.min(digits.length, start + MAX_PAN); end++) {
      if (passesLuhn(digits.slice(start, end))) return true;
    }
  }
  return false;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const value = digits.charCodeAt(i) - 0x30;
    sum += double ? Math.floor((value * 2) / 10) + ((value * 2) % 10) : value;
  }
  return sum % 10 === 0;
}
