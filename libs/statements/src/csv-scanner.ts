import { BACKTICK, CR, HASH, isText, LF, QUOTE, type TextEncoding } from './ascii.js';
import { ByteWindow } from './byte-window.js';
import { StatementRefused } from './refusal.js';

/** Columns a file has at most. */
const MOST_COLUMNS = 1024;

/** How the fields of a file are written. */
export interface CsvDialect {
  /** One ASCII character. */
  readonly separator: string;
  /**
   * `strict`: RFC 4180. `lenient`: a field may begin with a quotation mark, elsewhere it is a character like any other. `none`: always. `backtick`: WeChat's way, a back-tick before every
   * value, and a separator only where one follows.
   */
  readonly quotes: 'strict' | 'lenient' | 'none' | 'backtick';
  /** Lines that begin with `#` are handed to `comment`. */
  readonly comments: boolean;
  readonly encoding: TextEncoding;
}

/** The fields of the row being read: `bytes[starts[i]..ends[i])` is field i without its quotation marks. */
export interface CsvCells {
  bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  count: number;
  /** Line the row begins in. */
  line: number;
}

/** Who takes the rows. */
export interface CsvHandler {
  row(cells: CsvCells): void;
  comment(bytes: Uint8Array, start: number, end: number, line: number): void;
  /** The bytes handed on so far are about to change. */
  release(): void;
}

/** What a byte is in a file: everything but 0 needs a look. */
const PLAIN = 0;
const SEPARATOR = 1;
const NEWLINE = 2;
const RETURN = 3;
const QUOTATION = 4;
const HIGH = 5;
const CONTROL = 6;

/**
 * Reads delimiter-separated text row by row out of bytes: one look at each byte, no strings. Line ends are LF or CR LF, blank lines are skipped, the last line may lack its end. Refuses
 * quotation that does not fit, control characters, bytes that are no text in the file's encoding, and rows of more than a mebibyte or 1,024 columns.
 */
export class CsvScanner extends ByteWindow {
  private readonly classes = new Uint8Array(256);
  private readonly cells: CsvCells = {
    bytes: new Uint8Array(0),
    starts: new Int32Array(MOST_COLUMNS),
    ends: new Int32Array(MOST_COLUMNS),
    count: 0,
    line: 1,
  };
  private line = 1;
  private readonly lenient: boolean;
  private readonly backtick: boolean;
  /** Set by scanQuoted: the position after the closing mark, and the line ends within. */
  private afterQuoted = 0;
  private quotedLines = 0;

  constructor(
    private readonly dialect: CsvDialect,
    private readonly handler: CsvHandler,
  ) {
    super();
    this.lenient = dialect.quotes === 'lenient';
    this.backtick = dialect.quotes === 'backtick';
    this.classes.fill(CONTROL, 0, 0x20);
    this.classes.fill(HIGH, 0x80);
    this.classes[0x09] = PLAIN;
    this.classes[0x7f] = CONTROL;
    this.classes[LF] = NEWLINE;
    this.classes[CR] = RETURN;
    if (dialect.quotes === 'strict' || dialect.quotes === 'lenient') this.classes[QUOTE] = QUOTATION;
    this.classes[dialect.separator.charCodeAt(0)] = SEPARATOR;
  }

  protected override currentLine(): number {
    return this.line;
  }

  protected override consume(bytes: Uint8Array, start: number, end: number, final: boolean): number {
    let at = start;
    this.cells.bytes = bytes;
    while (at < end) {
      const next =
        this.dialect.comments && bytes[at] === HASH ? this.scanComment(bytes, at, end, final) : this.scanRow(bytes, at, end, final);
      if (next < 0) break;
      at = next;
    }
    this.handler.release();
    return at;
  }

  private scanComment(bytes: Uint8Array, start: number, end: number, final: boolean): number {
    let at = start;
    while (at < end && bytes[at] !== LF) at++;
    if (at === end && !final) return -1;
    const stop = at > start && bytes[at - 1] === CR ? at - 1 : at;
    this.checkText(bytes, start, stop);
    this.handler.comment(bytes, start, stop, this.line);
    this.line++;
    return at === end ? end : at + 1;
  }

