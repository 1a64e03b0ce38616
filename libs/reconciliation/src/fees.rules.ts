import { dayNumber } from './calendar-day.js';

/** How a fraction of a minor unit ends: away from zero from one half on, to the even neighbour at exactly one half, or towards zero. */
export type FeeRounding = 'halfUp' | 'halfEven' | 'down';

/** One line of a provider's fee schedule. */
export interface FeeRate {
  /** ISO 4217; floor, cap and fixed part are in its minor units. */
  readonly currency: string;
  /** The card kind it is for, in whatever case; absent: every kind that has no line of its own. */
  readonly cardKind?: string;
  /** Row types it is for, such as `sale`; absent: sale, refund and reversal. */
  readonly types?: readonly string[];
  /** Part of the amount, in millionths: 6,000 is 0.6 %. */
  readonly ratePpm: number;
  /** Added to the fee of each row, before floor and cap. */
  readonly fixedMinor?: number;
  /** The least fee of a row. */
  readonly floorMinor?: number;
  /** The most the fee of a row can be. */
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
  /** What its card is, or everything it is, the most particular first: `visa debit`, `visa`, `debit`. */
  readonly cardKind?: string | readonly string[];
}

/** A fee as the schedule has it, signed as in statements: negative costs the merchant. */
export type ExpectedFee = { readonly kind: 'fee'; readonly feeMinor: number; readonly rate: FeeRate } | { readonly kind: 'noRate' };

/** The fee of a batch; `noRate` names how many rows no line of the schedule is for. */
export type ExpectedBatchFee = { readonly kind: 'fee'; readonly feeMinor: number } | { readonly kind: 'noRate'; readonly rows: number };

const MILLION = 1_000_000;
const MILLIONTHS = 1_000_000n;
const FEE_TYPES: readonly string[] = ['sale', 'refund', 'reversal'];

/**
 * The fee the schedule asks for on one row (R9): exact, within floor and cap, rounded once. The line for the row's most particular card kind counts before one for every kind, the one that began
 * last before older ones.
 * Throws a RangeError for an amount or a schedule that isn't made of safe integers.
 */
export function expectedFee(schedule: FeeSchedule, row: FeeableRow): ExpectedFee {
  const rate = rateFor(schedule, row);
  if (rate === undefined) return { kind: 'noRate' };
  return { kind: 'fee', feeMinor: feeOf(rate, row.amountMinor, row.amountMinor < 0), rate };
}

/**
 * The fee of a batch's rows together. With basis `batch` the exact fees of one rate, each within floor and cap, are added up, money out apart from money in, and rounded once; otherwise it is the
 * sum of `expectedFee`.
 */
export function expectedBatchFee(schedule: FeeSchedule, rows: readonly FeeableRow[]): ExpectedBatchFee {
  const sums = new Map<FeeRate, { in: bigint; out: bigint }>();
  let without = 0;
  let feeMinor = 0;
  for (const row of rows) {
    const rate = rateFor(schedule, row);
    const moneyOut = row.amountMinor < 0;
    if (rate === undefined) without += 1;
    else if (schedule.basis === 'row') feeMinor = safe(feeMinor + feeOf(rate, row.amountMinor, moneyOut), 'a sum of fees');
    else {
      const sum = sums.get(rate) ?? { in: 0n, out: 0n };
      sum[moneyOut ? 'out' : 'in'] += exactFee(rate, Math.abs(safe(row.amountMinor, 'an amount')));
      sums.set(rate, sum);
    }
  }
  if (without > 0) return { kind: 'noRate', rows: without };
  for (const [rate, sum] of sums) {
    feeMinor += signed(rate, rounded(sum.in, rate.rounding), false);
    feeMinor += signed(rate, rounded(sum.out, rate.rounding), true);
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
  if (a.from !== b.from || a.currency !== b.currency || plain(a.cardKind) !== plain(b.cardKind)) return false;
  return (a.types ?? FEE_TYPES).some((type) => (b.types ?? FEE_TYPES).includes(type));
}

function rateFor(schedule: FeeSchedule, row: FeeableRow): FeeRate | undefined {
  const { cardKind = [] } = row;
  const kinds = (typeof cardKind === 'string' ? [cardKind] : cardKind).map(plain);
  let best: FeeRate | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const rate of schedule.rates) {
    if (rate.currency !== row.currency || !(rate.types ?? FEE_TYPES).includes(row.type)) continue;
    if (row.businessDay < rate.from || (rate.through !== undefined && row.businessDay > rate.through)) continue;
    const rank = rate.cardKind === undefined ? kinds.length : kinds.indexOf(plain(rate.cardKind));
    if (rank === -1) continue;
    if (best === undefined || rank < bestRank || (rank === bestRank && rate.from > best.from)) {
      best = rate;
      bestRank = rank;
    }
  }
  return best;
}

/** Files and people write the same kind as `Visa`, `VISA` and `visa`. */
function plain(kind: string | undefined): string | undefined {
  return kind?.trim().toLowerCase();
}

function feeOf(rate: FeeRate, amountMinor: number, moneyOut: boolean): number {
  return signed(rate, rounded(exactFee(rate, Math.abs(safe(amountMinor, 'an amount'))), rate.rounding), moneyOut);
}

/** The fee of one amount from 0 in millionths of a minor unit, within floor and cap. */
function exactFee(rate: FeeRate, amountMinor: number): bigint {
  // Beyond 2^53 the product is no longer exact as a number.
  const whole = BigInt(amountMinor) * BigInt(rate.ratePpm) + BigInt(rate.fixedMinor ?? 0) * MILLIONTHS;
  const floor = BigInt(rate.floorMinor ?? 0) * MILLIONTHS;
  if (whole < floor) return floor;
  const cap = rate.capMinor === undefined ? undefined : BigInt(rate.capMinor) * MILLIONTHS;
  return cap !== undefined && whole > cap ? cap : whole;
}

/** A fee from 0 as statements sign it. 0 - x rather than -x: minus zero would print as such. */
function signed(rate: FeeRate, feeMinor: number, moneyOut: boolean): number {
  if (!moneyOut || rate.onRefund === 'charged') return 0 - feeMinor;
  return rate.onRefund === 'kept' ? 0 : feeMinor;
}

/** Millionths of an amount from 0, exact and rounded once. Throws a RangeError for what is not a safe integer from 0. */
export function portion(amountMinor: number, ppm: number, rounding: FeeRounding): number {
  if (safe(amountMinor, 'an amount') < 0 || safe(ppm, 'a rate') < 0) throw new RangeError('a portion is of an amount and a rate from 0');
  return rounded(BigInt(amountMinor) * BigInt(ppm), rounding);
}

/** Millionths of a minor unit from 0 as minor units. */
function rounded(millionths: bigint, rounding: FeeRounding): number {
  const whole = millionths / MILLIONTHS;
  const rest = Number(millionths % MILLIONTHS) * 2;
  const up = rounding === 'down' ? false : rest === MILLION ? rounding === 'halfUp' || whole % 2n === 1n : rest > MILLION;
  return safe(Number(whole) + Number(up), 'a fee');
}

function safe(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${what} is a safe integer, not ${value}`);
  return value;
}
