/** Terminals count batches 1 to 9999 and begin again at 1 (ISO 8583 field 60.2 of UnionPay has six digits, most terminals show four). */
export const BATCH_NUMBERS = 9_999;
/** Trace numbers have six digits and begin again at 1 (ISO 8583 field 11). */
export const TRACE_NUMBERS = 999_999;

/** What a counter that wraps shows for a count from 1: `max` is followed by 1, never by 0. Throws a RangeError for anything that was not counted. */
export function shownNumber(count: number, max: number): number {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`counts begin at 1, not at ${count}`);
  return ((count - 1) % max) + 1;
}

/**
 * S10: the count behind a shown number: the one nearest to a count known from elsewhere, such as the terminal's newest batch, so that 1 after 9999 is the 10000th and not the
 * first. Of two equally near the earlier one. Undefined for a number the counter never shows.
 */
export function countShownAs(shown: number, near: number, max: number): number | undefined {
  if (!Number.isSafeInteger(shown) || shown < 1 || shown > max) return undefined;
  const round = Math.floor((near - 1) / max);
  const candidates = [round - 1, round, round + 1].map((turn) => turn * max + shown).filter((count) => count >= 1);
  return candidates.reduce((best, count) => (Math.abs(count - near) < Math.abs(best - near) ? count : best));
}
