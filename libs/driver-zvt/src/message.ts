import { hexDigits, readBcd } from './bcd.js';
import { readBitmaps, walkBitmaps } from './bitmap.js';
import { BMP } from './bitmap-table.js';
import { alphabeticCurrency } from './currency.js';
import { DecodeError } from './decode-error.js';
import { type DeviceStatus, readDeviceStatus } from './device-status.js';
import type { Frame } from './frame.js';
import { BAD_LENGTH, readVarLength } from './length.js';
import { type ReceiptCopy, readPrintBlock, readPrintLine } from './receipt.js';
import { type CharacterSet, characterSetOf, readText } from './text.js';
import { findTlv, readTlv, tlvExcess } from './tlv.js';
import { TLV } from './tlv-table.js';
import { type IndividualTotals, readTotals } from './totals.js';

/** Control fields of what a terminal says (spec 13.08, chapter 3). `84 xx` carries its code in the instruction byte. */
export const REPLY = {
  acknowledgement: 0x8000,
  setDateAndTime: 0x0401,
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
/** `84 CC 00`: we can't print what 06 D1 or 06 D3 brought. */
export const PRINTER_NOT_READY = Uint8Array.of(0x84, 0xcc, 0x00);

/** 04 0F. Null where the terminal didn't say, or said something unreadable. Never holds more of a card number than its last four digits. */
export interface StatusInformation {
  readonly kind: 'statusInformation';
  readonly resultCode: number | null;
  readonly amountMinor: number | null;
  /** ISO 4217 alphabetic. */
  readonly currency: string | null;
  /** Long trace numbers (tag 1F2B) by their last six digits. */
  readonly traceNo: number | null;
  /** The trace number of the sale that a reversal took back. */
  readonly originalTraceNo: number | null;
  readonly receiptNo: number | null;
  readonly cardLast4: string | null;
  readonly cardName: string | null;
  /** ZVT card-type id. */
  readonly cardType: number | null;
  readonly terminalId: string | null;
  readonly authorisationCode: string | null;
  /** Terminal-local `MMDD` and `HHMMSS`. */
  readonly date: string | null;
  readonly time: string | null;
  readonly additionalText: string | null;
  readonly totals: IndividualTotals | null;
  readonly damage: DecodeError | null;
}

/** 06 0F. `status` is present only in the answer to a status enquiry, whose data has no tags. */
export interface Completion {
  readonly kind: 'completion';
  readonly resultCode: number | null;
  readonly terminalId: string | null;
  /** Character set granted by the registration's completion (tag 14, also inside 27). */
  readonly characterSet: CharacterSet | null;
  readonly status: StatusAnswer | null;
  readonly damage: DecodeError | null;
}

/** What the completion of 05 01 says. `device` is null when it came without a TLV container. */
export interface StatusAnswer {
  readonly version: string;
  readonly statusByte: number;
  readonly device: DeviceStatus | null;
}

/** 06 1E. `noReceipt`: a receipt number of FFFF says that there is none to talk about. */
export interface Abort {
  readonly kind: 'abort';
  readonly resultCode: number | null;
  readonly noReceipt: boolean;
  /** The maker's own words (tag 1F17), where it has some. */
  readonly text: string | null;
}

/** What a terminal can say. `unknown` keeps the control field and the length only. */
export type Message =
  | { readonly kind: 'acknowledgement' }
  | { readonly kind: 'refusal'; readonly code: number }
  | StatusInformation
  /** `timeoutMinutes` is T4 from now on, null when it stays. `texts` is what the terminal shows. */
  | {
      readonly kind: 'intermediateStatus';
      readonly code: number;
      readonly timeoutMinutes: number | null;
      readonly texts: readonly string[];
    }
  | Completion
  | Abort
  | { readonly kind: 'receipt'; readonly copy: ReceiptCopy; readonly lines: readonly string[]; readonly last: boolean }
  /** 04 01: the host's clock, `YYMMDD` and `HHMMSS`. */
  | { readonly kind: 'setDateAndTime'; readonly date: string | null; readonly time: string | null }
  | { readonly kind: 'unknown'; readonly control: number; readonly dataBytes: number };

/** How the data of a completion is laid out: it depends on the command that it completes. */
export type CompletionShape = 'bitmaps' | 'status';

/**
 * Reads what a terminal said. Never throws; damage is reported in the message (`damage`) or as null fields. Card numbers end here: PANs are
 * reduced to the last four digits, texts masked, tracks and unlisted TLV tags dropped.
 */
export function decodeMessage(frame: Frame, shape: CompletionShape = 'bitmaps', characterSet: CharacterSet = 'cp437'): Message {
  const { control, data } = frame;
  switch (control) {
    case REPLY.acknowledgement:
      return { kind: 'acknowledgement' };
    case REPLY.statusInformation:
      return statusInformation(data, characterSet);
    case REPLY.intermediateStatus:
      return intermediateStatus(data, characterSet);
    case REPLY.completion:
      return shape === 'status' ? statusCompletion(data, characterSet) : completion(data);
    case REPLY.abort:
      return abort(data, characterSet);
    case REPLY.printLine:
      return { kind: 'receipt', ...readPrintLine(data, characterSet) };
    case REPLY.printBlock:
      return { kind: 'receipt', ...readPrintBlock(data, characterSet) };
    case REPLY.setDateAndTime:
      return setDateAndTime(data);
    default:
      if (control >> 8 === 0x84) return { kind: 'refusal', code: refusalCode(control & 0xff, data) };
      return { kind: 'unknown', control, dataBytes: data.length };
  }
}

/**
 * Whether a frame's TLV container goes beyond every limit: what somebody sends who wants to keep us busy. Null for anything else, damaged or
 * not.
 */
export function excessOf(frame: Frame): DecodeError | null {
  const { data } = frame;
  // A container stands behind its tag; without that byte anywhere there is none.
  if (data.length < 4 || data.indexOf(BMP.tlv) < 0) return null;
  const start = TLV_STARTS.get(frame.control);
  if (start === undefined) return null;
  let excess: DecodeError | null = null;
  walkBitmaps(data, start, (bmp, from, to) => {
    if (bmp === BMP.tlv) excess ??= tlvExcess(data.subarray(from, to), from);
  });
  return excess;
}

/** Where the bitmaps begin in the data of frames that can hold a container. */
const TLV_STARTS: ReadonlyMap<number, number> = new Map([
  [REPLY.statusInformation, 0],
  [REPLY.completion, 0],
  [REPLY.printBlock, 0],
  [REPLY.abort, 1],
  [REPLY.intermediateStatus, 2],
]);

/** `84 1E` says its code in the data (06 00 with a wrong currency: `84 1E .. 6F`), every other one in the instruction byte. */
function refusalCode(instruction: number, data: Uint8Array): number {
  return instruction === 0x1e ? (data[0] ?? instruction) : instruction;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
const NOTHING_SAID: StatusInformation = {
  kind: 'statusInformation',
  resultCode: null,
  amountMinor: null,
  currency: null,
  traceNo: null,
  originalTraceNo: null,
  receiptNo: null,
  cardLast4: null,
  cardName: null,
  cardType: null,
  terminalId: null,
  authorisationCode: null,
  date: null,
  time: null,
  additionalText: null,
  totals: null,
  damage: null,
};

function statusInformation(data: Uint8Array, characterSet: CharacterSet): StatusInformation {
  const fields: Writable<StatusInformation> = { ...NOTHING_SAID };
  // The container can change the character set of the texts before it.
  let tlvStart = -1;
  let tlvEnd = -1;
  let name = 0;
  let text = 0;
  let attribute = 0;
  fields.damage = walkBitmaps(data, 0, (bmp, start, end) => {
    // A tag that comes twice keeps its first value.
    switch (bmp) {
      case BMP.resultCode:
        fields.resultCode ??= data[start]!;
        break;
      case BMP.amount:
        fields.amountMinor ??= readBcd(data, start, end);
        break;
      case BMP.currency:
        fields.currency ??= alphabeticCurrency(readBcd(data, start, end) ?? -1) ?? null;
        break;
      case BMP.trace:
        fields.traceNo ??= readBcd(data, start, end);
        break;
      case BMP.originalTrace:
        fields.originalTraceNo ??= readBcd(data, start, end);
        break;
      case BMP.receiptNo:
        fields.receiptNo ??= readBcd(data, start, end);
        break;
      case BMP.pan:
        fields.cardLast4 ??= lastFour(data, start, end);
        break;
      case BMP.cardName:
        name ||= (start << 16) | end;
        break;
      case BMP.cardType:
        fields.cardType ??= data[start]!;
        break;
      case BMP.terminalId:
        fields.terminalId ??= hexDigits(data, start, end);
        break;
      case BMP.authorisationAttribute:
        attribute ||= (start << 16) | end;
        break;
      case BMP.date:
        fields.date ??= hexDigits(data, start, end);
        break;
      case BMP.time:
        fields.time ??= hexDigits(data, start, end);
        break;
      case BMP.additionalText:
        text ||= (start << 16) | end;
        break;
      case BMP.totals:
        fields.totals ??= readTotals(data.subarray(start, end));
        break;
      case BMP.tlv:
        if (tlvStart < 0) [tlvStart, tlvEnd] = [start, end];
        break;
    }
  });
  let set = characterSet;
  if (tlvStart >= 0 && tlvEnd > tlvStart) {
    const tlv = data.subarray(tlvStart, tlvEnd);
    set = announcedSet(tlv) ?? characterSet;
    if (fields.traceNo === 0) fields.traceNo = longTrace(tlv);
  }
  const read = (span: number) => readText(data, set, span >>> 16, span & 0xffff);
  if (name !== 0) fields.cardName = read(name).trim();
  if (text !== 0) fields.additionalText = read(text);
  if (attribute !== 0) fields.authorisationCode = read(attribute).trim() || null;
  return fields;
}

/** Trace numbers of more than six digits stand in tag 1F2B while BMP 0B is zero (spec 13.08, chapter 9.4.2). Zero when there is none. */
function longTrace(tlv: Uint8Array): number | null {
  const trace = findTlv(tlv, TLV.longTrace);
  return trace === undefined || trace.length > 7 ? 0 : (readBcd(trace.subarray(-3)) ?? null);
}

/** 04 FF: code, then T4 in minutes (packed decimal), then a container with what the terminal shows. */
function intermediateStatus(data: Uint8Array, characterSet: CharacterSet): Message {
  const tlv = data.length > 2 ? readBitmaps(data, 2).values.get(BMP.tlv) : undefined;
  const shown = tlv && findTlv(tlv, TLV.displayTexts);
  return {
    kind: 'intermediateStatus',
    code: data[0] ?? 0,
    timeoutMinutes: data.length > 1 ? readBcd(data, 1, 2) || null : null,
    texts: shown
      ? readTlv(shown)
          .filter(({ tag }) => tag === TLV.textLine)
          .map(({ value }) => readText(value, characterSet))
      : [],
  };
}

function completion(data: Uint8Array): Completion {
  const { values, damage } = readBitmaps(data, 0);
  const terminalId = values.get(BMP.terminalId);
  const tlv = values.get(BMP.tlv);
  return {
    kind: 'completion',
    resultCode: values.get(BMP.resultCode)?.[0] ?? null,
    terminalId: terminalId ? hexDigits(terminalId) : null,
    characterSet: (tlv && grantedSet(tlv)) ?? null,
    status: null,
    damage,
  };
}

/** The completion of 05 01 has no tags: LLLVAR software version (left out when we asked for none), status byte, then bitmaps. */
function statusCompletion(data: Uint8Array, characterSet: CharacterSet): Completion {
  const answer = (status: StatusAnswer | null, damage: DecodeError | null): Completion => ({
    kind: 'completion',
    resultCode: null,
    terminalId: null,
    characterSet: null,
    status,
    damage,
  });
  const length = readVarLength(data, 0, 3);
  // A status byte alone is no length: F0 ("settlement needed") is only told from one by what follows it.
  const at = length < 0 && data.length > 0 && !startsLikeLength(data) ? 0 : 3 + length;
  const statusByte = length < 0 && at !== 0 ? undefined : data[at];
  if (statusByte === undefined) return answer(null, new DecodeError(length === BAD_LENGTH ? 'badLength' : 'truncated', 0));
  const { values, damage } = readBitmaps(data, at + 1);
  const tlv = values.get(BMP.tlv);
  const version = at === 0 ? '' : readText(data, 'latin1', 3, at).trim();
  return answer({ version, statusByte, device: tlv ? readDeviceStatus(tlv, characterSet) : null }, damage);
}

function startsLikeLength(data: Uint8Array): boolean {
  return data.length > 1 && data[0]! >= 0xf0 && data[1]! >= 0xf0;
}

/** 06 1E: result code, the terminal's currency behind 6F, then bitmaps. */
function abort(data: Uint8Array, characterSet: CharacterSet): Abort {
  const resultCode = data[0] ?? null;
  const withCurrency = resultCode === 0x6f && data.length >= 3 && data[1] !== BMP.tlv;
  const { values } = readBitmaps(data, withCurrency ? 3 : 1);
  const receiptNo = values.get(BMP.receiptNo);
  const tlv = values.get(BMP.tlv);
  const text = tlv && findTlv(tlv, TLV.extendedErrorText);
  return {
    kind: 'abort',
    resultCode,
    noReceipt: receiptNo !== undefined && receiptNo[0] === 0xff && receiptNo[1] === 0xff,
    text: text ? readText(text, characterSet).trim() || null : null,
  };
}

function setDateAndTime(data: Uint8Array): Message {
  const { values } = readBitmaps(data, 0);
  const date = values.get(BMP.fullDate);
  const time = values.get(BMP.time);
  return { kind: 'setDateAndTime', date: date ? hexDigits(date) : null, time: time ? hexDigits(time) : null };
}

/** The character set of one message: tag 14 on the container's first level. */
function announcedSet(tlv: Uint8Array): CharacterSet | undefined {
  return characterSetOf(readTlv(tlv).find(({ tag }) => tag === TLV.characterSet)?.value[0]);
}

/** The one character set that a registration was granted, by tag 14 or by a list (27) of one. */
function grantedSet(tlv: Uint8Array): CharacterSet | undefined {
  const list = findTlv(tlv, TLV.characterSets);
  const sets = list ? readTlv(list).filter(({ tag }) => tag === TLV.characterSet) : [];
  return announcedSet(tlv) ?? (sets.length === 1 ? characterSetOf(sets[0]!.value[0]) : undefined);
}

/** Last four digits of a packed card number, padded with F, masked digits written E. Null when the terminal masked one of the four. */
export function lastFour(data: Uint8Array, start: number, end: number): string | null {
  const tail = hexDigits(data, Math.max(start, end - 3), end)
    .replace(/f+$/, '')
    .slice(-4);
  return /^[0-9]{4}$/.test(tail) ? tail : null;
}
