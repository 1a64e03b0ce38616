/**
 * What one side of the batch adds up to, in minor units of the batch's currency. Debits are sales, credits refunds and voids (Q/CUP 009, field 48 of 0500).
 */
export interface SideTotals {
  readonly debitAmountMinor: number;
  readonly debitCount: number;
  readonly creditAmountMinor: number;
  readonly creditCount: number;
  /** Whether the host's totals are the same. `unsaid`: not a word about it, as in a request. */
  readonly agreement: Agreement;
}

/** `error` is the host's 3: it could not compare. */
export type Agreement = 'balanced' | 'unbalanced' | 'error' | 'unsaid';

/** Field 48 of a settlement: cards of the home scheme and cards of the others. */
export interface SettlementTotals {
  readonly domestic: SideTotals;
  readonly foreign: SideTotals;
}

/** What the host says of a settlement. `unclear`: it answered, but did not say whether the totals agree. */
export type SettlementVerdict = 'balanced' | 'unbalanced' | 'unclear';

const DIGITS = 62;
const SIDE_DIGITS = 31;
/** A thousand million yuan in one batch of one terminal is no total; and no number of twelve digits, as card numbers have, gets through here. */
const IMPLAUSIBLE_MINOR = 100_000_000_000;

const AGREEMENTS: Readonly<Record<string, Agreement>> = { '1': 'balanced', '2': 'unbalanced', '3': 'error' };

/**
 * Reads the 62 digits of a settlement: twice debit amount 12, debit count 3, credit amount 12, credit count 3, and at 31 and 62 whether they agree.
 * Null when the text has another length or holds no plausible totals.
 */
export function readTotals(text: string): SettlementTotals | null {
  if (text.length !== DIGITS) return null;
  const domestic = readSide(text.slice(0, SIDE_DIGITS));
  const foreign = readSide(text.slice(SIDE_DIGITS));
  return domestic === null || foreign === null ? null : { domestic, foreign };
}

function readSide(text: string): SideTotals | null {
  const side = {
    debitAmountMinor: Number(text.slice(0, 12)),
    debitCount: Number(text.slice(12, 15)),
    creditAmountMinor: Number(text.slice(15, 27)),
    creditCount: Number(text.slice(27, 30)),
    agreement: AGREEMENTS[text.slice(30)] ?? 'unsaid',
  };
  return side.debitAmountMinor < IMPLAUSIBLE_MINOR && side.creditAmountMinor < IMPLAUSIBLE_MINOR ? side : null;
}

/**
 * Judges the host's answer to a settlement. One word of disagreement is enough for `unbalanced`; `balanced` needs a word for each side that has anything in
 * it and at least one word. Response code 95 says "totals differ" without a field 48.
 */
export function judgeTotals(totals: SettlementTotals | null, responseCode: string | null): SettlementVerdict {
  if (responseCode === '95') return 'unbalanced';
  if (totals === null) return 'unclear';
  const sides = [totals.domestic, totals.foreign];
  if (sides.some((side) => side.agreement === 'unbalanced' || side.agreement === 'error')) return 'unbalanced';
  const told = sides.filter((side) => side.agreement === 'balanced');
  return told.length > 0 && sides.every((side) => side.agreement === 'balanced' || isEmpty(side)) ? 'balanced' : 'unclear';
}

function isEmpty(side: SideTotals): boolean {
  return side.debitAmountMinor === 0 && side.debitCount === 0 && side.creditAmountMinor === 0 && side.creditCount === 0;
}
