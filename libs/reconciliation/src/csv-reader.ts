import { BatchTable, KEY_SEPARATOR, SLICES, SumTooLargeError } from './batch-totals.js';
import { dayOfDigits, readCurrency, readDayDigits, readMinor } from './csv-field.js';
import type { ComparedColumns, CsvHeader } from './csv-header.js';
import { CsvLine, type CsvText, csvText } from './csv-line.js';
import { CsvRefusal } from './csv-refusal.js';
import { CurrencySums } from './currency-sums.js';
import { grown, KeyTable } from './key-table.js';
import { NOT_COMPARED } from './reconciliation-row.js';
import { type RowColumnsBuilder, type RowText, withoutZeros } from './row-columns.js';
import { type DigestSeed, hashBytes, RowDigest } from './row-digest.js';
import type { ReconciliationSettings } from './settings.js';

/** No key field of a statement is longer. */
export const MAX_FIELD_BYTES = 256;
/** Types are words of the header's kind, not content. */
const MAX_TYPES = 256;
const MAX_TYPE_BYTES = 32;
const DAY_PLACES = 1_024;
/** Place of a row that is not compared. */
export const SET_ASIDE = -1;

/** How rows are read. */
export interface CsvReading {
  readonly header: CsvHeader;
  readonly compared: ComparedColumns;
  readonly identity: ReconciliationSettings['identity'];
  readonly seed: DigestSeed;
}

/** Where the rows of a block are: row `n` begins at `at[n]` of the block and belongs to batch × SLICES + slice `place[n]`, or is SET_ASIDE. */
export interface RowPlaces {
  readonly place: Int32Array;
  readonly at: Int32Array;
}

/**
 * Reads one file's rows from blocks of whole lines: the first `length` bytes, each line ending in a line feed, and LINE_SLACK bytes behind them. First every block goes through `scan`, which checks every line (R8) and adds its batch up; then rows of the batches that
 * turned out unequal are read again with `collect`. All methods throw CsvRefusal.
 */
export class CsvReader {
  readonly batches = new BatchTable();
  readonly sums = new CurrencySums();
  /** Rows compared, and rows set aside because no terminal books their type. */
  rows = 0;
  setAside = 0;
  /** Of the rows compared, those whose number is there; of a column that isn't compared none is counted. */
  traces = 0;
  references = 0;
  /** Number of the next line; the header is line 1. */
  line = 2;
  private readonly fields: CsvLine;
  private readonly digest: RowDigest;
  private readonly types = new KeyTable();
  private readonly typeSetAside = new Uint8Array(MAX_TYPES + 1);
  private readonly typeHashes = new Int32Array(MAX_TYPES + 1);
  /** First and last column of a batch's key when they stand next to each other, else -1; and the batches of what was seen there. */
  private readonly firstKey: number;
  private readonly lastKey: number;
  private readonly spans = new KeyTable();
  private batchOfSpan = new Int32Array(256);
  private lastType = 0;
  /** Days that were found to exist, each at its place; a statement has few. */
  private readonly goodDays = new Int32Array(DAY_PLACES);
  /** The digits of the row's business day. */
  private dayDigits = 0;
  private idStart = 0;
  private idEnd = 0;
  private idTag = 0;

  constructor(private readonly reading: CsvReading) {
    this.fields = new CsvLine(reading.header.columns);
    this.digest = new RowDigest(reading.seed);
    const { compared } = reading;
    const { at } = reading.header;
    const keyColumns = [
      at.terminal,
      ...(['acquirer', 'merchant', 'batch'] as const).filter((name) => compared[name]).map((name) => at[name]),
    ];
    this.lastKey = Math.max(...keyColumns);
    this.firstKey = this.lastKey - Math.min(...keyColumns) === keyColumns.length - 1 ? Math.min(...keyColumns) : -1;
    for (const word of NOT_COMPARED) {
      this.types.begin();
      this.types.appendText(word);
      this.typeSetAside[this.types.commit()] = 1;
    }
  }

