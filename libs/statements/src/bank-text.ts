/** Groups of digits with single blanks or hyphens between them. */
const NUMBERS = /\d+(?:[ -]\d+)*/g;
const SHORTEST = 13;
const LONGEST = 19;

/**
 * Text of a bank with card numbers cut to their last four digits: one or several groups of digits in a row that together are 13 to 19 long, in a range card schemes use (2 to 6), and pass the
 * Luhn check (ISO/IEC 7812-1), unless they are part of an IBAN. Narrower than what terminals' texts are put through: account numbers and references are what payouts are recognised by, and most
 * numbers in a bank's text are such.
 */
export function withoutCardNumbers(text: string): string {
  if (text.length < SHORTEST) return text;
  return text.replaceAll(NUMBERS, (run, offset: number) =>
    run.length < SHORTEST ? run : masked(run, text.slice(Math.max(0, offset - 3), offset)),
  );
}

function masked(run: string, before: string): string {
  const groups = run.split(/[ -]/);
  const starts: number[] = [];
  for (let i = 0, at = 0; i < groups.length; at += groups[i]!.length + 1, i++) starts.push(at);
  const hide = new Uint8Array(run.length);
  for (let first = groupsOfIban(groups, before); first < groups.length; first++) {
    let digits = '';
    for (let last = first; last < groups.length && digits.length + groups[last]!.length <= LONGEST; last++) {
      digits += groups[last]!;
      if (digits.length < SHORTEST || !/^[2-6]/.test(digits) || !passesLuhn(digits)) continue;
      hideIn(run, hide, starts[first]!, starts[last]! + groups[last]!.length);
    }
  }
  if (!hide.includes(1)) return run;
  let result = '';
  for (let at = 0; at < run.length; at++) result += hide[at] === 1 ? '*' : run[at];
  return result;
}

/** Marks all digits of `run[start..end)` but the last four; what stands between them stays. */
function hideIn(run: string, hide: Uint8Array, start: number, end: number): void {
  for (let at = end - 1, shown = 0; at >= start; at--) {
    if (run[at] === ' ' || run[at] === '-') continue;
    if (++shown > 4) hide[at] = 1;
  }
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
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
