import { readBcd, writeBcd } from './bcd.js';

/** Card groups of BMP 60 in their order on the wire (spec 13.08, End-of-Day). */
export const CARD_GROUPS = ['girocard', 'jcb', 'mastercard', 'amex', 'visa', 'diners', 'other'] as const;
export type CardGroup = (typeof CARD_GROUPS)[number];

/** A group's sales. On the wire `count` is one binary byte: 256 sales read as 0. */
export interface GroupTotals {
  readonly count: number;
  readonly amountMinor: number;
}

/** Individual totals of a batch: receipt numbers from and to, and each group's sales. */
export interface IndividualTotals {
  readonly receiptFrom: number | null;
  readonly receiptTo: number | null;
  readonly groups: Readonly<Record<CardGroup, GroupTotals>>;
}

const GROUP_BYTES = 7;
const TOTALS_BYTES = 4 + CARD_GROUPS.length * GROUP_BYTES;

/** Reads BMP 60. Null when it is shorter than the spec says or holds something else than digits; a longer one is read to its known part. */
export function readTotals(bytes: Uint8Array): IndividualTotals | null {
  if (bytes.length < TOTALS_BYTES) return null;
  const groups: Partial<Record<CardGroup, GroupTotals>> = {};
  for (const [index, group] of CARD_GROUPS.entries()) {
    const at = 4 + index * GROUP_BYTES;
    const amountMinor = readBcd(bytes.subarray(at + 1, at + GROUP_BYTES));
    if (amountMinor === null) return null;
    groups[group] = { count: bytes[at]!, amountMinor };
  }
  return {
    receiptFrom: readBcd(bytes.subarray(0, 2)),
    receiptTo: readBcd(bytes.subarray(2, 4)),
    groups: groups as Record<CardGroup, GroupTotals>,
  };
}

/** Writes BMP 60. Counts wrap at 256, as a real terminal's do. */
export function writeTotals(totals: IndividualTotals): Uint8Array {
  const bytes = new Uint8Array(TOTALS_BYTES);
  bytes.set(writeBcd((totals.receiptFrom ?? 0) % 10_000, 2), 0);
  bytes.set(writeBcd((totals.receiptTo ?? 0) % 10_000, 2), 2);
  for (const [index, group] of CARD_GROUPS.entries()) {
    const at = 4 + index * GROUP_BYTES;
    bytes[at] = totals.groups[group].count & 0xff;
    bytes.set(writeBcd(totals.groups[group].amountMinor, 6), at + 1);
  }
  return bytes;
}

/** Sum over all groups. The count is right modulo 256. */
export function sumTotals(totals: IndividualTotals): GroupTotals {
  let count = 0;
  let amountMinor = 0;
  for (const group of CARD_GROUPS) {
    count += totals.groups[group].count;
    amountMinor += totals.groups[group].amountMinor;
  }
  return { count, amountMinor };
}

/** Names of the groups as they stand on receipts. */
const GROUP_NAMES: Readonly<Record<CardGroup, string>> = {
  girocard: 'girocard',
  jcb: 'JCB',
  mastercard: 'Mastercard',
  amex: 'American Express',
  visa: 'Visa',
  diners: 'Diners',
  other: 'other',
};

/** Totals of the groups in which anything was sold, by name. A group of 256 sales of nothing can't be told from an unused one. */
export function cardTotals(totals: IndividualTotals): { card: string; amountMinor: number; count: number }[] {
  return CARD_GROUPS.filter((group) => totals.groups[group].count !== 0 || totals.groups[group].amountMinor !== 0).map((group) => ({
    card: GROUP_NAMES[group],
    ...totals.groups[group],
  }));
}
