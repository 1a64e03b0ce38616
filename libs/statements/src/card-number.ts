/** What stands in a text for a number that could be a card's; its digits come as 0 to 9, without what stood between them. */
export type CardNumberStandIn = (digits: string) => string;

/** Fewest digits taken for a card's. ISO/IEC 7812-1 allows fewer, which nobody issues for payment any more; twelve digits are a retrieval reference number (ISO 8583, field 37). */
export const SHORTEST = 13;
const LONGEST = 19;
const SHOWN_DIGITS = 4;

/**
 * First four digits (from, to) and lengths (from, to) of the numbers payment brands issue: issuer identification numbers of ISO/IEC 7812-1 as the brands publish theirs. UATP (1, airlines only) is left out:
 * thirteen and more digits beginning with 1 are times.
 */
const ISSUED: readonly (readonly [from: number, to: number, shortest: number, longest: number])[] = [
  [2200, 2205, 16, 19], // Mir
  [2221, 2720, 16, 19], // Mastercard
  [3000, 3059, 16, 19], // Diners Club
  [3000, 3059, 14, 14],
  [3095, 3095, 16, 19],
  [3400, 3499, 15, 15], // American Express
  [3528, 3589, 16, 19], // JCB
  [3600, 3699, 14, 19], // Diners Club
  [3700, 3799, 15, 15], // American Express
  [3800, 3999, 14, 19], // Diners Club
  [4000, 4999, 13, 19], // Visa
  [5000, 5099, 13, 19], // Maestro, Verve, RuPay, Elo
  [5100, 5599, 16, 19], // Mastercard
  [5600, 5899, 13, 19], // Maestro
  [6000, 6999, 13, 19], // Discover, UnionPay, Maestro, RuPay, Elo
  [8100, 8299, 16, 19], // UnionPay, RuPay
  [8600, 8600, 16, 16], // Uzcard
  [9558, 9558, 16, 19], // UnionPay, cards older than its own range
  [9792, 9792, 16, 16], // Troy
  [9860, 9860, 16, 16], // Humo
];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The code of a subfield in field 86 of a SWIFT message, as German banks write it: its two digits stand right before the text. */
const SUBFIELD = /\?\d{2}(?=\d)/;
/** Groups of digits with single blanks or hyphens between them. */
const NUMBERS = /\d+(?:[ -]\d+)*/g;
/** Between the groups of a printed number: up to three characters that are neither letter nor digit. */
const GAP = '[^\\p{L}\\p{N}]{1,3}';
/** As cards print their numbers (4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4, 6-13, 8-8), and digit by digit. Looked for at every place: a number before it hides none. */
const PRINTED = new RegExp(
  `(?<!\\d)(?=(\\d{4}(?:${GAP}\\d{4}){3}(?:${GAP}\\d{3})?|\\d{4}${GAP}\\d{6}${GAP}\\d{4,5}|\\d{6}${GAP}\\d{13}|\\d{8}${GAP}\\d{8}|\\d(?:${GAP}\\d){12,18})(?!\\d))`,
  'gu',
);
/** 4-4-4-4 may be the beginning of 4-4-4-4-3 and a number by itself. */
const FOUR_FOURS = new RegExp(`(?<!\\d)(?=(\\d{4}(?:${GAP}\\d{4}){3})(?!\\d))`, 'gu');

/**
 * Whether digits (0 to 9, nothing between) could be a card number: 13 to 19 of them, in a range and of a length a payment brand issues, that pass the Luhn check (ISO/IEC 7812-1 annex B). One in ten
 * order numbers that begin so passes by chance.
 */
export function couldBeCardNumber(digits: string): boolean {
  return couldBeAt(digits, 0, digits.length);
}

/** Lengths issued under each first four digits: bit n stands for n digits. */
const LENGTHS = new Uint32Array(10_000);
for (const [from, to, shortest, longest] of ISSUED)
  for (let first = from; first <= to; first++) for (let length = shortest; length <= longest; length++) LENGTHS[first]! |= 1 << length;

