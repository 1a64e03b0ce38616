import type { BatchTotals, BookedDetails, ServiceState, StepFailure } from '@tillward/contracts';

/**
 * Why an exchange that moves no money did not work. `code` is stable and journaled; `resultCode` is the terminal's own word for it in
 * lower-case hexadecimal (null when it never answered); `detail` is for people and holds no card data.
 */
export interface ExchangeFailure {
  readonly kind: 'failed';
  readonly code: StepFailure;
  readonly resultCode: string | null;
  readonly detail: string;
}

/** Answer of `connect`, `register`, `signOn` and `signOff`: the terminal confirmed it, or it is known why not. */
export type ExchangeOutcome = { readonly kind: 'done' } | ExchangeFailure;

/**
 * Answer to a status enquiry. `unreachable` says only that nothing answered: the terminal may be off, or the cable may be out. It never
 * means off. `busy` says that another command of ours is running: `on` when its link is up, else nobody can tell yet.
 */
export type StatusOutcome =
  | { readonly kind: 'answered'; readonly power: 'on'; readonly service: ServiceState; readonly statusByte: number }
  | { readonly kind: 'busy'; readonly power: 'on' | 'unknown' }
  | { readonly kind: 'unreachable'; readonly power: 'unknown'; readonly detail: string };

/**
 * Why a sale is known not to have moved money.
 * `terminalUnreachable`: no byte of the sale left; `terminalBusy`: another command is running; `terminalRefused`: the terminal answered no
 * before any authorisation; `signOnNeeded`: it refused because it isn't signed on; `unsupportedCurrency`: we can't say this currency to
 * it; `cancelled`: the caller withdrew the sale before its first byte.
 */
export type PaymentFailureCode =
  | 'terminalUnreachable'
  | 'terminalBusy'
  | 'terminalRefused'
  | 'signOnNeeded'
  | 'unsupportedCurrency'
  | 'cancelled';

/** The terminal said that money moved. `receipt` holds the merchant's copy when the till prints; masked to the last four digits. */
export interface PaymentBooked {
  readonly kind: 'booked';
  readonly details: BookedDetails;
  readonly receipt?: string[];
}

/** The terminal or the acquirer said no after the sale had begun. `resultCode` is the terminal's, lower-case hexadecimal. */
export interface PaymentDeclined {
  readonly kind: 'declined';
  readonly resultCode: string;
  readonly detail: string;
}

/** Known: no money moved. */
export interface PaymentFailed {
  readonly kind: 'failed';
  readonly code: PaymentFailureCode;
  readonly detail: string;
}

/** Bytes of the command went out and no conclusive end arrived: money may have moved. Only an enquiry may follow, never a repetition. */
export interface InDoubt {
  readonly kind: 'inDoubt';
  readonly reason: string;
}

/** How a sale ended. Exactly one of four; a driver never throws for something the terminal or the network did. */
export type PaymentOutcome = PaymentBooked | PaymentDeclined | PaymentFailed | InDoubt;

/** What the terminal added to a successful settlement. Absent where it did not say. */
export interface SettlementDetails {
  readonly traceNo?: number;
  /** Terminal-local `MMDD` and `HHMMSS`, as it said them. */
  readonly terminalDate?: string;
  readonly terminalTime?: string;
  readonly receipt?: string[];
}

/**
 * How a settlement ended. `hostTotals` are the totals the host agreed to, null when the terminal did not report them. `refused` means the
 * batch is known to be still open. `inDoubt`: ask `totals` and judge with `judgeSettlement`; never repeat first.
 */
export type SettlementOutcome =
  | { readonly kind: 'settled'; readonly hostTotals: BatchTotals | null; readonly details: SettlementDetails }
  | { readonly kind: 'refused'; readonly code: StepFailure; readonly resultCode: string | null; readonly detail: string }
  | InDoubt;

/** The totals of the open batch, as the terminal keeps them. */
export type TotalsOutcome = { readonly kind: 'totals'; readonly totals: BatchTotals } | ExchangeFailure;

/**
 * Answer to "what was your last transaction?". `none`: it has none stored. `lastDeclined`: its last one did not move money.
 * `unknown`: no usable answer; ask again later.
 */
export type EnquiryOutcome =
  | { readonly kind: 'lastTransaction'; readonly details: BookedDetails }
  | { readonly kind: 'lastDeclined'; readonly traceNo: number | null; readonly amountMinor: number | null; readonly resultCode: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string };
