import { writeBcd } from './bcd.js';
import { BMP } from './bitmap-table.js';
import { type DeviceStatus, writeDeviceStatus } from './device-status.js';
import { encodeFrame } from './frame.js';
import { writeVar } from './length.js';
import { REPLY } from './message.js';
import type { ReceiptCopy } from './receipt.js';
import { type CharacterSet, characterSetCode, writeText } from './text.js';
import { writeTlv } from './tlv.js';
import { TLV } from './tlv-table.js';
import { type IndividualTotals, writeTotals } from './totals.js';

/** What a (simulated) terminal puts into 04 0F; left out is not sent. `currency` is ISO 4217 numeric; of a card only the last four exist. */
export interface StatusFields {
  readonly resultCode: number;
  readonly amountMinor?: number;
  readonly currency?: number;
  /** More than six digits are sent the long way (tag 1F2B). */
  readonly traceNo?: number;
  readonly originalTraceNo?: number;
  readonly receiptNo?: number;
  readonly cardLast4?: string;
  readonly cardName?: string;
  readonly cardType?: number;
  readonly terminalId?: string;
  readonly authorisationCode?: string;
  readonly date?: string;
  readonly time?: string;
  readonly additionalText?: string;
  readonly totals?: IndividualTotals;
  /** Character set of the texts, CP437 when left out. */
  readonly characterSet?: CharacterSet;
}

/** What a terminal says to a registration; left out is not sent. `statusByte` bits: 1 initialisation, 2 diagnosis, 4 OPT action needed. */
export interface RegistrationAnswer {
  readonly statusByte?: number;
  readonly terminalId?: string;
  readonly currency?: number;
  /** The character set it grants. */
  readonly characterSet?: CharacterSet;
  readonly printBlocks?: boolean;
}

const tagged = (bmp: number, bytes: Uint8Array) => Buffer.concat([Uint8Array.of(bmp), bytes]);
const hex = (digits: string) => Uint8Array.from(Buffer.from(digits, 'hex'));

/** 04 0F. Card numbers are written as terminals mask them: `E` for every digit but the last four. */
export function encodeStatusInformation(fields: StatusFields): Uint8Array {
  const { characterSet = 'cp437' } = fields;
  const parts: Uint8Array[] = [tagged(BMP.resultCode, Uint8Array.of(fields.resultCode))];
  if (fields.amountMinor !== undefined) parts.push(tagged(BMP.amount, writeBcd(fields.amountMinor, 6)));
  if (fields.currency !== undefined) parts.push(tagged(BMP.currency, writeBcd(fields.currency, 2)));
  if (fields.time !== undefined) parts.push(tagged(BMP.time, hex(fields.time)));
  if (fields.date !== undefined) parts.push(tagged(BMP.date, hex(fields.date)));
  if (fields.cardLast4 !== undefined) parts.push(tagged(BMP.pan, writeVar(hex(`eeeeeeeeeeee${fields.cardLast4}`), 2)));
  if (fields.receiptNo !== undefined) parts.push(tagged(BMP.receiptNo, writeBcd(fields.receiptNo, 2)));
  if (fields.authorisationCode !== undefined) {
    const attribute = new Uint8Array(8);
    attribute.set(writeText(fields.authorisationCode.slice(0, 8)));
    parts.push(tagged(BMP.authorisationAttribute, attribute));
  }
  const long = fields.traceNo !== undefined && fields.traceNo > 999_999;
  if (fields.traceNo !== undefined) parts.push(tagged(BMP.trace, writeBcd(long ? 0 : fields.traceNo, 3)));
  if (fields.originalTraceNo !== undefined) parts.push(tagged(BMP.originalTrace, writeBcd(fields.originalTraceNo, 3)));
  if (fields.terminalId !== undefined) parts.push(tagged(BMP.terminalId, hex(fields.terminalId)));
  if (fields.cardType !== undefined) parts.push(tagged(BMP.cardType, Uint8Array.of(Math.min(fields.cardType, 0xff))));
  if (fields.cardName !== undefined) parts.push(tagged(BMP.cardName, writeVar(writeText(`${fields.cardName}\0`, characterSet), 2)));
  if (fields.additionalText !== undefined) {
    parts.push(tagged(BMP.additionalText, writeVar(writeText(fields.additionalText, characterSet), 3)));
  }
  if (fields.totals !== undefined) parts.push(tagged(BMP.totals, writeVar(writeTotals(fields.totals), 3)));
  if (long) parts.push(writeTlv(BMP.tlv, writeTlv(TLV.longTrace, writeBcd(fields.traceNo ?? 0, 5))));
  return encodeFrame(REPLY.statusInformation, Buffer.concat(parts));
}

