import type { BatchTotals, SchemeTotal, StepFailure } from '@tillward/contracts';
import { type CardTotals, totalsAgree } from '@tillward/driver';
import type { BatchState } from '../batches/index.js';

/** The three sources that must say the same. Null: that source said nothing. */
export interface ThreeTotals {
  journal: BatchTotals;
  terminal: BatchTotals | null;
  host: BatchTotals | null;
}

/**
 * Whether terminal, host and journal agree (DOMAIN.md section 1). A silent host contradicts nothing, once the terminal's
 * batch was seen to be empty after it; a silent terminal does, because without its totals nothing is proven. `countModulus`: where the protocol's counter wraps.
 */
export function balanced(totals: ThreeTotals, countModulus: number | null): boolean {
  if (!totals.terminal || !totalsAgree(totals.journal, totals.terminal, countModulus)) return false;
  return totals.host === null || totalsAgree(totals.journal, totals.host, countModulus);
}

/** What a request to settle leads to, before the terminal is asked. */
export type SettlementPlan = 'resolvePaymentsFirst' | 'resolveSettlementFirst' | 'askTotals';

/** Money commands are repeated only after an enquiry: what is in doubt comes first. */
export function planSettlement(unresolvedPayments: number, batchState: BatchState | null): SettlementPlan {
  if (batchState === 'settling' || batchState === 'inDoubt') return 'resolveSettlementFirst';
  return unresolvedPayments > 0 ? 'resolvePaymentsFirst' : 'askTotals';
}

/** Whether there is anything to settle: a batch that took payments, or money the terminal holds that the journal doesn't know. */
export function nothingToSettle(batchState: BatchState | null, terminal: BatchTotals, settlementNeeded: boolean): boolean {
  return batchState === null && !settlementNeeded && terminal.amountMinor === 0 && (terminal.count ?? 0) === 0;
}

/** Most kinds of cards one entry tells of (libs/contracts). */
const MOST_CARDS = 64;

/** A terminal's totals by card as the journal takes them: net amounts, names cut to what an entry holds, counts that are none left out. Null where it didn't split them. */
export function schemeTotalsOf(byCard: readonly CardTotals[] | undefined): SchemeTotal[] | null {
  if (byCard === undefined || byCard.length === 0) return null;
  return byCard.slice(0, MOST_CARDS).map(({ card, amountMinor, count }) => ({
    scheme: card.slice(0, 64),
    amountMinor,
    count: count !== null && count >= 0 ? count : null,
  }));
}

/** What is done after an attempt to settle. */
export type SettleMove = { kind: 'end' } | { kind: 'again'; afterMs: number };

/** Enquiries about one settlement in doubt before the requester is told that it is in doubt. */
export const SETTLEMENT_ENQUIRIES = 5;
const ENQUIRY_PAUSE_MS = 2_000;

/**
 * The move after an attempt that ended so. Refused attempts are repeated as often as the policy says; one in doubt is only asked about (it is never
 * repeated before the answer), at most {@link SETTLEMENT_ENQUIRIES} times; a payment in doubt needs its own enquiry first.
 */
export function afterSettleAttempt(
  result: 'settled' | 'unbalanced' | 'nothing' | 'inDoubt' | StepFailure,
  refusals: number,
  enquiries: number,
  policy: { attempts: number; retryDelayMs: number },
): SettleMove {
  switch (result) {
    case 'settled':
    case 'unbalanced':
    case 'nothing':
    case 'paymentInDoubt':
      return { kind: 'end' };
    case 'inDoubt':
      return enquiries < SETTLEMENT_ENQUIRIES ? { kind: 'again', afterMs: ENQUIRY_PAUSE_MS } : { kind: 'end' };
    default:
      return refusals < policy.attempts ? { kind: 'again', afterMs: policy.retryDelayMs } : { kind: 'end' };
  }
}

/** Whether the protocol dialogue is needed to explain a refused settlement: the ways to host and terminal explain themselves. */
export function needsEvidence(code: StepFailure): boolean {
  return code === 'settlementRefused' || code === 'terminalRefused' || code === 'internal';
}
