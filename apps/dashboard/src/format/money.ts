import { decimalText, formatMoney as formatAmount } from '@tillward/money';
import type { MoneyFieldsFragment } from '../graphql/generated/graphql.js';
import type { Locale } from './locale.js';

/** An amount in minor units as people write it, exact to the last unit (libs/money). */
export const formatMoney = ({ amountMinor, currency }: MoneyFieldsFragment, locale: Locale): string =>
  formatAmount(amountMinor, currency, locale);

/** Sums amounts per currency: different currencies are never added, they stand side by side. */
export function sumByCurrency(amounts: readonly MoneyFieldsFragment[]): MoneyFieldsFragment[] {
  const sums = new Map<string, number>();
  for (const { currency, amountMinor } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
  return [...sums].map(([currency, amountMinor]) => ({ currency, amountMinor })).sort((a, b) => a.currency.localeCompare(b.currency));
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
  return found.format(decimalText(Math.round(amountMinor), currency) as `${number}`);
}

/** The same with a sign also where it is more than nothing: for what is too much or too little. */
export const formatGap = (money: MoneyFieldsFragment, locale: Locale): string =>
  money.amountMinor > 0 ? `+${formatMoney(money, locale)}` : formatMoney(money, locale);