/** {@link couldBeCardNumber} of a part of a text that is nothing but digits. */
function couldBeAt(text: string, at: number, length: number): boolean {
  if (length < SHORTEST || length > LONGEST) return false;
  let first = 0;
  for (let i = at; i < at + 4; i++) first = first * 10 + text.charCodeAt(i) - 0x30;
  return ((LENGTHS[first]! >> length) & 1) === 1 && passesLuhn(text, at, at + length);
}

/**
 * A text with every number in it that could be a card's (see {@link couldBeCardNumber}) replaced by what `standIn` makes of it; without one its digits but the last four become asterisks and what stands
 * between them stays. Found in one piece, in groups with blanks or hyphens between them, as cards print them with any signs between, and in any script's digits. Digits that are part of an IBAN, of a longer
 * run of digits or of a text that is a UUID stay. The same text always becomes the same; most texts cost one look at each character.
 */
export function withoutCardNumbers(text: string, standIn?: CardNumberStandIn): string {
  if (!isWorthALook(text) || UUID.test(text)) return text;
  const read = replacedIn(text, plainOf(text), standIn);
  return SUBFIELD.test(read) ? replacedIn(read, withoutSubfields(read), standIn) : read;
}

function replacedIn(text: string, plain: Plain, standIn: CardNumberStandIn | undefined): string {
  let result = '';
  let done = 0;
  for (const { from, to } of numbersIn(plain.text)) {
    const [start, end] = [plain.places?.[from] ?? from, plain.places?.[to] ?? to];
    const digits = plain.text.slice(from, to).replaceAll(/\D/g, '');
    result += text.slice(done, start) + (standIn === undefined ? starred(text.slice(start, end)) : standIn(digits));
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Whether a text has so many digits without a letter between them, in one piece that could be a card's or in several: nearly all references end here. */
function isWorthALook(text: string): boolean {
  if (text.length < SHORTEST) return false;
  let digits = 0;
  let parts = 0;
  let first = 0;
  for (let i = 0, before = 0; i <= text.length; i++) {
    const code = i === text.length ? LETTER_A : text.charCodeAt(i);
    if (isDigit(code)) {
      if (!isDigit(before)) parts += 1;
      if (digits === 0) first = i;
      digits += 1;
    } else if (code === QUESTION_MARK) {
      // The digits behind it may be a subfield's code.
      parts += 2;
    } else if (isLetter(code)) {
      if (digits >= SHORTEST && (parts > 1 || couldBeAt(text, first, digits))) return true;
      digits = 0;
      parts = 0;
    } else if (code >= FIRST_OTHER_DIGIT && !isSign(code)) {
      // Digits of another script, or nothing of interest: decided by the longer look.
      return true;
    }
    before = code;
  }
  return false;
}

const LETTER_A = 0x41;
const QUESTION_MARK = 0x3f;
/** ARABIC-INDIC DIGIT ZERO: no decimal digit but 0 to 9 comes before it (The Unicode Standard, property Nd). */
const FIRST_OTHER_DIGIT = 0x660;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Latin letters, kana, ideographs and Hangul: those most texts are written in. */
function isLetter(code: number): boolean {
  if (code < 0x80) return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  if (code < 0x250) return code >= 0xc0 && code !== 0xd7 && code !== 0xf7;
  return (
    (code >= 0x3041 && code <= 0x3096) ||
    (code >= 0x30a1 && code <= 0x30fa) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7a3)
  );
}

/** General punctuation, that of East Asia, and its full-width forms. */
function isSign(code: number): boolean {
  return (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x3020) || (code >= 0xff01 && code <= 0xff0f);
}

interface Plain {
  readonly text: string;
  /** Where each character stands in what was written, and where that ends; left out where these are the same. */
  readonly places?: readonly number[];
}

/** A text with every script's decimal digits as 0 to 9 and without characters that show nothing. */
function plainOf(text: string): Plain {
  if (/^[\x20-\x7e]*$/.test(text)) return { text };
  const places: number[] = [];
  let plain = '';
  let at = 0;
  for (const character of text) {
    if (!/\p{Cf}/u.test(character)) {
      const written = /\p{Nd}/u.test(character) ? String(digitValue(character.codePointAt(0)!)) : character;
      for (let unit = 0; unit < written.length; unit++) places.push(at + unit);
      plain += written;
    }
    at += character.length;
  }
  places.push(at);
  return { text: plain, places };
}

/** A text with a blank for each subfield's code: what is written in two subfields may be one number. */
function withoutSubfields(text: string): Plain {
  const places: number[] = [];
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    places.push(at);
    const code = SUBFIELD.test(text.slice(at, at + 4));
    plain += code ? ' ' : text.charAt(at);
    if (code) at += 2;
  }
  places.push(text.length);
  return { text: plain, places };
}

