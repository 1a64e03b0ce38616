/** Shortest and longest card number (ISO/IEC 7812). */
const MIN_PAN = 12;
const MAX_PAN = 19;
/** Enough digits for a card number, with up to three characters between two of them that are neither letters nor digits: spaces of any kind, dashes, slashes. */
const DIGIT_RUN = /\d(?:[^\p{L}\p{N}]{0,3}\d){11,}/gu;
/** Dates, times and amounts as receipts print them: digits that stand for something, and part the numbers around them. */
const MEANT = new RegExp(
  [
    String.raw`(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:\d{4}|\d{2})`,
    String.raw`20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`,
    String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?`,
    String.raw`\d{1,3}(?:[.' ]\d{3}){0,3}[.,]\d{2}`,
  ]
    .map((meant) => `(?<![\\d.,/:-])${meant}(?![\\d/:-]|[.,]\\d)`)
    .join('|'),
  'g',
);
const LETTER = /\p{L}/u;

/**
 * Hides whatever could be a card number: a run of 12 or more digits, whatever stands between them but letters, that passes the Luhn check as a whole or
 * in a window of card length, keeps its last four digits. Prefers hiding an innocent number to showing a card number. Takes time in proportion to the
 * text's length.
 */
export function maskCardNumbers(text: string): string {
  if (text.length < MIN_PAN) return text;
  return masked(text, shadowOf(text));
}

/** {@link maskCardNumbers} over lines that are read one below the other: a number may go on from one line without letters to the next. */
export function maskLines(lines: readonly string[]): string[] {
  const text = lines.join('\n');
  if (text.length < MIN_PAN) return [...lines];
  // A line with words ends a number: only lines of nothing but digits and signs are read as one.
  let shadow = '';
  for (const [i, line] of lines.entries()) {
    const goesOn = i > 0 && !LETTER.test(line) && !LETTER.test(lines[i - 1] ?? '');
    shadow += `${i === 0 ? '' : goesOn ? '\n' : 'x'}${shadowOf(line)}`;
  }
  return masked(text, shadow).split('\n');
}

/** The text with what dates, times and amounts are made of taken out, place by place. */
function shadowOf(text: string): string {
  return text.replace(MEANT, (meant) => 'x'.repeat(meant.length));
}

function masked(text: string, shadow: string): string {
  const hidden = new Uint8Array(text.length);
  let found = false;
  for (const run of shadow.matchAll(DIGIT_RUN)) found = hideIn(run[0], run.index, hidden) || found;
  if (!found) return text;
  let result = '';
  for (let i = 0; i < text.length; i++) result += hidden[i] === 1 ? '*' : text[i];
  return result;
}

/** Marks what of a run has to be hidden; false when nothing. */
function hideIn(run: string, at: number, hidden: Uint8Array): boolean {
  const places: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < run.length; i++) {
    const value = run.charCodeAt(i) - 0x30;
    if (value < 0 || value > 9) continue;
    places.push(at + i);
    values.push(value);
  }
  const luhn = new LuhnSums(values);
  let found = false;
  const hide = (start: number, end: number) => {
    found = true;
    for (let i = start; i < end - 4; i++) hidden[places[i] ?? 0] = 1;
  };
  if (luhn.passes(0, values.length)) hide(0, values.length);
  // Windows of zeros pass every check and are never cards: no issuer number begins with 0.
  for (let start = 0; start + MIN_PAN <= values.length; start++) {
    if (values[start] === 0) continue;
    for (let length = MIN_PAN; length <= MAX_PAN && start + length <= values.length; length++) {
      if (luhn.passes(start, start + length)) hide(start, start + length);
    }
  }
  return found;
}

/** Luhn checks (ISO/IEC 7812-1 annex B) of any part of some digits, each in the same short time: running sums with every even, and every odd place doubled. */
class LuhnSums {
  private readonly doubled: readonly [Uint32Array, Uint32Array];

  constructor(values: readonly number[]) {
    const sums = [new Uint32Array(values.length + 1), new Uint32Array(values.length + 1)] as const;
    for (const [i, value] of values.entries()) {
      const twice = value > 4 ? 2 * value - 9 : 2 * value;
      for (const parity of [0, 1] as const) {
        const sum = sums[parity];
        sum[i + 1] = (sum[i] ?? 0) + (i % 2 === parity ? twice : value);
      }
    }
    this.doubled = sums;
  }

  /** The last digit is not doubled, the one before it is, and so on. */
  passes(start: number, end: number): boolean {
    const sum = this.doubled[end % 2 === 0 ? 0 : 1];
    return ((sum[end] ?? 0) - (sum[start] ?? 0)) % 10 === 0;
  }
}
