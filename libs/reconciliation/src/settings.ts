/** What still counts as equal, and what identifies a transaction. */
export interface ReconciliationSettings {
  /** How many minor units two amounts of a currency may differ and still match; 0 for currencies not named. */
  readonly amountToleranceMinor: Readonly<Record<string, number>>;
  /** How many minor units two fees may differ and still match. */
  readonly feeToleranceMinor: number;
  /** How many days later the acquirer may book a transaction so that it is `timing` and not missing on both sides; 0 looks at no other day. */
  readonly timingDays: number;
  /** Which number of a row identifies it within its batch; the other one stands in where a row has none. */
  readonly identity: 'trace' | 'reference';
}

/** To the cent, the next day, by the reference, else by the trace number: terminals count traces anew from time to time, a reference names one transaction for ever. */
export const DEFAULT_SETTINGS: ReconciliationSettings = {
  amountToleranceMinor: {},
  feeToleranceMinor: 0,
  timingDays: 1,
  identity: 'reference',
};

/** More days than a trace number is unique for make no sense. */
export const MAX_TIMING_DAYS = 31;

/** The settings with defaults for what is not given. Throws a RangeError that names what is out of range. */
export function reconciliationSettings(given: Partial<ReconciliationSettings> = {}): ReconciliationSettings {
  const settings = { ...DEFAULT_SETTINGS, ...given };
  for (const [currency, minor] of Object.entries(settings.amountToleranceMinor)) {
    if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError(`an amount tolerance belongs to an ISO 4217 code, not "${currency}"`);
    if (!isTolerance(minor))
      throw new RangeError(`the amount tolerance of ${currency} is a whole number of minor units from 0, not ${minor}`);
  }
  if (!isTolerance(settings.feeToleranceMinor)) {
    throw new RangeError(`the fee tolerance is a whole number of minor units from 0, not ${settings.feeToleranceMinor}`);
  }
  if (!isTolerance(settings.timingDays) || settings.timingDays > MAX_TIMING_DAYS) {
    throw new RangeError(`the timing tolerance is a whole number of days from 0 to ${MAX_TIMING_DAYS}, not ${settings.timingDays}`);
  }
  if (settings.identity !== 'trace' && settings.identity !== 'reference') throw new RangeError('identity is trace or reference');
  return settings;
}

function isTolerance(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
