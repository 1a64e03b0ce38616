import { CR, isText, LF, type TextEncoding } from './ascii.js';
import { ByteWindow } from './byte-window.js';
import { StatementRefused } from './refusal.js';

/** Takes one line: `bytes[start..end)` without its line end, valid during the call. */
export type LineHandler = (bytes: Uint8Array, start: number, end: number, line: number) => void;

/** Cuts text into lines at LF or CR LF; the last may lack its end. Refuses NUL and bytes that are no text in the encoding. */
export class LineReader extends ByteWindow {
  private line = 1;

  constructor(
    private readonly encoding: TextEncoding,
    private readonly handler: LineHandler,
    private readonly release: () => void = () => undefined,
  ) {
    super();
  }

  protected override currentLine(): number {
    return this.line;
  }

  protected override consume(bytes: Uint8Array, start: number, end: number, final: boolean): number {
    let lineStart = start;
    let all = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      all |= byte;
      if (byte === 0) throw new StatementRefused('bad-character', this.line, 'a control character (byte 00)');
      if (byte !== LF) continue;
      this.hand(bytes, lineStart, at, all);
      lineStart = at + 1;
      all = 0;
    }
    if (final && lineStart < end) {
      this.hand(bytes, lineStart, end, all);
      lineStart = end;
    }
    this.release();
    return lineStart;
  }

  private hand(bytes: Uint8Array, start: number, end: number, all: number): void {
    const stop = end > start && bytes[end - 1] === CR ? end - 1 : end;
    if (all >= 0x80 && !isText(bytes, start, stop, this.encoding))
      throw new StatementRefused('encoding', this.line, `bytes that are no text in ${this.encoding}`);
    this.handler(bytes, start, stop, this.line);
    this.line++;
  }
}
