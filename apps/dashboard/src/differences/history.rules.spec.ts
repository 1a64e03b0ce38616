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
    ['reopened', 'a.csv was withdrawn; nothing has the row it was matched with', null],
  ] as const)('%s, %s', (what, detail, expected) => {
    expect(eventDetail({ what, detail, actorName: 'Anna' })).toEqual(expected ?? { kind: 'said', text: detail });
  });

  it.each([
    ['resolved', 'the fee is what was agreed', { kind: 'feeAgreed' }],
    ['resolved', 'b.csv took the place of a.csv', { kind: 'corrected', file: 'a.csv', by: 'b.csv', row: 'none' }],
    ['resolved', 'a.csv was withdrawn', { kind: 'withdrawn', file: 'a.csv', by: '', row: 'none' }],
    ['carriedOver', 'the same row of b.csv; b.csv corrects a.csv', { kind: 'corrected', file: 'a.csv', by: 'b.csv', row: 'same' }],
    [
      'reopened',
      'a; 1.csv was withdrawn; nothing has the row it was matched with',
      { kind: 'withdrawn', file: 'a; 1.csv', by: '', row: 'gone' },
    ],
    [
      'reopened',
      'b.csv corrects a.csv; nothing has the row it was matched with',
      { kind: 'corrected', file: 'a.csv', by: 'b.csv', row: 'gone' },
    ],
    [
      'reopened',
      'nothing differs any more, and correcting entries of -250 minor units of EUR are no longer needed',
      { kind: 'needless', amount: eur(-250) },
    ],
    ['reopened', 'for another reason', { kind: 'said', text: 'for another reason' }],
  ] as const)('by the program: %s, %s', (what, detail, expected) => {
    expect(eventDetail({ what, detail, actorName: null })).toEqual(expected);
  });
});
