import { maskCardNumbers } from '@tillward/driver';
import { FIELD_FORMATS } from './field-format.js';
import { readTotals, type SettlementTotals } from './settlement-totals.rules.js';

/** Why a message could not be read. Stable words; what the bytes were is never said. */
export type MessageBreakCode =
  /** The frame is too short for TPDU, head, message type and bitmap. */
  | 'tooShort'
  /** The first two bytes are no message type of ISO 8583:1987. */
  | 'badMessageType'
  /** The bitmap names a field that has no format. */
  | 'unknownField'
  /** A length is no decimal number, or more than its field may hold. */
  | 'badLength'
  /** A field ends behind the end of the frame. */
  | 'truncated'
  /** A number holds something that is no digit. */
  | 'badDigits'
  /** A terminal or merchant number or a response code holds something that is no letter or digit. */
  | 'badText'
  /** Bytes are left after the last field: the formats are other ones here, and what was read may be something else. */
  | 'trailingBytes';

/** The message could not be read; `offset` counts from the start of the frame, its length included. */
export interface MessageBreak {
  readonly code: MessageBreakCode;
  readonly offset: number;
}

/**
 * All that is read of a message: its type and fields 11, 12, 13, 39, 41, 42, 48, 60. Of 48 only the totals of 0500 and 0510, because in a batch upload (0320)
 * that field lists card numbers; of 60 only the first three parts. Everything else is stepped over by its length and not copied.
 */
export interface ObservedMessage {
  readonly messageType: string;
  /** Field 11. */
  readonly traceNo: number | null;
  /** Field 12, `HHMMSS`, in the clock of who says it. */
  readonly time: string | null;
  /** Field 13, `MMDD`. */
  readonly date: string | null;
  /** Field 39. */
  readonly responseCode: string | null;
  /** Field 41, without trailing spaces. */
  readonly terminalId: string | null;
  /** Field 42; masked to its last four when it could be a card number. */
  readonly merchantId: string | null;
  /** Field 48 of 0500 and 0510. */
  readonly totals: SettlementTotals | null;
  /** Field 60.1, two digits: 00 management, 22 sale, 23 void, 25 refund. */
  readonly transactionType: string | null;
  /** Field 60.2. */
  readonly batchNo: number | null;
  /** Field 60.3, three digits: what a management message wants. */
  readonly networkCode: string | null;
}

/** Only these are ever read (the allow-list; everything not in it is skipped unread). */
export const FIELDS_READ: readonly number[] = [11, 12, 13, 39, 41, 42, 48, 60];

type Draft = { -readonly [Key in keyof ObservedMessage]: ObservedMessage[Key] };

const BITMAP_BYTES = 8;
/** 60.1 has two digits, 60.2 six, 60.3 three. */
const FIELD_60_DIGITS = 11;
const NAME = /^[0-9A-Za-z-]+(?: [0-9A-Za-z-]+)* *$/;
const RESPONSE_CODE = /^[0-9A-Za-z]{2}$/;

/**
 * Reads one message that lies in `bytes` from `start` to `end`. The formats must fit to the last byte, or nothing is returned: with other formats the place
 * of a terminal number could hold card data. Throws never; takes time linear in the number of fields.
 */
export function readMessage(bytes: Uint8Array, start: number, end: number): ObservedMessage | MessageBreak {
  if (end - start < 2 + BITMAP_BYTES) return { code: 'tooShort', offset: Math.min(start, end) };
  const messageType = digits(bytes, start, 4);
  if (messageType === null || messageType[0] !== '0') return { code: 'badMessageType', offset: start };
  const draft = emptyDraft(messageType);
  const bitmap = start + 2;
  const fields = (bytes[bitmap]! & 0x80) === 0 ? 64 : 128;
  let at = bitmap + fields / 8;
  if (at > end) return { code: 'truncated', offset: bitmap };
  for (let field = 2; field <= fields; field++) {
    if ((bytes[bitmap + ((field - 1) >> 3)]! & (0x80 >> ((field - 1) & 7))) === 0) continue;
    const place = placeOf(bytes, field, at, end);
    if ('code' in place) return place;
    const code = take(draft, field, bytes, place);
    if (code !== null) return { code, offset: place.from };
    at = place.to;
  }
  return at === end ? draft : { code: 'trailingBytes', offset: at };
}