  /** Checks and adds up the rows of a block; returns how many lines it has. Their places are told when `places` has room for them. */
  scan(bytes: Uint8Array, length: number, places: RowPlaces | null): number {
    const { fields, batches, digest, reading } = this;
    const text = csvText(bytes);
    const { at: column } = reading.header;
    const traceAt = reading.compared.trace ? column.trace : -1;
    const referenceAt = reading.compared.reference ? column.reference : -1;
    const first = this.line;
    let at = 0;
    try {
      while (at < length) {
        const rowAt = at;
        at = fields.split(text, at, this.line);
        const amount = this.minor(bytes, column.amount_minor, 'amount_minor');
        const currency = readCurrency(bytes, fields.starts[column.currency]!, fields.ends[column.currency]!);
        if (currency === 0) throw new CsvRefusal('currency', this.line, 'currency is not an ISO 4217 code of three capital letters');
        this.checkDay(bytes);
        const type = this.typeOf(bytes);
        const fee = this.fee(bytes);
        let place = SET_ASIDE;
        if (this.typeSetAside[type] === 1) {
          this.setAside += 1;
        } else {
          const batch = this.batchOf(text);
          this.findIdentity(bytes);
          const compared = reading.compared.fees ? fee : Number.NaN;
          digest.row(this.typeHashes[type]!, this.idTag, bytes, this.idStart, this.idEnd, currency, amount, compared);
          batches.add(batch, amount, currency, fee, digest);
          this.sums.add(currency, amount, fee);
          place = batch * SLICES + digest.slice;
          this.rows += 1;
          if (traceAt !== -1 && fields.starts[traceAt] !== fields.ends[traceAt]) this.traces += 1;
          if (referenceAt !== -1 && fields.starts[referenceAt] !== fields.ends[referenceAt]) this.references += 1;
        }
        if (places !== null) {
          places.place[this.line - first] = place;
          places.at[this.line - first] = rowAt;
        }
        this.line += 1;
      }
    } catch (error) {
      if (error instanceof SumTooLargeError) throw new CsvRefusal('sumTooLarge', this.line, error.message);
      throw error;
    }
    return this.line - first;
  }

  /** Finds the places of a block's rows once more, for a file with too many rows to remember them all; returns how many there are. */
  locate(bytes: Uint8Array, length: number, places: RowPlaces): number {
    const text = csvText(bytes);
    let rows = 0;
    for (let at = 0; at < length; rows++) {
      places.at[rows] = at;
      at = this.fields.split(text, at, 0);
      this.checkDay(bytes);
      const type = this.typeOf(bytes);
      if (this.typeSetAside[type] === 1) {
        places.place[rows] = SET_ASIDE;
        continue;
      }
      this.findIdentity(bytes);
      this.digest.row(this.typeHashes[type]!, this.idTag, bytes, this.idStart, this.idEnd, 0, 0, 0);
      places.place[rows] = this.batchOf(text) * SLICES + this.digest.slice;
    }
    return rows;
  }

  /** Adds the block's rows of wanted slices (`wanted[batch]` has a bit for each) to `into`; the block's first line has number `firstLine`. */
  collect(bytes: Uint8Array, places: RowPlaces, rows: number, firstLine: number, wanted: Uint16Array, into: RowColumnsBuilder): void {
    const { fields, reading } = this;
    const { at: column } = reading.header;
    const text = csvText(bytes);
    for (let row = 0; row < rows; row++) {
      const place = places.place[row]!;
      if (!isWanted(place, wanted)) continue;
      const line = firstLine + row;
      fields.split(text, places.at[row]!, line);
      const amount = readMinor(bytes, fields.starts[column.amount_minor]!, fields.ends[column.amount_minor]!);
      const currency = readCurrency(bytes, fields.starts[column.currency]!, fields.ends[column.currency]!);
      into.push(place >>> 4, line, amount, currency, this.fee(bytes));
      this.text(bytes, column.type, into, 'type', false);
      this.text(bytes, column.trace, into, 'trace', true);
      this.text(bytes, column.reference, into, 'reference', false);
      this.text(bytes, column.card_kind, into, 'cardKind', false);
    }
  }

  private text(block: Uint8Array, column: number, into: RowColumnsBuilder, name: RowText, stripped: boolean): void {
    const start = column === -1 ? 0 : this.fields.starts[column]!;
    const end = column === -1 ? 0 : this.fields.ends[column]!;
    into[name].push(block, stripped ? withoutZeros(block, start, end) : start, end);
  }

  private minor(block: Uint8Array, column: number, name: string): number {
    const value = readMinor(block, this.fields.starts[column]!, this.fields.ends[column]!);
    if (Number.isNaN(value))
      throw new CsvRefusal('amount', this.line, `${name} is not a whole number of minor units (an optional minus, 1 to 15 digits)`);
    return value;
  }

  private fee(block: Uint8Array): number {
    const column = this.reading.header.at.fee_minor;
    if (column === -1 || this.fields.starts[column] === this.fields.ends[column]) return Number.NaN;
    return this.minor(block, column, 'fee_minor');
  }

  private checkDay(block: Uint8Array): void {
    const column = this.reading.header.at.business_day;
    const digits = readDayDigits(block, this.fields.starts[column]!, this.fields.ends[column]!);
    this.dayDigits = digits;
    const place = digits & (DAY_PLACES - 1);
    if (digits > 0 && this.goodDays[place] === digits) return;
    if (digits === -1 || dayOfDigits(digits) === null) throw new CsvRefusal('businessDay', this.line, 'business_day is no date YYYY-MM-DD');
    this.goodDays[place] = digits;
  }

