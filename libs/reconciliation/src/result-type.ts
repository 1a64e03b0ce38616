/**
 * What a comparison of one row (or of one pair of rows) can end as. The word says what the acquirer did, seen from the terminal: `amountOver` is more money moved at the acquirer than the terminal
 * booked. README.md has the rules, R4 the order in which they are decided.
 */
export const RESULT_TYPES = [
  'matched',
  'amountOver',
  'amountUnder',
  'missingAtAcquirer',
  'missingAtTerminal',
  'duplicateAtAcquirer',
  'duplicateAtTerminal',
  'currency',
  'timing',
  'feeWrong',
  'unknownBatch',
] as const;

/** One of `RESULT_TYPES`. */
export type ResultType = (typeof RESULT_TYPES)[number];

/** Every result type but `matched`: what somebody has to look at. */
export type DifferenceType = Exclude<ResultType, 'matched'>;

/** The side a row comes from: the terminals' own journal, or the acquirer's statement. */
export type Side = 'terminal' | 'acquirer';

/** A count for each result type, all zero. */
export function noResults(): Record<ResultType, number> {
  return Object.fromEntries(RESULT_TYPES.map((type) => [type, 0])) as Record<ResultType, number>;
}
