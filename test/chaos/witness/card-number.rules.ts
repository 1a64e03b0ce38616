/** A run of digits that could be a card number, and where. The digits themselves are never reported beyond the last four. */
export interface CardNumberFinding {
  readonly offset: number;
  readonly length: number;
  readonly last4: string;
}

/** A digit of any script, and what may stand behind it unseen. */
const DIGIT = '\\p{Nd}\\p{Cf}{0,3}';
/** Signs people and programs put between the groups of a number: spaces, dashes, points and bars of all kinds, a few in a row and not always the same. */
const SIGNS = `[\\p{Zs}\\p{Pd}\\p{Cf}\\u2212_/*+~|\\u00b7\\u2022\\u30fb]{1,3}`;
/** Signs that also stand between the numbers of a list, where they say nothing: between groups only with a space. */
const LIST_SIGNS = ' ?[,;:|] | [,;:|]';
const GAP = `(?:${SIGNS}|${LIST_SIGNS})`;

const digits = (count: string) => `(?:${DIGIT}){${count}}`;
/** How cards print their numbers, by the lengths of the groups. Points, which also stand in versions and addresses, must be the same between all groups. */
const GROUPED: readonly (readonly string[])[] = [
  ['4', '4', '4', '4', '1,3'],
  ['4', '4', '4', '4'],
  ['4', '4', '4', '1'],
  ['4', '4', '4'],
  ['4', '4', '5'],
  ['4', '6', '4,5'],
  ['6', '13'],
  ['6', '10'],
  ['8', '8'],
];
const grouped = (gap: string) => GROUPED.map((groups) => groups.map(digits).join(gap)).map((form) => `(${form})`);
const PLAIN = [`(${digits('12,19')})`, ...grouped(GAP), `(${DIGIT}(?:${GAP}${DIGIT}){11,18})`];
const POINTED = [...grouped('\\.'), `(${DIGIT}(?:\\.${DIGIT}){11,18})`];

/** What must not stand before and after: digits inside words, hashes, base64, UUIDs, file names, fractions and longer numbers are none. */
const ALONE = '(?<![\\p{Nd}A-Za-z._+/=-]\\p{Cf}{0,3})';
const ENDED = '(?!\\p{Cf}{0,3}(?:[\\p{Nd}A-Za-z_+/=]|[.-]\\p{Nd}))';
/** Where at least twelve digits stand near each other: only there the forms are looked for, which takes longer. */
const STRETCH = /\p{Nd}(?:[^\p{L}\p{N}\p{Cc}]{0,6}\p{Nd}){11,}/gu;
/** What of the text around a stretch says whether a number stands alone. */
const AROUND = 8;
/** Looked for at every place and in every form, so that a number beside it or a longer form hides none. */
const candidatesOf = (forms: readonly string[]) => forms.map((form) => new RegExp(`${ALONE}(?=${form}${ENDED})`, 'gu'));
const WITHOUT_POINTS = candidatesOf(PLAIN);
const CANDIDATES = [...WITHOUT_POINTS, ...candidatesOf(POINTED)];

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
 * Finds card numbers in text: digits of any script, in one run, in the groups cards print or one by one, of a scheme's range and length, that stand alone and pass the Luhn check (ISO/IEC
 * 7812-1 annex B). What stands alone: neither a letter, a digit, `_ + / = .` nor `-` before it, and none of them after it, so that digits inside UUIDs, hashes, base64, file names and
 * fractions don't count. Times don't count because no scheme issues what begins like them. One innocent run of such digits in ten passes the Luhn check: a finding must be looked at.
 */
export function findCardNumbers(text: string): CardNumberFinding[] {
  const found = new Map<number, CardNumberFinding>();
  for (const { index, 0: stretch } of text.matchAll(STRETCH)) {
    const from = Math.max(0, index - AROUND);
    for (const finding of findIn(text.slice(from, index + stretch.length + AROUND), from)) found.set(finding.offset, finding);
  }
  return [...found.values()];
}

/** No number as it is written is longer, in UTF-16 code units. */
const LONGEST = 320;

/** The same, of numbers with a digit or a sign that is not ASCII, for text that is mostly something else: looks only near such characters, which is much faster. */
export function findBeyondAscii(text: string): CardNumberFinding[] {
  others ??= beyondAscii();
  const found = new Map<number, CardNumberFinding>();
  let done = 0;
  for (const { index } of text.matchAll(others)) {
    if (index < done) continue;
    const from = Math.max(0, index - LONGEST);
    done = index + LONGEST;
    for (const near of findCardNumbers(text.slice(from, done + LONGEST))) {
      const offset = from + near.offset;
      // At the edges nobody sees what stands beside a number.
      if (offset < done && (from === 0 || near.offset >= AROUND)) found.set(offset, { ...near, offset });
    }
  }
  return [...found.values()];
}

let others: RegExp | undefined;

/** Every character beyond ASCII that may be part of a number, and all first halves of pairs: as one class without the flag `u`, with which it takes ten times as long. */
function beyondAscii(): RegExp {
  const part = new RegExp(`^(?:\\p{Nd}|${SIGNS})$`, 'u');
  let characters = '';
  for (let code = 0x80; code <= 0xffff; code++) {
    if (part.test(String.fromCharCode(code))) characters += `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return new RegExp(`[${characters}\\ud800-\\udbff]`, 'g');
}

function findIn(text: string, from: number): CardNumberFinding[] {
  const found = new Map<number, CardNumberFinding>();
  for (const candidates of text.includes('.') ? CANDIDATES : WITHOUT_POINTS) {
    for (const { index, 1: written = '' } of text.matchAll(candidates)) {
      const run = digitsOf(written);
      if (found.has(index) || !isIssued(run) || !passesLuhn(run)) continue;
      found.set(index, { offset: from + index, length: run.length, last4: run.slice(-4) });
    }
  }
  return [...found.values()].toSorted((a, b) => a.offset - b.offset);
}

let values: ReadonlyMap<string, string> | undefined;

/** Unicode gives every script's decimal digits ten code points in a row, from zero to nine (The Unicode Standard, section 4.6): counted through in order, the last figure of the count is the digit. */
function digitValues(): ReadonlyMap<string, string> {
  if (values !== undefined) return values;
  const made = new Map<string, string>();
  for (let codePoint = 0; codePoint < 0x20000; codePoint++) {
    const character = String.fromCodePoint(codePoint);
    if (/^\p{Nd}$/u.test(character)) made.set(character, String(made.size % 10));
  }
  values = made;
  return made;
}

function digitsOf(written: string): string {
  const known = digitValues();
  return [...written].map((character) => known.get(character) ?? '').join('');
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
