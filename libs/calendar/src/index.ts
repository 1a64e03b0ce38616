export {
  addBankDays,
  type BankDate,
  bankDeadline,
  CALENDAR_DATA_VERSION,
  type CalendarDay,
  type CalendarSource,
  calendarDay,
  calendarSources,
  countryOfTimeZone,
  isBankDay,
  nextBankDays,
  type Provisional,
} from './bank-days.js';
export {
  addBusinessDays,
  businessDayOf,
  isTimeOfDay,
  isTimeZone,
  localDateTimeMs,
  localDateTimeOf,
  type TimeOfDay,
} from './business-day.js';
export * from './day-exceptions.js';
export * from './trading-window.js';
