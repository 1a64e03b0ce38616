import type { BatchTotals, BookedDetails } from '@tillward/contracts';
import type { EnquiryOutcome, TotalsOutcome, TransactionKind } from './outcomes.js';

/** Trace numbers have six digits and start again after this one. */
const TRACE_NUMBERS = 1_000_000;

/** Names the order whose outcome was lost, for terminals that can be asked about it by reference. */
export interface LostOutcome {
  readonly reference: string;
  readonly transaction: TransactionKind;
}

/** The order whose outcome was lost: what moved if it was booked. `transaction` is a sale unless said otherwise. */
export interface ExpectedSale {
  readonly transaction?: TransactionKind;
  readonly amountMinor: number;
  readonly currency: string;
  /**
   * The last trace number of this terminal known before the sale, from any earlier sale or enquiry. Null says that the terminal was not
   * known to have booked anything before; ask it once when it is first registered, so that null is true.
   */
  readonly lastKnownTraceNo: number | null;
}

/** What is known about a lost order after asking. `unknown` stays in doubt. */
export type EnquiryVerdict = 'booked' | 'notBooked' | 'unknown';

/**
 * Judges the terminal's answer about a lost order. Asked by reference, the answer is about that very order: found with its amount, booked;
 * found declined or not found, not booked. Asked for the last transaction:
 * Trace number equal to the last known: nothing new was booked. A newer one with the same amount and currency: booked. A newer one that
 * was declined for that amount: not booked. No transaction at all, and none known before: not booked. Everything else stays unknown, because
 * a wrong "not booked" charges a customer twice and a wrong "booked" gives goods away.
 */
export function judgeEnquiry(expected: ExpectedSale, answer: EnquiryOutcome): EnquiryVerdict {
  switch (answer.kind) {
    case 'unknown':
      return 'unknown';
    case 'none':
      return expected.lastKnownTraceNo === null ? 'notBooked' : 'unknown';
    case 'lastDeclined': {
      if (answer.traceNo === null || !isNewer(answer.traceNo, expected.lastKnownTraceNo)) return 'unknown';
      return answer.amountMinor === expected.amountMinor ? 'notBooked' : 'unknown';
    }
    case 'lastTransaction': {
      const { traceNo } = answer.details;
      if (traceNo === expected.lastKnownTraceNo) return 'notBooked';
      if (!isNewer(traceNo, expected.lastKnownTraceNo)) return 'unknown';
      if (answer.transaction !== undefined && answer.transaction !== (expected.transaction ?? 'sale')) return 'unknown';
      return sameAmount(expected, answer.details) ? 'booked' : 'unknown';
    }
    case 'found':
      return sameAmount(expected, answer.details) ? 'booked' : 'unknown';
    case 'foundDeclined':
    case 'notFound':
      return 'notBooked';
  }
}

function sameAmount(expected: ExpectedSale, { amountMinor, currency }: BookedDetails): boolean {
  return amountMinor === expected.amountMinor && currency === expected.currency;
}

/** Whether a trace number comes after another, across the wrap from 999999: at most half the circle ahead. */
function isNewer(traceNo: number, lastKnown: number | null): boolean {
  if (lastKnown === null) return true;
  const ahead = (traceNo - lastKnown + TRACE_NUMBERS) % TRACE_NUMBERS;
  return ahead > 0 && ahead < TRACE_NUMBERS / 2;
}

/** What is known about a lost settlement after reading the totals. */
export type SettlementVerdict = 'settled' | 'notSettled' | 'unknown';

/**
 * Judges the terminal's totals after a lost settlement, with `before` the totals it had before the command. Only a successful settlement
 * clears a batch, so empty totals mean settled and unchanged ones mean not settled. If the batch was empty before, empty says settled:
 * there was no money in it.
 */
export function judgeSettlement(before: BatchTotals, answer: TotalsOutcome): SettlementVerdict {
  if (answer.kind === 'failed') return 'unknown';
  const now = answer.totals;
  if (now.amountMinor === 0 && (now.count ?? 0) === 0) return 'settled';
  return now.amountMinor === before.amountMinor && now.currency === before.currency && now.count === before.count
    ? 'notSettled'
    : 'unknown';
}

/**
 * Whether two sets of totals say the same: amount and currency exactly, counts modulo the protocol's counter (`countModulus` of the
 * driver's capabilities). A count of null says nothing and contradicts nothing.
 */
export function totalsAgree(a: BatchTotals, b: BatchTotals, countModulus: number | null): boolean {
  if (a.amountMinor !== b.amountMinor || a.currency !== b.currency) return false;
  if (a.count === null || b.count === null) return true;
  return countModulus === null ? a.count === b.count : (a.count - b.count) % countModulus === 0;
}
