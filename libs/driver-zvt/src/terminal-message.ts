import { writeBcd } from './bcd.js';
import { BMP, writeVar } from './bitmap.js';
import { encodeFrame } from './frame.js';
import { REPLY, type ReceiptCopy } from './message.js';
import { writeText } from './text.js';
import { writeTlv } from './tlv.js';
import { type IndividualTotals, writeTotals } from './totals.js';

/** What a (simulated) terminal puts into 04 0F; left out is not sent. `currency` is ISO 4217 numeric; of a card only the last four exist. */
export interface StatusFields {
  readonly resultCode: number;
  readonly amountMinor?: number;
  readonly currency?: number;
  readonly traceNo?: number;
  readonly receiptNo?: number;
  readonly cardLast4?: string;
  readonly cardName?: string;
  readonly terminalId?: string;
  readonly authorisationCode?: string;
  readonly date?: string;
  readonly time?: string;
  readonly additionalText?: string;
  readonly totals?: IndividualTotals;
}

const tagged = (bmp: number, bytes: Uint8Array) => Buffer.concat([Uint8Array.of(bmp), bytes]);
const hex = (digits: string) => Uint8Array.from(Buffer.from(digits, 'hex'));

/** 04 0F. Card numbers are written as terminals mask them: `E` for every digit but the last four. */
export function encodeStatusInformation(fields: StatusFields): Uint8Array {
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
  if (fields.traceNo !== undefined) parts.push(tagged(BMP.trace, writeBcd(fields.traceNo, 3)));
  if (fields.terminalId !== undefined) parts.push(tagged(BMP.terminalId, hex(fields.terminalId)));
  if (fields.cardName !== undefined) parts.push(tagged(BMP.cardName, writeVar(writeText(`${fields.cardName}\0`), 2)));
  if (fields.additionalText !== undefined) parts.push(tagged(BMP.additionalText, writeVar(writeText(fields.additionalText), 3)));
  if (fields.totals !== undefined) parts.push(tagged(BMP.totals, writeVar(writeTotals(fields.totals), 3)));
  return encodeFrame(REPLY.statusInformation, Buffer.concat(parts));
}

/** 04 FF with its status code. */
export function encodeIntermediateStatus(code: number): Uint8Array {
  return encodeFrame(REPLY.intermediateStatus, Uint8Array.of(code));
}

/** 06 0F, with the terminal's id where one is given. */
export function encodeCompletion(terminalId?: string): Uint8Array {
  return encodeFrame(REPLY.completion, terminalId === undefined ? undefined : tagged(BMP.terminalId, hex(terminalId)));
}

/** The untagged 06 0F that answers a status enquiry. */
export function encodeStatusCompletion(version: string, statusByte: number): Uint8Array {
  return encodeFrame(REPLY.completion, Buffer.concat([writeVar(writeText(version), 3), Uint8Array.of(statusByte)]));
}

/** 06 1E with its result code; `noReceipt` adds the receipt number FFFF that says there is none to talk about. */
export function encodeAbort(resultCode: number, noReceipt = false): Uint8Array {
  return encodeFrame(REPLY.abort, noReceipt ? Uint8Array.of(resultCode, BMP.receiptNo, 0xff, 0xff) : Uint8Array.of(resultCode));
}

/** `84 xx 00`. */
export function encodeRefusal(code: number): Uint8Array {
  return encodeFrame(0x8400 | code);
}

/** 06 D1: one line; the last line of a receipt has its own attribute. */
export function encodePrintLine(text: string, last: boolean): Uint8Array {
  return encodeFrame(REPLY.printLine, Buffer.concat([Uint8Array.of(last ? 0x81 : 0x00), writeText(text)]));
}

const COPY_CODE: Readonly<Record<ReceiptCopy, number>> = { merchant: 1, cardholder: 2, administrative: 3, unknown: 0 };

/** 06 D3: a whole receipt. */
export function encodePrintBlock(copy: ReceiptCopy, lines: readonly string[]): Uint8Array {
  const text = Buffer.concat([...lines.map((line) => writeTlv(0x07, writeText(line))), writeTlv(0x09, Uint8Array.of(0x81))]);
  const content = Buffer.concat([writeTlv(0x1f07, Uint8Array.of(COPY_CODE[copy])), writeTlv(0x25, text)]);
  return encodeFrame(REPLY.printBlock, writeTlv(BMP.tlv, content));
}
