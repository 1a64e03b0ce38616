import { dayNumber, dayText } from './calendar-day.js';
import { type FeeRounding, portion } from './fees.rules.js';

/** A row as far as funding goes: any type of a statement, signed as seen from the merchant. */
export interface FundedRow {
  readonly type: string;
  readonly amountMinor: number;
  /** Negative costs the merchant. */
  readonly feeMinor?: number;
  readonly currency: string;
}

/** What a provider holds back of sales for later chargebacks, and pays out of what it held back before. */
export interface Reserve {
  /** Millionths of sales. */
  readonly ratePpm: number;
  readonly rounding: FeeRounding;
  /** Paid out with this payout of what was held back before; from 0. */
  readonly releasedMinor?: number;
}

/** What a payout is made of. Every part is signed as seen from the merchant; `netMinor` is their sum. */
export interface PayoutParts {
  readonly currency: string;
  readonly salesMinor: number;
  readonly refundsMinor: number;
  readonly chargebacksMinor: number;
  readonly feesMinor: number;
  readonly deductionsMinor: number;
  readonly creditsMinor: number;
  readonly reserveMinor: number;
  readonly netMinor: number;
}

/** Money an acquirer owes. */
export interface ExpectedPayout {
  readonly id: string;
  /** Who pays into which account; payouts and bank entries of different accounts are never matched. */
  readonly account: string;
  readonly currency: string;
  readonly netMinor: number;
  /** Bank day it is due, `YYYY-MM-DD` (`fundingDueDay`). */
  readonly dueDay: string;
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

/** One bank entry with the payouts it pays (n:1), or a side that stands alone. */
export interface FundingMatch {
  readonly state: FundingState;
  readonly payouts: readonly string[];
  readonly entry: string | null;
  readonly expectedMinor: number;
  readonly receivedMinor: number;
  /** Calendar days from the latest due day to the booking; 0 or less: in time. Null without an entry. */
  readonly daysLate: number | null;
}

/** A bank calendar that knows no bank day for so long is broken data, not a long holiday. */
const MAX_BANK_DAY_GAP = 60;
/** More payouts in one credit are named by a reference. */
const MAX_RUN = 400;

/** The sums of a payout, one for each currency, in alphabetical order. `payout` and `balance` rows are the transfer itself and don't count. Throws a RangeError for an unknown type or an inexact sum. */
export function expectedPayout(rows: readonly FundedRow[], reserve?: Reserve): PayoutParts[] {
  const sums = new Map<string, { -readonly [K in Exclude<keyof PayoutParts, 'currency' | 'netMinor' | 'reserveMinor'>]: number }>();
  for (const row of rows) {
    if (row.type === 'payout' || row.type === 'balance') continue;
    const sum = sums.get(row.currency) ?? {
      salesMinor: 0,
      refundsMinor: 0,
      chargebacksMinor: 0,
      feesMinor: 0,
      deductionsMinor: 0,
      creditsMinor: 0,
    };
    sums.set(row.currency, sum);
    const part = partOf(row.type);
    sum[part] = safe(sum[part] + safe(row.amountMinor));
    sum.feesMinor = safe(sum.feesMinor + safe(row.feeMinor ?? 0));
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, sum]) => {
      const held = reserve === undefined ? 0 : portion(Math.max(0, sum.salesMinor), reserve.ratePpm, reserve.rounding);
      const reserveMinor = (reserve?.releasedMinor ?? 0) - held;
      const netMinor = Object.values(sum).reduce((net, part) => safe(net + part), reserveMinor);
      return { currency, ...sum, reserveMinor, netMinor };
    });
}

/**
 * The bank day a payout is due: `delayBankDays` bank days after the business day; 0 is the business day itself or the next bank day. `isBankDay` may throw for days nobody has data for: that fails closed
 * (R10). Throws a RangeError for a day that doesn't exist, a negative delay, or a calendar without a bank day for two months.
 */
export function fundingDueDay(businessDay: string, delayBankDays: number, isBankDay: (day: string) => boolean): string {
  const start = dayNumber(businessDay);
  if (start === null) throw new RangeError(`"${businessDay}" is no date YYYY-MM-DD`);
  if (!Number.isSafeInteger(delayBankDays) || delayBankDays < 0 || delayBankDays > 365)
    throw new RangeError('a funding delay is 0 to 365 bank days');
  if (delayBankDays === 0 && isBankDay(businessDay)) return businessDay;
  let left = Math.max(1, delayBankDays);
  let gap = 0;
  for (let day = start + 1; ; day++) {
    gap = isBankDay(dayText(day)) ? 0 : gap + 1;
    if (gap > MAX_BANK_DAY_GAP) throw new RangeError(`no bank day in the ${MAX_BANK_DAY_GAP} days before ${dayText(day + 1)}`);
    if (gap === 0) left -= 1;
    if (left === 0) return dayText(day);
  }
}

