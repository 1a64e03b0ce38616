import type { SeededRandom } from '../seeded-random.js';

/** What baskets cost, in whole currency units: usual, and seldom exceeded. */
const BASKETS: Readonly<Record<string, readonly [number, number]>> = {
  EUR: [18, 240],
  USD: [21, 260],
  GBP: [16, 210],
  CHF: [24, 300],
  CNY: [88, 1_400],
  JPY: [2_300, 32_000],
};
const OTHER_BASKETS: readonly [number, number] = [20, 250];
/** How prices end, in hundredths. */
const ENDINGS = [0, 0, 9, 19, 25, 49, 50, 79, 90, 95, 99, 99] as const;

/** A believable basket in minor units: many small ones, few large, with the endings prices have. Always positive. */
export function basketAmount(random: SeededRandom, currency: string): number {
  const [usual, limit] = BASKETS[currency] ?? OTHER_BASKETS;
  const whole = Math.max(1, Math.min(limit, Math.round(random.waiting(usual))));
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  if (digits < 2) return whole * 10 ** digits;
  return (whole * 100 + random.pick(ENDINGS)) * 10 ** (digits - 2);
}
