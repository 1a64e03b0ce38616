import type { SettlementTotals } from './settlement-totals.rules.js';

/** What every event says: which terminal, and the numbers it can be found by. Null where the message did not say. */
interface Common {
  readonly terminalId: string;
  /** Masked to its last four when it could be a card number. */
  readonly merchantId: string | null;
  readonly batchNo: number | null;
  /** Epoch milliseconds by the clock the relay was given, when the message had passed. */
  readonly at: number;
}

/** A transaction the host has answered. No amount and no card: field 4 is not read. */
interface Transaction extends Common {
  readonly traceNo: number | null;
  readonly approved: boolean;
  readonly responseCode: string;
}

/** 0810 with response code 00. `batchNo` is the batch the host opened. */
export interface SignedOn extends Common {
  readonly kind: 'SignedOn';
}
/** 0810 with another response code: the terminal has no valid session. */
export interface SignOnRefused extends Common {
  readonly kind: 'SignOnRefused';
  readonly responseCode: string;
}
/** 0830 to a sign-off with response code 00. */
export interface SignedOff extends Common {
  readonly kind: 'SignedOff';
}
/** The clock the host told the terminal with a sign-on: `MMDD` and `HHMMSS`, host-local. Whether the terminal took it over is not known. */
export interface ClockSeen extends Common {
  readonly kind: 'ClockSeen';
  readonly hostDate: string;
  readonly hostTime: string;
}
/** The host answered an echo: the line is up. */
export interface EchoAnswered extends Common {
  readonly kind: 'EchoAnswered';
}
/** The host took a status report; what was in it (field 62) is not read. */
export interface StatusReported extends Common {
  readonly kind: 'StatusReported';
}
/** The host answered a sale (0210, 60.1 = 22). */
export interface SaleObserved extends Transaction {
  readonly kind: 'SaleObserved';
}
/** The host answered a void of a sale of the open batch (0210, 60.1 = 23). */
export interface VoidObserved extends Transaction {
  readonly kind: 'VoidObserved';
}
/** The host answered a refund (0230, 60.1 = 25). */
export interface RefundObserved extends Transaction {
  readonly kind: 'RefundObserved';
}
/** A sale was asked for by a terminal known to be signed off. The answer follows as `SaleObserved`. */
export interface SaleWithoutSignOn extends Common {
  readonly kind: 'SaleWithoutSignOn';
  readonly traceNo: number | null;
}
/** No answer to a money request passed before the terminal went on or hung up: money may have moved. */
export interface AnswerMissing extends Common {
  readonly kind: 'AnswerMissing';
  readonly request: 'sale' | 'void' | 'refund' | 'reversal' | 'settlement';
  readonly traceNo: number | null;
}
/** The terminal takes the transaction with this trace number back; said once however often it repeats. `reason` is field 39 of 0400. */
export interface ReversalSeen extends Common {
  readonly kind: 'ReversalSeen';
  readonly traceNo: number | null;
  readonly reason: string | null;
}
/** The host took the reversal (00), or had nothing to reverse (12, 25). */
export interface ReversalConfirmed extends Common {
  readonly kind: 'ReversalConfirmed';
  readonly traceNo: number | null;
  readonly responseCode: string;
}
/** The host refused the reversal: what became of the money is open. */
export interface ReversalRefused extends Common {
  readonly kind: 'ReversalRefused';
  readonly traceNo: number | null;
  readonly responseCode: string;
}
/** 0500; `totals` are the terminal's. */
export interface SettlementStarted extends Common {
  readonly kind: 'SettlementStarted';
  readonly totals: SettlementTotals | null;
  /** Reversals the host has not answered yet: the totals can't agree with them open. */
  readonly reversalsPending: number;
}
/** 0510: both sides' totals agree. The batch is closed. */
export interface SettlementBalanced extends Common {
  readonly kind: 'SettlementBalanced';
  readonly totals: SettlementTotals | null;
}
/** 0510: the totals differ. The terminal uploads its batch next. */
export interface SettlementUnbalanced extends Common {
  readonly kind: 'SettlementUnbalanced';
  readonly totals: SettlementTotals | null;
}
/** 0510 without a word on whether the totals agree. */
export interface SettlementUnclear extends Common {
  readonly kind: 'SettlementUnclear';
  readonly totals: SettlementTotals | null;
}
/** 0510 with a refusing response code: the batch is still open. */
export interface SettlementRefused extends Common {
  readonly kind: 'SettlementRefused';
  readonly responseCode: string;
}
/** The host confirmed the end of the batch upload: the batch is closed, its difference handed to the acquirer. */
export interface BatchUploadEnded extends Common {
  readonly kind: 'BatchUploadEnded';
  /** Messages of the upload that passed since the settlement, the last one included. */
  readonly messages: number;
}

/** What the observer says, told apart by `kind`. Nothing in it comes from a field outside the allow-list. */
export type ObserverEvent =
  | SignedOn
  | SignOnRefused
  | SignedOff
  | ClockSeen
  | EchoAnswered
  | StatusReported
  | SaleObserved
  | VoidObserved
  | RefundObserved
  | SaleWithoutSignOn
  | AnswerMissing
  | ReversalSeen
  | ReversalConfirmed
  | ReversalRefused
  | SettlementStarted
  | SettlementBalanced
  | SettlementUnbalanced
  | SettlementUnclear
  | SettlementRefused
  | BatchUploadEnded;
