import type { StepEvidence } from '@tillward/contracts';
import { judgeWatchedClose, type TerminalActor, type WatchedClose } from '../terminals/index.js';
import type { StepResult } from './routine.definition.js';

/**
 * The settlement of a watched terminal: seen in its traffic or not at all. An unbalanced one is done as well; comparing its totals is the next step's part.
 */
export function watchedSettlement(actor: TerminalActor, opensAt: number): StepResult {
  if (closeOf(actor, opensAt).settlement !== 'missing') return { kind: 'done', evidence: evidenceOf(actor) };
  const detail = 'no settlement of this business day was seen after the last transaction: somebody must settle at the terminal';
  return { kind: 'blocked', code: 'manualSettlementRequired', detail, evidence: evidenceOf(actor) };
}

/** Whether the acquirer's host said that both sides' totals agree. */
export function watchedTotals(actor: TerminalActor, opensAt: number): StepResult {
  const evidence = evidenceOf(actor);
  switch (closeOf(actor, opensAt).settlement) {
    case 'balanced':
      return { kind: 'done', evidence: { ...evidence, reason: 'the acquirer’s host said that the totals agree' } };
    case 'unbalanced':
      return { kind: 'blocked', code: 'totalsUnequal', detail: 'the acquirer’s host said that the totals differ', evidence };
    case 'missing':
      return { kind: 'blocked', code: 'manualSettlementRequired', detail: 'money moved after the settlement that was seen', evidence };
  }
}

/** The sign-off of a watched terminal: seen in its traffic or not at all. */
export function watchedSignOff(actor: TerminalActor, opensAt: number): StepResult {
  if (closeOf(actor, opensAt).signedOff) return { kind: 'done', evidence: evidenceOf(actor), facts: { signedOn: false } };
  const detail = 'no sign-off of this business day was seen: somebody must sign the terminal off';
  return { kind: 'blocked', code: 'manualSettlementRequired', detail, evidence: evidenceOf(actor) };
}

/** What the traffic since `opensAt` proves. */
function closeOf(actor: TerminalActor, opensAt: number): WatchedClose {
  return judgeWatchedClose(actor.facts.watched, opensAt);
}

function evidenceOf({ facts }: TerminalActor): StepEvidence {
  const { settlement = 'none', settledAt = null, signedOffAt = null, acquirerBatchNo = null } = facts.watched ?? {};
  return { watched: true, settlement, settledAt: instantOf(settledAt), signedOffAt: instantOf(signedOffAt), acquirerBatchNo };
}

function instantOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
