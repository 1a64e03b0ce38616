import type { BatchTotals, BookedDetails, DeviceFacts, ServiceState, StepFailure } from '@tillward/contracts';

/**
 * Why an exchange that moves no money did not work. `code` is stable and journaled; `resultCode` is the terminal's own word for it, a byte in
 * lower-case hexadecimal in ZVT, an ErrorCondition in nexo (null when it never answered); `detail` is for people and holds no card data.
 */
export interface ExchangeFailure {
  readonly kind: 'failed';
  readonly code: StepFailure;
  readonly resultCode: string | null;
  readonly detail: string;
}

/** Answer of an exchange without a result of its own: the terminal confirmed it, or it is known why not. */
export type ExchangeOutcome = { readonly kind: 'done' } | ExchangeFailure;

/**
 * Answer to a status enquiry. `unreachable` says only that nothing answered: the terminal may be off, or the cable may be out. It never
 * means off. `busy` says that another command of ours is running: `on` when its link is up, else nobody can tell yet. `statusByte` is null
 * in protocols that have none; `device` holds what the terminal told about itself, absent when it told nothing.
 */
export type StatusOutcome =
  | {
      readonly kind: 'answered';
      readonly power: 'on';
      readonly service: ServiceState;
      readonly statusByte: number | null;
      readonly device?: DeviceFacts;
    }
  | { readonly kind: 'busy'; readonly power: 'on' | 'unknown' }
  | { readonly kind: 'unreachable'; readonly power: 'unknown'; readonly detail: string };

/**
 * Why an order is known not to have moved money.
 * `terminalUnreachable`: no byte of the sale left; `terminalBusy`: another command is running; `terminalRefused`: the terminal answered no
 * before any authorisation; `signOnNeeded`: it refused because it isn't signed on; `unsupportedCurrency`: we can't say this currency to
 * it; `cancelled`: the caller withdrew it before its first byte; `notReversible`: the terminal knows no such sale, or took it back already.
 */
export type PaymentFailureCode =
  | 'terminalUnreachable'
  | 'terminalBusy'
  | 'terminalRefused'
  | 'signOnNeeded'
  | 'unsupportedCurrency'
  | 'cancelled'
  | 'notReversible';

/** The terminal said that money moved: of a sale, a reversal or a refund. `receipt` holds the merchant's copy when the till prints; masked to the last four digits. */
export interface PaymentBooked {
  readonly kind: 'booked';
  readonly details: BookedDetails;
  readonly receipt?: string[];
}

/** The terminal or the acquirer said no after the sale had begun. `resultCode` is the terminal's own word for it. */
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

/** How a sale, a reversal or a refund ended. Exactly one of four; a driver never throws for something the terminal or the network did. */
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

/**
 * The totals of the open batch, as the terminal keeps them: the net amount, sales less reversals and refunds. `byCard` splits them where the
 * terminal does; its parts need not add up where it counts some kinds of cards elsewhere.
 */
export type TotalsOutcome =
  | { readonly kind: 'totals'; readonly totals: BatchTotals; readonly byCard?: readonly CardTotals[] }
  | ExchangeFailure;

/** Totals of one kind of card, by the name the terminal gives it. */
export interface CardTotals {
  readonly card: string;
  readonly amountMinor: number;
  readonly count: number | null;
}

/** Stored transactions went to the host: how many, null when the terminal did not say. */
export type SendStoredOutcome = { readonly kind: 'sent'; readonly count: number | null } | ExchangeFailure;

/** A receipt was printed again; `receipt` holds its masked lines when the terminal left the printing to us. */
export type ReprintOutcome = { readonly kind: 'printed'; readonly receipt?: readonly string[] } | ExchangeFailure;

/** A diagnosis was made. `detail` is the terminal's own word for what it found. */
export type DiagnosisOutcome = { readonly kind: 'diagnosed'; readonly healthy: boolean; readonly detail: string } | ExchangeFailure;

/** `done`: it said that it restarted. `pending`: it dropped the link after taking the command. */
export type RestartOutcome = { readonly kind: 'done' } | { readonly kind: 'pending' } | ExchangeFailure;

/** What kind of transaction an answer is about. */
export type TransactionKind = 'sale' | 'reversal' | 'refund';

/**
 * Answer to an enquiry after a lost outcome. From terminals that only know their last transaction: `lastTransaction`, `lastDeclined` (it did
 * not move money), `none` (none stored). From terminals that were asked by reference: `found`, `foundDeclined`, `notFound`. `unknown`: no
 * usable answer, or the terminal is still at work on it; ask again later.
 */
export type EnquiryOutcome =
  | { readonly kind: 'lastTransaction'; readonly details: BookedDetails; readonly transaction?: TransactionKind }
  | { readonly kind: 'lastDeclined'; readonly traceNo: number | null; readonly amountMinor: number | null; readonly resultCode: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly details: BookedDetails; readonly receipt?: string[] }
  | { readonly kind: 'foundDeclined'; readonly resultCode: string; readonly detail: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'unknown'; readonly reason: string };