/** 04 FF with its status code, and T4 in minutes (1 to 99) or texts where they are given; texts need the minutes. */
export function encodeIntermediateStatus(
  code: number,
  extra: { readonly timeoutMinutes?: number; readonly texts?: readonly string[]; readonly characterSet?: CharacterSet } = {},
): Uint8Array {
  const { timeoutMinutes, texts, characterSet = 'cp437' } = extra;
  const parts: Uint8Array[] = [Uint8Array.of(code)];
  if (timeoutMinutes !== undefined || texts !== undefined) parts.push(writeBcd(timeoutMinutes ?? 0, 1));
  if (texts !== undefined) {
    const lines = Buffer.concat(texts.map((text) => writeTlv(TLV.textLine, writeText(text, characterSet))));
    parts.push(writeTlv(BMP.tlv, writeTlv(TLV.displayTexts, lines)));
  }
  return encodeFrame(REPLY.intermediateStatus, Buffer.concat(parts));
}

/** 06 0F, with the terminal's id where one is given. */
export function encodeCompletion(terminalId?: string): Uint8Array {
  return encodeFrame(REPLY.completion, terminalId === undefined ? undefined : tagged(BMP.terminalId, hex(terminalId)));
}

/** The 06 0F that answers 06 00. */
export function encodeRegistrationCompletion(answer: RegistrationAnswer): Uint8Array {
  const parts: Uint8Array[] = [];
  if (answer.statusByte !== undefined) parts.push(tagged(BMP.statusByte, Uint8Array.of(answer.statusByte)));
  if (answer.terminalId !== undefined) parts.push(tagged(BMP.terminalId, hex(answer.terminalId)));
  if (answer.currency !== undefined) parts.push(tagged(BMP.currency, writeBcd(answer.currency, 2)));
  const container: Uint8Array[] = [];
  const code = answer.characterSet === undefined ? undefined : characterSetCode(answer.characterSet);
  if (code !== undefined) container.push(writeTlv(TLV.characterSet, Uint8Array.of(code)));
  if (answer.printBlocks) container.push(writeTlv(TLV.permittedCommands, writeTlv(TLV.command, Uint8Array.of(0x06, 0xd3))));
  if (container.length > 0) parts.push(writeTlv(BMP.tlv, Buffer.concat(container)));
  return encodeFrame(REPLY.completion, Buffer.concat(parts));
}

/** The untagged 06 0F that answers a status enquiry; the version may be null (not asked for), the device is sent when given. */
export function encodeStatusCompletion(version: string | null, statusByte: number, device?: Partial<DeviceStatus>): Uint8Array {
  const name = version === null ? [] : [writeVar(writeText(version), 3)];
  const container = device === undefined ? [] : [writeTlv(BMP.tlv, writeDeviceStatus(device))];
  return encodeFrame(REPLY.completion, Buffer.concat([...name, Uint8Array.of(statusByte), ...container]));
}

/** 06 1E with its result code; `noReceipt` adds the receipt number FFFF that says there is none to talk about, `text` the maker's words. */
export function encodeAbort(resultCode: number, noReceipt = false, text?: string): Uint8Array {
  const receipt = noReceipt ? [Uint8Array.of(BMP.receiptNo, 0xff, 0xff)] : [];
  const container = text === undefined ? [] : [writeTlv(BMP.tlv, writeTlv(TLV.extendedErrorText, writeText(text)))];
  return encodeFrame(REPLY.abort, Buffer.concat([Uint8Array.of(resultCode), ...receipt, ...container]));
}

/** `84 xx 00`. */
export function encodeRefusal(code: number): Uint8Array {
  return encodeFrame(0x8400 | code);
}

/** `84 1E` with 6F and the terminal's currency: the refusal of a registration in another one. */
export function encodeWrongCurrency(currency?: number): Uint8Array {
  return encodeFrame(0x841e, Buffer.concat([Uint8Array.of(0x6f), ...(currency === undefined ? [] : [writeBcd(currency, 2)])]));
}

/** 04 01: the host's clock for the till, `YYMMDD` and `HHMMSS`. */
export function encodeSetDateAndTime(date: string, time: string): Uint8Array {
  return encodeFrame(REPLY.setDateAndTime, Buffer.concat([tagged(BMP.fullDate, hex(date)), tagged(BMP.time, hex(time))]));
}

/** 06 D1: one line; the last line of a receipt has its own attribute. */
export function encodePrintLine(text: string, last: boolean, characterSet: CharacterSet = 'cp437'): Uint8Array {
  return encodeFrame(REPLY.printLine, Buffer.concat([Uint8Array.of(last ? 0x81 : 0x00), writeText(text, characterSet)]));
}

const COPY_CODE: Readonly<Record<ReceiptCopy, number>> = { merchant: 1, cardholder: 2, administrative: 3, unknown: 0 };

/** 06 D3: a whole receipt. A character set other than the registration's is named in it (tag 14). */
export function encodePrintBlock(copy: ReceiptCopy, lines: readonly string[], characterSet: CharacterSet = 'cp437'): Uint8Array {
  const written = lines.map((line) => writeTlv(TLV.textLine, writeText(line, characterSet)));
  const text = Buffer.concat([...written, writeTlv(TLV.attribute, Uint8Array.of(0x81))]);
  const content = Buffer.concat([writeTlv(TLV.receiptType, Uint8Array.of(COPY_CODE[copy])), writeTlv(TLV.printTexts, text)]);
  return encodeFrame(REPLY.printBlock, writeTlv(BMP.tlv, content));
}
