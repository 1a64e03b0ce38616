import type { MoneyFieldsFragment } from '../graphql/generated/graphql.js';
import type { Locale } from './locale.js';

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(currency: string, locale: Locale): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, { style: 'currency', currency });
    formatters.set(key, found);
  }
  return found;
}

/** An amount in minor units as people write it. Exact: the decimal is built from the integer's digits, never by a float division. */
export function formatMoney({ amountMinor, currency }: MoneyFieldsFragment, locale: Locale): string {
  const format = formatter(currency, locale);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const text = Math.abs(amountMinor)
    .toString()
    .padStart(digits + 1, '0');
  const decimal = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return format.format(`${amountMinor < 0 ? '-' : ''}${decimal}` as Intl.StringNumericLiteral);
}

/** Sums amounts per currency: different currencies are never added, they stand side by side. */
export function sumByCurrency(amounts: readonly MoneyFieldsFragment[]): MoneyFieldsFragment[] {
  const sums = new Map<string, number>();
  for (const { currency, amountMinor } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
  return [...sums].map(([currency, amountMinor]) => ({ currency, amountMinor })).sort((a, b) => a.currency.localeCompare(b.currency));
}
