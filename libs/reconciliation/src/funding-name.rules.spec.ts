import { describe, expect, it } from 'vitest';
import { type BankCredit, type ExpectedPayout, matchFunding } from './funding-match.rules.js';
import { hasName, isLongName } from './funding-name.rules.js';

const payout = (id: string, netMinor: number, changes: Partial<ExpectedPayout> = {}): ExpectedPayout => ({
  id,
  account: 'A',
  currency: 'EUR',
  netMinor,
  dueDay: '2026-11-20',
  ...changes,
});
const entry = (id: string, amountMinor: number, text: string, day = '2026-11-20'): BankCredit => ({
  id,
  account: 'A',
  currency: 'EUR',
  amountMinor,
  day,
  text,
});
const found = (payouts: ExpectedPayout[], entries: BankCredit[]) =>
  matchFunding(payouts, entries, '2026-11-30')
    .map(({ state, payouts: paid, earlier, entry: last }) => `${state} ${paid.join('+') || '-'} ${[...earlier, last ?? '-'].join('+')}`)
    .sort();

describe('payouts that a text names', () => {
  it.each<[string, ExpectedPayout[], BankCredit[], string[]]>([
    [
      'a debit pays nothing that is owed, a short name or a long one',
      [payout('a', 990, { reference: '12' }), payout('b', 70_000, { reference: 'po_4711' })],
      [entry('x', -900, 'account charge 12 11 2026'), entry('y', 990, 'card payments'), entry('z', -60_000, 'po_4711 taken back')],
      ['funded a y', 'overdue b -', 'unexpected - x', 'unexpected - z'],
    ],
    [
      'a small credit that has a short name for another reason',
      [payout('a', 100_000, { reference: '7' })],
      [entry('x', 250, 'refund parcel no 7'), entry('y', 100_000, 'card payments', '2026-11-23')],
      ['late a y', 'unexpected - x'],
    ],
    ['a short name and a plausible amount', [payout('a', 1_000, { reference: '7' })], [entry('x', 900, 'batch 7')], ['short a x']],
    [
      'parts that a short name has add up',
      [payout('a', 1_000, { reference: '7' })],
      [entry('x', 300, 'batch 7'), entry('y', 300, 'batch 7'), entry('z', 400, 'batch 7')],
      ['funded a x+y+z'],
    ],
    ['a long name whatever the amount', [payout('a', 100_000, { reference: 'po_4711' })], [entry('x', 250, 'po_4711')], ['short a x']],
    [
      'a long name whenever it comes, late or early',
      [
        payout('a', 1_000, { reference: 'po_4711' }),
        payout('b', 2_000, { reference: 'po_4712' }),
        payout('c', 3_000, { reference: '4713' }),
      ],
      [entry('x', 1_000, 'po_4711', '2027-02-01'), entry('y', 2_000, 'po_4712', '2026-11-02'), entry('z', 3_000, '4713', '2027-02-01')],
      ['funded b y', 'late a x', 'overdue c -', 'unexpected - z'],
    ],
    [
      'a long name, not the numbers beside it',
      [payout('a', 1_000, { reference: 'po_4711' }), payout('b', 400, { reference: '12' })],
      [entry('x', 990, 'po_4711 12.11.2026')],
      ['overdue b -', 'short a x'],
    ],
    [
      'of two short names the one whose amount it is',
      [payout('a', 500, { reference: '3' }), payout('b', 700, { reference: '4' })],
      [entry('x', 700, 'batch 4 part 3'), entry('y', 500, 'batch 3')],
      ['funded a y', 'funded b x'],
    ],
    [
      'two in one credit',
      [payout('a', 500, { reference: '3' }), payout('b', 700, { reference: '4' })],
      [entry('x', 1_200, 'batches 3 and 4')],
      ['funded a+b x'],
    ],
    [
      'one number of two merchants: by the amount, else by the merchant, else by what is plausible',
      [
        payout('a', 990, { reference: '380', merchant: 'N0' }),
        payout('b', 1_990, { reference: '380', merchant: 'N1' }),
        payout('c', 990, { reference: '381', merchant: 'N0' }),
        payout('d', 1_000, { reference: '381', merchant: 'N1' }),
        payout('e', 990, { reference: '382', merchant: 'N0' }),
        payout('f', 5_000, { reference: '382', merchant: 'N1' }),
      ],
      [
        entry('u', 1_990, 'batch 380'),
        entry('v', 990, 'batch 380'),
        entry('w', 989, 'batch 381 N1'),
        entry('x', 980, 'batch 381 N0'),
        entry('y', 4_999, 'batch 382'),
      ],
      ['funded a v', 'funded b u', 'overdue e -', 'short c x', 'short d w', 'short f y'],
    ],
    ['a payout of nothing, which no bank books', [payout('a', 0)], [], ['funded a -']],
    [
      'a payout of nothing that a text names',
      [payout('a', 0, { reference: 'po_4711' }), payout('b', 100)],
      [entry('x', 100, 'po_4711')],
      ['funded a -', 'funded b x'],
    ],
  ])('%s', (_, payouts, entries, expected) => {
    expect(found(payouts, entries)).toEqual(expected);
  });

  it('stand between what is no letter and no digit', () => {
    expect([hasName('P-12 P-1.', 'P-1'), hasName('P-12', 'P-1'), hasName('xP-1', 'P-1'), hasName('', 'P-1')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([isLongName('4711-'), isLongName('po_4711'), isLongName('结算批次四七')]).toEqual([false, true, true]);
  });
});

describe('payouts of several payers and merchants', () => {
  it('a weekend of each of two payers in one credit each, due days interleaved', () => {
    const [one, two] = [{ payer: 'one' }, { payer: 'two' }];
    const payouts = [
      payout('A1', 100, one),
      payout('B1', 1_000, two),
      payout('A2', 110, { ...one, dueDay: '2026-11-23' }),
      payout('B2', 1_300, { ...two, dueDay: '2026-11-23' }),
    ];
    expect(found(payouts, [entry('a', 210, '', '2026-11-23'), entry('b', 2_300, '', '2026-11-23')])).toEqual([
      'funded A1+A2 a',
      'funded B1+B2 b',
    ]);
    // One credit less than all that one of them owes, one less than what the other one does.
    expect(found(payouts, [entry('a', 205, '', '2026-11-23'), entry('b', 2_290, '', '2026-11-23')])).toEqual([
      'short A1+A2 a',
      'short B1+B2 b',
    ]);
    // All in one.
    expect(found(payouts, [entry('a', 2_510, '', '2026-11-23')])).toEqual(['funded A1+B1+A2+B2 a']);
    expect(found(payouts, [entry('a', 2_509, '', '2026-11-23')])).toEqual(['short A1+B1+A2+B2 a']);
  });

  it('five merchants of a day, one paid a cent less, one by one and together', () => {
    const payouts = [0, 1, 2, 3, 4].map((n) => payout(`N${n}`, 990 + 100 * n, { payer: 'one', merchant: `N${n}` }));
    const credits = [0, 1, 2, 3, 4].map((n) => entry(`e${n}`, 990 + 100 * n - (n === 3 ? 1 : 0), 'card payments'));
    expect(found(payouts, credits)).toEqual(['funded N0 e0', 'funded N1 e1', 'funded N2 e2', 'funded N4 e4', 'short N3 e3']);
    expect(found(payouts, [entry('x', 5_950, '')])).toEqual(['funded N0+N1+N2+N3+N4 x']);
    expect(found(payouts, [entry('x', 5_949, '')])).toEqual(['short N0+N1+N2+N3+N4 x']);
  });

  it('of two merchants the one that a text names', () => {
    const payouts = ['N0', 'N1'].map((merchant) => payout(merchant, 1_000, { payer: 'one', merchant }));
    expect(found(payouts, [entry('x', 900, 'card payments N1')])).toEqual(['overdue N0 -', 'short N1 x']);
    expect(found(payouts, [entry('x', 1_000, 'card payments N1')])).toEqual(['funded N1 x', 'overdue N0 -']);
  });

  it('of two of one amount the one due on the day, so that the other one stays what it is', () => {
    const payouts = [payout('a', 1_000), payout('b', 1_000, { dueDay: '2026-11-27' })];
    expect(found(payouts, [entry('x', 999, ''), entry('y', 1_000, '', '2026-11-27')])).toEqual(['funded b y', 'short a x']);
    expect(found(payouts, [entry('y', 1_000, '', '2026-11-24')])).toEqual(['late a y', 'overdue b -']);
  });

  it('looks from the first to the last day an entry may be booked', () => {
    const days = { dueDay: '2026-11-23', firstDay: '2026-11-19', lastDay: '2026-12-07' };
    for (const [day, state] of [
      ['2026-11-18', 'overdue'],
      ['2026-11-19', 'funded'],
      ['2026-11-20', 'funded'],
      ['2026-12-07', 'late'],
      ['2026-12-08', 'overdue'],
    ] as const)
      expect(found([payout('a', 990, days)], [entry('x', 990, '', day)])).toContain(`${state} a ${state === 'overdue' ? '-' : 'x'}`);
  });
});
