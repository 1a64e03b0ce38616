/**
 * What a line of a statement is about. `payout` is the transfer to the merchant's bank account; `deduction` is money the acquirer keeps that is no fee (reserve, rental, correction against
 * the merchant), `credit` the same in the merchant's favour; `balance` is carried over between batches and no movement. The order is the numbering of `RowBatch.types`.
 */
export const STATEMENT_ROW_TYPES = [
  'sale',
  'refund',
  'reversal',
  'chargeback',
  'chargebackReversed',
  'fee',
  'deduction',
  'credit',
  'payout',
  'balance',
] as const;

/** One of {@link STATEMENT_ROW_TYPES}. */
export type StatementRowType = (typeof STATEMENT_ROW_TYPES)[number];

/** How the card is funded, where a file says it: fees and schemes' totals differ by it. */
export type CardFunding = 'debit' | 'credit' | 'prepaid';

/**
 * One line of an acquirer's statement in the same form for all of them. Amounts are signed as seen from the merchant: a sale is positive, a refund, a chargeback, a fee line and a payout
 * negative in what they leave on the merchant's account. Minor units are safe integers, and `netMinor = grossMinor + feeMinor` on every row.
 */
export interface StatementRow {
  /** Line of the file the row stands in, from 1; of the first line where a row has several. */
  readonly line: number;
  readonly type: StatementRowType;
  /** The file's own word for the type, as written. */
  readonly sourceType: string;
  /** The acquirer's clearing date, `YYYY-MM-DD`; absent where the file has none for the row. */
  readonly businessDay?: string;
  /** When it happened: `YYYY-MM-DDTHH:MM:SS`, local to `timeZone`, or with an offset where the file writes one. */
  readonly at?: string;
  /** The zone `at` is written in, as the file names it (`CET`, `Asia/Shanghai`); absent where neither file nor format says. */
  readonly timeZone?: string;
  readonly merchant?: string;
  readonly terminal?: string;
  /** Batch number as written, without leading zeros. */
  readonly batch?: string;
  /** Trace number (STAN) without leading zeros. */
  readonly trace?: string;
  /** The acquirer's or scheme's reference of the transaction: RRN, PSP reference, transaction id. */
  readonly reference?: string;
  /** The merchant's own reference of the order. */
  readonly merchantReference?: string;
  readonly authorisation?: string;
  readonly scheme?: string;
  readonly cardFunding?: CardFunding;
  /** Never more than four digits. */
  readonly cardLast4?: string;
  /** ISO 4217. */
  readonly currency: string;
  /** What the customer paid or got back; 0 on a fee line. */
  readonly grossMinor: number;
  /** What the acquirer keeps of it: negative when it costs the merchant. */
  readonly feeMinor: number;
  readonly netMinor: number;
  /**
   * Parts of a minor unit in 100,000ths that the file's fee has beyond whole minor units (some files write fees with five decimals), same sign as the fee; 0 where none. The exact fee is
   * `feeMinor + feeRemainder / 100000`, the exact net `netMinor + feeRemainder / 100000`.
   */
  readonly feeRemainder: number;
  /** False where the file says nothing of this row's fee: `feeMinor` is 0 then and stands for nothing, and the net is what is known of it. Absent: the fee is told, and may be 0. */
  readonly feeTold?: false;
  /** The payout or settlement batch this row is paid out with, as the file names it. */
  readonly payout?: string;
}
