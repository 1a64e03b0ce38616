import { dayNumber } from './calendar-day.js';
import { hasName, isLongName, isPlausible, namedBy, namesIn, partsOf, receivedOf, sumOf } from './funding-name.rules.js';

/** Money an acquirer owes. */
export interface ExpectedPayout {
  readonly id: string;
  /** Whose money it is of those that pay into the account; absent: of one, the same for all. */
  readonly payer?: string;
  /** Whom the payer owes it, of those it pays one by one; absent or empty: nobody by name. */
  readonly merchant?: string;
  /** Who pays into which account; payouts and bank entries of different accounts are never matched. */
  readonly account: string;
  readonly currency: string;
  readonly netMinor: number;
  /** Bank day it is due, `YYYY-MM-DD` (`fundingDueDay`). */
  readonly dueDay: string;
  /** The first and the last day on which an entry that doesn't name it may be booked (`entryDays`); absent: so many calendar days around the due day as the settings say. */
  readonly firstDay?: string;
  readonly lastDay?: string;
  /** What the bank entry's text names it by, when known. */
  readonly reference?: string;
  /** The date where the money is waited for; absent: the one `matchFunding` is asked with. */
  readonly asOfDay?: string;
  /** Minor units its provider's entries may differ; absent: the settings'. Of payouts paid together the least counts. */
  readonly toleranceMinor?: number;
}

/** A booked credit (or debit, negative) of the bank's statement. */
export interface BankCredit {
  readonly id: string;
  readonly account: string;
  readonly currency: string;
  readonly amountMinor: number;
  /** Booking day. */
  readonly day: string;
  /** The remittance text, searched for references. */
  readonly text?: string;
}

/** When money counts as late, and how far around its due day it is looked for. */
export interface FundingSettings {
  /** Calendar days before the due day an entry may already be booked. */
  readonly earlyDays: number;
  /** Calendar days after the due day an entry is still looked for. */
  readonly lateDays: number;
  /** Minor units an entry may differ from its payouts. */
  readonly toleranceMinor: number;
}

/** Two days early to ten days late, to the cent. */
export const DEFAULT_FUNDING: FundingSettings = { earlyDays: 2, lateDays: 10, toleranceMinor: 0 };

/** What became of payouts and entries: `funded` on or before the due day, `late` after it, `short` or `over` by the difference, `awaited` not due yet, `overdue` due and nothing there, `unexpected` an entry nobody expects. */
export type FundingState = 'funded' | 'late' | 'short' | 'over' | 'awaited' | 'overdue' | 'unexpected';

/** One bank entry with the payouts it pays (n:1), several entries with the one they pay in parts, or a side that stands alone. */
export interface FundingMatch {
  readonly state: FundingState;
  readonly payouts: readonly string[];
  /** Of several the last one booked: with it all is there. Null also of a payout of nothing: no bank books it. */
  readonly entry: string | null;
  /** Entries before it that paid a part of the same; nearly always none. */
  readonly earlier: readonly string[];
  readonly expectedMinor: number;
  /** Of all these entries. */
  readonly receivedMinor: number;
  /** Calendar days from the latest due day to the booking; 0 or less: in time. Null without an entry. */
  readonly daysLate: number | null;
}

/** More payouts in one credit are named by a reference. */
const MAX_RUN = 400;
/** More credits for one payout are named by a reference. */
const MAX_PARTS = 10;
/** Among more credits than this some add up to anything. */
const MAX_PART_CANDIDATES = 50;

