import type { BankStatement } from './bank-entry.js';
import type { CheckName } from './check-names.js';
import type { StatementRowType } from './statement-row.js';

/** Formats that are read. `csv` is a file described by a CSV profile. */
export const STATEMENT_FORMATS = [
  'unionpay',
  'wechat',
  'alipay',
  'adyen',
  'stripe',
  'csv',
  'camt053',
  'camt054',
  'mt940',
  'mt942',
  'bai2',
] as const;

/** One of {@link STATEMENT_FORMATS}. */
export type StatementFormat = (typeof STATEMENT_FORMATS)[number];

/** What the rows of one currency add up to. Payouts and carried balances are no part of gross, fee and net: net is what there was to pay out. */
export interface StatementTotals {
  readonly currency: string;
  /** For bank files the sum of all booked entries. */
  readonly grossMinor: number;
  /** Negative when fees cost the merchant. */
  readonly feeMinor: number;
  readonly netMinor: number;
  /** 100,000ths of a minor unit by which fee and net go beyond, |value| below 100,000 (see StatementRow.feeRemainder). */
  readonly feeRemainder: number;
  /** Sum of the payout rows, negative. */
  readonly payoutMinor: number;
}

/**
 * One comparison that was made. A check that binds and fails refuses the file, so those are always `ok` here; the others compare things a file may leave out with good reason (entries of a
 * bank statement that a portal has cut, a payout of the next report) and say so with `ok: false`.
 */
export interface StatementCheck {
  readonly name: CheckName;
  readonly ok: boolean;
  readonly binding: boolean;
  /** What the file says, and what its rows come to: minor units, or a number of rows. */
  readonly expected: number;
  readonly actual: number;
  readonly currency?: string;
  /** Where the file says it. */
  readonly line: number;
}

/** A thing a reader of the statement should know that changes no amount. */
export interface StatementNote {
  readonly line: number;
  readonly message: string;
}

/** What is known of a file once it is read to its end and not refused. Only now its rows count. */
export interface StatementSummary {
  readonly format: StatementFormat;
  /** Rows, or bank entries. */
  readonly rowCount: number;
  /** Only the types that occur; for bank files `credit` and `debit`. */
  readonly rowsByType: Readonly<Partial<Record<StatementRowType | 'debit', number>>>;
  /** By currency, in alphabetical order. */
  readonly totals: readonly StatementTotals[];
  /** At most 200, failed ones first kept; `checksMade` and `checksFailed` count all. */
  readonly checks: readonly StatementCheck[];
  readonly checksMade: number;
  readonly checksFailed: number;
  /** At most 100. */
  readonly notes: readonly StatementNote[];
  /** For bank files, at most 1,000 of them; `sink.statement` gets every one. */
  readonly statements: readonly BankStatement[];
}
