import { sumByCurrency } from '../format/money.js';
import type { FeeChecksQuery, MoneyFieldsFragment, PayoutsQuery } from '../graphql/generated/money/graphql.js';

/** Money an acquirer owes. */
export type Payout = PayoutsQuery['payouts']['edges'][number]['node'];
/** What a batch's fees are and should be. */
export type FeeCheck = FeeChecksQuery['feeChecks']['edges'][number]['node'];

/** One bank day of the calendar; `day` is null for payouts nobody knows the bank day of. */
export interface FundingDay {
  readonly day: string | null;
  readonly payouts: readonly Payout[];
  readonly expected: readonly MoneyFieldsFragment[];
  /** What the bank got, each of its entries once although it may pay several payouts. */
  readonly received: readonly MoneyFieldsFragment[];
}

/** Payouts by the bank day they are due, newest first; those without a day come before all. */
export function calendarOf(payouts: readonly Payout[]): FundingDay[] {
  return [...Map.groupBy(payouts, (payout) => payout.dueDay)]
    .map(([day, ofDay]) => ({
      day,
      payouts: ofDay,
      expected: sumByCurrency(ofDay.map(({ expected }) => expected)),
      received: sumByCurrency(entriesOnce(ofDay)),
    }))
    .sort((a, b) => (a.day === b.day ? 0 : a.day === null ? -1 : b.day === null ? 1 : b.day.localeCompare(a.day)));
}

function entriesOnce(payouts: readonly Payout[]): MoneyFieldsFragment[] {
  const seen = new Set<string>();
  return payouts.flatMap(({ bankEntryId, received }) => {
    if (received === null || bankEntryId === null || seen.has(bankEntryId)) return [];
    seen.add(bankEntryId);
    return [received];
  });
}

/** What the bank got more than it should with a payout's entry; null until there is one, or across currencies. */
export function payoutGap({ received, expected, expectedTogether }: Payout): MoneyFieldsFragment | null {
  const should = expectedTogether ?? expected;
  if (received === null || received.currency !== should.currency) return null;
  return { currency: received.currency, amountMinor: received.amountMinor - should.amountMinor };
}

/** One line of the fee report: an acquirer in one currency. */
export interface FeeLine {
  readonly acquirerId: string;
  readonly currency: string;
  readonly batches: number;
  readonly rows: number;
  readonly wrongRows: number;
  readonly rowsWithoutRate: number;
  readonly expectedMinor: number;
  readonly chargedMinor: number;
  /** Negative: the acquirer charged more than agreed, as fees are negative to the merchant. */
  readonly gapMinor: number;
}

/** Fees expected and charged per acquirer and currency, the largest gap first. */
export function feeReport(checks: readonly FeeCheck[]): FeeLine[] {
  const lines = Map.groupBy(checks, ({ acquirerId, expected }) => `${acquirerId} ${expected.currency}`).values();
  const sum = (of: readonly FeeCheck[], pick: (check: FeeCheck) => number) => of.reduce((total, check) => total + pick(check), 0);
  return [...lines]
    .map((of) => {
      const expectedMinor = sum(of, ({ expected }) => expected.amountMinor);
      const chargedMinor = sum(of, ({ charged }) => charged.amountMinor);
      return {
        acquirerId: of[0]?.acquirerId ?? '',
        currency: of[0]?.expected.currency ?? '',
        batches: of.length,
        rows: sum(of, ({ rows }) => rows),
        wrongRows: sum(of, ({ wrongRows }) => wrongRows),
        rowsWithoutRate: sum(of, ({ rowsWithoutRate }) => rowsWithoutRate),
        expectedMinor,
        chargedMinor,
        gapMinor: chargedMinor - expectedMinor,
      };
    })
    .sort((a, b) => Math.abs(b.gapMinor) - Math.abs(a.gapMinor) || a.acquirerId.localeCompare(b.acquirerId));
}