/**
 * Matches what is owed with what the bank booked, n:1 or 1:n (R10). A payout of nothing is `funded` without an entry. The others in steps, each for what the ones before left:
 * 1. payouts that an entry's text names (`namedBy`, `partsOf` of funding-name.rules.ts), what is paid exactly first; by several entries that name the same, unless one of these is all of it;
 * 2. one payout of the entry's amount: one due on that day, else the oldest; the merchant's that the text names, where there are several;
 * 3. a run of payouts due one after the other that adds up to the entry (a weekend in one credit): of one merchant, then of one payer;
 * 4. two entries, or up to ten one after the other, that add up to one payout, where no more than fifty come into question; after that a run of several payers' payouts;
 * 5. as many payouts as entries of a day, each entry a part of its payout: the largest of one side with the largest of the other;
 * 6. one entry of another amount pays the oldest first: payouts of one due day after the other, until they owe what came. All of them together are `short`, or `over` where nothing else is open; of one merchant, where
 *    only one merchant's may be meant and the text names no other one, then of one payer in the same way, then of all;
 * 7. what 6 could not place because another payout of its day is too large for the entry.
 *
 * In 5 to 7 an entry names nothing: nothing is paid before it is due, the amount is plausible (`isPlausible`; in 5 and 7 no more than is owed), no other entry of the day is, and a payout with
 * a reference is meant only where this bank's texts name none. `asOfDay` tells awaited from overdue. The order given changes nothing.
 */
export function matchFunding(
  payouts: readonly ExpectedPayout[],
  entries: readonly BankCredit[],
  asOfDay: string,
  settings: FundingSettings = DEFAULT_FUNDING,
): FundingMatch[] {
  const asOf = dayOf(asOfDay);
  const byDueDay = [...payouts].sort((a, b) => compare(a.dueDay, b.dueDay) || compare(a.id, b.id));
  const byDay = [...entries].sort((a, b) => compare(a.day, b.day) || compare(a.id, b.id));
  const owed = Map.groupBy(byDueDay, channel);
  const booked = Map.groupBy(byDay, channel);
  const matches: FundingMatch[] = [];
  for (const key of [...new Set([...owed.keys(), ...booked.keys()])].sort(compare)) {
    matches.push(...matchChannel(owed.get(key) ?? [], booked.get(key) ?? [], asOf, settings));
  }
  return matches;
}

/** Payouts and entries of one account and currency, both by day. */
function matchChannel(
  payouts: readonly ExpectedPayout[],
  entries: readonly BankCredit[],
  asOf: number,
  settings: FundingSettings,
): FundingMatch[] {
  const open = new Set(payouts.filter(({ netMinor }) => netMinor !== 0));
  const booked = new Set(entries);
  const matches: FundingMatch[] = payouts.filter(({ netMinor }) => netMinor === 0).map(nothingOwed);
  const near = (entry: BankCredit) => [...open].filter((payout) => isNear(payout, entry, settings));
  let isNamed = false;
  const take = (paid: readonly ExpectedPayout[], ...by: readonly BankCredit[]) => {
    // What adds up to more than is exact is no entry's.
    if (paid.length === 0 || !Number.isSafeInteger(sumOf(paid))) return;
    for (const payout of paid) open.delete(payout);
    for (const entry of by) booked.delete(entry);
    matches.push(paidBy(paid, by, settings));
  };
  const named = namedOf(payouts, booked, settings);
  // Whose amounts tell which are meant first, and anew after each: then fewer come into question for the others.
  for (const onlyExact of [true, false])
    for (let found = named(open, onlyExact); found.length > 0; found = named(open, onlyExact))
      for (const [paid, parts] of found) {
        if (!paid.every((payout) => open.has(payout))) continue;
        isNamed = true;
        take(paid, ...parts);
      }
  const mayBeMeant = isNamed ? isUnnamed : () => true;
  const dueOn = ({ day }: BankCredit) => [...open].filter(({ dueDay }) => dueDay === day);
  for (const entry of booked) take(single(dueOn(entry), entry, settings), entry);
  for (const entry of booked) take(single(near(entry), entry, settings), entry);
  const [several, ...narrow] = scopesOf(payouts);
  const runs = (scope: Scope) => {
    for (const entry of booked) {
      const found = [...Map.groupBy(near(entry), scope).values()]
        .map((group) => run(group, entry, settings))
        .filter(({ length }) => length > 0);
      take(found.sort((a, b) => a.length - b.length)[0] ?? [], entry);
    }
  };
  for (const scope of narrow) runs(scope);
  for (const payout of open) {
    const parts = split(payout, [...booked], settings);
    if (parts.length > 0) take([payout], ...parts);
  }
  runs(several!);
  const pair = (least: number) => {
    for (const sameDay of [...Map.groupBy(booked, ({ day }) => day).values()]) {
      const due = [...open].filter((payout) => mayBeMeant(payout) && isDue(payout, sameDay[0]!, settings));
      const pairs = pairsOf(due, sameDay);
      if (pairs.length >= least) for (const [payout, entry] of pairs) take([payout], entry);
    }
  };
  pair(2);
  for (const scope of narrow)
    for (const entry of booked) {
      const meant = near(entry).filter(mayBeMeant);
      const theirs = meant.filter((payout) => isTheirs(payout, entry));
      const found = [...Map.groupBy(theirs.length > 0 ? theirs : meant, scope).values()]
        .map((group) => oldestFirst(group, entry, booked))
        .filter((paid) => paid.length > 0 && Math.abs(sumOf(paid)) >= Math.abs(entry.amountMinor));
      if (found.length === 1) take(found[0]!, entry);
    }
  for (const entry of booked) take(oldestFirst(near(entry).filter(mayBeMeant), entry, booked), entry);
  pair(1);
  return [...matches, ...[...open].map((payout) => unpaid(payout, asOf)), ...[...booked].map(unexpected)];
}

