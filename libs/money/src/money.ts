import { minorUnitExponent } from './currency.js';

/** An amount in integer minor units (cents, fen; whole yen) of an ISO 4217 currency. */
export interface Money {
  amountMinor: number;
  currency: string;
}

/** Two currencies met in one sum. Always a bug of the caller: nothing here converts. */
export class MixedCurrencyError extends Error {
  constructor(left: string, right: string) {
    super(`cannot add ${right} to ${left}`);
    this.name = 'MixedCurrencyError';
  }
}

/** Adds two amounts of one currency. Throws MixedCurrencyError, or RangeError when an amount is not a safe integer. */
export function addMoney(left: Money, right: Money): Money {
  if (left.currency !== right.currency) throw new MixedCurrencyError(left.currency, right.currency);
  return { amountMinor: checked(checked(left.amountMinor) + checked(right.amountMinor)), currency: left.currency };
}

/** The sum of amounts that must all be of `currency`; zero of it for none. Throws as `addMoney`. */
export function sumMoney(amounts: Iterable<Money>, currency: string): Money {
  let sum: Money = { amountMinor: 0, currency };
  for (const amount of amounts) sum = addMoney(sum, amount);
  return sum;
}

/** The same amount with the other sign. */
export function negateMoney(money: Money): Money {
  // 0 - x rather than -x: minus zero would print as -0.00.
  return { amountMinor: 0 - checked(money.amountMinor), currency: money.currency };
}

/** The exact decimal text, `-0.05` for -5 EUR cents: for machines and exports, no grouping, always a point. A sum that is no safe integer any more comes as a bigint. */
export function decimalText(amountMinor: number | bigint, currency: string): string {
  const exponent = minorUnitExponent(currency);
  const exact = typeof amountMinor === 'bigint' ? amountMinor : BigInt(checked(amountMinor));
  const digits = String(exact < 0n ? -exact : exact).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const sign = amountMinor < 0 ? '-' : '';
  return exponent === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(digits.length - exponent)}`;
}

/** The amount as people of `locale` (BCP 47) read it, with the currency's symbol and exactly its minor digits: `12,34 €`, `¥12.34`. */
export function formatMoney(amountMinor: number | bigint, currency: string, locale: string): string {
  // The text goes to Intl as a decimal string, so that no binary fraction is ever involved.
  return formatter(currency, locale).format(decimalText(amountMinor, currency) as `${number}`);
}

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(currency: string, locale: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = formatters.get(key);
  if (known) return known;
  const digits = minorUnitExponent(currency);
  const made = new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
  formatters.set(key, made);
  return made;
}

function checked(amountMinor: number): number {
  if (!Number.isSafeInteger(amountMinor)) throw new RangeError(`an amount is a safe integer of minor units, not ${amountMinor}`);
  return amountMinor;
}
