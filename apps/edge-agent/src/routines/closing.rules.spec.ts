import { CLOSING_STEPS, type ClosingStep } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { type ClosingSituation, decideClosingStep, totalsEvidence } from './closing.rules.js';

const NIGHT: ClosingSituation = {
  overnight: 'off',
  hasSwitch: true,
  canSendStored: true,
  automatic: true,
  batchOpen: true,
  alreadyOff: false,
  unbalanced: false,
  watchedOnly: false,
};
const decided = (change: Partial<ClosingSituation>) => CLOSING_STEPS.map((step) => decideClosingStep(step, { ...NIGHT, ...change }).kind);
const kinds = (exceptions: Partial<Record<ClosingStep, string>>) => CLOSING_STEPS.map((step) => exceptions[step] ?? 'do');

describe('decideClosingStep', () => {
  it.each<[string, Partial<ClosingSituation>, Partial<Record<ClosingStep, string>>]>([
    ['an ordinary night', {}, {}],
    ['nothing can be stored', { canSendStored: false }, { sendStored: 'skip' }],
    ['standby overnight', { overnight: 'standby' }, { powerOff: 'skip', verifyOff: 'skip' }],
    ['on overnight', { overnight: 'on' }, { powerOff: 'skip', verifyOff: 'skip' }],
    ['no power switch', { hasSwitch: false }, { powerOff: 'skip', verifyOff: 'skip' }],
    ['settled by hand, not done', { automatic: false }, { settle: 'block' }],
    ['settled by hand, done', { automatic: false, batchOpen: false }, {}],
    ['only watched', { watchedOnly: true }, { waitIdle: 'skip', resolveInDoubt: 'skip', sendStored: 'skip' }],
    [
      'only watched, off already: the outlet proves no settlement',
      { watchedOnly: true, alreadyOff: true },
      { waitIdle: 'skip', resolveInDoubt: 'skip', sendStored: 'skip', powerOff: 'skip' },
    ],
    [
      'off already with nothing unsettled',
      { alreadyOff: true, batchOpen: false },
      { sendStored: 'skip', settle: 'skip', compareTotals: 'skip', signOff: 'skip', powerOff: 'skip' },
    ],
    [
      'off already after unequal totals',
      { alreadyOff: true, batchOpen: false, unbalanced: true },
      { sendStored: 'skip', settle: 'skip', signOff: 'skip', powerOff: 'skip' },
    ],
  ])('%s', (_name, change, exceptions) => {
    expect(decided(change)).toEqual(kinds(exceptions));
  });

  it('says why a step is skipped, and which code blocks', () => {
    expect(decideClosingStep('powerOff', { ...NIGHT, overnight: 'standby' })).toMatchObject({
      evidence: { reason: expect.stringContaining('standby') },
    });
    expect(decideClosingStep('settle', { ...NIGHT, automatic: false })).toMatchObject({ code: 'manualSettlementRequired' });
  });
});

describe('totalsEvidence', () => {
  it('names the three sources', () => {
    const totals = { currency: 'EUR', amountMinor: 5, count: 1 };
    expect(totalsEvidence(totals, totals, null)).toMatchObject({ currency: 'EUR', journalMinor: 5, terminalMinor: 5, hostMinor: null });
  });
});
