import { CARD_GROUPS, type CardGroup, type GroupTotals, type IndividualTotals, RESULT } from '@tillward/driver-zvt';
import { z } from 'zod';

/** A booked transaction as the terminal keeps it until the batch is settled. Of the card only the last four digits. */
export const storedTransaction = z.strictObject({
  kind: z.enum(['sale', 'reversal', 'refund']).default('sale'),
  traceNo: z.int(),
  receiptNo: z.int(),
  amountMinor: z.int(),
  cardGroup: z.enum(CARD_GROUPS),
  cardName: z.string(),
  cardLast4: z.string(),
  authorisationCode: z.string(),
  /** Terminal-local `MMDD` and `HHMMSS`. */
  date: z.string(),
  time: z.string(),
  /** Of a reversal: the receipt and trace number of what it takes back. */
  reversedReceiptNo: z.int().optional(),
  originalTraceNo: z.int().optional(),
  /** Of a sale: how much of it was taken back so far. */
  reversedMinor: z.int().nonnegative().default(0),
  /** Authorised without the host, who hasn't heard of it yet. */
  unsent: z.boolean().default(false),
});
export type StoredTransaction = z.infer<typeof storedTransaction>;

/** What a reversal would take back, or the code that refuses it. */
export type ReversalVerdict =
  | { readonly possible: true; readonly original: StoredTransaction; readonly amountMinor: number }
  | { readonly possible: false; readonly resultCode: number };

/**
 * Judges a reversal by receipt number. Only a sale of the open batch can be taken back: as a whole once, in parts as long as something is
 * left of it. `amountMinor` null takes back what is left. B4 when nothing is left, B7 for more than is left, B5 for every other reason.
 */
export function judgeReversal(open: readonly StoredTransaction[], receiptNo: number, amountMinor: number | null): ReversalVerdict {
  const original = open.findLast((entry) => entry.receiptNo === receiptNo);
  if (original?.kind !== 'sale') return { possible: false, resultCode: RESULT.reversalImpossible };
  const left = original.amountMinor - original.reversedMinor;
  if (left === 0) return { possible: false, resultCode: RESULT.alreadyReversed };
  const wanted = amountMinor ?? left;
  if (wanted <= 0 || wanted > left) return { possible: false, resultCode: RESULT.wrongAmount };
  return { possible: true, original, amountMinor: wanted };
}

/** Totals of an open batch. */
export interface Turnover {
  /** By card group, as BMP 60 tells them. */
  readonly individual: IndividualTotals;
  /** Sales less reversals and refunds; negative when more was given back than taken. */
  readonly amountMinor: number;
  /** Every booking counts, also those that give back. */
  readonly count: number;
}

/**
 * Sums an open batch. A card group's amount is net as well, but the wire has no sign: a group that gave back more than it took shows nothing,
 * and the groups then don't add up to the whole.
 */
export function turnoverOf(open: readonly StoredTransaction[]): Turnover {
  const groups = Object.fromEntries(CARD_GROUPS.map((group) => [group, { count: 0, amountMinor: 0 }])) as Record<CardGroup, GroupTotals>;
  let amountMinor = 0;
  for (const entry of open) {
    const signed = signedMinor(entry);
    const group = groups[entry.cardGroup];
    groups[entry.cardGroup] = { count: group.count + 1, amountMinor: group.amountMinor + signed };
    amountMinor += signed;
  }
  for (const group of CARD_GROUPS) groups[group] = { ...groups[group], amountMinor: Math.max(0, groups[group].amountMinor) };
  const individual = { receiptFrom: open[0]?.receiptNo ?? 0, receiptTo: open.at(-1)?.receiptNo ?? 0, groups };
  return { individual, amountMinor, count: open.length };
}

/** What a transaction adds to the batch: a reversal and a refund take away. */
export function signedMinor(entry: Pick<StoredTransaction, 'kind' | 'amountMinor'>): number {
  return entry.kind === 'sale' ? entry.amountMinor : -entry.amountMinor;
}
