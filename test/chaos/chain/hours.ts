const DAY_S = 24 * 3600;
const OPEN_BEFORE_S = 11 * 3600;
const CLOSES_AFTER_S = 11 * 3600;
const CUT_OFF_AFTER_S = 90 * 60;

/**
 * Hours that put the whole exam into the middle of a business day: opened eleven hours ago, closing in eleven hours, the business day changes an hour and a half
 * after that. So a clock that is an hour wrong still shows an open store.
 */
export function openAllDay(nowMs: number, timeZone: string): Record<'hours.open' | 'hours.close' | 'businessDay.cutOff', string> {
  const now = secondsOfLocalDay(nowMs, timeZone);
  return {
    'hours.open': clockTime(now - OPEN_BEFORE_S),
    'hours.close': clockTime(now + CLOSES_AFTER_S),
    'businessDay.cutOff': clockTime(now + CLOSES_AFTER_S + CUT_OFF_AFTER_S),
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
