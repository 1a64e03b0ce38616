import { describe, expect, it } from 'vitest';
import { type CommandState, MAX_NOTE, type StepState } from '../graphql/index.js';
import { acknowledgeRefusal, afterStep, completeRefusal, onCommandState, type StepFacts, skipRefusal } from './incidents.rules.js';
import { incidentDueAt, PLAYBOOKS, planSteps } from './playbook.rules.js';

const step = (change: Partial<StepFacts> = {}): StepFacts => ({
  id: 's',
  position: 1,
  state: 'ready',
  mode: 'manual',
  noteRequired: false,
  ...change,
});

describe('N1, N2 whose turn it is', () => {
  it.each<[StepState, string | undefined]>([
    ['ready', undefined],
    ['waiting', 'stepNotReady'],
    ['running', 'stepNotReady'],
    ['done', 'alreadyDone'],
    ['skipped', 'alreadyDone'],
  ])('a step that is %s', (state, code) => {
    expect(completeRefusal(step({ state }), 'note')?.code).toBe(code);
    expect(skipRefusal(step({ state }), 'reason')?.code).toBe(code);
  });

  it('keeps automatic steps from people', () => {
    expect(completeRefusal(step({ mode: 'automatic' }), null)?.code).toBe('stepNotReady');
  });

  it.each([
    ['no note where one is required', completeRefusal(step({ noteRequired: true }), null), 'note'],
    ['a blank note where one is required', completeRefusal(step({ noteRequired: true }), ' '), 'note'],
    ['a note too long', completeRefusal(step(), 'x'.repeat(MAX_NOTE + 1)), 'note'],
    ['a skip without reason', skipRefusal(step(), ' '), 'reason'],
    ['a reason too long', skipRefusal(step(), 'x'.repeat(MAX_NOTE + 1)), 'reason'],
  ])('refuses %s', (_name, refusal, field) => {
    expect(refusal).toMatchObject({ code: 'invalidInput', field });
  });
});

describe('acknowledgeRefusal', () => {
  it('lets an open incident be acknowledged, once', () => {
    expect(acknowledgeRefusal({ state: 'open' })).toBeUndefined();
    expect(acknowledgeRefusal({ state: 'acknowledged' })?.code).toBe('alreadyDone');
    expect(acknowledgeRefusal({ state: 'resolved' })?.code).toBe('alreadyDone');
  });
});

describe('N1 afterStep', () => {
  const steps = [step({ id: 'a', position: 0 }), step({ id: 'b', position: 1 })];
  it('makes the next step ready, the last one resolves', () => {
    expect(afterStep(steps, 0)).toEqual({ next: steps[1] });
    expect(afterStep(steps, 1)).toBe('resolved');
  });
});

describe('N4 onCommandState', () => {
  it.each<[CommandState, string]>([
    ['created', 'wait'],
    ['running', 'wait'],
    ['succeeded', 'check'],
    ['failed', 'giveBack'],
    ['rejected', 'giveBack'],
    ['expired', 'giveBack'],
    ['outcomeUnknown', 'giveBack'],
  ])('%s → %s', (state, expected) => {
    expect(onCommandState(state)).toBe(expected);
  });
});

describe('playbooks', () => {
  it('have the steps the dashboard has texts for', () => {
    const keys = Object.fromEntries(Object.entries(PLAYBOOKS).map(([kind, steps]) => [kind, steps.map((planned) => planned.key)]));
    expect(keys).toEqual({
      settlementMissed: ['checkTerminal', 'settleNow', 'closeTerminal', 'recordCause'],
      terminalLeftOn: ['confirmStoreClosed', 'closeTerminal', 'recordCause'],
      closeBlocked: ['readReason', 'closeTerminal', 'recordCause'],
      journalForked: ['findWriters', 'recordCause'],
      journalQuarantined: ['reportFault', 'recordCause'],
      fundingLate: ['askProvider', 'recordCause'],
      fundingShort: ['askProvider', 'recordCause'],
    });
  });

  it('give every command step an action and a check', () => {
    for (const planned of Object.values(PLAYBOOKS).flat()) {
      expect(planned.mode === 'command').toBe(planned.action !== undefined && planned.check !== undefined);
    }
  });

  it('start with one ready step and are due when things are safe', () => {
    const openedAt = new Date('2026-11-21T22:00:00Z');
    expect(planSteps('settlementMissed', openedAt).map((planned) => planned.state)).toEqual(['ready', 'waiting', 'waiting', 'waiting']);
    expect(incidentDueAt('settlementMissed', openedAt).toISOString()).toBe('2026-11-21T22:30:00.000Z');
  });
});