/** Where a field's content lies and how many digits or bytes it has. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function placeOf(bytes: Uint8Array, field: number, at: number, end: number): Place | MessageBreak {
  const format = FIELD_FORMATS[field];
  if (format === undefined) return { code: 'unknownField', offset: at };
  const from = at + format.prefixBytes;
  if (from > end) return { code: 'truncated', offset: at };
  let count = format.size;
  if (format.prefixBytes > 0) {
    const said = digits(bytes, at, format.prefixBytes * 2);
    if (said === null || Number(said) > format.size) return { code: 'badLength', offset: at };
    count = Number(said);
  }
  const to = from + (format.packing === 'digits' ? (count + 1) >> 1 : count);
  return to > end ? { code: 'truncated', offset: at } : { from, to, count };
}

function take(draft: Draft, field: number, bytes: Uint8Array, place: Place): MessageBreakCode | null {
  switch (field) {
    case 11:
      return takeDigits(bytes, place, (text) => {
        draft.traceNo = Number(text);
      });
    case 12:
      return takeDigits(bytes, place, (text) => {
        draft.time = text;
      });
    case 13:
      return takeDigits(bytes, place, (text) => {
        draft.date = text;
      });
    case 39:
      return takeText(bytes, place, RESPONSE_CODE, (text) => {
        draft.responseCode = text;
      });
    case 41:
      return takeText(bytes, place, NAME, (text) => {
        draft.terminalId = text.trimEnd();
      });
    case 42:
      // One in ten merchant numbers of fifteen digits passes for a card number, and a hostile terminal could put a real one there.
      return takeText(bytes, place, NAME, (text) => {
        draft.merchantId = maskCardNumbers(text.trimEnd());
      });
    case 48:
      return draft.messageType === '0500' || draft.messageType === '0510' ? takeTotals(draft, bytes, place) : null;
    case 60:
      return takeField60(draft, bytes, place);
    default:
      return null;
  }
}

function takeDigits(bytes: Uint8Array, place: Place, put: (text: string) => void): MessageBreakCode | null {
  const text = digits(bytes, place.from, place.count);
  if (text === null) return 'badDigits';
  put(text);
  return null;
}

function takeText(bytes: Uint8Array, place: Place, allowed: RegExp, put: (text: string) => void): MessageBreakCode | null {
  let text = '';
  for (let i = place.from; i < place.to; i++) text += String.fromCharCode(bytes[i]!);
  if (!allowed.test(text)) return 'badText';
  put(text);
  return null;
}

function takeTotals(draft: Draft, bytes: Uint8Array, place: Place): MessageBreakCode | null {
  return takeDigits(bytes, place, (text) => {
    draft.totals = readTotals(text);
  });
}

function takeField60(draft: Draft, bytes: Uint8Array, place: Place): MessageBreakCode | null {
  const head = { ...place, count: Math.min(place.count, FIELD_60_DIGITS) };
  return takeDigits(bytes, head, (text) => {
    if (text.length >= 2) draft.transactionType = text.slice(0, 2);
    if (text.length >= 8) draft.batchNo = Number(text.slice(2, 8));
    if (text.length >= FIELD_60_DIGITS) draft.networkCode = text.slice(8);
  });
}

/** `count` digits packed two to a byte, a half byte left over at the end; null when one is no digit. */
function digits(bytes: Uint8Array, from: number, count: number): string | null {
  let text = '';
  for (let i = 0; i < count; i++) {
    const byte = bytes[from + (i >> 1)]!;
    const digit = (i & 1) === 0 ? byte >> 4 : byte & 0x0f;
    if (digit > 9) return null;
    text += String.fromCharCode(0x30 + digit);
  }
  return text;
}

function emptyDraft(messageType: string): Draft {
  return {
    messageType,
    traceNo: null,
    time: null,
    date: null,
    responseCode: null,
    terminalId: null,
    merchantId: null,
    totals: null,
    transactionType: null,
    batchNo: null,
    networkCode: null,
  };
}
