import type { SeededRandom } from '../seeded-random.js';

/** Fields 2, 14, 35, 36, 45, 52, 55 and 62 of a sale. */
export type CardFields = Readonly<Record<number, string>>;

/**
 * What would be card data in a real sale, made of chance: the formats fit, the numbers are nobody's. The digits where a card number stands fail the Luhn
 * check in every window, so that nothing can take them for one. For tests that look for traces of them where none may be.
 */
export function randomCardFields(random: SeededRandom): CardFields {
  const number = digitsThatAreNoCard(random, 16);
  const digits = (count: number) => Array.from({ length: count }, () => String(random.integer(0, 9))).join('');
  const hex = (bytes: number) => Array.from({ length: bytes }, () => random.integer(0, 255).toString(16).padStart(2, '0')).join('');
  return {
    2: number,
    14: digits(4),
    35: `${number}D${digits(20)}`,
    36: `99${number}D${digits(60)}`,
    45: `B${number}^${digits(24)}`,
    52: hex(8),
    55: hex(120),
    62: `ASCII${digits(40)}`,
  };
}

/** Random digits of which no run of 12 or more passes the Luhn check (ISO/IEC 7812-1 annex B). */
export function digitsThatAreNoCard(random: SeededRandom, count: number): string {
  for (;;) {
    const digits = Array.from({ length: count }, () => random.integer(1, 9));
    if (!hasLuhnWindow(digits)) return digits.join('');
  }
}

function hasLuhnWindow(digits: readonly number[]): boolean {
  for (let from = 0; from + 12 <= digits.length; from++) {
    for (let to = from + 12; to <= digits.length; to++) if (luhnSum(digits.slice(from, to)) % 10 === 0) return true;
  }
  return false;
}

function luhnSum(digits: readonly number[]): number {
  return digits.toReversed().reduce((sum, digit, place) => {
    const value = place % 2 === 1 ? digit * 2 : digit;
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}
