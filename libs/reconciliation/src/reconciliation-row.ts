/** One transaction as one side has it. Amounts are signed as seen from the merchant: a sale is positive, a refund or a reversal negative. */
export interface ReconciliationRow {
  /** Who pays the money out; the same word on both sides. Empty when there is only one. */
  readonly acquirer: string;
  /** The acquirer's number of the merchant. */
  readonly merchant: string;
  /** The acquirer's number of the terminal (TID). */
  readonly terminal: string;
  /** Batch number; leading zeros don't count. */
  readonly batch: string;
  /** Trace number (STAN); leading zeros don't count. Empty or absent where the side has none. */
  readonly trace?: string;
  /** Retrieval reference number, or what else the acquirer names the transaction by. Empty or absent where the side has none. */
  readonly reference?: string;
  /** `YYYY-MM-DD`. */
  readonly businessDay: string;
  /** `sale`, `refund`, `reversal`; any word, as long as both sides use the same. */
  readonly type: string;
  /** A safe integer of minor units. */
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  /** What the acquirer keeps, negative when it costs the merchant (net = amount + fee); at the terminal's side the fee that was agreed. Absent when not known: then it is not compared. */
  readonly feeMinor?: number;
  /** How the card is funded or which kind it is, as fee schedules name it. No part of the key. */
  readonly cardKind?: string;
}

/**
 * Row types of statements that no terminal books: fees, deductions, credits, transfers, balances and chargebacks are set aside before anything is compared. They belong to funding
 * (`funding.rules.ts`).
 */
export const NOT_COMPARED: readonly string[] = ['fee', 'deduction', 'credit', 'payout', 'balance', 'chargeback', 'chargebackReversed'];
