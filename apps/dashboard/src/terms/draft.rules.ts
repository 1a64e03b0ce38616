import { decimalText, isCurrency } from '@tillward/money';
import type { FeeRate, FeeSchedule } from '@tillward/reconciliation';
import { minorOf } from '../differences/amount.rules.js';
import { dayAfter, FEE_ROWS, lineKey, type PayoutTerms, rowsOf, sortLines, type Terms } from './terms.rules.js';

/** A line of the fee schedule as somebody types it. */
export interface LineDraft {
  /** Tells the lines of one form apart; says nothing else. */
  readonly key: number;
  readonly currency: string;
  /** Empty: every card that has no line of its own. */
  readonly cardKind: string;
  readonly types: readonly string[];
  /** Per cent. */
  readonly rate: string;
  readonly fixed: string;
  readonly floor: string;
  readonly cap: string;
  readonly rounding: FeeRate['rounding'];
  readonly onRefund: FeeRate['onRefund'];
  readonly from: string;
  readonly through: string;
  /** The line as it was agreed before, where it was: what has begun is changed from a day on, not rewritten by accident. */
  readonly agreed: FeeRate | null;
}

/** Where and when an acquirer pays, as somebody types it. */
export interface PayoutDraft {
  readonly account: string;
  readonly country: string;
  readonly delay: string;
  readonly reserve: string;
  readonly release: string;
  readonly tolerance: string;
}

/** Terms as somebody types them; null for a half nothing is agreed about. */
export interface TermsDraft {
  readonly basis: FeeSchedule['basis'];
  readonly lines: readonly LineDraft[];
  readonly payout: PayoutDraft | null;
}

/** A field of a line. */
export type LineField = Exclude<keyof LineDraft, 'key' | 'rounding' | 'onRefund' | 'agreed'>;
/** What is wrong with a field, by the name of the sentence that says it. */
export type FaultKind =
  | 'currency'
  | 'percent'
  | 'amount'
  | 'floorAboveCap'
  | 'types'
  | 'day'
  | 'throughBefore'
  | 'twin'
  | 'account'
  | 'country'
  | 'delay'
  | 'release'
  | 'tolerance';

/** What is wrong, and where: with a line's field, or with a field of the payout. */
export type Fault =
  | { readonly line: number; readonly field: LineField; readonly why: FaultKind }
  | { readonly line: null; readonly field: keyof PayoutDraft; readonly why: FaultKind };

const PPM_PER_PERCENT = 10_000;
const MILLION = 1_000_000;
/** The most core takes for a fixed part, a floor and a cap (apps/core, terms.rules.ts). */
const MOST_MINOR = 10_000_000_000;
/** The most core takes for a tolerance: more would hide a short payout. */
const MOST_TOLERANCE_MINOR = 1_000;
const MOST_DELAY = 60;
const MOST_RELEASE = 730;

/** Millionths as per cent, without zeros nobody needs: `0.6`. */
export function percentText(ppm: number): string {
  const rest = String(ppm % PPM_PER_PERCENT)
    .padStart(4, '0')
    .replace(/0+$/, '');
  const whole = String(Math.floor(ppm / PPM_PER_PERCENT));
  return rest === '' ? whole : `${whole}.${rest}`;
}

/** Millionths of per cent as somebody typed it, with point or comma; undefined for what is none, is over a hundred or finer than a millionth. */
export function ppmOf(typed: string): number | undefined {
  const [, whole, fraction = ''] = /^(\d{1,3})(?:[.,](\d{1,4}))?$/.exec(typed.replaceAll(/[\s%％]/g, '')) ?? [];
  if (whole === undefined) return undefined;
  const ppm = Number(`${whole}${fraction.padEnd(4, '0')}`);
  return ppm <= MILLION ? ppm : undefined;
}

/** A form's lines are told apart by number; this is the next one. */
export const nextKey = (lines: readonly LineDraft[]): number => lines.reduce((most, { key }) => Math.max(most, key), 0) + 1;

/** A line to fill in, from a day on, in the currency of the one before it. */
export function emptyLine(lines: readonly LineDraft[], from: string): LineDraft {
  const currency = lines.at(-1)?.currency ?? '';
  const prices = { rate: '', fixed: '', floor: '', cap: '' };
  const rules = { rounding: 'halfUp', onRefund: 'returned' } as const;
  return { key: nextKey(lines), currency, cardKind: '', types: FEE_ROWS, ...prices, ...rules, from, through: '', agreed: null };
}

/** Where and when an acquirer pays, to fill in. */
export const EMPTY_PAYOUT: PayoutDraft = { account: '', country: '', delay: '1', reserve: '0', release: '', tolerance: '0' };

/** Terms as a form shows them. */
export function draftOf({ fees, funding }: Terms): TermsDraft {
  return {
    basis: fees?.basis ?? 'row',
    lines: sortLines(fees?.rates ?? []).map((rate, at) => lineOf(rate, at + 1)),
    payout: funding === null ? null : payoutOf(funding),
  };
}

function lineOf(rate: FeeRate, key: number): LineDraft {
  const amount = (minor: number | undefined) => (minor === undefined ? '' : decimalText(minor, rate.currency));
  return {
    key,
    currency: rate.currency,
    cardKind: rate.cardKind ?? '',
    types: rowsOf(rate),
    rate: percentText(rate.ratePpm),
    fixed: amount(rate.fixedMinor),
    floor: amount(rate.floorMinor),
    cap: amount(rate.capMinor),
    rounding: rate.rounding,
    onRefund: rate.onRefund,
    from: rate.from,
    through: rate.through ?? '',
    agreed: rate,
  };
}

