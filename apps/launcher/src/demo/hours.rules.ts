/** Hours of one store as the settings `hours.open`, `hours.close`, `settlement.acquirerCutOff` and `businessDay.cutOff` want them: local, HH:MM:SS. */
export interface DemoHours {
  open: string;
  close: string;
  acquirerCutOff: string;
  cutOff: string;
}

const DAY_S = 24 * 3600;
const OPEN_FOR_S = 12 * 3600;
const ACQUIRER_CUT_OFF_AFTER_S = 2 * 3600;
const CUT_OFF_AFTER_S = 4 * 3600;

/**
 * Hours with which a store closes at this instant, whatever its local time is then: it opened twelve hours before, and its business day
 * changes four hours after. So the closing is never near the change of the business day, also around midnight; and what is settled within two
 * hours is paid with the day, as in a store that closes in the evening.
 */
export function hoursClosingAt(closesAtMs: number, timeZone: string): DemoHours {
  const close = secondsOfLocalDay(closesAtMs, timeZone);
  return {
    open: clockTime(close - OPEN_FOR_S),
    close: clockTime(close),
    acquirerCutOff: clockTime(close + ACQUIRER_CUT_OFF_AFTER_S),
    cutOff: clockTime(close + CUT_OFF_AFTER_S),
  };
}

function secondsOfLocalDay(instantMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const [hour, minute, second] = format.format(instantMs).split(':').map(Number) as [number, number, number];
  return hour * 3600 + minute * 60 + second;
}

function clockTime(secondsOfDay: number): string {
  const s = ((secondsOfDay % DAY_S) + DAY_S) % DAY_S;
  return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, '0')).join(':');
}