function channel({ account, currency }: { account: string; currency: string }): string {
  return `${currency} ${account}`;
}

/** Which payouts go together. */
type Scope = (payout: ExpectedPayout) => string;

/** All payouts of an account, then what divides them from the narrowest on: a merchant of a payer, a payer; nothing that divides none. */
function scopesOf(payouts: readonly ExpectedPayout[]): readonly Scope[] {
  const payerOf: Scope = ({ payer }) => payer ?? '';
  const merchantOf: Scope = ({ payer, merchant }) => JSON.stringify([payer ?? '', merchant ?? '']);
  const [payers, merchants] = [payerOf, merchantOf].map((scope) => new Set(payouts.map(scope)).size);
  return [() => '', ...(merchants! > payers! ? [merchantOf] : []), ...(payers! > 1 ? [payerOf] : [])];
}

/** Finds, of payouts that are open, those that texts name with the entries that pay them; a payout with a long name whenever they come. */
function namedOf(
  payouts: readonly ExpectedPayout[],
  booked: ReadonlySet<BankCredit>,
  settings: FundingSettings,
): (open: ReadonlySet<ExpectedPayout>, onlyExact: boolean) => readonly (readonly [readonly ExpectedPayout[], readonly BankCredit[]])[] {
  const tolerance = (paid: readonly ExpectedPayout[]) => toleranceOf(paid, settings);
  const namedIn = new Map(
    [...booked].flatMap((entry) => {
      const all = namesIn(payouts, entry.text ?? '').filter((payout) => isLongName(payout.reference!) || isNear(payout, entry, settings));
      return all.length === 0 ? [] : [[entry, all] as const];
    }),
  );
  return (open, onlyExact) => {
    const found = new Map<string, [readonly ExpectedPayout[], BankCredit[]]>();
    for (const [entry, all] of namedIn) {
      if (!booked.has(entry)) continue;
      const paid = namedBy(
        all.filter((payout) => open.has(payout)),
        entry,
        tolerance,
      );
      const key = JSON.stringify(paid.map(({ id }) => id));
      const known = found.get(key);
      if (known !== undefined) known[1].push(entry);
      else if (paid.length > 0 && Number.isSafeInteger(sumOf(paid))) found.set(key, [paid, [entry]]);
    }
    return [...found.values()]
      .map(([paid, by]) => [paid, partsOf(paid, by, tolerance(paid), onlyExact)] as const)
      .filter(([, parts]) => parts.length > 0);
  };
}

function unpaid({ id, netMinor, dueDay, asOfDay }: ExpectedPayout, asOf: number): FundingMatch {
  const state = dayOf(dueDay) < (asOfDay === undefined ? asOf : dayOf(asOfDay)) ? 'overdue' : 'awaited';
  return { state, payouts: [id], entry: null, earlier: [], expectedMinor: netMinor, receivedMinor: 0, daysLate: null };
}

