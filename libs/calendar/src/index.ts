export {
  addBusinessDays,
  businessDayOf,
  isTimeOfDay,
  isTimeZone,
  localDateTimeMs,
  localDateTimeOf,
  type TimeOfDay,
} from './business-day.js';
export * from './trading-window.js';
