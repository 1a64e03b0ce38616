import { StatementRefused } from './refusal.js';

/** Most files are small, and tests read them by the thousand. */
const FIRST_BYTES = 1 << 12;
const WINDOW_BYTES = 1 << 18;

/** No line, element or text is longer than this: what is longer is refused instead of held in memory. */
export const LONGEST_UNIT_BYTES = 1 << 20;

/**
 * Gathers chunks of any size into a window of bounded size and lets a subclass take whole units (lines, rows, tags) out of it. What is not yet whole moves to the front and waits for more;
 * because the window is scanned only when full or at the end, cutting a file into single bytes costs no more than reading it at once.
 */
export abstract class ByteWindow {
  private bytes = new Uint8Array(FIRST_BYTES);
  private end = 0;

  /** Takes the next bytes of the file; they may be reused by the caller afterwards. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const size = Math.min(this.bytes.length - this.end, chunk.length - at);
      this.bytes.set(size === chunk.length ? chunk : chunk.subarray(at, at + size), this.end);
      this.end += size;
      at += size;
      if (this.end === this.bytes.length) this.drain();
    }
  }

  /** Ends the file. */
  finish(): void {
    const consumed = this.consume(this.bytes, 0, this.end, true);
    if (consumed !== this.end) throw new RangeError(`${this.end - consumed} bytes left unread at the end`);
    this.end = 0;
  }

  /** Reads whole units out of `bytes[start..end)` and answers where the first incomplete one begins; with `final`, everything is read and the answer is `end`. */
  protected abstract consume(bytes: Uint8Array, start: number, end: number, final: boolean): number;

  /** The line the reader is in, for the refusal of an overlong unit. */
  protected abstract currentLine(): number;

  private drain(): void {
    const consumed = this.consume(this.bytes, 0, this.end, false);
    const left = this.end - consumed;
    let into = this.bytes;
    if (this.bytes.length < WINDOW_BYTES) into = new Uint8Array(WINDOW_BYTES);
    else if (left > this.bytes.length / 2) {
      if (left >= LONGEST_UNIT_BYTES)
        throw new StatementRefused('too-large', this.currentLine(), `longer than ${LONGEST_UNIT_BYTES} bytes without an end`);
      into = new Uint8Array(this.bytes.length * 2);
    }
    if (into === this.bytes) this.bytes.copyWithin(0, consumed, this.end);
    else {
      into.set(this.bytes.subarray(consumed, this.end));
      this.bytes = into;
    }
    this.end = left;
  }
}
