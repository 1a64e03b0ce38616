import type { BatchTotals, ClosingStep, StepEvidence, StepFailure } from '@tillward/contracts';

/** What decides whether a closing step is done, skipped or can't be. */
export interface ClosingSituation {
  overnight: 'off' | 'standby' | 'on';
  hasSwitch: boolean;
  canSendStored: boolean;
  /** `settlement.automatic` of the policy. */
  automatic: boolean;
  batchOpen: boolean;
  /** The switch said off when the closing began, and nothing was unsettled or in doubt. */
  alreadyOff: boolean;
  /** The terminal's newest settlement with money in it did not balance. */
  unbalanced: boolean;
  /** The terminal works on its own: people settle it and sign it off, and only what was seen of it counts. */
  watchedOnly: boolean;
}

/** Whether to do a step. A skipped one says why in its evidence. */
export type StepDecision = { kind: 'do' } | { kind: 'skip'; evidence: StepEvidence } | { kind: 'block'; code: StepFailure; detail: string };

const DO: StepDecision = { kind: 'do' };
const skip = (reason: string): StepDecision => ({ kind: 'skip', evidence: { reason } });

/** What to do about one step of the proven close (DOMAIN.md section 1). Total over all steps, so that a new one can't be forgotten here. */
export function decideClosingStep(step: ClosingStep, situation: ClosingSituation): StepDecision {
  const { alreadyOff, overnight, hasSwitch, watchedOnly } = situation;
  switch (step) {
    case 'stopSales':
    case 'backUpJournal':
      return DO;
    case 'waitIdle':
    case 'resolveInDoubt':
      return watchedOnly ? skip('the terminal is only watched') : DO;
    case 'sendStored':
      if (watchedOnly) return skip('the terminal is only watched');
      if (alreadyOff) return skip('the terminal is off');
      return situation.canSendStored ? DO : skip('this terminal keeps no stored offline transactions');
    case 'settle':
      // Nobody here settles it, and an outlet that is off proves nothing about its batch.
      if (watchedOnly) return DO;
      if (alreadyOff) return skip('the terminal is off and nothing is unsettled');
      if (!situation.automatic && situation.batchOpen) {
        return { kind: 'block', code: 'manualSettlementRequired', detail: 'the policy leaves settlements to people and the batch is open' };
      }
      return DO;
    case 'compareTotals':
      if (watchedOnly) return DO;
      // Unequal totals are in the journal: switching the terminal off doesn't make them equal.
      return alreadyOff && !situation.unbalanced ? skip('the terminal is off') : DO;
    case 'signOff':
      if (watchedOnly) return DO;
      return alreadyOff ? skip('the terminal is off') : DO;
    case 'powerOff':
      if (overnight !== 'off')
        return skip(overnight === 'on' ? 'the policy keeps the terminal on overnight' : 'the policy leaves the terminal in standby');
      if (alreadyOff) return skip('the terminal is off');
      return hasSwitch ? DO : skip('the terminal has no power switch');
    case 'verifyOff':
      if (overnight !== 'off')
        return skip(overnight === 'on' ? 'the policy keeps the terminal on overnight' : 'the policy leaves the terminal in standby');
      return hasSwitch ? DO : skip('the terminal has no power switch');
  }
}

/** The evidence of three totals, as numbers. */
export function totalsEvidence(journal: BatchTotals, terminal: BatchTotals | null, host: BatchTotals | null): StepEvidence {
  return {
    currency: journal.currency,
    journalMinor: journal.amountMinor,
    journalCount: journal.count,
    terminalMinor: terminal?.amountMinor ?? null,
    terminalCount: terminal?.count ?? null,
    hostMinor: host?.amountMinor ?? null,
    hostCount: host?.count ?? null,
  };
}
