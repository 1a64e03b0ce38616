import { writeBcd } from './bcd.js';
import { BMP } from './bitmap-table.js';
import { encodeFrame } from './frame.js';
import { writeVar } from './length.js';
import { type CharacterSet, characterSetCode, writeText } from './text.js';
import { writeTlv } from './tlv.js';
import { TLV } from './tlv-table.js';

/** Control fields of what a till says (spec 13.08, chapter 2). */
export const COMMAND = {
  statusEnquiry: 0x0501,
  registration: 0x0600,
  authorisation: 0x0601,
  logOff: 0x0602,
  turnoverTotals: 0x0610,
  reprintReceipts: 0x0612,
  resetTerminal: 0x0618,
  repeatReceipt: 0x0620,
  reversal: 0x0630,
  refund: 0x0631,
  endOfDay: 0x0650,
  sendOfflineTransactions: 0x0651,
  diagnosis: 0x0670,
  selftest: 0x0679,
  displayTextOld: 0x0685,
  setDateAndTime: 0x0691,
  initialisation: 0x0693,
  abort: 0x06b0,
  displayText: 0x06e0,
} as const;

/** Bits of the configuration byte of 06 00. Without the two printing bits the terminal prints on its own printer. */
export const CONFIG = {
  /** The till prints receipts of payments. */
  tillPrintsPayments: 0x02,
  /** The till prints receipts of administration (settlement). */
  tillPrintsAdministration: 0x04,
  /** The till wants intermediate statuses (04 FF). */
  intermediateStatus: 0x08,
  /** A payment can't be started at the terminal. */
  tillControlsPayments: 0x10,
  /** Administration can't be started at the terminal. */
  tillControlsAdministration: 0x20,
  /** What the till prints comes as text (06 D1, or 06 D3 where the TLV container permits it); without it the till writes receipts from 04 0F. */
  receiptsAsText: 0x80,
} as const;

/** Service byte of 06 20 that asks for the last transaction's outcome without printing it again. */
export const LAST_OUTCOME = 0x03;
/** Service byte of 05 01 that asks for the TLV container: device, locks, clock. */
export const EXTENDED_STATUS = 0x04;
/** Longest text of 06 E0: eight lines (BMP F1 to F8). */
export const DISPLAY_LINES = 8;

/** A payment, reversal or refund, as far as they are the same. */
interface MoneyFields {
  readonly amountMinor: number | null;
  readonly currency: number | null;
  /**
   * Tag 1F1F: the receipt number of the last transaction the till knows, null when it wasn't sent. A terminal whose own last number is one
   * ahead of it takes back its last transaction (spec 13.08, chapter 4.2). This driver never sends it: {@link encodeCommand} throws.
   */
  readonly transactionIdentifier: number | null;
}

/**
 * What a till can say. Passwords are six digits; amounts minor units; `currency` is ISO 4217 numeric; null is what was not sent. `date` is
 * `YYMMDD`, `time` `HHMMSS`.
 */
