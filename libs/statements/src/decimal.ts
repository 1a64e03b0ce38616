import { decodeText, isText, SPACE, TAB } from './ascii.js';
import { quoted, type RefusalCode, StatementRefused } from './refusal.js';

/** 100,000ths of a minor unit: what `remainder` counts. */
export const REMAINDERS_PER_MINOR = 100_000;

const REMAINDER_DIGITS = 5;
/** Fifteen digits are exact in a double with room to add: 9,999,999,999,999.99 of a currency with two decimals. */
const MOST_DIGITS = 15;

/** Bytes of a field that may be repeated in a message. */
const MOST_SHOWN = 160;

/** How a file writes numbers. */
export interface DecimalStyle {
  readonly mark: '.' | ',';
  /** Between groups of three digits; a blank also stands for the no-break space of typeset files. */
  readonly group?: ',' | '.' | ' ' | "'";
}

/**
 * Reads decimal numbers out of bytes into integer minor units, never through a binary fraction. After `read` answers true, `minor` and `remainder` hold the value; nothing is allocated.
 */
export class DecimalReader {
  /** Whole minor units. */
  minor = 0;
  /** 100,000ths of a minor unit beyond them, with the sign of the number. */
  remainder = 0;
  private problem: { code: RefusalCode; message: string } | undefined;
  private readonly mark: number;
  private readonly group: number;

  constructor(style: DecimalStyle = { mark: '.' }) {
    this.mark = style.mark.charCodeAt(0);
    this.group = style.group === undefined ? -1 : style.group.charCodeAt(0);
  }

  /** Reads `bytes[start..end)`; blanks around it are allowed, an empty field is 0. Refuses anything else that is no plain decimal, with its line. */
  read(bytes: Uint8Array, start: number, end: number, exponent: number, line: number): void {
    let at = start;
    let stop = end;
    while (at < stop && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    while (stop > at && (bytes[stop - 1] === SPACE || bytes[stop - 1] === TAB)) stop--;
    this.minor = 0;
    this.remainder = 0;
    if (at === stop) return;
    let negative = false;
    const first = bytes[at]!;
    if (first === 0x2d || first === 0x2b) {
      negative = first === 0x2d;
      at++;
    }
    if (!this.digits(bytes, at, stop, exponent)) this.refuse(bytes, start, end, line);
    if (negative) {
      // 0 - x rather than -x: there is no minus zero in money.
      this.minor = 0 - this.minor;
      this.remainder = 0 - this.remainder;
    }
  }

  /** As `read`, and refuses a part of a minor unit: what was paid is always whole. */
  readWhole(bytes: Uint8Array, start: number, end: number, exponent: number, line: number): number {
    this.read(bytes, start, end, exponent, line);
    if (this.remainder !== 0) throw new StatementRefused('amount-precision', line, `an amount has more than ${exponent} decimals`);
    return this.minor;
  }

  private digits(bytes: Uint8Array, start: number, end: number, exponent: number): boolean {
    let value = 0;
    let rest = 0;
    let seen = 0;
    let significant = 0;
    let decimals = -1;
    let grouped = -1;
    for (let at = start; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit >= 0 && digit <= 9) {
        seen++;
        if (decimals < 0) {
          if (grouped >= 0) grouped++;
          value = value * 10 + digit;
          if (value > 0) significant++;
        } else if (decimals < exponent) {
          decimals++;
          value = value * 10 + digit;
          if (value > 0) significant++;
        } else if (decimals < exponent + REMAINDER_DIGITS) {
          decimals++;
          rest = rest * 10 + digit;
        } else if (digit !== 0) return this.fail('amount-precision', `an amount has more than ${exponent + REMAINDER_DIGITS} decimals`);
        if (significant > MOST_DIGITS) return this.fail('amount-too-large', `an amount has more than ${MOST_DIGITS} digits`);
      } else if (bytes[at] === this.mark && decimals < 0 && (grouped < 0 || grouped === 3)) decimals = 0;
      else if (bytes[at] === this.group && decimals < 0 && seen > 0 && (grouped < 0 ? seen <= 3 : grouped === 3)) grouped = 0;
      else return this.fail('amount', '');
    }
    if (seen === 0 || (decimals < 0 && grouped >= 0 && grouped !== 3)) return this.fail('amount', '');
    const whole = Math.min(Math.max(decimals, 0), exponent);
    for (let i = whole; i < exponent; i++) value *= 10;
    for (let i = Math.max(decimals - exponent, 0); i < REMAINDER_DIGITS; i++) rest *= 10;
    if (value > 10 ** MOST_DIGITS) return this.fail('amount-too-large', `an amount has more than ${MOST_DIGITS} digits`);
    this.minor = value;
    this.remainder = rest;
    return true;
  }

  private fail(code: RefusalCode, message: string): false {
    this.problem = { code, message };
    return false;
  }

  private refuse(bytes: Uint8Array, start: number, end: number, line: number): never {
    const { code, message } = this.problem ?? { code: 'amount', message: '' };
    if (message !== '') throw new StatementRefused(code, line, message);
    // Nobody told in which encoding the file is; what is no UTF-8 comes from where GBK is written.
    const shown = decodeText(bytes, start, Math.min(end, start + MOST_SHOWN), isText(bytes, start, end, 'utf-8') ? 'utf-8' : 'gb18030');
    throw new StatementRefused(
      code,
      line,
      `${quoted(shown)} is no amount with ${this.mark === 0x2e ? 'a point' : 'a comma'} before its decimals`,
    );
  }
}
