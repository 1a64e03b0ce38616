import { CsvRefusal } from './csv-refusal.js';
import { hasControlCharacter, isUtf8, readUtf8 } from './utf8.js';

/** The columns the comparison knows, by the names their header has (`rrn` is another name of `reference`). */
export const CSV_COLUMNS = [
  'acquirer',
  'merchant',
  'terminal',
  'batch',
  'trace',
  'reference',
  'business_day',
  'type',
  'amount_minor',
  'currency',
  'fee_minor',
  'card_kind',
] as const;

/** One of `CSV_COLUMNS`. */
export type CsvColumn = (typeof CSV_COLUMNS)[number];

const REQUIRED: readonly CsvColumn[] = ['terminal', 'business_day', 'type', 'amount_minor', 'currency'];
const MAX_COLUMNS = 256;

/** Where a file has its columns. */
export interface CsvHeader {
  /** How many fields every line has. */
  readonly columns: number;
  /** Index of each known column, -1 where the file hasn't got it. */
  readonly at: Readonly<Record<CsvColumn, number>>;
  /** Position behind the header line: where rows begin. */
  readonly bodyStart: number;
}

/** What both files have, and is therefore compared. */
export interface ComparedColumns {
  readonly acquirer: boolean;
  readonly merchant: boolean;
  readonly batch: boolean;
  readonly trace: boolean;
  readonly reference: boolean;
  readonly fees: boolean;
}

/** Everything is compared: rows that were never a file. */
export const ALL_COMPARED: ComparedColumns = { acquirer: true, merchant: true, batch: true, trace: true, reference: true, fees: true };

/** How many rows of a side have which number. */
export interface NumberedRows {
  readonly rows: number;
  readonly traces: number;
  readonly references: number;
}

/**
 * R11: a number identifies nothing while one side has rows and none of them has it. Without the columns that are there and empty; the same object where that changes nothing. What is left may be neither
 * number: rows are then told apart by their money alone.
 */
export function comparedNumbers(compared: ComparedColumns, terminal: NumberedRows, acquirer: NumberedRows): ComparedColumns {
  const bothHave = (number: 'traces' | 'references') => [terminal, acquirer].every((side) => side.rows === 0 || side[number] > 0);
  const trace = compared.trace && bothHave('traces');
  const reference = compared.reference && bothHave('references');
  return trace === compared.trace && reference === compared.reference ? compared : { ...compared, trace, reference };
}

/**
 * Reads the header line from the first bytes of a file (all of them, or at least as many as a line may have). Names in any order, upper or lower case, a UTF-8 byte order mark before them; columns nobody
 * knows are let be. Throws CsvRefusal.
 */
export function readCsvHeader(bytes: Uint8Array): CsvHeader {
  if (bytes.length === 0) throw new CsvRefusal('empty', 1, 'the file is empty: not even a header');
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new CsvRefusal('encoding', 1, 'the file is UTF-16: UTF-8 is expected');
  }
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const newline = bytes.indexOf(0x0a);
  const end = newline === -1 ? bytes.length : newline;
  if (end - start > 16_384) throw new CsvRefusal('lineTooLong', 1, 'the header is longer than 16 KiB');
  if (!isUtf8(bytes, start, end)) throw new CsvRefusal('encoding', 1, 'the header is not UTF-8');
  const text = readUtf8(bytes, start, end).replace(/\r$/, '');
  if (hasControlCharacter(text)) throw new CsvRefusal('controlCharacter', 1, 'the header holds a control character');
  const names = text.split(',').map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
      .toLowerCase(),
  );
  if (names.length > MAX_COLUMNS) throw new CsvRefusal('header', 1, `more than ${MAX_COLUMNS} columns`);
  if (names.length === 1) throw new CsvRefusal('header', 1, `one column only: ${CSV_COLUMNS.join(',')} are expected, separated by commas`);
  const at = Object.fromEntries(CSV_COLUMNS.map((column) => [column, -1])) as Record<CsvColumn, number>;
  names.forEach((given, index) => {
    const column = CSV_COLUMNS.find((known) => known === (given === 'rrn' ? 'reference' : given));
    if (column === undefined) return;
    if (at[column] !== -1) throw new CsvRefusal('columnTwice', 1, `the column ${column} is there twice`);
    at[column] = index;
  });
  const missing = REQUIRED.filter((column) => at[column] === -1);
  if (missing.length > 0) throw new CsvRefusal('columnMissing', 1, `the header has no column ${missing.join(', ')}`);
  if (at.trace === -1 && at.reference === -1) throw new CsvRefusal('columnMissing', 1, 'the header has neither trace nor reference');
  return { columns: names.length, at, bodyStart: newline === -1 ? bytes.length : newline + 1 };
}

/** What can be compared between two files. Throws CsvRefusal, about the acquirer's file, when nothing both have identifies a transaction. */
export function comparedColumns(terminal: CsvHeader, acquirer: CsvHeader): ComparedColumns {
  const both = (column: CsvColumn) => terminal.at[column] !== -1 && acquirer.at[column] !== -1;
  if (!both('trace') && !both('reference')) {
    throw new CsvRefusal('columnMissing', 1, 'one file has only trace, the other only reference: nothing says which rows belong together');
  }
  return {
    acquirer: both('acquirer'),
    merchant: both('merchant'),
    batch: both('batch'),
    trace: both('trace'),
    reference: both('reference'),
    fees: both('fee_minor'),
  };
}