function payoutOf(funding: PayoutTerms): PayoutDraft {
  return {
    account: funding.account,
    country: funding.country,
    delay: String(funding.delayBankDays),
    reserve: percentText(funding.reservePpm),
    release: funding.reserveReleaseDays === undefined ? '' : String(funding.reserveReleaseDays),
    tolerance: String(funding.toleranceMinor),
  };
}

/** The lines with a new price for the same cards and rows behind a line, from a day on. The line itself stays: of two, the one that began last counts. */
export function changedFrom(lines: readonly LineDraft[], key: number, day: string): LineDraft[] {
  return lines.flatMap((line) => {
    if (line.key !== key) return [line];
    const from = line.from >= day ? dayAfter(line.from) : day;
    return [line, { ...line, key: nextKey(lines), from, through: line.through > from ? line.through : '', agreed: null }];
  });
}

/** The terms a form says, or everything that is wrong with it. */
export function readDraft(draft: TermsDraft): { readonly terms: Terms } | { readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const rates = draft.lines.map((line) => readLine(line, faults));
  draft.lines.forEach((line, at) => {
    const twin = rates.findIndex((other, before) => before < at && rivals(other, rates[at]!));
    if (twin !== -1) faults.push({ line: line.key, field: 'from', why: 'twin' });
  });
  const funding = draft.payout === null ? null : readPayout(draft.payout, faults);
  if (faults.length > 0) return { faults };
  return { terms: { fees: rates.length === 0 ? null : { basis: draft.basis, rates }, funding } };
}

/** Two lines that begin on one day for the same rows contradict each other (libs/reconciliation, feeScheduleMistakes). */
function rivals(a: FeeRate, b: FeeRate): boolean {
  const same = lineKey({ ...a, types: [] }) === lineKey({ ...b, types: [] });
  return same && rowsOf(a).some((type) => rowsOf(b).includes(type));
}

function readLine(line: LineDraft, faults: Fault[]): FeeRate {
  const fault = (field: LineField, why: FaultKind) => void faults.push({ line: line.key, field, why });
  const currency = line.currency.trim().toUpperCase();
  const known = isCurrency(currency);
  if (!known) fault('currency', 'currency');
  const ratePpm = ppmOf(line.rate);
  if (ratePpm === undefined) fault('rate', 'percent');
  const amount = (field: 'fixed' | 'floor' | 'cap') => {
    if (line[field].trim() === '' || !known) return undefined;
    const minor = minorOf(line[field], currency);
    if (minor === undefined || minor < 0 || minor > MOST_MINOR) fault(field, 'amount');
    return minor;
  };
  const [fixedMinor, floorMinor, capMinor] = [amount('fixed'), amount('floor'), amount('cap')];
  if (floorMinor !== undefined && capMinor !== undefined && floorMinor > capMinor) fault('floor', 'floorAboveCap');
  if (line.types.length === 0) fault('types', 'types');
  if (!isDay(line.from)) fault('from', 'day');
  if (line.through !== '' && !isDay(line.through)) fault('through', 'day');
  else if (line.through !== '' && line.through < line.from) fault('through', 'throughBefore');
  const cardKind = line.cardKind.trim();
  return {
    currency,
    ...(cardKind === '' ? {} : { cardKind }),
    ...(line.types.length === FEE_ROWS.length ? {} : { types: FEE_ROWS.filter((type) => line.types.includes(type)) }),
    ratePpm: ratePpm ?? 0,
    ...(fixedMinor === undefined ? {} : { fixedMinor }),
    ...(floorMinor === undefined ? {} : { floorMinor }),
    ...(capMinor === undefined ? {} : { capMinor }),
    rounding: line.rounding,
    onRefund: line.onRefund,
    from: line.from,
    ...(line.through === '' ? {} : { through: line.through }),
  };
}

function readPayout(draft: PayoutDraft, faults: Fault[]): PayoutTerms {
  const fault = (field: keyof PayoutDraft, why: FaultKind) => void faults.push({ line: null, field, why });
  const whole = (field: keyof PayoutDraft, why: FaultKind, least: number, most: number) => {
    const value = /^\d{1,11}$/.test(draft[field].trim()) ? Number(draft[field].trim()) : Number.NaN;
    if (!(value >= least && value <= most)) fault(field, why);
    return value;
  };
  const account = draft.account.trim();
  if (account === '') fault('account', 'account');
  if (!/^[A-Z]{2}$/.test(draft.country)) fault('country', 'country');
  const reservePpm = ppmOf(draft.reserve);
  if (reservePpm === undefined) fault('reserve', 'percent');
  const release = draft.release.trim() === '' ? undefined : whole('release', 'release', 1, MOST_RELEASE);
  return {
    account,
    country: draft.country,
    delayBankDays: whole('delay', 'delay', 0, MOST_DELAY),
    reservePpm: reservePpm ?? 0,
    ...(release === undefined ? {} : { reserveReleaseDays: release }),
    toleranceMinor: whole('tolerance', 'tolerance', 0, MOST_TOLERANCE_MINOR),
  };
}

function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}
