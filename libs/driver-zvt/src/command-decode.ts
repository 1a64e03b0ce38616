import { hexDigits, readBcd } from './bcd.js';
import { readBitmaps } from './bitmap.js';
import { BMP } from './bitmap-table.js';
import { COMMAND, type Command, DISPLAY_LINES } from './command.js';
import type { Frame } from './frame.js';
import { type CharacterSet, characterSetOf, readText } from './text.js';
import { findTlv, readTlv } from './tlv.js';
import { TLV } from './tlv-table.js';

const PASSWORD_BYTES = 3;

/**
 * Reads a till's command, as a terminal must. Undefined for a command this project doesn't speak, or one without its mandatory fields. Never
 * throws. `characterSet` is that of the registration, for texts to be shown.
 */
export function decodeCommand(frame: Frame, characterSet: CharacterSet = 'cp437'): Command | undefined {
  const { data } = frame;
  switch (frame.control) {
    case COMMAND.registration:
      return registration(data);
    case COMMAND.statusEnquiry:
      return { kind: 'statusEnquiry', password: passwordOf(data) ?? null, serviceByte: serviceByte(data, PASSWORD_BYTES) };
    case COMMAND.initialisation:
      return withPassword('initialisation', data);
    case COMMAND.endOfDay:
      return withPassword('endOfDay', data);
    case COMMAND.turnoverTotals:
      return withPassword('turnoverTotals', data);
    case COMMAND.sendOfflineTransactions:
      return withPassword('sendOfflineTransactions', data);
    case COMMAND.authorisation:
      return { kind: 'authorisation', ...moneyFields(data, 0) };
    case COMMAND.reversal: {
      const password = passwordOf(data);
      const receiptNo = readBitmaps(data, PASSWORD_BYTES).values.get(BMP.receiptNo);
      if (password === undefined) return undefined;
      return { kind: 'reversal', password, receiptNo: receiptNo ? readBcd(receiptNo) : null, ...moneyFields(data, PASSWORD_BYTES) };
    }
    case COMMAND.refund: {
      const password = passwordOf(data);
      return password === undefined ? undefined : { kind: 'refund', password, ...moneyFields(data, PASSWORD_BYTES) };
    }
    case COMMAND.repeatReceipt: {
      const password = passwordOf(data);
      return password === undefined ? undefined : { kind: 'repeatReceipt', password, serviceByte: serviceByte(data, PASSWORD_BYTES) };
    }
    case COMMAND.reprintReceipts:
      return reprintReceipts(data);
    default:
      return withoutMoney(frame, characterSet);
  }
}

function withoutMoney({ control, data }: Frame, characterSet: CharacterSet): Command | undefined {
  switch (control) {
    case COMMAND.diagnosis: {
      const tlv = readBitmaps(data, 0).values.get(BMP.tlv);
      return { kind: 'diagnosis', diagnosisType: (tlv && findTlv(tlv, TLV.diagnosisType)?.[0]) ?? null };
    }
    case COMMAND.selftest:
      return { kind: 'selftest' };
    case COMMAND.resetTerminal:
      return { kind: 'resetTerminal' };
    case COMMAND.setDateAndTime:
      return setDateAndTime(data);
    case COMMAND.displayText:
      return displayText(data, characterSet);
    case COMMAND.displayTextOld:
      return displayTextOld(data, characterSet);
    case COMMAND.abort:
      return { kind: 'abort' };
    case COMMAND.logOff:
      return { kind: 'logOff' };
    default:
      return undefined;
  }
}

function withPassword<K extends 'initialisation' | 'endOfDay' | 'turnoverTotals' | 'sendOfflineTransactions'>(
  kind: K,
  data: Uint8Array,
): { kind: K; password: string } | undefined {
  const password = passwordOf(data);
  return password === undefined ? undefined : { kind, password };
}

/** The password in front of a command's data; undefined when there is none. Its nibbles are digits, so no bitmap beyond 99 is taken for one. */
function passwordOf(data: Uint8Array): string | undefined {
  return data.length >= PASSWORD_BYTES ? hexDigits(data, 0, PASSWORD_BYTES) : undefined;
}