/**
 * Matches what is owed with what the bank booked, n:1 (R10), in four steps: payouts whose reference an entry's text names; one payout of the entry's amount; a run of payouts due one after the other that
 * adds up to the entry (a weekend in one credit); the open payouts without a reference of one due day with a later entry of another amount, `short` or `over`. Such an entry names nothing, and is
 * taken only when its amount is plausible, from half to twice what is owed, and no other one of its day is. `asOfDay` tells awaited from overdue. The order given changes nothing.
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
  const open = new Set(payouts);
  const booked = new Set(entries);
  const matches: FundingMatch[] = [];
  for (const find of [namedIn, single, run, sameDay]) {
    for (const entry of booked) {
      const candidates = [...open].filter((payout) => isNear(payout, entry, settings));
      const paid = find(candidates, entry, settings, booked);
      // What adds up to more than is exact is no entry's.
      if (paid.length === 0 || !Number.isSafeInteger(sumOf(paid))) continue;
      for (const payout of paid) open.delete(payout);
      booked.delete(entry);
      matches.push(paidBy(paid, entry, settings));
    }
  }
  for (const payout of open) {
    const state = dayOf(payout.dueDay) < (payout.asOfDay === undefined ? asOf : dayOf(payout.asOfDay)) ? 'overdue' : 'awaited';
    matches.push({ state, payouts: [payout.id], entry: null, expectedMinor: payout.netMinor, receivedMinor: 0, daysLate: null });
  }
  for (const entry of booked) {
    matches.push({ state: 'unexpected', payouts: [], entry: entry.id, expectedMinor: 0, receivedMinor: entry.amountMinor, daysLate: null });
  }
  return matches;
}

function channel({ account, currency }: { account: string; currency: string }): string {
  return `${currency} ${account}`;
}

type Finder = (
  candidates: readonly ExpectedPayout[],
  entry: BankCredit,
  settings: FundingSettings,
  booked: ReadonlySet<BankCredit>,
) => readonly ExpectedPayout[];

const namedIn: Finder = (candidates, entry) => {
  const words = new Set((entry.text ?? '').split(/[^\p{L}\p{N}]+/u));
  return candidates.filter(
    ({ reference }) => reference !== undefined && reference !== '' && (words.has(reference) || hasPhrase(entry.text ?? '', reference)),
  );
};

const single: Finder = (candidates, entry, settings) => {
  const one = candidates.find((payout) => Math.abs(entry.amountMinor - payout.netMinor) <= toleranceOf([payout], settings));
  return one === undefined ? [] : [one];
};

const run: Finder = (candidates, entry, settings) => {
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
};

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

const sameDay: Finder = (candidates, entry, _, booked) => {
  // What has a reference is paid short only by an entry that names it, and nothing is before it is due.
  const unnamed = candidates.filter(({ reference, dueDay }) => (reference === undefined || reference === '') && dueDay <= entry.day);
  const due = unnamed.filter(({ dueDay }) => dueDay === unnamed[0]?.dueDay);
  if (due.length === 0) return due;
  const expected = sumOf(due);
  const rivals = [...booked].filter((other) => other.day === entry.day && isPlausible(other.amountMinor, expected));
  return rivals.length === 1 && rivals[0] === entry ? due : [];
};

/** Whether an amount may be a payout of which something is missing, or that has something beside it: a small credit of something else is no payment. A debit never pays what is owed. */
function isPlausible(amountMinor: number, expectedMinor: number): boolean {
  const [paid, owed] = [Math.abs(amountMinor), Math.abs(expectedMinor)];
  return Math.sign(amountMinor) === Math.sign(expectedMinor) && paid >= owed / 2 && paid / 2 <= owed;
}

function isNear(payout: ExpectedPayout, entry: BankCredit, { earlyDays, lateDays }: FundingSettings): boolean {
  const late = dayOf(entry.day) - dayOf(payout.dueDay);
  return late >= -earlyDays && late <= lateDays;
}

function paidBy(payouts: readonly ExpectedPayout[], entry: BankCredit, settings: FundingSettings): FundingMatch {
  const expectedMinor = sumOf(payouts);
  const daysLate = dayOf(entry.day) - Math.max(...payouts.map(({ dueDay }) => dayOf(dueDay)));
  const difference = entry.amountMinor - expectedMinor;
  const state =
    Math.abs(difference) > toleranceOf(payouts, settings) ? (difference < 0 ? 'short' : 'over') : daysLate > 0 ? 'late' : 'funded';
  return { state, payouts: payouts.map(({ id }) => id), entry: entry.id, expectedMinor, receivedMinor: entry.amountMinor, daysLate };
}

/** Whether a reference with signs in it stands in a text and goes on at neither end. */
function hasPhrase(text: string, reference: string): boolean {
  const at = text.indexOf(reference);
  if (at === -1) return false;
  const around = /[\p{L}\p{N}]/u;
  return !around.test(text[at - 1] ?? ' ') && !around.test(text[at + reference.length] ?? ' ');
}

function partOf(type: string): 'salesMinor' | 'refundsMinor' | 'chargebacksMinor' | 'feesMinor' | 'deductionsMinor' | 'creditsMinor' {
  switch (type) {
    case 'sale':
      return 'salesMinor';
    case 'refund':
    case 'reversal':
      return 'refundsMinor';
    case 'chargeback':
    case 'chargebackReversed':
      return 'chargebacksMinor';
    case 'fee':
      return 'feesMinor';
    case 'deduction':
      return 'deductionsMinor';
    case 'credit':
      return 'creditsMinor';
    default:
      throw new RangeError(`no payout is made of a row of type "${type}"`);
  }
}

/** No safe integer when it isn't exact. */
function sumOf(payouts: readonly ExpectedPayout[]): number {
  return Number(payouts.reduce((sum, { netMinor }) => sum + BigInt(safe(netMinor)), 0n));
}

function dayOf(text: string): number {
  const day = dayNumber(text);
  if (day === null) throw new RangeError(`"${text}" is no date YYYY-MM-DD`);
  return day;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`an amount is a safe integer of minor units, not ${value}`);
  return value;
}
