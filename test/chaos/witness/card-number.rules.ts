/** A run of digits that could be a card number, and where. The digits themselves are never reported beyond the last four. */
export interface CardNumberFinding {
  readonly offset: number;
  readonly length: number;
  readonly last4: string;
}

/** Digits as cards print them or in one run, of the lengths issuers use. Nothing of a longer number, word, path, fraction or hexadecimal text. */
const CANDIDATE =
  /(?<![0-9A-Za-z._+/=-])(?:[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ -])\d{6}\2\d{4,5}|[2-6]\d{11,18})(?![0-9A-Za-z_+/=]|[.-]\d)/g;

/** First digits and lengths that card schemes issue (ISO/IEC 7812-1, the schemes' published ranges): Visa, Mastercard, American Express, Diners, JCB, UnionPay, Discover, Maestro. */
const ISSUED: readonly { readonly prefix: RegExp; readonly lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^3(?:0[0-5]|[68])/, lengths: [14] },
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^6(?:011|4[4-9]|5)/, lengths: [16, 19] },
  { prefix: /^(?:50|5[6-9]|6[0137])/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
];

/**
 * Finds card numbers in text: digits of a scheme's range and length that stand alone and pass the Luhn check (ISO/IEC 7812-1 annex B). What stands alone:
 * neither a letter, a digit, `_ + / = .` nor `-` before it, and none of them after it, so that digits inside UUIDs, hashes, base64, file names and
 * fractions don't count. Times don't count because no scheme issues what begins like them. One innocent run of such digits in ten passes the Luhn check: a
 * finding must be looked at.
 */
export function findCardNumbers(text: string): CardNumberFinding[] {
  const found: CardNumberFinding[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const digits = match[0].replace(/\D/g, '');
    if (isIssued(digits) && passesLuhn(digits)) found.push({ offset: match.index, length: digits.length, last4: digits.slice(-4) });
  }
  return found;
}

function isIssued(digits: string): boolean {
  return ISSUED.some(({ prefix, lengths }) => prefix.test(digits) && lengths.includes(digits.length));
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const weighed = i % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}
