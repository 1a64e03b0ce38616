import type { ResultType } from './result-type.js';
import type { ReconciliationSettings } from './settings.js';

/** What of a row decides how a pair of rows with the same key ends. `feeMinor` undefined or NaN: not known. */
export interface PairedMoney {
  readonly amountMinor: number;
  readonly currency: string;
  readonly feeMinor?: number | undefined;
}

/** How a pair of rows with the same key ends (R4: currency before amount before fee). */
export type PairType = Extract<ResultType, 'matched' | 'amountOver' | 'amountUnder' | 'currency' | 'feeWrong'>;

/**
 * The result of two rows with the same key. `amountOver`: the acquirer moved more than the terminal booked, whichever way the money went (a refund of 6.00 for one of 5.00 is over). A fee counts only
 * when both sides know it.
 */
export function pairType(
  terminal: PairedMoney,
  acquirer: PairedMoney,
  tolerance: Pick<ReconciliationSettings, 'amountToleranceMinor' | 'feeToleranceMinor'>,
): PairType {
  if (terminal.currency !== acquirer.currency) return 'currency';
  const amounts = compareAmounts(terminal.amountMinor, acquirer.amountMinor, tolerance.amountToleranceMinor[terminal.currency] ?? 0);
  if (amounts !== 'matched') return amounts;
  return feesAgree(terminal.feeMinor ?? Number.NaN, acquirer.feeMinor ?? Number.NaN, tolerance.feeToleranceMinor) ? 'matched' : 'feeWrong';
}

/** Two amounts of one currency. Opposite signs of the same size: what left the merchant instead of arriving is `amountUnder`. */
export function compareAmounts(
  terminalMinor: number,
  acquirerMinor: number,
  toleranceMinor: number,
): 'matched' | 'amountOver' | 'amountUnder' {
  const difference = acquirerMinor - terminalMinor;
  if (Math.abs(difference) <= toleranceMinor) return 'matched';
  const size = Math.abs(acquirerMinor) - Math.abs(terminalMinor);
  return (size === 0 ? difference : size) > 0 ? 'amountOver' : 'amountUnder';
}

/** Whether two fees agree; one that is not known (NaN) agrees with everything. */
export function feesAgree(terminalMinor: number, acquirerMinor: number, toleranceMinor: number): boolean {
  return !(Math.abs(terminalMinor - acquirerMinor) > toleranceMinor);
}
