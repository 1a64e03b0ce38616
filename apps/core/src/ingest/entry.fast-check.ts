import { businessDay as businessDaySchema, type JournalKind } from '@tillward/contracts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;
const CURRENCY = /^[A-Z]{3}$/;
const LAST4 = /^[0-9]{4}$/;
const MAX_DAYS_REMEMBERED = 4_096;

/** A field's check; an object is strict: unknown fields are refused by having none. */
type Check = (value: unknown) => boolean;
type Shape = ReadonlyMap<string, Check>;

const days = new Set<string>();

/** Days repeat all day long: each is checked once. */
const day: Check = (value) => {
  if (typeof value !== 'string') return false;
  if (days.has(value)) return true;
  if (!businessDaySchema.safeParse(value).success) return false;
  if (days.size >= MAX_DAYS_REMEMBERED) days.clear();
  days.add(value);
  return true;
};
const text =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max;
const pattern =
  (expression: RegExp): Check =>
  (value) =>
    typeof value === 'string' && expression.test(value);
const integer =
  (min: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= min;

const ids: [string, Check][] = [
  ['paymentId', pattern(UUID)],
  ['batchNo', integer(1)],
  ['businessDay', day],
];
const started: Shape = new Map([
  ...ids,
  ['amountMinor', integer(Number.MIN_SAFE_INTEGER)],
  ['currency', pattern(CURRENCY)],
  ['operatorId', pattern(SLUG)],
  ['tillId', text(48)],
  ['idempotencyKey', text(80)],
]);
const bookedRequired: Shape = new Map([
  ['amountMinor', integer(Number.MIN_SAFE_INTEGER)],
  ['currency', pattern(CURRENCY)],
  ['traceNo', integer(0)],
]);
const bookedOptional: Shape = new Map([
  ['receiptNo', integer(0)],
  ['cardLast4', pattern(LAST4)],
  ['cardName', text(64)],
  ['terminalId', text(16)],
  ['authorisationCode', text(16)],
  ['terminalDate', text(8)],
  ['terminalTime', text(8)],
  ['providerReference', text(64)],
  ['bookedAt', text(40)],
]);
const startedOptional: Shape = new Map([['reference', text(16)]]);
const receipt: Check = (value) => Array.isArray(value) && value.length <= 200 && value.every(text(200));
const booked: Check = (value) => isShape(value, bookedRequired, bookedOptional);
const completed: Shape = new Map([...ids, ['booked', booked]]);
const completedOptional: Shape = new Map([['receipt', receipt]]);

/**
 * True when the payload certainly has the shape of its kind: a quick yes for the two kinds that make up most of a store's day (PERFORMANCE.md, design 5). False
 * says nothing; the schema of libs/contracts then decides. entry.check.spec proves that a yes here is always one there.
 */
export function fitsExactly(kind: JournalKind, payload: unknown): boolean {
  if (kind === 'PaymentCompleted') return isShape(payload, completed, completedOptional);
  if (kind === 'PaymentStarted') return isShape(payload, started, startedOptional);
  return false;
}

function isShape(value: unknown, required: Shape, optional: Shape): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let found = 0;
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key];
    const must = required.get(key);
    if (must !== undefined) {
      if (!must(field)) return false;
      found += 1;
    } else if (optional.get(key)?.(field) !== true) return false;
  }
  return found === required.size;
}
