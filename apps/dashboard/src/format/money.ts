import { decimalText, formatMoney as formatAmount } from '@tillward/money';
import type { MoneyFieldsFragment } from '../graphql/generated/graphql.js';
import type { Locale } from './locale.js';

/** Money that may be a sum of the browser's own: beyond 2^53 minor units it is a bigint, so that no unit is lost. */
export interface Amount {
  readonly amountMinor: number | bigint;
  readonly currency: string;
}

/** An amount in minor units as people write it, exact to the last unit (libs/money). */
export const formatMoney = ({ amountMinor, currency }: Amount, locale: Locale): string => formatAmount(amountMinor, currency, locale);

/** The exact sum of minor units: a number as long as it is exact as one, else a bigint. */
export function exactSum(minors: Iterable<number | bigint>): number | bigint {
  let sum = 0n;
  for (const minor of minors) sum += BigInt(minor);
  return Number.isSafeInteger(Number(sum)) && BigInt(Number(sum)) === sum ? Number(sum) : sum;
}

/** Sums amounts per currency, exactly: different currencies are never added, they stand side by side. */
export function sumByCurrency(amounts: readonly Amount[]): Amount[] {
  return [...Map.groupBy(amounts, ({ currency }) => currency)]
    .map(([currency, of]) => ({ currency, amountMinor: exactSum(of.map(({ amountMinor }) => amountMinor)) }))
    .sort((a, b) => a.currency.localeCompare(b.currency));
}

const shortFormatters = new Map<string, Intl.NumberFormat>();

/** An amount in few signs (`€1.2K`, `¥1.2万`), for the ticks of an axis only: it is rounded. */
export function formatMoneyShort({ amountMinor, currency }: MoneyFieldsFragment, locale: Locale): string {
  const key = `${locale} ${currency}`;
  let found = shortFormatters.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      notation: 'compact',
      minimumFractionDigits: 0,
      maximumFractionDigits: 2,
    });
    shortFormatters.set(key, found);
  }
  // An axis may have its ticks between two minor units; nobody can owe that.
  return found.format(decimalText(BigInt(Math.round(amountMinor)), currency) as `${number}`);
}

/** The same with a sign also where it is more than nothing: for what is too much or too little. */
export const formatGap = (money: Amount, locale: Locale): string =>
  money.amountMinor > 0 ? `+${formatMoney(money, locale)}` : formatMoney(money, locale);

/** Longest gap that is written out at a bar: longer ones would cover their neighbours'. */
const MOST_SIGNS = 11;

/** The same at a bar of a picture: a long one is rounded there, its exact amount stands in the tip and the table. */
export function formatGapShort(money: Amount, locale: Locale): string {
  const exact = formatGap(money, locale);
  if (exact.length <= MOST_SIGNS) return exact;
  const short = formatMoneyShort({ amountMinor: Number(money.amountMinor), currency: money.currency }, locale);
  return money.amountMinor > 0 ? `+${short}` : short;
}