  /** One row; -1 where it is not whole yet. The length of this function is the price of one pass without calls. */
  private scanRow(bytes: Uint8Array, rowStart: number, end: number, final: boolean): number {
    const backtick = this.backtick;
    const { classes, cells } = this;
    const { starts, ends } = cells;
    let at = rowStart;
    let count = 0;
    let fieldStart = rowStart;
    let fieldEnd = -1;
    let high = false;
    let lines = 0;
    for (;;) {
      const kind = at < end ? classes[bytes[at]!]! : NEWLINE;
      if (kind === PLAIN) {
        at++;
        continue;
      }
      if (kind === HIGH) {
        high = true;
        at++;
        continue;
      }
      if (kind === SEPARATOR) {
        if (backtick && bytes[rowStart] === BACKTICK) {
          if (at + 1 >= end && !final) return -1;
          if (bytes[at + 1] !== BACKTICK) {
            at++;
            continue;
          }
        }
      } else if (kind === QUOTATION) {
        if (at !== fieldStart || fieldEnd >= 0) {
          if (!this.lenient)
            throw new StatementRefused('quote', this.line + lines, 'a quotation mark inside a field that does not begin with one');
          at++;
          continue;
        }
        fieldEnd = this.scanQuoted(bytes, at, end, final, lines);
        if (fieldEnd < 0) return -1;
        fieldStart = at + 1;
        at = this.afterQuoted;
        lines += this.quotedLines;
        high = true;
        continue;
      } else if (kind === RETURN) {
        if (at + 1 >= end && !final) return -1;
        if (at + 1 < end && bytes[at + 1] !== LF)
          throw new StatementRefused('bad-character', this.line + lines, 'a carriage return without a line feed');
      } else if (kind === CONTROL)
        throw new StatementRefused(
          'bad-character',
          this.line + lines,
          `a control character (byte ${bytes[at]!.toString(16).padStart(2, '0')})`,
        );
      else if (at >= end && !final) return -1;
      // A field ends here: at a separator, a line end or the end of the file.
      if (kind !== SEPARATOR && count === 0 && fieldStart === at && fieldEnd < 0) return this.skipBlank(bytes, at, end);
      if (count === MOST_COLUMNS) throw new StatementRefused('columns', this.line, `more than ${MOST_COLUMNS} columns`);
      starts[count] = backtick && bytes[fieldStart] === BACKTICK && fieldStart < at ? fieldStart + 1 : fieldStart;
      ends[count] = fieldEnd < 0 ? at : fieldEnd;
      count++;
      if (kind === SEPARATOR) {
        fieldStart = ++at;
        fieldEnd = -1;
        continue;
      }
      if (high) this.checkText(bytes, rowStart, at);
      cells.count = count;
      cells.line = this.line;
      this.handler.row(cells);
      this.line += 1 + lines;
      return kind === RETURN ? Math.min(at + 2, end) : Math.min(at + 1, end);
    }
  }

  private skipBlank(bytes: Uint8Array, at: number, end: number): number {
    this.line++;
    return Math.min(at + (bytes[at] === CR ? 2 : 1), end);
  }

  /** Answers where the text of a quoted field that opens at `open` ends, -1 where the bytes end before it. */
  private scanQuoted(bytes: Uint8Array, open: number, end: number, final: boolean, linesBefore: number): number {
    let lines = 0;
    let at = open + 1;
    for (; ; at++) {
      if (at >= end) {
        if (!final) return -1;
        throw new StatementRefused('quote', this.line + linesBefore, 'a quoted field is not closed before the end of the file');
      }
      const byte = bytes[at]!;
      if (byte === LF) lines++;
      else if (byte === 0) throw new StatementRefused('bad-character', this.line + linesBefore + lines, 'a control character (byte 00)');
      else if (byte === QUOTE) {
        if (at + 1 >= end && !final) return -1;
        if (at + 1 < end && bytes[at + 1] === QUOTE) at++;
        else break;
      }
    }
    const follows = at + 1 < end ? this.classes[bytes[at + 1]!]! : NEWLINE;
    if (follows !== SEPARATOR && follows !== NEWLINE && follows !== RETURN)
      throw new StatementRefused('quote', this.line + linesBefore + lines, 'text follows the closing quotation mark of a field');
    this.afterQuoted = at + 1;
    this.quotedLines = lines;
    return at;
  }

  private checkText(bytes: Uint8Array, start: number, end: number): void {
    if (!isText(bytes, start, end, this.dialect.encoding))
      throw new StatementRefused('encoding', this.line, `bytes that are no text in ${this.dialect.encoding}`);
  }
}
