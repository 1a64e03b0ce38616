import { type JoinedBatches, KEY_SEPARATOR } from './batch-totals.js';
import { dayNumber, dayText } from './calendar-day.js';
import type { KeyBytes } from './key-table.js';
import { RESULT_TYPES, type ResultType } from './result-type.js';
import { currencyText, type RowColumns, textAt } from './row-columns.js';
import { type MatchedColumns, NO_ROW } from './row-matcher.js';
import { readUtf8 } from './utf8.js';

/** What identifies a batch on both sides. */
export interface BatchKey {
  readonly acquirer: string;
  readonly merchant: string;
  readonly terminal: string;
  readonly batch: string;
  readonly businessDay: string;
}

/** One side's row of a result. */
export interface ResultRow extends BatchKey {
  /** Line of the file, or number of the row, from 1. */
  readonly line: number;
  readonly type: string;
  readonly trace: string;
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Null where it isn't known. */
  readonly feeMinor: number | null;
  readonly cardKind: string;
}

/** One result with its rows spelt out. */
export interface SpeltResult {
  readonly type: ResultType;
  readonly terminal: ResultRow | null;
  readonly acquirer: ResultRow | null;
}

/** The parts of a batch's key. */
export function batchKeyOf(keys: KeyBytes, batch: number): BatchKey {
  const start = keys.starts[batch]!;
  const parts = readUtf8(keys.bytes, start, start + keys.lengths[batch]!).split(String.fromCharCode(KEY_SEPARATOR));
  const [acquirer = '', merchant = '', terminal = '', number = '', businessDay = ''] = parts;
  return { acquirer, merchant, terminal, batch: number, businessDay };
}

/** The business day of a batch's key as days from 1970-01-01. A key without one is a bug of who made it. */
export function dayOfKey(keys: KeyBytes, batch: number): number {
  const end = keys.starts[batch]! + keys.lengths[batch]!;
  const day = dayNumber(readUtf8(keys.bytes, end - 10, end));
  if (day === null) throw new Error(`batch ${batch} has a key without a business day`);
  return day;
}

/** Result `n` in words. */
export function spellResult(matched: MatchedColumns, batches: JoinedBatches, n: number): SpeltResult {
  return {
    type: RESULT_TYPES[matched.type[n]!]!,
    terminal: spellRow(matched.terminalRows, batches, matched.terminal[n]!),
    acquirer: spellRow(matched.acquirerRows, batches, matched.acquirer[n]!),
  };
}

/** How many days after the terminal's the acquirer's business day is; null for a result of one row. */
export function daysLater(result: SpeltResult): number | null {
  if (result.terminal === null || result.acquirer === null) return null;
  return dayNumber(result.acquirer.businessDay)! - dayNumber(result.terminal.businessDay)!;
}

function spellRow(rows: RowColumns, batches: JoinedBatches, row: number): ResultRow | null {
  if (row === NO_ROW) return null;
  const batch = rows.batch[row]!;
  const fee = rows.feeMinor[row]!;
  return {
    line: rows.line[row]!,
    ...batchKeyOf(batches.keys, batch),
    businessDay: dayText(batches.day[batch]!),
    type: textAt(rows.type, row),
    trace: textAt(rows.trace, row),
    reference: textAt(rows.reference, row),
    amountMinor: rows.amountMinor[row]!,
    currency: currencyText(rows.currency[row]!),
    feeMinor: Number.isNaN(fee) ? null : fee,
    cardKind: textAt(rows.cardKind, row),
  };
}
