import { z } from 'zod';
import { amountMinor, businessDay, cardLast4, currencyCode } from './identifiers.js';

/** A printed receipt as lines of text, masked before it left the driver. */
export const receiptText = z.array(z.string().max(200)).max(200);

/** What the terminal reported about a booked transaction. Everything optional is absent when the terminal didn't say. */
export const bookedDetails = z.strictObject({
  amountMinor,
  currency: currencyCode,
  /** Terminal's trace number, up to six digits; the order's own number in protocols without one. */
  traceNo: z.int().nonnegative(),
  receiptNo: z.int().nonnegative().optional(),
  cardLast4: cardLast4.optional(),
  cardName: z.string().max(64).optional(),
  terminalId: z.string().max(16).optional(),
  authorisationCode: z.string().max(16).optional(),
  /** Terminal-local date and time as it said them, `MMDD` and `HHMMSS`. */
  terminalDate: z.string().max(8).optional(),
  terminalTime: z.string().max(8).optional(),
  /** The terminal's or provider's own name for the transaction (nexo POITransactionID, ISO 8583 field 37). */
  providerReference: z.string().max(64).optional(),
  /** When it was booked, as the terminal said it (nexo POITransactionID.TimeStamp). */
  bookedAt: z.string().max(40).optional(),
});
export type BookedDetails = z.infer<typeof bookedDetails>;

/** Totals of a batch. `count` may be null where a protocol's own counter overflows (ZVT BMP 60 is one byte). */
export const batchTotals = z.strictObject({
  currency: currencyCode,
  amountMinor,
  count: z.int().nonnegative().nullable(),
});
export type BatchTotals = z.infer<typeof batchTotals>;

/** Totals of one card scheme, by the name the terminal gives it and as it counts: some count refunds elsewhere, so that the parts need not add up to the batch's total. */
export const schemeTotal = z.strictObject({ scheme: z.string().max(64), amountMinor, count: z.int().nonnegative().nullable() });
export type SchemeTotal = z.infer<typeof schemeTotal>;

/** What a transaction does: a sale takes money, a reversal takes a sale of the open batch back, a refund gives money back outside of it. */
export const transactionKind = z.enum(['sale', 'reversal', 'refund']);
export type TransactionKind = z.infer<typeof transactionKind>;

/** Where a payment stands. `inDoubt`: money may have moved and nobody knows yet; never retried, only asked about. */
export const paymentState = z.enum(['started', 'completed', 'declined', 'failed', 'inDoubt']);
export type PaymentState = z.infer<typeof paymentState>;

/** The gateway's name for a batch: its own counter per terminal, so that a terminal's wrapping number can't confuse two batches. */
export const batchRef = z.strictObject({ batchNo: z.int().positive(), businessDay });
