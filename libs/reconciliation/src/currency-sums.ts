import { SumTooLargeError } from './batch-totals.js';
import { currencyText } from './row-columns.js';

/** One side's sums of a currency. */
export interface CurrencySum {
  readonly rows: number;
  readonly amountMinor: number;
  /** Sum of the fees that are known. */
  readonly feeMinor: number;
}

/** Sums of all rows by currency, exact or refused (R6). */
export class CurrencySums {
  private readonly codes: number[] = [];
  private rows: number[] = [];
  private readonly amounts: number[] = [];
  private readonly fees: number[] = [];
  private last = 0;

  /** Adds a row; a fee that is NaN isn't known. Throws SumTooLargeError. */
  add(currency: number, amountMinor: number, feeMinor: number): void {
    let { last } = this;
    if (this.codes[last] !== currency) {
      last = this.codes.indexOf(currency);
      if (last === -1) {
        last = this.codes.push(currency) - 1;
        this.rows.push(0);
        this.amounts.push(0);
        this.fees.push(0);
      }
      this.last = last;
    }
    this.rows[last]! += 1;
    const amount = this.amounts[last]! + amountMinor;
    const fee = this.fees[last]! + (Number.isNaN(feeMinor) ? 0 : feeMinor);
    if (!Number.isSafeInteger(amount) || !Number.isSafeInteger(fee)) throw new SumTooLargeError();
    this.amounts[last] = amount;
    this.fees[last] = fee;
  }

  /** By ISO 4217 code, in alphabetical order. */
  toRecord(): Record<string, CurrencySum> {
    const sums = this.codes.map(
      (code, i) => [currencyText(code), { rows: this.rows[i]!, amountMinor: this.amounts[i]!, feeMinor: this.fees[i]! }] as const,
    );
    return Object.fromEntries(sums.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