/** Unicode encodes decimal digits in runs of ten, 0 first (The Unicode Standard, section 4.6); where runs follow one another, as the mathematical ones do, each begins at a multiple of ten from the first. */
function digitValue(codePoint: number): number {
  let zero = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return (codePoint - zero) % 10;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where numbers that could be a card's stand, in order; what overlaps is one. */
function numbersIn(plain: string): Span[] {
  const found: Span[] = [];
  const accounts: Span[] = [];
  for (const { 0: run, index } of plain.matchAll(NUMBERS)) {
    if (run.length < SHORTEST) continue;
    const account = inGroups(run, index, plain.slice(Math.max(0, index - 3), index), found);
    if (account !== undefined) accounts.push(account);
  }
  for (const form of [PRINTED, FOUR_FOURS])
    for (const { 1: run, index } of plain.matchAll(form)) {
      const span = { from: index, to: index + run!.length };
      if (couldBeCardNumber(run!.replaceAll(/\D/g, '')) && !accounts.some((account) => overlap(account, span))) found.push(span);
    }
  found.sort((a, b) => a.from - b.from || a.to - b.to);
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of found) {
    const last = joined.at(-1);
    if (last !== undefined && from < last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

function overlap(one: Span, other: Span): boolean {
  return one.from < other.to && other.from < one.to;
}

/** Adds what one or several groups in a row make; answers where an IBAN stands that the run begins with. */
function inGroups(run: string, at: number, before: string, found: Span[]): Span | undefined {
  const groups = run.split(/[ -]/);
  const starts: number[] = [];
  for (let i = 0, start = at; i < groups.length; start += groups[i]!.length + 1, i++) starts.push(start);
  const own = groupsOfIban(groups, before);
  for (let first = own; first < groups.length; first++) {
    let digits = '';
    for (let last = first; last < groups.length && digits.length + groups[last]!.length <= LONGEST; last++) {
      digits += groups[last]!;
      if (couldBeCardNumber(digits)) found.push({ from: starts[first]!, to: starts[last]! + groups[last]!.length });
    }
  }
  return own === 0 ? undefined : { from: at, to: starts[own - 1]! + groups[own - 1]!.length };
}

/** How many groups, from the first, are an IBAN with the country's letters before them: they have its check digits (ISO 13616, ISO/IEC 7064 MOD 97-10). */
function groupsOfIban(groups: readonly string[], before: string): number {
  const country = /(?<![A-Z0-9])[A-Z]{2}$/.exec(before)?.[0];
  if (country === undefined) return 0;
  const letters = [...country].map((letter) => letter.charCodeAt(0) - 0x37).join('');
  let digits = '';
  for (const [index, group] of groups.entries()) {
    digits += group;
    if (digits.length > 32) return 0;
    if (digits.length >= SHORTEST && BigInt(`${digits.slice(2)}${letters}${digits.slice(0, 2)}`) % 97n === 1n) return index + 1;
  }
  return 0;
}

/** All digits but the last four as asterisks; what stands between them stays. */
function starred(number: string): string {
  const characters = [...number];
  let shown = 0;
  for (let i = characters.length - 1; i >= 0; i--) if (/\p{Nd}/u.test(characters[i]!) && ++shown > SHOWN_DIGITS) characters[i] = '*';
  return characters.join('');
}

function passesLuhn(text: string, from: number, to: number): boolean {
  let sum = 0;
  for (let i = to - 1, double = false; i >= from; i--, double = !double) {
    const digit = text.charCodeAt(i) - 0x30;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}
