import { KEY_SEPARATOR } from './batch-totals.js';
import type { ComparedColumns } from './csv-header.js';
import type { KeyTable } from './key-table.js';
import { isEmptyText, type RowColumns, type TextColumn, textStart } from './row-columns.js';
import type { ReconciliationSettings } from './settings.js';

/** Number of a row that has nothing to be identified by in the wanted way. */
export const NO_KEY = -1;

/** Which of a row's two numbers identifies it. */
export class RowIdentity {
  private readonly preferred: 'trace' | 'reference';
  private readonly other: 'trace' | 'reference';

  constructor(
    identity: ReconciliationSettings['identity'],
    private readonly compared: Pick<ComparedColumns, 'trace' | 'reference'>,
  ) {
    this.preferred = identity;
    this.other = identity === 'trace' ? 'reference' : 'trace';
  }

  /** The column that identifies the row: the preferred one, or the other where that is empty; null where both are. */
  of(rows: RowColumns, row: number): 'trace' | 'reference' | null {
    if (this.has(rows, row, this.preferred)) return this.preferred;
    return this.has(rows, row, this.other) ? this.other : null;
  }

  /** The column to try when that of `of` found nothing: the other one, null where it is empty. */
  second(rows: RowColumns, row: number): 'trace' | 'reference' | null {
    return this.has(rows, row, this.other) ? this.other : null;
  }

  /** Whether two rows have both a number of the same kind, and not the same one. */
  contradict(left: RowColumns, leftRow: number, right: RowColumns, rightRow: number): boolean {
    return this.differ('trace', left, leftRow, right, rightRow) || this.differ('reference', left, leftRow, right, rightRow);
  }

  private differ(name: 'trace' | 'reference', left: RowColumns, leftRow: number, right: RowColumns, rightRow: number): boolean {
    if (!this.has(left, leftRow, name) || !this.has(right, rightRow, name)) return false;
    return !sameText(left[name], leftRow, right[name], rightRow);
  }

  private has(rows: RowColumns, row: number, name: 'trace' | 'reference'): boolean {
    return this.compared[name] && !isEmptyText(rows[name], row);
  }
}

/**
 * The number of the key place + type + identity, and currency and amount where `withMoney`. A row without identity has the key of all such rows of its place and type.
 */
export function rowKey(
  keys: KeyTable,
  place: number,
  rows: RowColumns,
  row: number,
  identity: 'trace' | 'reference' | null,
  withMoney: boolean,
): number {
  keys.begin();
  keys.appendInt32(place);
  if (withMoney) {
    const amountMinor = rows.amountMinor[row]!;
    keys.appendInt32(rows.currency[row]!);
    keys.appendInt32(amountMinor | 0);
    keys.appendInt32(Math.floor(amountMinor / 4_294_967_296) | 0);
  }
  keys.append(rows.type.bytes, textStart(rows.type, row), rows.type.ends[row]!);
  keys.appendByte(KEY_SEPARATOR);
  if (identity !== null) {
    keys.appendByte(identity === 'trace' ? 1 : 2);
    keys.append(rows[identity].bytes, textStart(rows[identity], row), rows[identity].ends[row]!);
  }
  return keys.commit();
}

function sameText(left: TextColumn, leftRow: number, right: TextColumn, rightRow: number): boolean {
  const start = textStart(left, leftRow);
  const length = left.ends[leftRow]! - start;
  const other = textStart(right, rightRow);
  if (right.ends[rightRow]! - other !== length) return false;
  for (let i = 0; i < length; i++) if (left.bytes[start + i] !== right.bytes[other + i]) return false;
  return true;
}
