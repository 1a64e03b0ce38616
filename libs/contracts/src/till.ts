import { z } from 'zod';
import { carriesCardNumber } from './card-number.js';
import { amountMinor, currencyCode, instant, plainText, sha256Hex, slug } from './identifiers.js';
import { bookedDetails, paymentState, receiptText, transactionKind } from './payment.js';
import { terminalSample } from './terminal-state.js';

/*
 * The till interface of the edge agent: HTTP and JSON on the store LAN, `Authorization: Bearer <till token>`. Its paths are in till-routes.ts, the
 * OpenAPI document is generated from both.
 */

const NO_CARD_NUMBER = { message: 'no run of digits that could be a card number' };

/** Text a till chooses and the gateway may record: a slug, and nothing that could be a card number. */
const tillText = slug.refine((text) => !carriesCardNumber(text), NO_CARD_NUMBER);

/** Why a person did something, in their words. */
export const personsReason = plainText(160)
  .regex(/\S{2}/u, 'says why')
  .refine((text) => !carriesCardNumber(text), NO_CARD_NUMBER);

/** A person's secret digits. Never recorded, logged or sent on. */
export const operatorPasscode = z.string().regex(/^[0-9]{6,12}$/, '6 to 12 digits');

/** Who starts work at a terminal. `passcode` is needed for an operator who has one. */
export const operatorSignOnRequest = z.strictObject({ terminal: tillText, operatorId: tillText, passcode: operatorPasscode.optional() });
/** An operator at work at a terminal; `verified`: signed on with a passcode. */
export const operatorSession = z.strictObject({ terminal: slug, operatorId: slug, certifiedUntil: z.string(), verified: z.boolean() });

export const paymentRequest = z.strictObject({
  terminal: tillText,
  amountMinor: amountMinor.positive().max(99_999_999),
  currency: currencyCode,
  tillId: tillText,
});
export type PaymentRequest = z.infer<typeof paymentRequest>;

/** Takes a sale of the open batch back, on the terminal that made it. Without an amount: all that is left of it. */
export const reversalRequest = z.strictObject({
  originalPaymentId: z.uuid(),
  amountMinor: amountMinor.positive().max(99_999_999).optional(),
  tillId: tillText,
  reason: personsReason,
});
export type ReversalRequest = z.infer<typeof reversalRequest>;

/** Gives money back outside the open batch. Where the sale is named, never more than is left of it. */
export const refundRequest = z.strictObject({
  terminal: tillText,
  amountMinor: amountMinor.positive().max(99_999_999),
  currency: currencyCode,
  tillId: tillText,
  originalPaymentId: z.uuid().optional(),
  reason: personsReason,
});
export type RefundRequest = z.infer<typeof refundRequest>;

const UUID_FORM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Header that names an order for ever: the same key and content get the same answer, the same key with other content is refused. Use a UUID, or
 * parts with at most eleven digits in a row: a key that could hold a card number is refused. The case of a UUID's letters says nothing (RFC 9562 section 4): what
 * this makes of one is in lower case. Of every other key each letter counts as it is.
 */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
export const idempotencyKey = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{8,80}$/, '8 to 80 letters, digits, . _ : -')
  .refine((key) => !carriesCardNumber(key), NO_CARD_NUMBER)
  .overwrite((key) => (UUID_FORM.test(key) ? key.toLowerCase() : key));

/** A key as gateways may have kept it, the newest form first: before a UUID's case was ignored, some kept it in upper case. */
export function formsOfKey(key: string): readonly [string, string] {
  return [key, UUID_FORM.test(key) ? key.toUpperCase() : key];
}

/**
 * A sale, a reversal or a refund as the till sees it. `booked` is present only when money moved; `givenBackMinor` is what reversals and refunds have
 * taken back of a sale, or may have while one of them is in doubt.
 */
export const paymentView = z.strictObject({
  paymentId: z.uuid(),
  transaction: transactionKind,
  terminal: slug,
  state: paymentState,
  amountMinor,
  currency: currencyCode,
  tillId: z.string(),
  operatorId: slug,
  startedAt: instant,
  originalPaymentId: z.uuid().optional(),
  givenBackMinor: amountMinor.optional(),
  booked: bookedDetails.optional(),
  detail: z.string().optional(),
});
export type PaymentView = z.infer<typeof paymentView>;