function serviceByte(data: Uint8Array, offset: number): number | null {
  return readBitmaps(data, offset).values.get(BMP.serviceByte)?.[0] ?? null;
}

function moneyFields(data: Uint8Array, offset: number) {
  const { values } = readBitmaps(data, offset);
  const amount = values.get(BMP.amount);
  const currency = values.get(BMP.currency);
  const tlv = values.get(BMP.tlv);
  const identifier = tlv && findTlv(tlv, TLV.transactionIdentifier);
  return {
    amountMinor: amount ? readBcd(amount) : null,
    currency: currency ? readBcd(currency) : null,
    // An empty tag says that the till knows no receipt number: that is not the number 0.
    transactionIdentifier: identifier && identifier.length > 0 && identifier.length <= 3 ? readBcd(identifier) : null,
  };
}

function registration(data: Uint8Array): Command | undefined {
  const password = passwordOf(data);
  if (password === undefined || data.length < 4) return undefined;
  const hasCurrency = data.length >= 6 && data[4] !== BMP.serviceByte && data[4] !== BMP.tlv;
  const { values } = readBitmaps(data, hasCurrency ? 6 : 4);
  const tlv = values.get(BMP.tlv);
  const permitted = tlv && findTlv(tlv, TLV.permittedCommands);
  const sets = tlv ? characterSets(tlv) : [];
  return {
    kind: 'registration',
    password,
    config: data[3]!,
    currency: hasCurrency ? readBcd(data.subarray(4, 6)) : null,
    serviceByte: values.get(BMP.serviceByte)?.[0] ?? null,
    tlv: tlv !== undefined,
    printBlocks: permitted !== undefined && readTlv(permitted).some(({ value }) => value[0] === 0x06 && value[1] === 0xd3),
    // One set is a choice, several are a list to know of.
    characterSet: sets.length === 1 ? (characterSetOf(sets[0]) ?? null) : null,
  };
}

function characterSets(tlv: Uint8Array): number[] {
  const level = readTlv(tlv);
  const list = level.find(({ tag }) => tag === TLV.characterSets);
  return [...level, ...(list ? readTlv(list.value) : [])].filter(({ tag }) => tag === TLV.characterSet).flatMap(({ value }) => [...value]);
}

function reprintReceipts(data: Uint8Array): Command | undefined {
  const password = passwordOf(data);
  const from = data.length >= 5 ? readBcd(data.subarray(3, 5)) : null;
  if (password === undefined || from === null) return undefined;
  return { kind: 'reprintReceipts', password, from, to: data.length >= 7 ? readBcd(data.subarray(5, 7)) : null };
}

function setDateAndTime(data: Uint8Array): Command | undefined {
  // Some tills leave the password out: BMP AA can't be one, since a password has digits only.
  const bare = data[0] === BMP.fullDate;
  const { values } = readBitmaps(data, bare ? 0 : PASSWORD_BYTES);
  const date = values.get(BMP.fullDate);
  const time = values.get(BMP.time);
  if (!date || !time) return undefined;
  return { kind: 'setDateAndTime', password: bare ? null : (passwordOf(data) ?? null), date: hexDigits(date), time: hexDigits(time) };
}

function displayText(data: Uint8Array, characterSet: CharacterSet): Command {
  const { values } = readBitmaps(data, 0);
  const lines = Array.from({ length: DISPLAY_LINES }, (_, index) => values.get(BMP.displayLine1 + index));
  const last = lines.findLastIndex((line) => line !== undefined);
  return {
    kind: 'displayText',
    old: false,
    lines: lines.slice(0, last + 1).map((line) => (line ? readText(line, characterSet) : '')),
    seconds: values.get(BMP.displaySeconds)?.[0] ?? null,
    beeps: values.get(BMP.beeps)?.[0] ?? null,
  };
}

function displayTextOld(data: Uint8Array, characterSet: CharacterSet): Command {
  const end = data.indexOf(0x00, 1);
  const stop = end < 0 ? data.length : end;
  return {
    kind: 'displayText',
    old: true,
    lines: [readText(data.subarray(1, stop), characterSet)],
    seconds: data[stop + 1] ?? null,
    beeps: null,
  };
}
