import type { StatusOutcome } from '@tillward/driver';
import { describe, expect, it } from 'vitest';
import { enquiryDelayMs } from './enquiry.rules.js';
import { activityOf, afterPoll, pollDelayMs, stateChanged, type TerminalFacts, UNKNOWN_TERMINAL } from './terminal.rules.js';

const ON: TerminalFacts = { ...UNKNOWN_TERMINAL, power: 'on', service: 'ready', signedOn: true };
const answered = (service: TerminalFacts['service']): StatusOutcome => ({ kind: 'answered', power: 'on', service, statusByte: 0 });
const silent: StatusOutcome = { kind: 'unreachable', power: 'unknown', detail: '' };

describe('afterPoll', () => {
  it.each([
    ['an answer', answered('ready'), null, ['on', 'ready', true]],
    ['a restart', answered('signOnNeeded'), null, ['on', 'signOnNeeded', false]],
    ['another command running', { kind: 'busy', power: 'on' }, null, ['on', 'ready', true]],
    ['silence without a switch', silent, null, ['unknown', 'unknown', true]],
    ['silence, switch on', silent, 'on', ['unknown', 'unknown', true]],
    ['silence, switch silent', silent, 'unknown', ['unknown', 'unknown', true]],
    ['silence, switch off', silent, 'off', ['off', 'unknown', false]],
  ] as const)('%s', (_name, status, reading, [power, service, signedOn]) => {
    expect(afterPoll(ON, status, reading)).toMatchObject({ power, service, signedOn });
  });

  it('never signs a terminal on', () => {
    expect(afterPoll({ ...ON, signedOn: false }, answered('ready'), null).signedOn).toBe(false);
  });
});

describe('stateChanged', () => {
  it.each([
    [{}, false],
    [{ lastUseAt: 5 }, false],
    [{ resting: 'closed' }, false],
    [{ power: 'off' }, true],
    [{ service: 'busy' }, true],
    [{ signedOn: false }, true],
  ] as const)('%j → %s', (change, changed) => {
    expect(stateChanged(ON, { ...ON, ...change })).toBe(changed);
  });
});

describe('activityOf', () => {
  it.each([
    [null, null, 'idle', 'idle'],
    ['poll', null, 'closed', 'closed'],
    ['selling', null, 'idle', 'selling'],
    ['settling', 'closing', 'idle', 'settling'],
    ['poll', 'closing', 'idle', 'closing'],
    [null, 'opening', 'blocked', 'opening'],
    [null, null, 'blocked', 'blocked'],
  ] as const)('job %s, held by %s, resting %s → %s', (job, held, resting, activity) => {
    expect(activityOf(job, held, resting)).toBe(activity);
  });
});

describe('delays', () => {
  it('polls every minute, sooner when a terminal is missing', () => {
    expect(pollDelayMs(ON)).toBe(60_000);
    expect(pollDelayMs({ ...ON, power: 'unknown' })).toBe(5_000);
    expect(pollDelayMs({ ...ON, power: 'off', resting: 'closed' })).toBe(60_000);
  });

  it('asks about a lost outcome soon, then less often', () => {
    expect([0, 1, 2, 30].map(enquiryDelayMs)).toEqual([500, 1_000, 2_000, 30_000]);
  });
});
