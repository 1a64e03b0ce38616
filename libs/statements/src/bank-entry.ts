/** One part of a batch booking: a camt transaction detail. */
export interface BankEntryDetail {
  /** Signed as the entry. Absent where the bank states none. */
  readonly amountMinor?: number;
  /** Of the amount, where it differs from the entry's. */
  readonly currency?: string;
  readonly reference?: string;
  readonly remittance: string;
}

/**
 * One booking on a bank account. The amount is signed as seen from the account's owner: a credit is positive. Text is as the bank writes it, card numbers in it masked.
 */
export interface BankEntry {
  /** Line the entry begins in, from 1. */
  readonly line: number;
  /** IBAN or the bank's own number, as written. */
  readonly account: string;
  /** `YYYY-MM-DD`; absent where the format leaves it out. */
  readonly bookingDate?: string;
  readonly valueDate?: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** `pending` and `information` entries are not in the closing balance. */
  readonly status: 'booked' | 'pending' | 'information';
  /** True where the bank marks the entry as taking back an earlier one. */
  readonly reversal: boolean;
  /** The customer's reference: end-to-end id, field 61's reference, BAI2 customer reference. */
  readonly reference?: string;
  /** The bank's own reference. */
  readonly bankReference?: string;
  /** What the payment is for, lines joined by a blank. */
  readonly remittance: string;
  /** The bank's code for the kind of booking: camt `PMNT/RCDT/BOOK` or the proprietary code, SWIFT `NTRF`, BAI2 `195`. */
  readonly typeCode: string;
  /** What a batch booking consists of; empty where it is one payment. */
  readonly details: readonly BankEntryDetail[];
}

/** A balance of an account. */
export interface BankBalance {
  readonly amountMinor: number;
  readonly currency: string;
  /** `YYYY-MM-DD` where given. */
  readonly date?: string;
}

/** One statement or notification within a bank's file: its entries are handed on before it. */
export interface BankStatement {
  /** Line it begins in. */
  readonly line: number;
  readonly id: string;
  /** The bank's own count of its statements, pages included, as written: camt sequence numbers and page, SWIFT field 28C, BAI2 date and time. */
  readonly number?: string;
  readonly account: string;
  /** Of the account, where the bank says it. */
  readonly currency?: string;
  /** A report within the day or of single bookings: a statement of the same account tells its entries once more. */
  readonly interim: boolean;
  /** Absent where the bank writes none (intraday reports, notifications). */
  readonly opening?: BankBalance;
  readonly closing?: BankBalance;
  readonly entries: number;
  /** Sum of the credits and of the debits (negative) among the booked entries, in the account's currency. */
  readonly creditMinor: number;
  readonly debitMinor: number;
}
