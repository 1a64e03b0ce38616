import { SumTooLargeError } from './batch-totals.js';
import { currencyText } from './row-columns.js';

/** One side's sums of a currency. */
export interface CurrencySum {
  readonly rows: number;
  readonly amountMinor: number;
  /** Sum of the fees that are known. */
  readonly feeMinor: number;
  /** How many rows have a known fee. */
  readonly feeRows: number;
}

/** Sums of all rows by currency, exact or refused (R6). */
export class CurrencySums {
  private readonly sums = new Map<number, CurrencySum>();
  /** The currency of the last row, whose sum is not in the map yet: a file seldom changes its currency. */
  private currency = 0;
  private rows = 0;
  private amountMinor = 0;
  private feeMinor = 0;
  private feeRows = 0;

  /** Adds a row; a fee that is NaN isn't known. Throws SumTooLargeError. */
  add(currency: number, amountMinor: number, feeMinor: number): void {
    if (currency !== this.currency) this.turnTo(currency);
    this.rows += 1;
    this.amountMinor += amountMinor;
    if (!Number.isNaN(feeMinor)) {
      this.feeMinor += feeMinor;
      this.feeRows += 1;
    }
    if (!Number.isSafeInteger(this.amountMinor) || !Number.isSafeInteger(this.feeMinor)) throw new SumTooLargeError();
  }

  /** By ISO 4217 code, in alphabetical order. */
  toRecord(): Record<string, CurrencySum> {
    this.turnTo(this.currency);
    const sums = [...this.sums].filter(([, { rows }]) => rows > 0).map(([code, sum]) => [currencyText(code), sum] as const);
    return Object.fromEntries(sums.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private turnTo(currency: number): void {
    this.sums.set(this.currency, { rows: this.rows, amountMinor: this.amountMinor, feeMinor: this.feeMinor, feeRows: this.feeRows });
    const { rows, amountMinor, feeMinor, feeRows } = this.sums.get(currency) ?? { rows: 0, amountMinor: 0, feeMinor: 0, feeRows: 0 };
    this.currency = currency;
    this.rows = rows;
    this.amountMinor = amountMinor;
    this.feeMinor = feeMinor;
    this.feeRows = feeRows;
  }
}
