import { useNow } from '../app/clock.js';
import { type Amount, formatMoney } from '../format/money.js';
import { deviceZone, formatBusinessDay, formatClock, formatDate, formatMoment, spanOf, spanText, zoneName } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import classes from './ui.module.css';

/** An amount with its currency, digits aligned. */
export function Money(props: { value: Amount }) {
  const { locale } = useTexts();
  return <span className={classes.number}>{formatMoney(props.value, locale)}</span>;
}

/** Hour and minute in the store's zone, with the zone's name. */
export function ZonedClock(props: { at: string; timeZone: string; hideZone?: boolean }) {
  const { locale } = useTexts();
  const clock = formatClock(props.at, props.timeZone, locale);
  return (
    <time dateTime={props.at} className={classes.number}>
      {props.hideZone ? clock : `${clock} ${zoneName(props.timeZone, locale, props.at)}`}
    </time>
  );
}

/** Date and time to the second in a zone, with the zone's name; without a zone, the device's own. */
export function ZonedMoment(props: { at: string; timeZone?: string | undefined; hideZone?: boolean }) {
  const { locale } = useTexts();
  const zone = props.timeZone ?? deviceZone();
  const moment = formatMoment(props.at, zone, locale);
  return (
    <time dateTime={props.at} className={classes.number}>
      {props.hideZone ? moment : `${moment} ${zoneName(zone, locale, props.at)}`}
    </time>
  );
}

/** A calendar day of an instant. */
export function Day(props: { at: string; timeZone?: string }) {
  const { locale } = useTexts();
  return (
    <time dateTime={props.at} className={classes.number}>
      {formatDate(props.at, props.timeZone ?? deviceZone(), locale)}
    </time>
  );
}

/** A business day. */
export function BusinessDay(props: { day: string }) {
  const { locale } = useTexts();
  return (
    <time dateTime={props.day} className={classes.number}>
      {formatBusinessDay(props.day, locale)}
    </time>
  );
}

/** A span of time in words. */
export function useSpanWords(): (ms: number) => string {
  const { t } = useTexts();
  return (ms) => {
    const { key, values } = spanText(spanOf(ms));
    return t(key, values);
  };
}

/** Time left, or time since, renewed every second. Screen readers are not told each second. */
export function Countdown(props: { to: string; testId?: string }) {
  const { t } = useTexts();
  const words = useSpanWords();
  const left = Date.parse(props.to) - useNow();
  return (
    <span className={classes.number} role="timer" aria-live="off" data-testid={props.testId}>
      {left >= 0 ? t('span.left', { span: words(left) }) : t('span.ago', { span: words(left) })}
    </span>
  );
}