function unexpected({ id, amountMinor }: BankCredit): FundingMatch {
  return { state: 'unexpected', payouts: [], entry: id, earlier: [], expectedMinor: 0, receivedMinor: amountMinor, daysLate: null };
}

function nothingOwed({ id }: ExpectedPayout): FundingMatch {
  return { state: 'funded', payouts: [id], entry: null, earlier: [], expectedMinor: 0, receivedMinor: 0, daysLate: null };
}

function single(candidates: readonly ExpectedPayout[], entry: BankCredit, settings: FundingSettings): readonly ExpectedPayout[] {
  const exact = candidates.filter((payout) => Math.abs(entry.amountMinor - payout.netMinor) <= toleranceOf([payout], settings));
  return (exact.length > 1 ? [...exact.filter((payout) => isTheirs(payout, entry)), ...exact] : exact).slice(0, 1);
}

function run(candidates: readonly ExpectedPayout[], entry: BankCredit, settings: FundingSettings): readonly ExpectedPayout[] {
  // The shortest run that fits, and of those the earliest: the fewest assumptions.
  const together = runSums(candidates);
  const most = Math.max(0, ...candidates.map((payout) => toleranceOf([payout], settings)));
  for (let length = 2; length <= Math.min(candidates.length, MAX_RUN); length++) {
    for (let first = 0; first + length <= candidates.length; first++) {
      const gap = Math.abs(entry.amountMinor - together(first, first + length));
      if (gap > most) continue;
      const paid = candidates.slice(first, first + length);
      if (gap <= toleranceOf(paid, settings)) return paid;
    }
  }
  return [];
}

/** The fewest entries, by day, that add up to a payout; two anywhere, more only one after the other. */
function split(payout: ExpectedPayout, booked: readonly BankCredit[], settings: FundingSettings): readonly BankCredit[] {
  const tolerance = toleranceOf([payout], settings);
  const parts = booked.filter(
    (entry) =>
      isNear(payout, entry, settings) &&
      Math.sign(entry.amountMinor) === Math.sign(payout.netMinor) &&
      Math.abs(entry.amountMinor) < Math.abs(payout.netMinor),
  );
  if (parts.length > MAX_PART_CANDIDATES) return [];
  for (const [at, second] of parts.entries()) {
    const first = parts.slice(0, at).find(({ amountMinor }) => Math.abs(amountMinor + second.amountMinor - payout.netMinor) <= tolerance);
    if (first !== undefined) return [first, second];
  }
  for (let length = 3; length <= Math.min(MAX_PARTS, parts.length); length++)
    for (let first = 0; first + length <= parts.length; first++) {
      const some = parts.slice(first, first + length);
      if (Math.abs(receivedOf(some) - payout.netMinor) <= tolerance) return some;
    }
  return [];
}

/** Sums of runs, from one payout up to before another; exact as far as they are safe integers, also where all together are more. */
function runSums(payouts: readonly ExpectedPayout[]): (from: number, to: number) => number {
  if (Number.isSafeInteger(payouts.reduce((size, { netMinor }) => size + Math.abs(netMinor), 0))) {
    const sums = [0];
    for (const { netMinor } of payouts) sums.push(sums.at(-1)! + netMinor);
    return (from, to) => sums[to]! - sums[from]!;
  }
  const sums = [0n];
  for (const { netMinor } of payouts) sums.push(sums.at(-1)! + BigInt(netMinor));
  return (from, to) => Number(sums[to]! - sums[from]!);
}

function toleranceOf(paid: readonly ExpectedPayout[], { toleranceMinor }: FundingSettings): number {
  return Math.min(...paid.map((payout) => payout.toleranceMinor ?? toleranceMinor));
}

/** Whether an entry's text names the merchant of a payout. */
function isTheirs({ merchant }: ExpectedPayout, { text }: BankCredit): boolean {
  return merchant !== undefined && merchant !== '' && hasName(text ?? '', merchant);
}

function isUnnamed({ reference }: ExpectedPayout): boolean {
  return reference === undefined || reference === '';
}

/** Nothing is paid in part before it is due. */
function isDue(payout: ExpectedPayout, entry: BankCredit, settings: FundingSettings): boolean {
  return payout.dueDay <= entry.day && isNear(payout, entry, settings);
}

