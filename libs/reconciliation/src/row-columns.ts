import { grown } from './key-table.js';
import { readUtf8, utf8Room, writeUtf8 } from './utf8.js';

/** Texts one behind the other: text `n` is `bytes[ends[n - 1] .. ends[n]]`. */
export interface TextColumn {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/** Rows of one side as columns. A fee that isn't known is NaN. Currencies are three letters in 24 bits (`currencyCode`). */
export interface RowColumns {
  readonly count: number;
  /** Number of the batch, in whichever table the rows were read with. */
  readonly batch: Int32Array;
  /** Line of the file, or number of the row, from 1. */
  readonly line: Uint32Array;
  readonly amountMinor: Float64Array;
  readonly feeMinor: Float64Array;
  readonly currency: Int32Array;
  readonly type: TextColumn;
  readonly trace: TextColumn;
  readonly reference: TextColumn;
  readonly cardKind: TextColumn;
}

/** The texts of a row. */
export type RowText = 'type' | 'trace' | 'reference' | 'cardKind';

const FIRST_ROWS = 64;

/** A text column being written. */
export class TextColumnBuilder implements TextColumn {
  bytes: Uint8Array = new Uint8Array(FIRST_ROWS * 16);
  ends = new Uint32Array(FIRST_ROWS);
  private count = 0;
  private end = 0;

  push(source: Uint8Array, start: number, end: number): void {
    this.room(end - start);
    let to = this.end;
    for (let i = start; i < end; i++) this.bytes[to++] = source[i]!;
    this.close(to);
  }

  pushText(text: string): void {
    this.room(utf8Room(text));
    this.close(writeUtf8(text, this.bytes, this.end));
  }

  /** Without room to spare. */
  trimmed(): TextColumn {
    return { bytes: this.bytes.slice(0, this.end), ends: this.ends.slice(0, this.count) };
  }

  private close(end: number): void {
    if (this.count === this.ends.length) this.ends = grown(this.ends, new Uint32Array(this.count * 2));
    this.ends[this.count++] = end;
    this.end = end;
  }

  private room(bytes: number): void {
    let size = this.bytes.length;
    if (this.end + bytes <= size) return;
    while (size < this.end + bytes) size *= 2;
    this.bytes = grown(this.bytes, new Uint8Array(size));
  }
}

/** Rows being collected. */
export class RowColumnsBuilder implements RowColumns {
  count = 0;
  batch = new Int32Array(FIRST_ROWS);
  line = new Uint32Array(FIRST_ROWS);
  amountMinor = new Float64Array(FIRST_ROWS);
  feeMinor = new Float64Array(FIRST_ROWS);
  currency = new Int32Array(FIRST_ROWS);
  readonly type = new TextColumnBuilder();
  readonly trace = new TextColumnBuilder();
  readonly reference = new TextColumnBuilder();
  readonly cardKind = new TextColumnBuilder();

  /** Adds a row's numbers; its four texts are pushed by the caller. */
  push(batch: number, line: number, amountMinor: number, currency: number, feeMinor: number): void {
    const row = this.count;
    if (row === this.batch.length) this.grow(row * 2);
    this.batch[row] = batch;
    this.line[row] = line;
    this.amountMinor[row] = amountMinor;
    this.currency[row] = currency;
    this.feeMinor[row] = feeMinor;
    this.count = row + 1;
  }

  /** Adds a copy of another table's row and returns its number here. */
  copy(from: RowColumns, row: number): number {
    this.push(from.batch[row]!, from.line[row]!, from.amountMinor[row]!, from.currency[row]!, from.feeMinor[row]!);
    for (const name of ['type', 'trace', 'reference', 'cardKind'] as const) {
      const column = from[name];
      this[name].push(column.bytes, textStart(column, row), column.ends[row]!);
    }
    return this.count - 1;
  }

  /** A copy without room to spare, fit to be handed to another thread. */
  trimmed(): RowColumns {
    const { count } = this;
    return {
      count,
      batch: this.batch.slice(0, count),
      line: this.line.slice(0, count),
      amountMinor: this.amountMinor.slice(0, count),
      feeMinor: this.feeMinor.slice(0, count),
      currency: this.currency.slice(0, count),
      type: this.type.trimmed(),
      trace: this.trace.trimmed(),
      reference: this.reference.trimmed(),
      cardKind: this.cardKind.trimmed(),
    };
  }

  private grow(size: number): void {
    this.batch = grown(this.batch, new Int32Array(size));
    this.line = grown(this.line, new Uint32Array(size));
    this.amountMinor = grown(this.amountMinor, new Float64Array(size));
    this.feeMinor = grown(this.feeMinor, new Float64Array(size));
    this.currency = grown(this.currency, new Int32Array(size));
  }
}

/** Where text `row` of a column begins. */
export function textStart(column: TextColumn, row: number): number {
  return row === 0 ? 0 : column.ends[row - 1]!;
}

/** Whether text `row` of a column is empty. */
export function isEmptyText(column: TextColumn, row: number): boolean {
  return textStart(column, row) === column.ends[row];
}

/** Text `row` of a column. */
export function textAt(column: TextColumn, row: number): string {
  return readUtf8(column.bytes, textStart(column, row), column.ends[row]!);
}

/** Byte order of two texts: negative, 0 or positive. */
export function compareTexts(left: TextColumn, leftRow: number, right: TextColumn, rightRow: number): number {
  const leftStart = textStart(left, leftRow);
  const rightStart = textStart(right, rightRow);
  const leftLength = left.ends[leftRow]! - leftStart;
  const rightLength = right.ends[rightRow]! - rightStart;
  for (let i = 0; i < leftLength && i < rightLength; i++) {
    const difference = left.bytes[leftStart + i]! - right.bytes[rightStart + i]!;
    if (difference !== 0) return difference;
  }
  return leftLength - rightLength;
}

/** Three capital letters as a number, 0 for anything else. */
export function currencyCode(text: string): number {
  if (!/^[A-Z]{3}$/.test(text)) return 0;
  return (text.charCodeAt(0) << 16) | (text.charCodeAt(1) << 8) | text.charCodeAt(2);
}

/** The letters of a `currencyCode`. */
export function currencyText(code: number): string {
  return String.fromCharCode(code >> 16, (code >> 8) & 0xff, code & 0xff);
}

/** Where leading zeros end: at the last character at the latest, so that `000` is `0`. */
export function withoutZeros(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end - 1 && bytes[at] === 0x30) at++;
  return at;
}
