import { readBcd } from './bcd.js';
import { type Bitmaps, BMP, readBitmaps, readVarLength } from './bitmap.js';
import { alphabeticCurrency } from './currency.js';
import { DecodeError } from './decode-error.js';
import type { Frame } from './frame.js';
import { type CharacterSet, readText } from './text.js';
import { findTlv, readTlv } from './tlv.js';
import { type IndividualTotals, readTotals } from './totals.js';

/** Control fields of what a terminal says (spec 13.08). `84 xx` carries its code in the instruction byte. */
export const REPLY = {
  acknowledgement: 0x8000,
  statusInformation: 0x040f,
  intermediateStatus: 0x04ff,
  completion: 0x060f,
  abort: 0x061e,
  printLine: 0x06d1,
  printBlock: 0x06d3,
} as const;

/** `80 00 00`, owed for every frame the terminal sends after it took our command. */
export const ACKNOWLEDGEMENT = Uint8Array.of(0x80, 0x00, 0x00);
/** `84 83 00`: we don't know this command. */
export const NOT_SUPPORTED = Uint8Array.of(0x84, 0x83, 0x00);

/** 04 0F. Null where the terminal didn't say, or said something unreadable. Never holds more of a card number than its last four digits. */
export interface StatusInformation {
  readonly kind: 'statusInformation';
  readonly resultCode: number | null;
  readonly amountMinor: number | null;
  /** ISO 4217 alphabetic. */
  readonly currency: string | null;
  readonly traceNo: number | null;
  readonly receiptNo: number | null;
  readonly cardLast4: string | null;
  readonly cardName: string | null;
  readonly terminalId: string | null;
  readonly authorisationCode: string | null;
  /** Terminal-local `MMDD` and `HHMMSS`. */
  readonly date: string | null;
  readonly time: string | null;
  readonly additionalText: string | null;
  readonly totals: IndividualTotals | null;
  readonly damage: DecodeError | null;
}

/** Whose copy a receipt is (TLV 1F07). */
export type ReceiptCopy = 'merchant' | 'cardholder' | 'administrative' | 'unknown';

/** 06 0F. `status` is present only in the answer to a status enquiry, whose data has no tags. */
export interface Completion {
  readonly kind: 'completion';
  readonly resultCode: number | null;
  readonly terminalId: string | null;
  readonly status: { readonly version: string; readonly statusByte: number } | null;
  readonly damage: DecodeError | null;
}

/** What a terminal can say. `unknown` keeps the control field and the length only. */
export type Message =
  | { readonly kind: 'acknowledgement' }
  | { readonly kind: 'refusal'; readonly code: number }
  | StatusInformation
  | { readonly kind: 'intermediateStatus'; readonly code: number }
  | Completion
  | { readonly kind: 'abort'; readonly resultCode: number | null; readonly noReceipt: boolean }
  | { readonly kind: 'receipt'; readonly copy: ReceiptCopy; readonly lines: readonly string[] }
  | { readonly kind: 'unknown'; readonly control: number; readonly dataBytes: number };

/** How the data of a completion is laid out: it depends on the command that it completes. */
export type CompletionShape = 'bitmaps' | 'status';

/**
 * Reads what a terminal said. Never throws; damage is reported in the message (`damage`) or as null fields. Card numbers end here: PANs are
 * reduced to the last four digits, texts masked, tracks and unlisted TLV tags dropped.
 */
export function decodeMessage(frame: Frame, shape: CompletionShape = 'bitmaps', characterSet: CharacterSet = 'cp437'): Message {
  switch (frame.control) {
    case REPLY.acknowledgement:
      return { kind: 'acknowledgement' };
    case REPLY.statusInformation:
      return statusInformation(frame.data, characterSet);
    case REPLY.intermediateStatus:
      return { kind: 'intermediateStatus', code: frame.data[0] ?? 0 };
    case REPLY.completion:
      return shape === 'status' ? statusCompletion(frame.data) : completion(frame.data);
    case REPLY.abort:
      return abort(frame.data);
    case REPLY.printLine:
      return printLine(frame.data, characterSet);
    case REPLY.printBlock:
      return printBlock(frame.data, characterSet);
    default:
      if (frame.control >> 8 === 0x84) return { kind: 'refusal', code: frame.control & 0xff };
      return { kind: 'unknown', control: frame.control, dataBytes: frame.data.length };
  }
}