  private typeOf(block: Uint8Array): number {
    const column = this.reading.header.at.type;
    const start = this.fields.starts[column]!;
    const end = this.fields.ends[column]!;
    if (this.types.is(this.lastType, block, start, end)) return this.lastType;
    if (end === start || end - start > MAX_TYPE_BYTES) throw new CsvRefusal('type', this.line, 'type is a word such as sale or refund');
    this.types.begin();
    this.types.append(block, start, end);
    this.lastType = this.types.commit();
    if (this.types.count > MAX_TYPES) throw new CsvRefusal('type', this.line, `more than ${MAX_TYPES} different types`);
    this.typeHashes[this.lastType] = hashBytes(block, start, end);
    return this.lastType;
  }

  private batchOf(text: CsvText): number {
    const firstKey = this.firstKey;
    if (firstKey === -1 || this.fields.quoted) return this.newBatchOf(text);
    // The same bytes from the first to the last of these columns, on the same day, are the same batch: most rows need no more than that.
    const spans = this.spans;
    const { fields } = this;
    spans.begin();
    // The number first: what follows then stands on whole words.
    spans.appendInt32(this.dayDigits);
    spans.appendSpan(text.view, fields.starts[firstKey]!, fields.ends[this.lastKey]!);
    const known = spans.count;
    const span = spans.commit();
    if (span < known) return this.batchOfSpan[span]!;
    const batch = this.newBatchOf(text);
    if (span === this.batchOfSpan.length) this.batchOfSpan = grown(this.batchOfSpan, new Int32Array(span * 2));
    this.batchOfSpan[span] = batch;
    return batch;
  }

  private newBatchOf(text: CsvText): number {
    const { batches, fields, reading } = this;
    const { keys } = batches;
    const { at: column } = reading.header;
    keys.begin();
    if (reading.compared.acquirer) this.keyField(text, column.acquirer, false);
    keys.appendByte(KEY_SEPARATOR);
    if (reading.compared.merchant) this.keyField(text, column.merchant, false);
    keys.appendByte(KEY_SEPARATOR);
    this.keyField(text, column.terminal, false);
    keys.appendByte(KEY_SEPARATOR);
    if (reading.compared.batch) this.keyField(text, column.batch, true);
    keys.appendByte(KEY_SEPARATOR);
    keys.appendSpan(text.view, fields.starts[column.business_day]!, fields.ends[column.business_day]!);
    return keys.commit();
  }

  private keyField(text: CsvText, column: number, stripped: boolean): void {
    const start = this.fields.starts[column]!;
    const end = this.fields.ends[column]!;
    if (end - start > MAX_FIELD_BYTES) throw this.tooLong(column);
    this.batches.keys.appendSpan(text.view, stripped ? withoutZeros(text.bytes, start, end) : start, end);
  }

  /** Which bytes identify the row within its batch: the same rule as `RowMatcher`'s. */
  private findIdentity(block: Uint8Array): void {
    const { compared, identity } = this.reading;
    const traceFirst = identity === 'trace';
    if (traceFirst ? compared.trace && this.isTrace(block) : compared.reference && this.isReference(block)) return;
    if (traceFirst ? compared.reference && this.isReference(block) : compared.trace && this.isTrace(block)) return;
    this.idTag = 0;
    this.idStart = 0;
    this.idEnd = 0;
  }

  private isTrace(block: Uint8Array): boolean {
    if (!this.isIdentity(this.reading.header.at.trace, 1)) return false;
    this.idStart = withoutZeros(block, this.idStart, this.idEnd);
    return true;
  }

  private isReference(_block: Uint8Array): boolean {
    return this.isIdentity(this.reading.header.at.reference, 2);
  }

  private isIdentity(column: number, tag: number): boolean {
    this.idStart = this.fields.starts[column]!;
    this.idEnd = this.fields.ends[column]!;
    this.idTag = tag;
    if (this.idEnd - this.idStart > MAX_FIELD_BYTES) throw this.tooLong(column);
    return this.idEnd > this.idStart;
  }

  private tooLong(column: number): CsvRefusal {
    return new CsvRefusal('fieldTooLong', this.line, `field ${column + 1} is longer than ${MAX_FIELD_BYTES} bytes`);
  }
}

/** Whether the row at a place is in a wanted slice. */
export function isWanted(place: number, wanted: Uint16Array): boolean {
  return place !== SET_ASIDE && ((wanted[place >>> 4]! >>> (place & 15)) & 1) === 1;
}