export type Command =
  | {
      readonly kind: 'registration';
      readonly password: string;
      readonly config: number;
      readonly currency: number | null;
      readonly serviceByte: number | null;
      /** Whether a TLV container is sent, which permits the terminal to send some too. */
      readonly tlv: boolean;
      /** Whether the container permits 06 D3; else receipts come line by line (06 D1). */
      readonly printBlocks: boolean;
      /** Character set asked for by tag 14; the terminal grants it by saying it back. */
      readonly characterSet: CharacterSet | null;
    }
  | { readonly kind: 'statusEnquiry'; readonly password: string | null; readonly serviceByte: number | null }
  | { readonly kind: 'initialisation'; readonly password: string }
  | ({ readonly kind: 'authorisation' } & MoneyFields)
  | ({ readonly kind: 'reversal'; readonly password: string; readonly receiptNo: number | null } & MoneyFields)
  | ({ readonly kind: 'refund'; readonly password: string } & MoneyFields)
  | { readonly kind: 'endOfDay'; readonly password: string }
  | { readonly kind: 'turnoverTotals'; readonly password: string }
  | { readonly kind: 'sendOfflineTransactions'; readonly password: string }
  | { readonly kind: 'repeatReceipt'; readonly password: string; readonly serviceByte: number | null }
  | { readonly kind: 'reprintReceipts'; readonly password: string; readonly from: number; readonly to: number | null }
  /** `diagnosisType` is tag 1B: 1 line, 2 extended (the terminal's default), 3 configuration, 4 EMV, 5 EP2. */
  | { readonly kind: 'diagnosis'; readonly diagnosisType: number | null }
  | { readonly kind: 'selftest' }
  | { readonly kind: 'resetTerminal' }
  | { readonly kind: 'setDateAndTime'; readonly password: string | null; readonly date: string; readonly time: string }
  | DisplayText
  | { readonly kind: 'abort' }
  | { readonly kind: 'logOff' };

/** 06 E0, or 06 85 of older terminals (`old`). `seconds` 0 is for ever, null the terminal's own default. */
export interface DisplayText {
  readonly kind: 'displayText';
  readonly old: boolean;
  readonly lines: readonly string[];
  readonly seconds: number | null;
  readonly beeps: number | null;
}

/** List of permitted terminal commands (TLV 26) with the one we add: 06 D3 (TLV 0A). */
const PERMITS_BLOCKS = writeTlv(TLV.permittedCommands, writeTlv(TLV.command, Uint8Array.of(0x06, 0xd3)));
/** Asks for the time of the next 24-hour reboot. */
const REBOOT_TIME_TOO = writeTlv(TLV.requestRebootTime, Uint8Array.of(0x01));

/** Bytes of a command. `characterSet` is the terminal's, for texts. Throws RangeError for values that don't fit their field: a bug of the caller. */
export function encodeCommand(command: Command, characterSet: CharacterSet = 'cp437'): Uint8Array {
  return encodeFrame(
    COMMAND[command.kind === 'displayText' && command.old ? 'displayTextOld' : command.kind],
    dataOf(command, characterSet),
  );
}

function dataOf(command: Command, characterSet: CharacterSet): Uint8Array {
  switch (command.kind) {
    case 'registration':
      return registration(command);
    case 'statusEnquiry':
      return statusEnquiry(command);
    case 'initialisation':
    case 'endOfDay':
    case 'turnoverTotals':
    case 'sendOfflineTransactions':
      return password(command.password);
    case 'authorisation':
      return money(command);
    case 'reversal': {
      const receiptNo = command.receiptNo === null ? [] : [tagged(BMP.receiptNo, writeBcd(command.receiptNo, 2))];
      return Buffer.concat([password(command.password), ...receiptNo, money(command)]);
    }
    case 'refund':
      return Buffer.concat([password(command.password), money(command)]);
    case 'repeatReceipt':
      return Buffer.concat([password(command.password), byte(BMP.serviceByte, command.serviceByte)]);
    case 'reprintReceipts': {
      const to = command.to === null ? [] : [writeBcd(command.to, 2)];
      return Buffer.concat([password(command.password), writeBcd(command.from, 2), ...to]);
    }
    case 'diagnosis':
      if (command.diagnosisType === null) return new Uint8Array(0);
      return writeTlv(BMP.tlv, writeTlv(TLV.diagnosisType, Uint8Array.of(command.diagnosisType)));
    case 'setDateAndTime':
      return Buffer.concat([
        command.password === null ? new Uint8Array(0) : password(command.password),
        tagged(BMP.fullDate, digits(command.date, 6)),
        tagged(BMP.time, digits(command.time, 6)),
      ]);
    case 'displayText':
      return command.old ? displayTextOld(command, characterSet) : displayText(command, characterSet);
    case 'selftest':
    case 'resetTerminal':
    case 'abort':
    case 'logOff':
      return new Uint8Array(0);
  }
}

