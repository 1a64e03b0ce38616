import { describe, expect, it } from 'vitest';
import { eventDetail } from './history.rules.js';

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

describe('what is noted beside an event', () => {
  it.each([
    ['found', 'amountOver', { kind: 'nothing' }],
    ['assigned', 'manager Anna', { kind: 'nothing' }],
    ['reopened', '', { kind: 'nothing' }],
    [
      'remedyRequested',
      'correctingEntry: paid twice: refund it',
      { kind: 'asked', remedy: 'correctingEntry', reason: 'paid twice: refund it' },
    ],
    [
      'resolved',
      'correctingEntry asked for by Anna, approved by Bo, the second',
      { kind: 'agreed', remedy: 'correctingEntry', askedBy: 'Anna', agreedBy: 'Bo, the second' },
    ],
    ['corrected', '-40 minor units of EUR; -60 are left', { kind: 'entered', amount: eur(-40), left: eur(-60) }],
    ['resolved', 'the rows agree now: a.csv', { kind: 'rowsAgree' }],
    ['resolved', 'the row is gone', { kind: 'rowGone' }],
    // What a person wrote is theirs, whatever it looks like.
    ['accepted', 'forceMatch: no', { kind: 'said', text: 'forceMatch: no' }],
    ['resolved', 'paid in cash', { kind: 'said', text: 'paid in cash' }],
  ] as const)('%s, %s', (what, detail, expected) => {
    expect(eventDetail({ what, detail })).toEqual(expected);
  });
});
