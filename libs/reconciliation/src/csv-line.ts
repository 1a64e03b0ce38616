import { CsvRefusal } from './csv-refusal.js';
import { isUtf8 } from './utf8.js';

/** No row of a statement is longer; a longer line is another kind of file. */
export const MAX_LINE_BYTES = 65_536;

/** Lines are read in steps: so many bytes behind the last one must be there, whatever they are. */
export const LINE_SLACK = 8;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Bytes to be read, as bytes and as words. */
export interface CsvText {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Bytes with a view on them. */
export function csvText(bytes: Uint8Array): CsvText {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/**
 * Cuts lines of CSV (RFC 4180) into fields without making strings. Stricter than the RFC where that keeps a mistake from shifting fields: a line is a row, so a quoted field has no line end in it, and no
 * field has a control character. LF and CRLF both end a line.
 */
export class CsvLine {
  /** Where the fields of the last line are: from `starts[n]`, before `ends[n]`. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Whether one of them was quoted: then its bytes are not what they were. */
  quoted = false;
  private quoteStart = 0;
  private quoteEnd = 0;

  constructor(readonly columns: number) {
    this.starts = new Int32Array(columns);
    this.ends = new Int32Array(columns);
  }

  /**
   * Finds the fields of the line that begins at `at` and returns the position behind its end. There must be a line feed at or behind `at`, and LINE_SLACK bytes behind that. A quoted field is unescaped in
   * place: the bytes change. Throws CsvRefusal with `line`.
   */
  split(text: CsvText, at: number, line: number): number {
    const { starts, ends, columns } = this;
    const { bytes, view } = text;
    let column = 0;
    let start = at;
    let p = at;
    let high = 0;
    this.quoted = false;
    for (;;) {
      // Digits, letters and the minus sign are all above the comma: four bytes are looked at at once for one that isn't, or isn't ASCII.
      // (Borrows run upwards only, so the lowest bit found is right.)
      let word = view.getInt32(p, true);
      let found = (((word - 0x2d2d2d2d) & ~word) | word) & 0x80808080;
      while (found === 0) {
        p += 4;
        word = view.getInt32(p, true);
        found = (((word - 0x2d2d2d2d) & ~word) | word) & 0x80808080;
      }
      p += (31 - Math.clz32(found & -found)) >> 3;
      let byte = bytes[p]!;
      if (byte >= 0x80) {
        high = byte;
        p += 1;
        continue;
      }
      let end = p;
      if (byte === QUOTE && p === start) {
        p = this.unquote(bytes, p, line);
        high = 0x80;
        this.quoted = true;
        start = this.quoteStart;
        end = this.quoteEnd;
        byte = bytes[p]!;
        if (byte !== COMMA && byte !== NEWLINE && byte !== RETURN)
          throw new CsvRefusal('quote', line, `field ${column + 1} goes on after its closing quote`);
      }
      if (byte === RETURN && bytes[p + 1] === NEWLINE) {
        byte = NEWLINE;
        p += 1;
      }
      if (byte === COMMA || byte === NEWLINE) {
        if (column < columns) {
          starts[column] = start;
          ends[column] = end;
        }
        column += 1;
        p += 1;
        start = p;
        if (byte === COMMA) continue;
        break;
      }
      if (byte < 0x20) throw new CsvRefusal('controlCharacter', line, `field ${column + 1} holds the control character ${hex(byte)}`);
      if (byte === QUOTE) throw new CsvRefusal('quote', line, `field ${column + 1} has a quote in its middle`);
      p += 1;
    }
    if (column !== columns) throw new CsvRefusal('fieldCount', line, `${column} fields where the header has ${columns}`);
    if (p - at > MAX_LINE_BYTES) throw new CsvRefusal('lineTooLong', line, `a line of more than ${MAX_LINE_BYTES} bytes`);
    if (high !== 0) this.checkUtf8(bytes, line);
    return p;
  }

  /** Unescapes the quoted field whose opening quote is at `at`; returns the position behind the closing one. */
  private unquote(bytes: Uint8Array, at: number, line: number): number {
    let to = at + 1;
    this.quoteStart = to;
    for (let p = at + 1; ; p++) {
      const byte = bytes[p]!;
      if (byte === QUOTE) {
        if (bytes[p + 1] !== QUOTE) {
          this.quoteEnd = to;
          return p + 1;
        }
        p += 1;
      } else if (byte === NEWLINE) {
        throw new CsvRefusal('quote', line, 'a quoted field is not closed on its line');
      } else if (byte < 0x20 && !(byte === RETURN && bytes[p + 1] === NEWLINE)) {
        throw new CsvRefusal('controlCharacter', line, `a quoted field holds the control character ${hex(byte)}`);
      }
      bytes[to++] = byte;
    }
  }

  private checkUtf8(bytes: Uint8Array, line: number): void {
    for (let column = 0; column < this.columns; column++) {
      if (!isUtf8(bytes, this.starts[column]!, this.ends[column]!))
        throw new CsvRefusal('encoding', line, `field ${column + 1} is not UTF-8`);
    }
  }
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
