export { addBusinessDays, businessDayOf, isTimeOfDay, isTimeZone, type TimeOfDay } from './business-day.js';
export * from './trading-window.js';
