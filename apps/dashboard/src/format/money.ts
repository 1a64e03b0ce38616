import { formatMoney as formatAmount } from '@tillward/money';
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
