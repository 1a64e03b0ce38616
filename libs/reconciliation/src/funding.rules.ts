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

/** A bank calendar that knows no bank day for so long is broken data, not a long holiday. */
const MAX_BANK_DAY_GAP = 60;
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

/** How far from a due day an entry is looked for. */
export interface BankDaysAround {
  readonly earlyBankDays: number;
  /** So many calendar days after it, but no fewer than those bank days: each day more is one on which another payout's money may be taken for it. */
  readonly lateDays: number;
  readonly lateBankDays: number;
}

/** The first and the last day on which an entry may be booked for what is due on a day, days without banks between included (over a weekend a bank day early is three days early). Throws a RangeError as {@link fundingDueDay} does. */
export function entryDays(
  dueDay: string,
  { earlyBankDays, lateDays, lateBankDays }: BankDaysAround,
  isBankDay: (day: string) => boolean,
): { readonly firstDay: string; readonly lastDay: string } {
  const due = dayNumber(dueDay);
  if (due === null) throw new RangeError(`"${dueDay}" is no date YYYY-MM-DD`);
  const walked = (step: 1 | -1, bankDays: number) => {
    let day = due;
    for (let [left, gap] = [bankDays, 0]; left > 0; ) {
      day += step;
      gap = isBankDay(dayText(day)) ? 0 : gap + 1;
      if (gap > MAX_BANK_DAY_GAP) throw new RangeError(`no bank day in ${MAX_BANK_DAY_GAP} days at ${dayText(day)}`);
      if (gap === 0) left -= 1;
    }
    return dayText(day);
  };
  const [byDays, byBankDays] = [dayText(due + lateDays), walked(1, lateBankDays)];
  return { firstDay: walked(-1, earlyBankDays), lastDay: byDays > byBankDays ? byDays : byBankDays };
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

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`an amount is a safe integer of minor units, not ${value}`);
  return value;
}
