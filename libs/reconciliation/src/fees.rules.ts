import { dayNumber } from './calendar-day.js';

/** How a fraction of a minor unit ends: away from zero from one half on, to the even neighbour at exactly one half, or towards zero. */
export type FeeRounding = 'halfUp' | 'halfEven' | 'down';

/** One line of a provider's fee schedule. */
export interface FeeRate {
  /** ISO 4217; floor, cap and fixed part are in its minor units. */
  readonly currency: string;
  /** The card kind it is for; absent: every kind that has no line of its own. */
  readonly cardKind?: string;
  /** Row types it is for, such as `sale`; absent: sale, refund and reversal. */
  readonly types?: readonly string[];
  /** Part of the amount, in millionths: 6,000 is 0.6 %. */
  readonly ratePpm: number;
  /** Added to each fee, before floor and cap. */
  readonly fixedMinor?: number;
  /** The least fee. */
  readonly floorMinor?: number;
  /** The most a fee can be. */
  readonly capMinor?: number;
  readonly rounding: FeeRounding;
  /** Whether the fee of a refund or reversal comes back to the merchant (the sale's, by the same rule); `kept`: it costs nothing and returns nothing; `charged`: it costs like a sale. */
  readonly onRefund: 'returned' | 'kept' | 'charged';
  /** First business day, `YYYY-MM-DD`. */
  readonly from: string;
  /** Last business day; absent: open. */
  readonly through?: string;
}

/** A provider's fees. */
export interface FeeSchedule {
  /** Whether fees are rounded for each row, or once for all rows of a batch that have the same rate. */
  readonly basis: 'row' | 'batch';
  readonly rates: readonly FeeRate[];
}

/** What of a row its fee depends on. Amounts are signed as seen from the merchant. */
export interface FeeableRow {
  readonly type: string;
  readonly businessDay: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly cardKind?: string;
}

/** A fee as the schedule has it, signed as in statements: negative costs the merchant. */
export type ExpectedFee = { readonly kind: 'fee'; readonly feeMinor: number; readonly rate: FeeRate } | { readonly kind: 'noRate' };

/** The fee of a batch; `noRate` names how many rows no line of the schedule is for. */
export type ExpectedBatchFee = { readonly kind: 'fee'; readonly feeMinor: number } | { readonly kind: 'noRate'; readonly rows: number };

const MILLION = 1_000_000;
const FEE_TYPES: readonly string[] = ['sale', 'refund', 'reversal'];

/**
 * The fee the schedule asks for on one row (R9): exact, rounded once, then floor and cap. The line for the row's card kind counts before one for every kind, the one that began last before older ones.
 * Throws a RangeError for an amount or a schedule that isn't made of safe integers.
 */
export function expectedFee(schedule: FeeSchedule, row: FeeableRow): ExpectedFee {
  const rate = rateFor(schedule, row);
  if (rate === undefined) return { kind: 'noRate' };
  return { kind: 'fee', feeMinor: feeOf(rate, row.amountMinor, row.amountMinor < 0), rate };
}

/** The fee of a batch's rows together. With basis `batch` the amounts of one rate are added up, money out apart from money in, and rounded once; otherwise it is the sum of `expectedFee`. */
export function expectedBatchFee(schedule: FeeSchedule, rows: readonly FeeableRow[]): ExpectedBatchFee {
  const amounts = new Map<FeeRate, { in: number; out: number }>();
  let without = 0;
  let feeMinor = 0;
  for (const row of rows) {
    const rate = rateFor(schedule, row);
    if (rate === undefined) without += 1;
    else if (schedule.basis === 'row') feeMinor = safe(feeMinor + feeOf(rate, row.amountMinor, row.amountMinor < 0), 'a sum of fees');
    else {
      const sum = amounts.get(rate) ?? { in: 0, out: 0 };
      if (row.amountMinor < 0) sum.out = safe(sum.out + row.amountMinor, 'a sum of amounts');
      else sum.in = safe(sum.in + row.amountMinor, 'a sum of amounts');
      amounts.set(rate, sum);
    }
  }
  if (without > 0) return { kind: 'noRate', rows: without };
  for (const [rate, sum] of amounts) {
    if (sum.in !== 0) feeMinor += feeOf(rate, sum.in, false);
    if (sum.out !== 0) feeMinor += feeOf(rate, sum.out, true);
  }
  return { kind: 'fee', feeMinor: safe(feeMinor, 'a sum of fees') };
}