/** Entries of a day, each with the payout that it is a part of; none where there are more of one side than of the other, or one of them fits none. Looks only at what a part of the other side may be. */
function pairsOf(due: readonly ExpectedPayout[], entries: readonly BankCredit[]): [ExpectedPayout, BankCredit][] {
  const isPart = (payout: ExpectedPayout, { amountMinor }: BankCredit) =>
    isPlausible(amountMinor, payout.netMinor) && Math.abs(amountMinor) <= Math.abs(payout.netMinor);
  const owed = due.filter((payout) => entries.some((entry) => isPart(payout, entry)));
  const came = entries.filter((entry) => due.some((payout) => isPart(payout, entry)));
  if (owed.length !== came.length) return [];
  owed.sort((a, b) => b.netMinor - a.netMinor || compare(a.dueDay, b.dueDay) || compare(a.id, b.id));
  came.sort((a, b) => b.amountMinor - a.amountMinor || compare(a.id, b.id));
  const pairs = owed.map((payout, place): [ExpectedPayout, BankCredit] => [payout, came[place]!]);
  return pairs.every(([payout, entry]) => isPart(payout, entry)) ? pairs : [];
}

/** Step 6 of {@link matchFunding}. */
function oldestFirst(candidates: readonly ExpectedPayout[], entry: BankCredit, booked: ReadonlySet<BankCredit>): readonly ExpectedPayout[] {
  const days = [
    ...Map.groupBy(
      candidates.filter(({ dueDay }) => dueDay <= entry.day),
      ({ dueDay }) => dueDay,
    ).values(),
  ];
  for (let from = 0; from < days.length; from++) {
    const paid = untilOwed(days.slice(from), entry.amountMinor);
    if (paid.length === 0) continue;
    const expected = sumOf(paid);
    const rivals = [...booked].filter((other) => other.day === entry.day && isPlausible(other.amountMinor, expected));
    return rivals.length === 1 ? paid : [];
  }
  return [];
}

/** Payouts of the first of these days, as many days as it takes to owe an amount; fewer where with the last one it would be too small a part. Empty where no part of them is plausible. */
function untilOwed(days: readonly (readonly ExpectedPayout[])[], amountMinor: number): readonly ExpectedPayout[] {
  let plausible: readonly ExpectedPayout[] = [];
  let all: readonly ExpectedPayout[] = [];
  for (const day of days) {
    all = [...all, ...day];
    const expected = sumOf(all);
    if (isPlausible(amountMinor, expected)) plausible = all;
    if (Math.abs(expected) >= Math.abs(amountMinor)) break;
  }
  return plausible;
}

function isNear({ dueDay, firstDay, lastDay }: ExpectedPayout, entry: BankCredit, { earlyDays, lateDays }: FundingSettings): boolean {
  const late = dayOf(entry.day) - dayOf(dueDay);
  const isInTime = firstDay === undefined ? late >= -earlyDays : entry.day >= firstDay;
  return isInTime && (lastDay === undefined ? late <= lateDays : entry.day <= lastDay);
}

/** What became of payouts that these entries, by day, paid. */
function paidBy(payouts: readonly ExpectedPayout[], entries: readonly BankCredit[], settings: FundingSettings): FundingMatch {
  const expectedMinor = sumOf(payouts);
  const receivedMinor = receivedOf(entries);
  const last = entries.at(-1)!;
  const daysLate = dayOf(last.day) - Math.max(...payouts.map(({ dueDay }) => dayOf(dueDay)));
  const difference = receivedMinor - expectedMinor;
  const state =
    Math.abs(difference) > toleranceOf(payouts, settings) ? (difference < 0 ? 'short' : 'over') : daysLate > 0 ? 'late' : 'funded';
  const earlier = entries.slice(0, -1).map(({ id }) => id);
  return { state, payouts: payouts.map(({ id }) => id), entry: last.id, earlier, expectedMinor, receivedMinor, daysLate };
}

function dayOf(text: string): number {
  const day = dayNumber(text);
  if (day === null) throw new RangeError(`"${text}" is no date YYYY-MM-DD`);
  return day;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