function statusInformation(data: Uint8Array, characterSet: CharacterSet): StatusInformation {
  const bitmaps = readBitmaps(data, 0);
  const currency = number(bitmaps, BMP.currency);
  const name = bitmaps.values.get(BMP.cardName);
  const extra = bitmaps.values.get(BMP.additionalText);
  const totals = bitmaps.values.get(BMP.totals);
  const pan = bitmaps.values.get(BMP.pan);
  const attribute = bitmaps.values.get(BMP.authorisationAttribute);
  return {
    kind: 'statusInformation',
    resultCode: bitmaps.values.get(BMP.resultCode)?.[0] ?? null,
    amountMinor: number(bitmaps, BMP.amount),
    currency: currency === null ? null : (alphabeticCurrency(currency) ?? null),
    traceNo: number(bitmaps, BMP.trace),
    receiptNo: number(bitmaps, BMP.receiptNo),
    cardLast4: pan ? lastFour(pan) : null,
    cardName: name ? readText(name, characterSet).trim() : null,
    terminalId: digits(bitmaps, BMP.terminalId),
    authorisationCode: attribute ? readText(attribute, characterSet).trim() || null : null,
    date: digits(bitmaps, BMP.date),
    time: digits(bitmaps, BMP.time),
    additionalText: extra ? readText(extra, characterSet) : null,
    totals: totals ? readTotals(totals) : null,
    damage: bitmaps.damage,
  };
}

function completion(data: Uint8Array): Completion {
  const bitmaps = readBitmaps(data, 0);
  return {
    kind: 'completion',
    resultCode: bitmaps.values.get(BMP.resultCode)?.[0] ?? null,
    terminalId: digits(bitmaps, BMP.terminalId),
    status: null,
    damage: bitmaps.damage,
  };
}

/** The completion of 05 01 has no tags: LLLVAR software version, status byte, then bitmaps. */
function statusCompletion(data: Uint8Array): Completion {
  const broken = (damage: DecodeError): Completion => ({ kind: 'completion', resultCode: null, terminalId: null, status: null, damage });
  const length = readVarLength(data, 0, 3);
  if (length instanceof DecodeError) return broken(length);
  const statusByte = data[3 + length];
  if (statusByte === undefined) return broken(new DecodeError('truncated', 3 + length));
  const version = readText(data.subarray(3, 3 + length), 'latin1').trim();
  return { kind: 'completion', resultCode: null, terminalId: null, status: { version, statusByte }, damage: null };
}

/** 06 1E: result code, then bitmaps. A receipt number of FFFF says that there is none to talk about. */
function abort(data: Uint8Array): Message {
  const receiptNo = readBitmaps(data, 1).values.get(BMP.receiptNo);
  const noReceipt = receiptNo !== undefined && receiptNo[0] === 0xff && receiptNo[1] === 0xff;
  return { kind: 'abort', resultCode: data[0] ?? null, noReceipt };
}

/** 06 D1: attribute, text, and in newer terminals a TLV container. No text holds the container's tag 06. */
function printLine(data: Uint8Array, characterSet: CharacterSet): Message {
  const container = data.indexOf(BMP.tlv, 1);
  const end = container < 0 ? data.length : container;
  const tlv = container < 0 ? undefined : readBitmaps(data, container).values.get(BMP.tlv);
  return { kind: 'receipt', copy: copyOf(tlv), lines: [readText(data.subarray(1, end), characterSet)] };
}

/** 06 D3: a TLV container with the receipt type (1F07) and the text lines (25 holding 07). Attributes (09) are layout and dropped. */
function printBlock(data: Uint8Array, characterSet: CharacterSet): Message {
  const tlv = readBitmaps(data, 0).values.get(BMP.tlv);
  const block = tlv && findTlv(tlv, 0x25);
  const lines = block ? readTlv(block).filter((element) => element.tag === 0x07) : [];
  return { kind: 'receipt', copy: copyOf(tlv), lines: lines.map((line) => readText(line.value, characterSet)) };
}

function copyOf(tlv: Uint8Array | undefined): ReceiptCopy {
  switch (tlv && findTlv(tlv, 0x1f07)?.[0]) {
    case 1:
      return 'merchant';
    case 2:
      return 'cardholder';
    case 3:
      return 'administrative';
    default:
      return 'unknown';
  }
}

function number(bitmaps: Bitmaps, bmp: number): number | null {
  const bytes = bitmaps.values.get(bmp);
  return bytes ? readBcd(bytes) : null;
}

function digits(bitmaps: Bitmaps, bmp: number): string | null {
  const bytes = bitmaps.values.get(bmp);
  return bytes ? Buffer.from(bytes).toString('hex') : null;
}

/** Last four digits of a packed card number, padded with F, masked digits written E. Null when the terminal masked one of the four. */
function lastFour(pan: Uint8Array): string | null {
  const tail = Buffer.from(pan.subarray(Math.max(0, pan.length - 3)))
    .toString('hex')
    .replace(/f+$/, '')
    .slice(-4);
  return /^[0-9]{4}$/.test(tail) ? tail : null;
}