function registration(command: Extract<Command, { kind: 'registration' }>): Uint8Array {
  if (command.currency === null && (command.tlv || command.serviceByte !== null)) {
    throw new RangeError('06 00 takes a service byte or a TLV container only behind a currency');
  }
  const parts = [password(command.password), Uint8Array.of(command.config)];
  if (command.currency !== null) parts.push(writeBcd(command.currency, 2));
  parts.push(byte(BMP.serviceByte, command.serviceByte));
  if (!command.tlv) return Buffer.concat(parts);
  const content: Uint8Array[] = [];
  const code = command.characterSet === null ? undefined : characterSetCode(command.characterSet);
  if (code !== undefined) content.push(writeTlv(TLV.characterSet, Uint8Array.of(code)));
  if (command.printBlocks) content.push(PERMITS_BLOCKS);
  return Buffer.concat([...parts, writeTlv(BMP.tlv, Buffer.concat(content))]);
}

function statusEnquiry(command: Extract<Command, { kind: 'statusEnquiry' }>): Uint8Array {
  if (command.password === null) return new Uint8Array(0);
  if (command.serviceByte === null) return password(command.password);
  const container = (command.serviceByte & EXTENDED_STATUS) === 0 ? [] : [writeTlv(BMP.tlv, REBOOT_TIME_TOO)];
  return Buffer.concat([password(command.password), byte(BMP.serviceByte, command.serviceByte), ...container]);
}

function money(fields: MoneyFields): Uint8Array {
  // The till's trace of the last transaction is kept in the journal, and a lost outcome is asked for. This tag takes transactions back unasked.
  if (fields.transactionIdentifier !== null) throw new RangeError('tag 1F1F is not sent: a number off by one reverses a sale');
  const parts: Uint8Array[] = [];
  if (fields.amountMinor !== null) parts.push(tagged(BMP.amount, writeBcd(fields.amountMinor, 6)));
  if (fields.currency !== null) parts.push(tagged(BMP.currency, writeBcd(fields.currency, 2)));
  return Buffer.concat(parts);
}

function displayText({ lines, seconds, beeps }: DisplayText, characterSet: CharacterSet): Uint8Array {
  if (lines.length > DISPLAY_LINES) throw new RangeError(`a terminal shows at most ${DISPLAY_LINES} lines, not ${lines.length}`);
  const texts = lines.map((line, index) => tagged(BMP.displayLine1 + index, writeVar(writeText(line, characterSet), 2)));
  return Buffer.concat([byte(BMP.displaySeconds, seconds), ...texts, byte(BMP.beeps, beeps)]);
}

/** 06 85: start position, text, `00`, seconds (spec 13.08, chapter 2.27). Its lines are joined by spaces, since the terminal breaks them itself. */
function displayTextOld({ lines, seconds }: DisplayText, characterSet: CharacterSet): Uint8Array {
  const text = writeText(lines.join(' '), characterSet).map((code) => (code === 0 ? 0x20 : code));
  return Buffer.concat([Uint8Array.of(0x00), text, Uint8Array.of(0x00), ...(seconds === null ? [] : [Uint8Array.of(seconds)])]);
}

function tagged(bmp: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(bmp), value]);
}

function byte(bmp: number, value: number | null): Uint8Array {
  if (value === null) return new Uint8Array(0);
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`${value} is no byte`);
  return Uint8Array.of(bmp, value);
}

function password(secret: string): Uint8Array {
  if (!/^[0-9]{6}$/.test(secret)) throw new RangeError('a ZVT password has six digits');
  return digits(secret, 6);
}

function digits(text: string, length: number): Uint8Array {
  if (text.length !== length || !/^[0-9]*$/.test(text)) throw new RangeError(`expected ${length} digits`);
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
