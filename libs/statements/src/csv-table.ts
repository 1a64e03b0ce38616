import { decodeText, type TextEncoding } from './ascii.js';
import type { CsvCells, CsvDialect, CsvHandler } from './csv-scanner.js';
import { quoted, StatementRefused } from './refusal.js';
import { ROW_TEXTS, type RowText, type TextForms } from './row-batch.js';
import type { StatementFormat } from './summary.js';
import type { Tally } from './tally.js';

/** The columns of a file by the names its header gives them: order differs between files, names don't. */
export class HeaderColumns {
  private readonly byName = new Map<string, number>();

  constructor(
    readonly names: readonly string[],
    readonly line: number,
  ) {
    for (const [index, name] of names.entries()) {
      const plain = plainName(name);
      // Unnamed columns may repeat: nobody can ask for them.
      if (plain === '') continue;
      if (this.byName.has(plain)) throw new StatementRefused('header', line, `the header names column ${quoted(name)} twice`);
      this.byName.set(plain, index);
    }
  }

  /** Where the first of these names stands, -1 where none does. */
  find(...names: readonly string[]): number {
    for (const name of names) {
      const index = this.byName.get(plainName(name));
      if (index !== undefined) return index;
    }
    return -1;
  }

  /** As `find`, but refuses a header with none of them. */
  need(...names: readonly string[]): number {
    const index = this.find(...names);
    if (index < 0) throw new StatementRefused('header', this.line, `the header has no column ${quoted(names[0] ?? '')}`);
    return index;
  }
}

function plainName(name: string): string {
  return name.trim().toLowerCase().replaceAll('（', '(').replaceAll('）', ')');
}

/** The rows of one file, its header known. */
export interface TableRows {
  /** Which column each text of a row is taken from. */
  readonly texts: Partial<Record<RowText, number>>;
  readonly forms?: TextForms;
  readonly constants?: Partial<Record<RowText, string>>;
  /** True for a row that is no data, such as a trailer, which it then has read. Asked before the number of columns is checked. */
  special?(cells: CsvCells): boolean;
  /** Adds a data row to the tally and answers its slot; -1 for a row that is no movement at all. */
  row(cells: CsvCells): number;
  comment?(text: string, line: number): void;
  /** The end of the file, in this line. Answers whether the file itself says that it ends here, as a trailer does. */
  end(line: number): boolean;
}

/** A format that is a table. */
export interface TableFormat {
  readonly format: StatementFormat;
  dialect(encoding: TextEncoding): CsvDialect;
  /** Rows to skip before the header. */
  readonly skipRows?: number;
  /** Called with the header row; `comments` are the comment lines before it. */
  start(header: HeaderColumns, tally: Tally, comments: readonly string[], encoding: TextEncoding): TableRows;
}

const MOST_COMMENTS = 1_000;

/** Joins scanner, format and tally: finds the header, checks the number of columns, and copies the ranges of texts. */
export class CsvTable implements CsvHandler {
  private rows: TableRows | undefined;
  private columns = 0;
  private textOf = new Int32Array(0);
  private columnOf = new Int32Array(0);
  private lastLine = 1;
  private skipped = 0;
  private readonly comments: string[] = [];

  constructor(
    private readonly table: TableFormat,
    private readonly tally: Tally,
    private readonly encoding: TextEncoding,
    private readonly doubledQuotes: boolean,
  ) {}

  row(cells: CsvCells): void {
    this.lastLine = cells.line;
    const rows = this.rows;
    if (rows === undefined) {
      if (this.skipped < (this.table.skipRows ?? 0)) this.skipped++;
      else this.header(cells);
      return;
    }
    if (rows.special?.(cells) === true) return;
    if (cells.count !== this.columns)
      throw new StatementRefused('columns', cells.line, `${cells.count} columns where the header has ${this.columns}`);
    const { batch } = this.tally;
    if (batch.count === 0) batch.attach(cells.bytes, this.encoding, rows.forms ?? {}, rows.constants ?? {}, this.doubledQuotes);
    const slot = rows.row(cells);
    if (slot < 0) return;
    const textOf = this.textOf;
    const columnOf = this.columnOf;
    for (let i = 0; i < textOf.length; i++) {
      const column = columnOf[i]!;
      batch.setText(slot, textOf[i]!, cells.starts[column]!, cells.ends[column]!);
    }
  }

  comment(bytes: Uint8Array, start: number, end: number, line: number): void {
    this.lastLine = line;
    const text = decodeText(bytes, start, end, this.encoding);
    if (this.rows !== undefined) this.rows.comment?.(text, line);
    else if (this.comments.length < MOST_COMMENTS) this.comments.push(text);
    else throw new StatementRefused('too-large', line, `more than ${MOST_COMMENTS} comment lines before the header`);
  }

  release(): void {
    this.tally.flush();
  }

  /** Ends the table: its trailer is checked, its header must have been there. A file without a trailer that has no row, or ends inside a line, is read, and said to be perhaps not whole. */
  end(lineEnded: boolean): void {
    const line = this.lastLine;
    if (this.rows === undefined) throw new StatementRefused('truncated', line, 'the file ends before its header');
    if (!this.rows.end(line)) {
      if (this.tally.rowCount() === 0) this.tally.note(line, 'the file has no row behind its header');
      if (!lineEnded) this.tally.note(line, 'the last line has no line end: the file may be cut inside it');
    }
    this.tally.flush();
  }

  private header(cells: CsvCells): void {
    const names = cellTexts(cells, this.encoding);
    this.columns = names.length;
    this.rows = this.table.start(new HeaderColumns(names, cells.line), this.tally, this.comments, this.encoding);
    const texts = Object.entries(this.rows.texts).filter(([, column]) => column >= 0);
    this.textOf = Int32Array.from(texts, ([text]) => ROW_TEXTS.indexOf(text as RowText));
    this.columnOf = Int32Array.from(texts, ([, column]) => column);
  }
}

/** All fields of a row as texts: for headers and trailers. */
export function cellTexts(cells: CsvCells, encoding: TextEncoding): string[] {
  const texts: string[] = [];
  for (let i = 0; i < cells.count; i++) texts.push(decodeText(cells.bytes, cells.starts[i]!, cells.ends[i]!, encoding).trim());
  return texts;
}
