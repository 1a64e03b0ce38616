import type { FeeRate, FeeSchedule } from '@tillward/reconciliation';

/** Rows a fee can be charged on, in the order they are named. */
export const FEE_ROWS = ['sale', 'refund', 'reversal'] as const;
/** How a fraction of the smallest unit ends. */
export const ROUNDINGS = ['halfUp', 'halfEven', 'down'] as const;
/** What becomes of the fee when money goes back to the customer. */
export const ON_REFUND = ['returned', 'kept', 'charged'] as const;

/** When and where an acquirer pays, as core keeps it (apps/core, funding). */
export interface PayoutTerms {
  readonly account: string;
  /** Whose bank days count, ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly delayBankDays: number;
  /** Millionths of sales held back. */
  readonly reservePpm: number;
  /** Calendar days after which that is paid; absent: the statements say when. */
  readonly reserveReleaseDays?: number;
  /** In the smallest unit of each payout's currency. */
  readonly toleranceMinor: number;
}

/** What was agreed with an acquirer. */
export interface Terms {
  readonly fees: FeeSchedule | null;
  readonly funding: PayoutTerms | null;
}

/** No terms yet. */
export const NO_TERMS: Terms = { fees: null, funding: null };

/** Terms as the server sends them: core has checked every field before it kept them, so only what is there at all is looked at. */
export function termsOf({ fees, funding }: { readonly fees: unknown; readonly funding: unknown }): Terms {
  return {
    fees: isObject(fees) && Array.isArray(fees['rates']) ? (fees as unknown as FeeSchedule) : null,
    funding: isObject(funding) ? (funding as unknown as PayoutTerms) : null,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The rows a line is for: all of them unless it names some. */
export const rowsOf = (rate: FeeRate): readonly string[] => rate.types ?? FEE_ROWS;

/** A line's cards, written the one way core compares them. */
const cardOf = (rate: FeeRate): string => rate.cardKind?.trim().toLowerCase() ?? '';

/** What tells the same price at two times from two prices: currency, cards and rows. */
const placeOf = (rate: FeeRate): string => JSON.stringify([rate.currency, cardOf(rate), [...rowsOf(rate)].sort()]);

/** Which line of a schedule it is: its place, and the day it begins. */
export const lineKey = (rate: FeeRate): string => `${rate.from} ${placeOf(rate)}`;

/** Where a line stands on a day. `replaced`: a later one for the same rows has begun. */
export type LineState = 'inForce' | 'future' | 'replaced' | 'ended';

/** Where a line stands on a business day. */
export function lineState(rate: FeeRate, rates: readonly FeeRate[], today: string): LineState {
  if (rate.from > today) return 'future';
  if (rate.through !== undefined && rate.through < today) return 'ended';
  const newer = rates.some((other) => placeOf(other) === placeOf(rate) && other.from > rate.from && other.from <= today);
  return newer ? 'replaced' : 'inForce';
}

/** The last day a line counts: its own, or the one before the next line for the same rows begins; undefined where neither is known. */
export function lineEnd(rate: FeeRate, rates: readonly FeeRate[]): string | undefined {
  const [next] = rates
    .filter((other) => placeOf(other) === placeOf(rate) && other.from > rate.from)
    .map(({ from }) => from)
    .sort();
  const ends = [...(rate.through === undefined ? [] : [rate.through]), ...(next === undefined ? [] : [dayBefore(next)])];
  return ends.sort()[0];
}

/** Lines as a list shows them: by currency, what is for certain cards before what is for all others, newest first. */
export const sortLines = (rates: readonly FeeRate[]): FeeRate[] =>
  rates.toSorted(
    (a, b) =>
      a.currency.localeCompare(b.currency) ||
      Number(cardOf(a) === '') - Number(cardOf(b) === '') ||
      cardOf(a).localeCompare(cardOf(b)) ||
      b.from.localeCompare(a.from),
  );

/** The day before a calendar day. */
export const dayBefore = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

/** The day after a calendar day. */
export const dayAfter = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

const RATE_FIELDS = ['ratePpm', 'fixedMinor', 'floorMinor', 'capMinor', 'rounding', 'onRefund', 'through'] as const;
/** All that is said of when and where an acquirer pays, in the order it is shown. */
export const PAYOUT_FIELDS = ['account', 'country', 'delayBankDays', 'reservePpm', 'reserveReleaseDays', 'toleranceMinor'] as const;

/** A field of a line that can change while it stays the same line. */
export type RateField = (typeof RATE_FIELDS)[number];
/** A field of when and where an acquirer pays. */
export type PayoutField = (typeof PAYOUT_FIELDS)[number];

/** One field, before and after; undefined where it is not set. */
export interface FieldChange<Field extends string> {
  readonly field: Field;
  readonly before: string | number | undefined;
  readonly after: string | number | undefined;
}

/** One difference between two versions of terms. */
export type Change =
  | { readonly kind: 'feesRemoved' | 'payoutRemoved' }
  | { readonly kind: 'basis'; readonly before: FeeSchedule['basis'] | undefined; readonly after: FeeSchedule['basis'] }
  | {
      readonly kind: 'lineAdded';
      readonly rate: FeeRate /** The line for the same rows that it follows. */;
      readonly follows: FeeRate | undefined;
    }
  | { readonly kind: 'lineRemoved'; readonly rate: FeeRate }
  | { readonly kind: 'lineChanged'; readonly rate: FeeRate; readonly fields: readonly FieldChange<RateField>[] }
  | { readonly kind: 'payoutAdded'; readonly payout: PayoutTerms }
  | { readonly kind: 'payoutChanged'; readonly fields: readonly FieldChange<PayoutField>[] };

/** What differs between two versions, lines in the order lists show them. A line that begins on another day is another line. */
export function changesOf(before: Terms, after: Terms): Change[] {
  return [...feeChanges(before.fees, after.fees), ...payoutChanges(before.funding, after.funding)];
}

function feeChanges(before: FeeSchedule | null, after: FeeSchedule | null): Change[] {
  if (after === null) return before === null ? [] : [{ kind: 'feesRemoved' }];
  const changes: Change[] = before?.basis === after.basis ? [] : [{ kind: 'basis', before: before?.basis, after: after.basis }];
  const old = new Map((before?.rates ?? []).map((rate) => [lineKey(rate), rate]));
  for (const rate of sortLines(after.rates)) {
    const was = old.get(lineKey(rate));
    old.delete(lineKey(rate));
    if (was === undefined) changes.push({ kind: 'lineAdded', rate, follows: before === null ? undefined : lineBefore(rate, after.rates) });
    else {
      const fields = fieldChanges(RATE_FIELDS, was, rate);
      if (fields.length > 0) changes.push({ kind: 'lineChanged', rate, fields });
    }
  }
  return [...changes, ...sortLines([...old.values()]).map((rate): Change => ({ kind: 'lineRemoved', rate }))];
}

/** The newest of the lines for the same rows that begin before one. */
function lineBefore(rate: FeeRate, rates: readonly FeeRate[]): FeeRate | undefined {
  return rates
    .filter((other) => placeOf(other) === placeOf(rate) && other.from < rate.from)
    .sort((a, b) => a.from.localeCompare(b.from))
    .at(-1);
}

function payoutChanges(before: PayoutTerms | null, after: PayoutTerms | null): Change[] {
  if (after === null) return before === null ? [] : [{ kind: 'payoutRemoved' }];
  if (before === null) return [{ kind: 'payoutAdded', payout: after }];
  const fields = fieldChanges(PAYOUT_FIELDS, before, after);
  return fields.length === 0 ? [] : [{ kind: 'payoutChanged', fields }];
}

function fieldChanges<Field extends string>(
  names: readonly Field[],
  before: { readonly [name in Field]?: string | number },
  after: { readonly [name in Field]?: string | number },
): FieldChange<Field>[] {
  return names.filter((field) => before[field] !== after[field]).map((field) => ({ field, before: before[field], after: after[field] }));
}

/** Whether a change is about days before `today`: what was found right there may come out wrong, and the other way round. */
export function reachesBack(change: Change, today: string): boolean {
  switch (change.kind) {
    case 'lineAdded':
    case 'lineRemoved':
      return change.rate.from < today;
    case 'lineChanged':
      // To end a line from today on leaves what was before as it is.
      return change.rate.from < today && change.fields.some((one) => one.field !== 'through' || !endsAhead(one, today));
    case 'basis':
      return change.before !== undefined;
    case 'feesRemoved':
    case 'payoutAdded':
    case 'payoutChanged':
    case 'payoutRemoved':
      return false;
  }
}

function endsAhead({ before, after }: FieldChange<RateField>, today: string): boolean {
  const ahead = (day: string | number | undefined) => day === undefined || String(day) >= dayBefore(today);
  return ahead(before) && ahead(after);
}

/** The first business day whose statements core checks again when these terms are saved; undefined where none are. */
export const checkedFrom = ({ fees }: Terms): string | undefined => fees?.rates.map(({ from }) => from).sort()[0];
