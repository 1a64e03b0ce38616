import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BankCredit, type ExpectedPayout, type FundingMatch, matchFunding } from './funding-match.rules.js';
import { seeded, shuffled } from './reconcile.fixtures.js';

describe('matchFunding (R10)', () => {
  const payout = (id: string, dueDay: string, netMinor: number, changes: Partial<ExpectedPayout> = {}): ExpectedPayout => ({
    id,
    account: 'UP',
    currency: 'CNY',
    netMinor,
    dueDay,
    ...changes,
  });
  const credit = (id: string, day: string, amountMinor: number, changes: Partial<BankCredit> = {}): BankCredit => ({
    id,
    account: 'UP',
    currency: 'CNY',
    amountMinor,
    day,
    ...changes,
  });
  const found = (payouts: ExpectedPayout[], entries: BankCredit[], asOf = '2026-03-31') =>
    matchFunding(payouts, entries, asOf)
      .map(({ state, payouts: paid, earlier, entry }) => `${state} ${paid.join('+') || '-'} ${[...earlier, entry ?? '-'].join('+')}`)
      .sort();

  it.each<[string, ExpectedPayout[], BankCredit[], string[]]>([
    ['one for one', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-03', 100)], ['funded a x']],
    ['a day early', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-02', 100)], ['funded a x']],
    ['late', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-05', 100)], ['late a x']],
    ['short', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-03', 99)], ['short a x']],
    ['over', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-03', 101)], ['over a x']],
    [
      'a small credit of something else is no payment, the large one is',
      [payout('a', '2026-03-03', 123_456)],
      [credit('x', '2026-03-03', 350), credit('y', '2026-03-03', 120_000)],
      ['short a y', 'unexpected - x'],
    ],
    ['less than half', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-03', 49)], ['overdue a -', 'unexpected - x']],
    ['half', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-03', 50)], ['short a x']],
    ['twice', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-03', 200)], ['over a x']],
    ['more than twice', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-03', 201)], ['overdue a -', 'unexpected - x']],
    [
      'one of two plausible credits of a day',
      [payout('a', '2026-03-03', 100)],
      [credit('x', '2026-03-03', 90), credit('y', '2026-03-03', 80)],
      ['overdue a -', 'unexpected - x', 'unexpected - y'],
    ],
    ['too late to be it', [payout('a', '2026-03-03', 100)], [credit('x', '2026-03-14', 100)], ['overdue a -', 'unexpected - x']],
    ['too early to be it', [payout('a', '2026-03-09', 100)], [credit('x', '2026-03-03', 100)], ['overdue a -', 'unexpected - x']],
    ['not due yet', [payout('a', '2026-03-31', 100)], [], ['awaited a -']],
    ['overdue', [payout('a', '2026-03-30', 100)], [], ['overdue a -']],
    [
      'a weekend in one credit',
      [payout('a', '2026-03-09', 100), payout('b', '2026-03-09', 50), payout('c', '2026-03-10', 7), payout('d', '2026-03-10', 1_000)],
      [credit('x', '2026-03-09', 157), credit('y', '2026-03-10', 1_000)],
      ['funded a+b+c x', 'funded d y'],
    ],
    [
      'all of a day, short',
      [payout('a', '2026-03-09', 100), payout('b', '2026-03-09', 50)],
      [credit('x', '2026-03-09', 149)],
      ['short a+b x'],
    ],
    [
      'one of two of a day in full, the other in part',
      [payout('a', '2026-03-09', 1_000), payout('b', '2026-03-09', 600)],
      [credit('x', '2026-03-09', 1_300)],
      ['short a+b x'],
    ],
    [
      'the older one in full, the one of the next day in part',
      [payout('a', '2026-03-06', 1_000), payout('b', '2026-03-09', 600)],
      [credit('x', '2026-03-09', 1_300)],
      ['short a+b x'],
    ],
    [
      'all of two days less one',
      [payout('a', '2026-03-06', 1_000), payout('b', '2026-03-09', 600)],
      [credit('x', '2026-03-09', 1_599)],
      ['short a+b x'],
    ],
    [
      'more than two days owe',
      [payout('a', '2026-03-06', 1_000), payout('b', '2026-03-09', 600)],
      [credit('x', '2026-03-09', 1_700)],
      ['over a+b x'],
    ],
    [
      'a part of the older one only',
      [payout('a', '2026-03-06', 1_000), payout('b', '2026-03-09', 600)],
      [credit('x', '2026-03-09', 990)],
      ['overdue b -', 'short a x'],
    ],
    [
      'an older one that is lost hides no part of the next',
      [payout('a', '2026-03-06', 10_000), payout('b', '2026-03-09', 600)],
      [credit('x', '2026-03-09', 590)],
      ['overdue a -', 'short b x'],
    ],
    [
      'nor does a large one of its own day',
      [payout('a', '2026-03-09', 10_000), payout('b', '2026-03-09', 600)],
      [credit('x', '2026-03-09', 590)],
      ['overdue a -', 'short b x'],
    ],
    [
      'each of two in part',
      [payout('a', '2026-03-09', 1_000), payout('b', '2026-03-09', 600)],
      [credit('x', '2026-03-09', 590), credit('y', '2026-03-09', 900)],
      ['short a y', 'short b x'],
    ],
    [
      'each of two in part, one of them of the day before',
      [payout('a', '2026-03-06', 600), payout('b', '2026-03-09', 7_000)],
      [credit('x', '2026-03-09', 6_950), credit('y', '2026-03-09', 550)],
      ['short a y', 'short b x'],
    ],
    [
      'two credits for one',
      [payout('a', '2026-03-09', 1_000)],
      [credit('x', '2026-03-09', 600), credit('y', '2026-03-09', 400)],
      ['funded a x+y'],
    ],
    [
      'two halves, the second one late, with another credit between',
      [payout('a', '2026-03-09', 1_000)],
      [credit('x', '2026-03-09', 500), credit('y', '2026-03-10', 77), credit('z', '2026-03-11', 500)],
      ['late a x+z', 'unexpected - y'],
    ],
    [
      'three credits for one, one after the other',
      [payout('a', '2026-03-09', 1_000), payout('b', '2026-03-10', 350)],
      [credit('w', '2026-03-09', 500), credit('x', '2026-03-09', 300), credit('y', '2026-03-10', 200), credit('z', '2026-03-10', 350)],
      ['funded b z', 'late a w+x+y'],
    ],
    [
      'two credits that name one, less than it is',
      [payout('a', '2026-03-09', 1_000, { reference: 'po_4711' })],
      [credit('x', '2026-03-09', 600, { text: 'po_4711' }), credit('y', '2026-03-10', 300, { text: 'po_4711 rest' })],
      ['short a x+y'],
    ],
    [
      'the one of two that name it which is all of it',
      [payout('a', '2026-03-09', 1_000, { reference: 'P-1' })],
      [credit('x', '2026-03-09', -5, { text: 'fee P-1' }), credit('y', '2026-03-09', 1_000, { text: 'P-1' })],
      ['funded a y', 'unexpected - x'],
    ],
    [
      'a part of what has a reference, where the bank’s texts name none',
      [payout('a', '2026-03-09', 1_000, { reference: 'P-1' }), payout('b', '2026-03-09', 600, { reference: 'P-2' })],
      [credit('x', '2026-03-09', 1_300, { text: 'card payments' })],
      ['short a+b x'],
    ],
    [
      'no part of what has a reference, where the bank’s texts name others',
      [payout('a', '2026-03-09', 1_000, { reference: 'P-1' }), payout('b', '2026-03-10', 600, { reference: 'P-2' })],
      [credit('x', '2026-03-09', 1_000, { text: 'P-1' }), credit('y', '2026-03-10', 500, { text: 'something else' })],
      ['funded a x', 'overdue b -', 'unexpected - y'],
    ],
    [
      'by reference, whatever the amount',
      [payout('a', '2026-03-09', 100, { reference: 'P-1' }), payout('b', '2026-03-09', 90, { reference: 'P-2' })],
      [credit('x', '2026-03-09', 90, { text: 'payout P-1 thanks' }), credit('y', '2026-03-09', 90, { text: 'payout P-2' })],
      ['funded b y', 'short a x'],
    ],
    [
      'a reference that another amount does not name',
      [payout('a', '2026-03-09', 6_992, { reference: 'P-1' })],
      [credit('x', '2026-03-09', 1_000, { text: 'a' })],
      ['overdue a -', 'unexpected - x'],
    ],
    [
      'another amount before the due day',
      [payout('a', '2026-03-09', 6_992)],
      [credit('x', '2026-03-08', 1_000)],
      ['overdue a -', 'unexpected - x'],
    ],
    [
      'a reference is not found inside a longer one',
      [payout('a', '2026-03-09', 100, { reference: 'P-1' }), payout('b', '2026-03-09', 90, { reference: 'P-12' })],
      [credit('x', '2026-03-09', 90, { text: 'P-12' })],
      ['funded b x', 'overdue a -'],
    ],
    [
      'another account',
      [payout('a', '2026-03-09', 100)],
      [credit('x', '2026-03-09', 100, { account: 'WX' })],
      ['overdue a -', 'unexpected - x'],
    ],
    [
      'another currency',
      [payout('a', '2026-03-09', 100)],
      [credit('x', '2026-03-09', 100, { currency: 'EUR' })],
      ['overdue a -', 'unexpected - x'],
    ],
    ['a debit pays nothing', [payout('a', '2026-03-09', 100)], [credit('x', '2026-03-09', -100)], ['overdue a -', 'unexpected - x']],
    ['a payout below zero is a debit', [payout('a', '2026-03-09', -100)], [credit('x', '2026-03-09', -100)], ['funded a x']],
  ])('%s', (_, payouts, entries, expected) => {
    expect(found(payouts, entries)).toEqual(expected);
  });

  it('allows a tolerance', () => {
    const [match] = matchFunding([payout('a', '2026-03-03', 100)], [credit('x', '2026-03-03', 99)], '2026-03-31', {
      earlyDays: 0,
      lateDays: 0,
      toleranceMinor: 1,
    });
    expect(match).toMatchObject({ state: 'funded', expectedMinor: 100, receivedMinor: 99, daysLate: 0 });
  });

  const day = fc.constantFrom('2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-20');
  const amount = fc.integer({ min: -5, max: 40 });
  const account = fc.constantFrom('UP', 'WX');
  const payouts = fc
    .array(fc.record({ dueDay: day, netMinor: amount, account, reference: fc.constantFrom('', 'R1', 'R2') }), { maxLength: 12 })
    .map((all) => all.map(({ dueDay, netMinor, ...rest }, n) => payout(`p${n}`, dueDay, netMinor, rest)));
  const entries = fc
    .array(fc.record({ day, amountMinor: amount, account, text: fc.constantFrom('', 'R1', 'R2') }), { maxLength: 8 })
    .map((all) => all.map(({ day: booked, amountMinor, ...rest }, n) => credit(`e${n}`, booked, amountMinor, rest)));

  it('uses every payout and every entry exactly once, and adds up', () => {
    fc.assert(
      fc.property(payouts, entries, (owed, booked) => {
        const matches = matchFunding(owed, booked, '2026-03-10');
        expect(matches.flatMap((match) => match.payouts).sort()).toEqual(owed.map(({ id }) => id).sort());
        expect(matches.flatMap(({ earlier, entry }) => [...earlier, ...(entry === null ? [] : [entry])]).sort()).toEqual(
          booked.map(({ id }) => id).sort(),
        );
        for (const match of matches) {
          const net = owed.filter(({ id }) => match.payouts.includes(id)).reduce((sum, { netMinor }) => sum + netMinor, 0);
          expect(match.expectedMinor).toBe(net);
          if (match.state === 'funded' || match.state === 'late') expect(match.receivedMinor).toBe(net);
        }
      }),
    );
  });

  it('does not depend on the order', () => {
    const sorted = (matches: FundingMatch[]) => matches.map((match) => JSON.stringify(match)).sort();
    fc.assert(
      fc.property(payouts, entries, fc.nat(), (owed, booked, seed) => {
        const random = seeded(seed);
        expect(sorted(matchFunding(shuffled(owed, random), shuffled(booked, random), '2026-03-10'))).toEqual(
          sorted(matchFunding(owed, booked, '2026-03-10')),
        );
      }),
    );
  });
});

describe('matchFunding of large and of several providers’ money', () => {
  const LARGE = Number.MAX_SAFE_INTEGER - 1;
  const owed = (id: string, netMinor: number, more: Partial<ExpectedPayout> = {}): ExpectedPayout => ({
    id,
    account: 'A',
    currency: 'EUR',
    netMinor,
    dueDay: '2026-03-03',
    ...more,
  });
  const got = (amountMinor: number, text = ''): BankCredit => ({
    id: 'e',
    account: 'A',
    currency: 'EUR',
    amountMinor,
    day: '2026-03-03',
    text,
  });
  const states = (matches: FundingMatch[]) => matches.map(({ state, payouts }) => `${payouts.join('+')} ${state}`).toSorted();

  it('finds a run among payouts that are beyond 2^53 together', () => {
    const payouts = [owed('1', LARGE), owed('2', LARGE), owed('3', 5), owed('4', 2)];
    expect(states(matchFunding(payouts, [got(7)], '2026-03-03'))).toEqual(['1 awaited', '2 awaited', '3+4 funded']);
  });

  it('takes what is beyond 2^53 together for no entry’s', () => {
    const payouts = [owed('1', LARGE, { reference: 'R' }), owed('2', LARGE, { reference: 'R' })];
    expect(states(matchFunding(payouts, [got(5, 'R')], '2026-03-03'))).toEqual([' unexpected', '1 awaited', '2 awaited']);
  });

  it('allows each provider its own tolerance, and of a run the least', () => {
    const settings = { earlyDays: 2, lateDays: 10, toleranceMinor: 0 };
    const payouts = (least: number) => [owed('1', 100, { toleranceMinor: 10 }), owed('2', 100, { toleranceMinor: least })];
    expect(states(matchFunding([owed('1', 100, { toleranceMinor: 10 })], [got(95)], '2026-03-03', settings))).toEqual(['1 funded']);
    expect(states(matchFunding([owed('2', 100)], [got(95)], '2026-03-03', settings))).toEqual(['2 short']);
    expect(states(matchFunding(payouts(10), [got(195)], '2026-03-03', settings))).toEqual(['1+2 funded']);
    expect(states(matchFunding(payouts(0), [got(195)], '2026-03-03', settings))).toEqual(['1+2 short']);
  });

  it('judges lateness by the date where the money is waited for', () => {
    const payouts = [owed('west', 1, { asOfDay: '2026-03-03' }), owed('east', 2, { asOfDay: '2026-03-04' }), owed('here', 3)];
    expect(states(matchFunding(payouts, [], '2026-03-04'))).toEqual(['east overdue', 'here overdue', 'west awaited']);
  });
});