/** Payments of one terminal, newest first. */
export const paymentList = z.strictObject({ payments: z.array(paymentView) });

/** How a refund's approval stands. `used`: the refund was started. */
export const refundRequestState = z.enum(['waiting', 'approved', 'denied', 'used', 'expired']);
export type RefundRequestState = z.infer<typeof refundRequestState>;

/**
 * A refund that waits for a second person, or was decided. `digest` covers everything the refund is; who decides sends it back, so that nothing else is
 * approved than what was shown.
 */
export const refundRequestView = z.strictObject({
  requestId: z.uuid(),
  state: refundRequestState,
  terminal: slug,
  amountMinor,
  currency: currencyCode,
  tillId: z.string(),
  originalPaymentId: z.uuid().optional(),
  reason: z.string(),
  askedBy: slug,
  askedAt: instant,
  expiresAt: instant,
  digest: sha256Hex,
  decidedBy: slug.optional(),
});
export type RefundRequestView = z.infer<typeof refundRequestView>;

/** A manager's decision, given at the till with the manager's own passcode. */
export const refundDecision = z.strictObject({
  approverId: tillText,
  passcode: operatorPasscode,
  digest: sha256Hex,
  decision: z.enum(['approve', 'deny']),
});

/** Lines of the merchant's receipt as the terminal made them, masked to the last four digits. `copies`: how often it was printed again. */
export const receiptView = z.strictObject({ paymentId: z.uuid(), lines: receiptText, copies: z.int().nonnegative() });
export type ReceiptView = z.infer<typeof receiptView>;

/** Prints a receipt again: on the terminal, or on the till, which then gets the lines. */
export const reprintRequest = z.strictObject({ reason: personsReason, on: z.enum(['till', 'terminal']), tillId: tillText });
export type ReprintRequest = z.infer<typeof reprintRequest>;
/** A copy was made, the `copyNo`-th of this receipt. `lines` are for the till to print and say that they are a copy. */
export const reprintView = z.strictObject({ paymentId: z.uuid(), copyNo: z.int().positive(), lines: receiptText.optional() });
export type ReprintView = z.infer<typeof reprintView>;

/**
 * Ends a shift at a terminal: the counted slips, and who takes over (null: nobody yet). A count that differs is refused once, so that it is counted
 * again; with `differenceReason` the difference is recorded.
 */
export const handoverRequest = z.strictObject({
  terminal: tillText,
  slips: z.int().min(0).max(99_999),
  incoming: z.strictObject({ operatorId: tillText, passcode: operatorPasscode.optional() }).nullable(),
  differenceReason: personsReason.optional(),
  tillId: tillText,
});
export type HandoverRequest = z.infer<typeof handoverRequest>;

/** A shift that was handed over: slips as counted, transactions as booked. */
export const handoverView = z.strictObject({
  handoverId: z.uuid(),
  terminal: slug,
  shiftNo: z.int().positive(),
  outgoingOperatorId: slug,
  incomingOperatorId: slug.nullable(),
  slips: z.int().nonnegative(),
  transactions: z.int().nonnegative(),
  differs: z.boolean(),
  at: instant,
});
export type HandoverView = z.infer<typeof handoverView>;

/** A terminal of the store, as its gateway last saw it. */
export const terminalView = z.strictObject({ id: slug, name: z.string(), sample: terminalSample });
export type TerminalView = z.infer<typeof terminalView>;
export const terminalList = z.strictObject({ terminals: z.array(terminalView) });

/** What somebody in the store should do something about. Repeated until it is acknowledged or no longer so. */
export const reminderKind = z.enum(['closingSoon', 'leftOn', 'closeBlocked', 'inDoubt']);
export type ReminderKind = z.infer<typeof reminderKind>;
export const reminderView = z.strictObject({
  reminderId: z.uuid(),
  kind: reminderKind,
  terminals: z.array(slug),
  /** The instant it is about: of `closingSoon` the closing time, else since when. */
  at: instant,
  times: z.int().positive(),
});
export type ReminderView = z.infer<typeof reminderView>;

/** Whether the agent lives; needs no token. */
export const healthView = z.strictObject({ alive: z.literal(true) });
