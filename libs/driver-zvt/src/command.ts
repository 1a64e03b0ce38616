import { readBcd, writeBcd } from './bcd.js';
import { BMP, readBitmaps } from './bitmap.js';
import { encodeFrame, type Frame } from './frame.js';
import { findTlv, readTlv, writeTlv } from './tlv.js';

/** Control fields of what a till says (spec 13.08). */
export const COMMAND = {
  statusEnquiry: 0x0501,
  registration: 0x0600,
  authorisation: 0x0601,
  logOff: 0x0602,
  turnoverTotals: 0x0610,
  repeatReceipt: 0x0620,
  endOfDay: 0x0650,
  initialisation: 0x0693,
} as const;

/** Bits of the configuration byte of 06 00. */
export const CONFIG = {
  /** The till prints receipts of payments; the terminal sends them over. */
  tillPrintsPayments: 0x02,
  /** The till prints receipts of administration (settlement). */
  tillPrintsAdministration: 0x04,
  /** The till wants intermediate statuses (04 FF). */
  intermediateStatus: 0x08,
  /** A payment can't be started at the terminal. */
  tillControlsPayments: 0x10,
  /** Administration can't be started at the terminal. */
  tillControlsAdministration: 0x20,
  /** Receipts come as a block (06 D3) when the TLV container permits it, else as lines (06 D1). */
  receiptsAsBlock: 0x80,
} as const;

/** Service byte of 06 20 that asks for the last transaction's outcome without printing it again. */
export const LAST_OUTCOME = 0x03;

/** What a till can say. Passwords are six digits; amounts minor units; `currency` is ISO 4217 numeric. */
export type Command =
  | {
      readonly kind: 'registration';
      readonly password: string;
      readonly config: number;
      readonly currency: number | null;
      /** Whether a TLV container is sent, which switches TLV on and permits 06 D3. */
      readonly tlv: boolean;
    }
  | { readonly kind: 'statusEnquiry' }
  | { readonly kind: 'initialisation'; readonly password: string }
  | { readonly kind: 'authorisation'; readonly amountMinor: number | null; readonly currency: number | null }
  | { readonly kind: 'endOfDay'; readonly password: string }
  | { readonly kind: 'turnoverTotals'; readonly password: string }
  | { readonly kind: 'repeatReceipt'; readonly password: string; readonly serviceByte: number | null }
  | { readonly kind: 'logOff' };

/** List of permitted terminal commands (TLV 26) with the one we add: 06 D3 (TLV 0A). */
const PERMITS_BLOCKS = writeTlv(0x26, writeTlv(0x0a, Uint8Array.of(0x06, 0xd3)));

/** Bytes of a command. Throws RangeError for values that don't fit their field: a bug of the caller. */
export function encodeCommand(command: Command): Uint8Array {
  switch (command.kind) {
    case 'registration': {
      const parts = [password(command.password), Uint8Array.of(command.config)];
      if (command.currency !== null) parts.push(writeBcd(command.currency, 2));
      if (command.tlv) parts.push(writeTlv(BMP.tlv, PERMITS_BLOCKS));
      return encodeFrame(COMMAND.registration, Buffer.concat(parts));
    }
    case 'statusEnquiry':
      return encodeFrame(COMMAND.statusEnquiry);
    case 'initialisation':
      return encodeFrame(COMMAND.initialisation, password(command.password));
    case 'authorisation': {
      const parts: Uint8Array[] = [];
      if (command.amountMinor !== null) parts.push(Uint8Array.of(BMP.amount), writeBcd(command.amountMinor, 6));
      if (command.currency !== null) parts.push(Uint8Array.of(BMP.currency), writeBcd(command.currency, 2));
      return encodeFrame(COMMAND.authorisation, Buffer.concat(parts));
    }
    case 'endOfDay':
      return encodeFrame(COMMAND.endOfDay, password(command.password));
    case 'turnoverTotals':
      return encodeFrame(COMMAND.turnoverTotals, password(command.password));
    case 'repeatReceipt': {
      const service = command.serviceByte === null ? [] : [Uint8Array.of(BMP.serviceByte, command.serviceByte)];
      return encodeFrame(COMMAND.repeatReceipt, Buffer.concat([password(command.password), ...service]));
    }
    case 'logOff':
      return encodeFrame(COMMAND.logOff);
  }
}

/** Reads a till's command, as a terminal must. Undefined for a command outside the subset or with unreadable data. Never throws. */
export function decodeCommand(frame: Frame): Command | undefined {
  const { data } = frame;
  const secret = Buffer.from(data.subarray(0, 3)).toString('hex');
  const withPassword = data.length >= 3;
  switch (frame.control) {
    case COMMAND.registration:
      return data.length >= 4 ? registration(data, secret) : undefined;
    case COMMAND.statusEnquiry:
      return { kind: 'statusEnquiry' };
    case COMMAND.initialisation:
      return withPassword ? { kind: 'initialisation', password: secret } : undefined;
    case COMMAND.authorisation: {
      const { values } = readBitmaps(data, 0);
      const amount = values.get(BMP.amount);
      const currency = values.get(BMP.currency);
      return { kind: 'authorisation', amountMinor: amount ? readBcd(amount) : null, currency: currency ? readBcd(currency) : null };
    }
    case COMMAND.endOfDay:
      return withPassword ? { kind: 'endOfDay', password: secret } : undefined;
    case COMMAND.turnoverTotals:
      return withPassword ? { kind: 'turnoverTotals', password: secret } : undefined;
    case COMMAND.repeatReceipt: {
      if (!withPassword) return undefined;
      const serviceByte = readBitmaps(data, 3).values.get(BMP.serviceByte)?.[0] ?? null;
      return { kind: 'repeatReceipt', password: secret, serviceByte };
    }
    case COMMAND.logOff:
      return { kind: 'logOff' };
    default:
      return undefined;
  }
}

function registration(data: Uint8Array, secret: string): Command {
  const hasCurrency = data.length >= 6 && data[4] !== BMP.serviceByte && data[4] !== BMP.tlv;
  const tlv = readBitmaps(data, hasCurrency ? 6 : 4).values.get(BMP.tlv);
  const currency = hasCurrency ? readBcd(data.subarray(4, 6)) : null;
  const permitted = tlv && findTlv(tlv, 0x26);
  const blocks = permitted !== undefined && readTlv(permitted).some((entry) => entry.value[0] === 0x06 && entry.value[1] === 0xd3);
  return { kind: 'registration', password: secret, config: data[3]!, currency, tlv: blocks };
}

function password(digits: string): Uint8Array {
  if (!/^[0-9]{6}$/.test(digits)) throw new RangeError('a ZVT password has six digits');
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
