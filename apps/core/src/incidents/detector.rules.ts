import type { BatchState, IncidentKind, PowerState } from '../graphql/index.js';

/** A store's night as the detectors see it, all instants in epoch milliseconds. */
export interface NightFacts {
  nowMs: number;
  closesAtMs: number;
  /** When the next opening routine may switch terminals on: from then on, being on is no fault. */
  nextOpeningMs: number;
}

/** What decides whether a terminal was left on. */
export interface LeftOnFacts extends NightFacts {
  overnight: 'off' | 'standby' | 'on';
  leftOnAfterMinutes: number;
  gatewayOnline: boolean;
  power: PowerState;
  /** A close proof of this business day exists. */
  closeProven: boolean;
  /** The gateway is closing it right now. */
  closing: boolean;
}

/**
 * D1 *left on*: the policy wants terminals off at night, the night has begun long enough ago, the terminal is known to be on and its close
 * is neither proven nor under way. `unknown`, or a gateway that doesn't report, is not on.
 */
export function isLeftOn(facts: LeftOnFacts): boolean {
  if (facts.overnight !== 'off' || facts.closeProven || facts.closing) return false;
  if (!facts.gatewayOnline || facts.power !== 'on') return false;
  return facts.nowMs > facts.closesAtMs + facts.leftOnAfterMinutes * 60_000 && facts.nowMs < facts.nextOpeningMs;
}

/** What decides whether a settlement was missed. */
export interface MissedFacts {
  nowMs: number;
  /** Closing of the batch's business day. */
  closesAtMs: number;
  missedAfterMinutes: number;
  state: BatchState;
  count: number;
}

/** D2 *settlement missed*: transactions of a business day are unsettled this long after its closing. */
export function isSettlementMissed(facts: MissedFacts): boolean {
  if (facts.count === 0 || facts.state === 'settled' || facts.state === 'recovered') return false;
  return facts.nowMs > facts.closesAtMs + facts.missedAfterMinutes * 60_000;
}

/** D3: the kind of incident a blocked close is: one that stopped over the settlement is a missed settlement. */
export function kindOfBlockedClose(step: string): IncidentKind {
  return step === 'sendStored' || step === 'settle' || step === 'compareTotals' ? 'settlementMissed' : 'closeBlocked';
}

/**
 * D4: whether an incident of a kind is opened while others for the same terminal and business day are unresolved. Every playbook ends in a
 * proven close, so only a missed settlement, which needs more than that, is opened beside another.
 */
export function opensBeside(kind: IncidentKind, unresolved: readonly IncidentKind[]): boolean {
  return kind === 'settlementMissed' ? !unresolved.includes(kind) : unresolved.length === 0;
}
