import type { KeyBytes } from './key-table.js';
import { compareTexts, type RowColumns } from './row-columns.js';

/** How much of two rows `compareRows` looks at: the first parts of the order it sorts by. */
export const COMPARED_PARTS = { nothing: 0, amount: 2, fee: 3, numbers: 5, everything: 6 } as const;

/** Order of two rows by content alone (R2): currency, amount, fee (unknown first), trace, reference, card kind; the first `parts` of them. */
export function compareRows(left: RowColumns, leftRow: number, right: RowColumns, rightRow: number, parts: number): number {
  for (let part = 0; part < parts; part++) {
    const difference = comparePart(part, left, leftRow, right, rightRow);
    if (difference !== 0) return difference;
  }
  return 0;
}

function comparePart(part: number, left: RowColumns, leftRow: number, right: RowColumns, rightRow: number): number {
  switch (part) {
    case 0:
      return left.currency[leftRow]! - right.currency[rightRow]!;
    case 1:
      return left.amountMinor[leftRow]! - right.amountMinor[rightRow]!;
    case 2:
      return compareFees(left.feeMinor[leftRow]!, right.feeMinor[rightRow]!);
    case 3:
      return compareTexts(left.trace, leftRow, right.trace, rightRow);
    case 4:
      return compareTexts(left.reference, leftRow, right.reference, rightRow);
    default:
      return compareTexts(left.cardKind, leftRow, right.cardKind, rightRow);
  }
}

function compareFees(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1;
  return Number.isNaN(right) ? 1 : left - right;
}

/** Byte order of two keys. */
export function compareKeys(keys: KeyBytes, left: number, right: number): number {
  const leftStart = keys.starts[left]!;
  const rightStart = keys.starts[right]!;
  const length = Math.min(keys.lengths[left]!, keys.lengths[right]!);
  for (let i = 0; i < length; i++) {
    const difference = keys.bytes[leftStart + i]! - keys.bytes[rightStart + i]!;
    if (difference !== 0) return difference;
  }
  return keys.lengths[left]! - keys.lengths[right]!;
}
