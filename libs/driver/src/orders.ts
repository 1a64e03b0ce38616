/** The part of an AbortSignal a driver looks at. Honoured only before the first byte of a money command: after it, asking to stop can't be believed. */
export interface CancelSignal {
  readonly aborted: boolean;
}

/** What happens while a money command runs, for the till's display and for measurements. Must not throw. */
export interface PaymentObserver {
  /** The command's bytes were handed to the operating system: from now on the outcome can be in doubt. */
  sent?(): void;
  /** An intermediate status of the terminal (ZVT 04 FF code), for instance "insert card". */
  progress?(statusCode: number): void;
}

interface MoneyOrder {
  /** > 0, in minor units of `currency`. */
  readonly amountMinor: number;
  /** ISO 4217 alphabetic. */
  readonly currency: string;
  /** Names this order for ever, made by `orderReference` and committed with the intent: ten characters, unique per terminal. */
  readonly reference: string;
  readonly signal?: CancelSignal;
  readonly observer?: PaymentObserver;
}

/** A sale. */
export interface PaymentOrder extends MoneyOrder {}

/** Money given back without reference to an open batch. */
export interface RefundOrder extends MoneyOrder {}

/** What names a booked transaction to its terminal: its receipt number (ZVT BMP 87), or the terminal's own reference with its time (nexo). */
export interface BookedReference {
  readonly traceNo: number;
  readonly receiptNo?: number;
  /** The terminal's or provider's own name for it, as `BookedDetails.providerReference` says it. */
  readonly providerReference?: string;
  /** When it was booked, as `BookedDetails.bookedAt` says it. */
  readonly bookedAt?: string;
}

/** Taking back `amountMinor` of a booked sale of `originalMinor`; less than all of it only where `partialReversal` is declared. */
export interface ReversalOrder extends MoneyOrder {
  readonly original: BookedReference;
  readonly originalMinor: number;
}

/** Which receipt to print again. `lines` are those of a receipt we kept, masked to the last four digits, marked as a copy by the caller. */
export type ReprintOrder =
  | { readonly which: 'last' }
  | { readonly which: 'receipt'; readonly receiptNo: number }
  | { readonly which: 'lines'; readonly lines: readonly string[] };

/** Text for the customer, one entry a line, shown for `seconds` where the protocol lets us say so. */
export interface DisplayOrder {
  readonly lines: readonly string[];
  readonly seconds: number;
}

const REFERENCE = /^([0-9]{6})[0-9A-Z]{4}$/;
/** Order numbers have six digits and start again after 999999, as trace numbers do. */
const ORDER_NUMBERS = 999_999;

/**
 * The reference of an order: its number at the terminal in six digits and four characters of the caller's randomness (`0-9A-Z`), so that a
 * gateway that lost its counter can't name an older order. Ten characters, as nexo's ServiceID allows. Throws RangeError for anything else.
 */
export function orderReference(orderNo: number, salt: string): string {
  const reference = `${String(orderNo).padStart(6, '0')}${salt}`;
  if (orderNo < 1 || !REFERENCE.test(reference)) throw new RangeError('an order number is 1 to 999999 and its salt four of 0-9A-Z');
  return reference;
}

/** The number in a reference; it serves as trace number where a protocol has none. Throws RangeError for what is no reference. */
export function orderNoOf(reference: string): number {
  const digits = REFERENCE.exec(reference)?.[1];
  if (digits === undefined) throw new RangeError('not an order reference');
  return Number(digits);
}

/** The order number after `orderNo`, null being before the first. */
export function nextOrderNo(orderNo: number | null): number {
  return orderNo === null || orderNo >= ORDER_NUMBERS ? 1 : orderNo + 1;
}
