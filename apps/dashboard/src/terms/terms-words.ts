import { minorUnitExponent } from '@tillward/money';
import type { FeeRate } from '@tillward/reconciliation';
import { type Locale, localeOf } from '../format/locale.js';
import { formatMoney } from '../format/money.js';
import { formatDate } from '../format/time.js';
import { useCardKind } from '../funding/card-kind.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { FEE_ROWS, type PayoutField, type RateField, rowsOf } from './terms.rules.js';

const MILLION = 1_000_000;

/** Millionths as per cent, to the millionth. */
export const formatPpm = (ppm: number, locale: Locale): string =>
  new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 0, maximumFractionDigits: 4 }).format(ppm / MILLION);

/** A calendar day with its year: terms hold for years. */
export const formatDay = (day: string, locale: Locale): string => formatDate(`${day}T00:00:00Z`, 'UTC', locale);

/** A country's name in the reader's language; the code where it has none. */
export function countryName(country: string, locale: Locale): string {
  if (!/^[A-Z]{2}$/.test(country)) return country;
  return new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' }).of(country) ?? country;
}

/** What a fee is shown of, to see at once whether a price was typed right: a hundred, or a hundred hundreds where money has no decimals. */
export const exampleMinor = (currency: string): number => 10_000 * 10 ** Math.max(0, minorUnitExponent(currency) - 2);

/** Terms in words, in the reader's language. */
export interface TermsWords {
  /** What a line is for: cards, and rows where not all. */
  readonly line: (rate: FeeRate) => string;
  /** The cards a line is for; `rates` tells all of them from all others. */
  readonly cards: (rate: FeeRate, rates?: readonly FeeRate[]) => string;
  /** The rows a line is for; null for all of them. */
  readonly rows: (rate: FeeRate) => string | null;
  /** The price: rate, fixed part, least and most. */
  readonly price: (rate: FeeRate) => string;
  /** One field of a line. */
  readonly lineField: (field: RateField, value: string | number | undefined, currency: string) => string;
  /** One field of when and where the acquirer pays. */
  readonly payoutField: (field: PayoutField, value: string | number | undefined) => string;
}

/** Terms in words. */
export function useTermsWords(): TermsWords {
  const { t, language } = useTexts();
  const locale = localeOf(language);
  const cardKind = useCardKind();
  const money = (amountMinor: number, currency: string) => formatMoney({ amountMinor, currency }, locale);
  const cards = (rate: FeeRate, rates?: readonly FeeRate[]) => {
    if (rate.cardKind !== undefined) return cardKind(rate.cardKind) ?? rate.cardKind;
    const only = rates?.every(({ currency, cardKind: other }) => currency !== rate.currency || other === undefined);
    return t(only === true ? 'terms.everyCard' : 'terms.allCards');
  };
  const rows = (rate: FeeRate) => {
    const types = rowsOf(rate);
    return types.length === FEE_ROWS.length ? null : types.map((type) => textOrCode(t, 'terms.row', type)).join(t('list.separator'));
  };
  return {
    cards,
    rows,
    line: (rate) => [cards(rate), rate.currency, rows(rate)].filter((part) => part !== null).join(' · '),
    price: ({ ratePpm, fixedMinor, floorMinor, capMinor, currency }) =>
      [
        [formatPpm(ratePpm, locale), ...(fixedMinor ? [money(fixedMinor, currency)] : [])].join(' + '),
        ...(floorMinor === undefined ? [] : [t('terms.atLeast', { amount: money(floorMinor, currency) })]),
        ...(capMinor === undefined ? [] : [t('terms.atMost', { amount: money(capMinor, currency) })]),
      ].join(t('list.separator')),
    lineField: (field, value, currency) => {
      if (value === undefined) return t('terms.notSet');
      switch (field) {
        case 'ratePpm':
          return formatPpm(Number(value), locale);
        case 'fixedMinor':
        case 'floorMinor':
        case 'capMinor':
          return money(Number(value), currency);
        case 'rounding':
          return textOrCode(t, 'terms.rounding', String(value));
        case 'onRefund':
          return textOrCode(t, 'terms.onRefund', String(value));
        case 'through':
          return formatDay(String(value), locale);
      }
    },
    payoutField: (field, value) => {
      if (value === undefined) return t(field === 'reserveReleaseDays' ? 'terms.releaseOpen' : 'terms.notSet');
      switch (field) {
        case 'account':
          return String(value);
        case 'country':
          return countryName(String(value), locale);
        case 'delayBankDays':
          return t('terms.bankDays', { count: Number(value) });
        case 'reservePpm':
          return value === 0 ? t('terms.noReserve') : t('terms.ofSales', { share: formatPpm(Number(value), locale) });
        case 'reserveReleaseDays':
          return t('terms.releaseAfter', { count: Number(value) });
        case 'toleranceMinor':
          return value === 0 ? t('terms.exact') : t('terms.units', { count: Number(value) });
      }
    },
  };
}
