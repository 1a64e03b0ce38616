import { dayExceptions, type TradingHours } from '@tillward/calendar';
import type { Settings } from './catalogue.js';

/** A store's hours, its cut-off and the days that differ, out of its effective settings. */
export function tradingHours(
  settings: Pick<Settings, 'hours.open' | 'hours.close' | 'businessDay.cutOff' | 'hours.exceptions'>,
): Required<TradingHours> {
  return {
    open: settings['hours.open'],
    close: settings['hours.close'],
    cutOff: settings['businessDay.cutOff'],
    exceptions: dayExceptions(settings['hours.exceptions']),
  };
}
