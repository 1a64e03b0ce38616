import { checkedDays } from '../days/days.rules.js';
import { type Amount, exactSum, sumByCurrency } from '../format/money.js';
import type { FeeReportQuery, MoneyFieldsFragment, PayoutsQuery, WrongFeesQuery } from '../graphql/generated/money/graphql.js';
import { daysThrough } from '../settlement/board.rules.js';

/** Money an acquirer owes. */
export type Payout = PayoutsQuery['payouts']['edges'][number]['node'];
/** What an acquirer charged on one kind of card, and should have. */
export type FeeKind = FeeReportQuery['feeReport'][number];
/** A batch with a wrong fee. */
export type WrongFee = WrongFeesQuery['feeChecks']['edges'][number]['node'];

/** One bank day of the calendar; `day` is null for payouts nobody knows the bank day of. */
export interface FundingDay {
  readonly day: string | null;
  readonly payouts: readonly Payout[];
  readonly expected: readonly Amount[];
  /** What the bank got, each of its entries once although it may pay several payouts. */
  readonly received: readonly Amount[];
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

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 86_400_000;

/**
 * The payouts of bank days that are there as a whole. The list comes by business day, newest first, so while it goes on, payouts of the oldest bank days are still missing: half a day looks like money
 * that is missing. A business day's money takes at most as long as the longest that is seen. Where that leaves nothing, what there is.
 */
export function wholeDays(payouts: readonly Payout[], complete: boolean): readonly Payout[] {
  if (complete || payouts.length === 0) return payouts;
  const oldest = Math.min(...payouts.map(({ businessDay }) => dayNumber(businessDay)));
  const slowest = Math.max(...payouts.map(({ businessDay, dueDay }) => (dueDay === null ? 0 : dayNumber(dueDay) - dayNumber(businessDay))));
  const whole = payouts.filter(({ dueDay }) => dueDay === null || dayNumber(dueDay) > oldest + slowest);
  return whole.some(({ dueDay }) => dueDay !== null) ? whole : payouts;
}

/** First and last day of the month that is so many months from a day's. */
export function monthOf(day: string, months: number): { readonly from: string; readonly to: string } {
  const [year = 0, month = 1] = day.split('-').map(Number);
  const text = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { from: text(Date.UTC(year, month - 1 + months, 1)), to: text(Date.UTC(year, month + months, 0)) };
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

/** What an acquirer charged in one currency. Fees are negative to the merchant. */
export interface FeeLine {
  readonly acquirerId: string;
  readonly currency: string;
  readonly expectedMinor: number | bigint;
  /** On rows that have a rate: what was expected of the others nobody knows. */
  readonly chargedMinor: number | bigint;
  /** Negative: the acquirer charged more than agreed. */
  readonly gapMinor: number | bigint;
}

/** Whether any row of it has an agreed rate: of the others nobody knows what should have been charged. */
export const isRated = ({ rows, rowsWithoutRate }: Pick<FeeKind, 'rows' | 'rowsWithoutRate'>): boolean => rowsWithoutRate < rows;

/** What each acquirer charged of all kinds of cards that have a rate, per currency; the largest gap first. */
export function byAcquirer(kinds: readonly FeeKind[]): FeeLine[] {
  const lines = Map.groupBy(kinds.filter(isRated), ({ acquirerId, currency }) => `${acquirerId} ${currency}`).values();
  const sum = (of: readonly FeeKind[], pick: (kind: FeeKind) => number) => exactSum(of.map(pick));
  const size = (minor: number | bigint) => Math.abs(Number(minor));
  return [...lines]
    .map((of) => {
      const [expectedMinor, gapMinor] = [sum(of, (kind) => kind.expectedMinor), sum(of, (kind) => kind.gapMinor)];
      const { acquirerId = '', currency = '' } = of[0] ?? {};
      return { acquirerId, currency, expectedMinor, chargedMinor: exactSum([expectedMinor, gapMinor]), gapMinor };
    })
    .sort((a, b) => size(b.gapMinor) - size(a.gapMinor) || a.acquirerId.localeCompare(b.acquirerId));
}

/** Kinds as a table shows them: an acquirer's currencies and kinds together, within them the most wrong rows first, then the most money. */
export const sortKinds = (kinds: readonly FeeKind[]): FeeKind[] =>
  kinds.toSorted(
    (a, b) =>
      a.acquirerId.localeCompare(b.acquirerId) ||
      a.currency.localeCompare(b.currency) ||
      b.wrongRows - a.wrongRows ||
      Math.abs(b.grossMinor) - Math.abs(a.grossMinor),
  );

/** Days the report of fees covers unless others are chosen. */
const FEE_DAYS = 31;

/** The days the report of fees covers: those of the address as far as they can be asked for, else the month up to the last. */
export function feeDays(asked: { readonly from?: string; readonly to?: string }, newest: string): { fromDay: string; toDay: string } {
  const { from, to: toDay = newest } = checkedDays(asked).days;
  const fromDay = from !== undefined && from <= toDay ? from : (daysThrough(toDay, FEE_DAYS).at(-1) ?? toDay);
  return { fromDay, toDay };
}

/** What was charged of a hundred units of money, in per cent; null where nothing was moved. */
export const feeShare = ({ chargedMinor, grossMinor }: Pick<FeeKind, 'chargedMinor' | 'grossMinor'>): number | null =>
  grossMinor === 0 ? null : Math.abs(chargedMinor / grossMinor);

/** Most bank days a picture shows: two weeks of them. */
const MOST_DAYS = 10;
/** States in which what came is not what should have come. */
const WRONG: readonly Payout['state'][] = ['short', 'over', 'overdue'];

/** What a bank day should bring and brought, in one currency. */
export interface DayMoney {
  readonly day: string;
  readonly expectedMinor: number | bigint;
  /** Null where the bank got nothing yet. */
  readonly receivedMinor: number | bigint | null;
  /** What came more than it should; null where nothing is wrong, also while it is awaited. */
  readonly gapMinor: number | bigint | null;
}

/** Bank days of one currency, oldest first. */
export interface CurrencyDays {
  readonly currency: string;
  readonly days: readonly DayMoney[];
}

/**
 * The newest bank days per currency, for a picture. Days nobody knows are left out.
 * An entry of the bank that pays several days counts on each with what was expected there; what it has too much or too little stands on the first.
 */
export function moneyByDay(calendar: readonly FundingDay[]): CurrencyDays[] {
  const known = calendar.filter((each): each is FundingDay & { day: string } => each.day !== null);
  const whole = known.slice(0, MOST_DAYS).toReversed();
  const gaps = entryGaps(whole.flatMap(({ payouts }) => payouts));
  const currencies = [...new Set(whole.flatMap(({ expected }) => expected.map(({ currency }) => currency)))].sort();
  return currencies.map((currency) => ({
    currency,
    days: whole.flatMap(({ day, payouts }) => {
      const mine = payouts.filter(({ expected }) => expected.currency === currency);
      return mine.length === 0 ? [] : [{ day, ...dayMoney(mine, gaps) }];
    }),
  }));
}

/** What each entry of the bank has too much, at the first payout it pays. */
function entryGaps(payouts: readonly Payout[]): Map<string, number> {
  const seen = new Set<string>();
  const gaps = new Map<string, number>();
  for (const payout of payouts) {
    const { id, bankEntryId } = payout;
    if (bankEntryId === null || seen.has(bankEntryId)) continue;
    seen.add(bankEntryId);
    gaps.set(id, payoutGap(payout)?.amountMinor ?? 0);
  }
  return gaps;
}

function dayMoney(payouts: readonly Payout[], gaps: ReadonlyMap<string, number>): Omit<DayMoney, 'day'> {
  const sum = (of: readonly Payout[], pick: (payout: Payout) => number) => exactSum(of.map(pick));
  const came = payouts.filter(({ received }) => received !== null);
  const gapOf = ({ id, received, expected }: Payout) => (received === null ? -expected.amountMinor : (gaps.get(id) ?? 0));
  const wrong = payouts.filter((payout) => WRONG.includes(payout.state) && gapOf(payout) !== 0);
  return {
    expectedMinor: sum(payouts, ({ expected }) => expected.amountMinor),
    receivedMinor: came.length === 0 ? null : sum(came, ({ id, expected }) => expected.amountMinor + (gaps.get(id) ?? 0)),
    gapMinor: wrong.length === 0 ? null : sum(wrong, gapOf),
  };
}
