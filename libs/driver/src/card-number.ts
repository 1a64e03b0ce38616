/** Shortest and longest card number (ISO/IEC 7812). */
const MIN_PAN = 12;
const MAX_PAN = 19;
/** Digits with at most one separator between two of them, as card numbers are printed. */
const DIGIT_RUN = /\d(?:[ .-]?\d){11,}/g;

/**
 * Hides whatever could be a card number: a run of 12 or more digits that passes the Luhn check, as a whole or in a window of card length
 * inside it, keeps its last four digits. Prefers hiding an innocent number to showing a card number.
 */
export function maskCardNumbers(text: string): string {
  return text.replace(DIGIT_RUN, (run) => {
    const digits = run.replace(/\D/g, '');
    const hidden = hiddenPositions(digits);
    if (hidden.size === 0) return run;
    let position = 0;
    return run.replace(/\d/g, (digit) => (hidden.has(position++) ? '*' : digit));
  });
}

function hiddenPositions(digits: string): Set<number> {
  const hidden = new Set<number>();
  const hide = (start: number, end: number) => {
    for (let i = start; i < end - 4; i++) hidden.add(i);
  };
  if (passesLuhn(digits, 0, digits.length)) hide(0, digits.length);
  // Windows of zeros pass every check and are never cards: no issuer number begins with 0.
  for (let start = 0; start + MIN_PAN <= digits.length; start++) {
    if (digits[start] === '0') continue;
    for (let length = MIN_PAN; length <= MAX_PAN && start + length <= digits.length; length++) {
      if (passesLuhn(digits, start, start + length)) hide(start, start + length);
    }
  }
  return hidden;
}

/** Luhn check (ISO/IEC 7812-1 annex B) over `digits[start, end)`. */
function passesLuhn(digits: string, start: number, end: number): boolean {
  let sum = 0;
  let double = false;
  for (let i = end - 1; i >= start; i--) {
    let value = digits.charCodeAt(i) - 0x30;
    if (double) {
      value *= 2;
      if (value > 9) value -= 9;
    }
    sum += value;
    double = !double;
  }
  return sum % 10 === 0;
}
