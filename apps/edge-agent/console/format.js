import { language } from './language.js';
import { t } from './words.js';

const LOCALES = { en: 'en-GB', zh: 'zh-CN' };
const locale = () => LOCALES[language()];

/** An amount in minor units, as people write it. */
export function money(amountMinor, currency) {
  const format = new Intl.NumberFormat(locale(), { style: 'currency', currency });
  return format.format(amountMinor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** A time of day in the store's zone. */
export function time(instant, timeZone) {
  return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(instant));
}

/** A date in the store's zone. */
export function date(instant, timeZone) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone }).format(new Date(instant));
}

/** Day and time, the day only when it is not today. */
export function when(instant, now, timeZone) {
  const day = (of) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(of));
  return day(instant) === day(now) ? time(instant, timeZone) : `${date(instant, timeZone)} ${time(instant, timeZone)}`;
}

/** Minutes as hours and minutes. */
export function duration(ms) {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? t('minutes', { n: minutes }) : t('hours', { h: hours, m: minutes % 60 });
}
