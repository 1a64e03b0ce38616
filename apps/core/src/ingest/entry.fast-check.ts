import { businessDay as businessDaySchema, type JournalKind } from '@tillward/contracts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;
const CURRENCY = /^[A-Z]{3}$/;
const LAST4 = /^[0-9]{4}$/;
const MAX_REMEMBERED = 4_096;

/** What JSON.parse made of a payload: every field that is absent is undefined. */
type Fields = Readonly<Record<string, unknown>>;

/** Texts repeat all day long: each that was found right is remembered. */
function remembering(check: (text: string) => boolean): (value: unknown) => boolean {
  const known = new Set<string>();
  return (value) => {
    if (typeof value !== 'string') return false;
    if (known.has(value)) return true;
    if (!check(value)) return false;
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.add(value);
    return true;
  };
}

const isDay = remembering((text) => businessDaySchema.safeParse(text).success);
const isCurrency = remembering((text) => CURRENCY.test(text));
const isSlug = remembering((text) => SLUG.test(text));

function isText(value: unknown, max: number): boolean {
  return typeof value === 'string' && value.length <= max;
}

function isInteger(value: unknown, min: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min;
}

/** 1 when the optional field is there and right, 0 when it is absent, NaN (which equals nothing) when it is wrong. */
function optional(value: unknown, isRight: boolean): number {
  return value === undefined ? 0 : isRight ? 1 : Number.NaN;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasIds({ paymentId, batchNo, businessDay }: Fields): boolean {
  return typeof paymentId === 'string' && UUID.test(paymentId) && isInteger(batchNo, 1) && isDay(businessDay);
}

function isStarted(payload: Fields): boolean {
  const { reference } = payload;
  const known = 8 + optional(reference, isText(reference, 16));
  return (
    hasIds(payload) &&
    isInteger(payload['amountMinor'], Number.MIN_SAFE_INTEGER) &&
    isCurrency(payload['currency']) &&
    isSlug(payload['operatorId']) &&
    isText(payload['tillId'], 48) &&
    isText(payload['idempotencyKey'], 80) &&
    Object.keys(payload).length === known
  );
}

function isBooked(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { receiptNo, cardLast4, cardName, terminalId, authorisationCode, terminalDate, terminalTime } = value;
  const known =
    3 +
    optional(receiptNo, isInteger(receiptNo, 0)) +
    optional(cardLast4, typeof cardLast4 === 'string' && LAST4.test(cardLast4)) +
    optional(cardName, isText(cardName, 64)) +
    optional(terminalId, isText(terminalId, 16)) +
    optional(authorisationCode, isText(authorisationCode, 16)) +
    optional(terminalDate, isText(terminalDate, 8)) +
    optional(terminalTime, isText(terminalTime, 8));
  return (
    isInteger(value['amountMinor'], Number.MIN_SAFE_INTEGER) &&
    isCurrency(value['currency']) &&
    isInteger(value['traceNo'], 0) &&
    Object.keys(value).length === known
  );
}

function isReceipt(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > 200) return false;
  for (const line of value) if (!isText(line, 200)) return false;
  return true;
}

function isCompleted(payload: Fields): boolean {
  const { receipt } = payload;
  const known = 4 + optional(receipt, isReceipt(receipt));
  return hasIds(payload) && isBooked(payload['booked']) && Object.keys(payload).length === known;
}

/**
 * True when the payload certainly has the shape of its kind: a quick yes for the two kinds that make up most of a store's day (PERFORMANCE.md, design 5). False
 * says nothing; the schema of libs/contracts then decides. entry.check.spec proves that a yes here is always one there.
 */
export function fitsExactly(kind: JournalKind, payload: unknown): boolean {
  if (kind === 'PaymentCompleted') return isFields(payload) && isCompleted(payload);
  if (kind === 'PaymentStarted') return isFields(payload) && isStarted(payload);
  return false;
}