/** What is wrong with a schedule: one sentence each, none for a good one. Two lines that began on the same day for the same kind, type and currency contradict each other. */
export function feeScheduleMistakes(schedule: FeeSchedule): string[] {
  const mistakes: string[] = [];
  schedule.rates.forEach((rate, n) => {
    const line = `rate ${n + 1}`;
    if (!/^[A-Z]{3}$/.test(rate.currency)) mistakes.push(`${line}: the currency is not an ISO 4217 code`);
    if (!Number.isSafeInteger(rate.ratePpm) || rate.ratePpm < 0 || rate.ratePpm > MILLION)
      mistakes.push(`${line}: the rate is 0 to 1,000,000 millionths`);
    for (const name of ['fixedMinor', 'floorMinor', 'capMinor'] as const) {
      const minor = rate[name];
      if (minor !== undefined && (!Number.isSafeInteger(minor) || minor < 0))
        mistakes.push(`${line}: ${name} is a whole number of minor units from 0`);
    }
    if ((rate.floorMinor ?? 0) > (rate.capMinor ?? Number.MAX_SAFE_INTEGER)) mistakes.push(`${line}: the floor is above the cap`);
    if (dayNumber(rate.from) === null) mistakes.push(`${line}: from is no date YYYY-MM-DD`);
    if (rate.through !== undefined && (dayNumber(rate.through) === null || rate.through < rate.from)) {
      mistakes.push(`${line}: through is no date on or after from`);
    }
    const twin = schedule.rates.findIndex((other) => rivals(rate, other));
    if (twin < n) mistakes.push(`${line}: begins on the same day as rate ${twin + 1}, for the same rows`);
  });
  return mistakes;
}

function rivals(a: FeeRate, b: FeeRate): boolean {
  if (a.from !== b.from || a.currency !== b.currency || a.cardKind !== b.cardKind) return false;
  return (a.types ?? FEE_TYPES).some((type) => (b.types ?? FEE_TYPES).includes(type));
}

function rateFor(schedule: FeeSchedule, row: FeeableRow): FeeRate | undefined {
  let best: FeeRate | undefined;
  for (const rate of schedule.rates) {
    if (rate.currency !== row.currency || !(rate.types ?? FEE_TYPES).includes(row.type)) continue;
    if (rate.cardKind !== undefined && rate.cardKind !== row.cardKind) continue;
    if (row.businessDay < rate.from || (rate.through !== undefined && row.businessDay > rate.through)) continue;
    if (best === undefined || isCloser(rate, best)) best = rate;
  }
  return best;
}

function isCloser(rate: FeeRate, best: FeeRate): boolean {
  const own = rate.cardKind !== undefined;
  return own === (best.cardKind !== undefined) ? rate.from > best.from : own;
}

function feeOf(rate: FeeRate, amountMinor: number, moneyOut: boolean): number {
  safe(amountMinor, 'an amount');
  if (moneyOut && rate.onRefund === 'kept') return 0;
  const proportional = portion(Math.abs(amountMinor), rate.ratePpm, rate.rounding);
  const whole = safe(proportional + (rate.fixedMinor ?? 0), 'a fee');
  const fee = Math.min(Math.max(whole, rate.floorMinor ?? 0), rate.capMinor ?? Number.MAX_SAFE_INTEGER);
  // 0 - x rather than -x: minus zero would print as such.
  return moneyOut && rate.onRefund === 'returned' ? fee : 0 - fee;
}

/** Millionths of an amount from 0, exact and rounded once. Throws a RangeError for what is not a safe integer from 0. */
export function portion(amountMinor: number, ppm: number, rounding: FeeRounding): number {
  if (safe(amountMinor, 'an amount') < 0 || safe(ppm, 'a rate') < 0) throw new RangeError('a portion is of an amount and a rate from 0');
  // Beyond 2^53 the product is no longer exact as a number.
  const exact = BigInt(amountMinor) * BigInt(ppm);
  const whole = exact / BigInt(MILLION);
  const rest = Number(exact % BigInt(MILLION)) * 2;
  const up = rounding === 'down' ? false : rest === MILLION ? rounding === 'halfUp' || whole % 2n === 1n : rest > MILLION;
  return safe(Number(whole) + Number(up), 'a portion');
}

function safe(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${what} is a safe integer, not ${value}`);
  return value;
}
