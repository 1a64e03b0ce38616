import { maskCardNumbers } from '@tillward/driver';
import { hexDigits } from './bcd.js';
import { type CharacterSet, readText } from './text.js';
import { findTlv, readTlv, writeTlv } from './tlv.js';
import { TLV } from './tlv-table.js';

/**
 * Why a terminal is locked (TLV 1F55). The spec numbers the bits of each byte from the most significant one, as CCV's system manual for the
 * OPM-C60 shows: start-up needed is `40 00`, initialisation needed `02 00`.
 */
export const TERMINAL_LOCKS = [
  'secureModuleChanged',
  'startUpNeeded',
  'printer',
  'outOfOrder',
  'service',
  'diagnosis',
  'initialisation',
  'reconciliation',
  'mdbNotReady',
  'contactlessReaderNotReady',
  'lowBattery',
  'activation',
  'secureLinkNotReady',
  'cardInserted',
  'cardReaderMissing',
  'transactionLogDefective',
] as const;
export type TerminalLock = (typeof TERMINAL_LOCKS)[number];

/** What a terminal tells about itself in the completion of 05 01 (spec 13.08, chapters 2.56.5 and 9.4.12). Times are `YYYY-MM-DDTHH:MM:SS`. */
export interface DeviceStatus {
  readonly name: string | null;
  readonly software: string | null;
  readonly serial: string | null;
  /** 1F43: 0 ready, 1 initialisation needed, 2 no keys, 3 fraud. */
  readonly deviceState: number | null;
  readonly terminalId: string | null;
  /** Null when the terminal did not say; empty when nothing is locked. */
  readonly locks: readonly TerminalLock[] | null;
  readonly clock: string | null;
  readonly nextReboot: string | null;
}

/** Reads the TLV container of a status completion. */
export function readDeviceStatus(tlv: Uint8Array, characterSet: CharacterSet): DeviceStatus {
  const level = readTlv(tlv);
  const at = (tag: number) => level.find((element) => element.tag === tag)?.value;
  const device = at(TLV.deviceInformation);
  const text = (tag: number) => {
    const value = device && findTlv(device, tag);
    return value ? readText(value, characterSet).trim() || null : null;
  };
  const serial = device && findTlv(device, TLV.serialNumber);
  const terminalId = at(TLV.terminalId);
  const locks = at(TLV.terminalLocks);
  return {
    name: text(TLV.deviceName),
    software: text(TLV.softwareVersion),
    serial: serial ? maskCardNumbers(hexDigits(serial)).slice(0, 64) : null,
    deviceState: (device && findTlv(device, TLV.deviceState)?.[0]) ?? null,
    terminalId: terminalId?.length === 4 ? hexDigits(terminalId) : null,
    locks: locks ? readLocks(locks) : null,
    clock: dateTime(at(TLV.clock)),
    nextReboot: dateTime(at(TLV.nextReboot)),
  };
}

/** The locks that are set in a 1F55. */
export function readLocks(bytes: Uint8Array): TerminalLock[] {
  return TERMINAL_LOCKS.filter((_lock, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

/** Writes the container; null is left out. */
export function writeDeviceStatus(status: Partial<DeviceStatus>): Uint8Array {
  const parts: Uint8Array[] = [];
  if (status.terminalId) parts.push(writeTlv(TLV.terminalId, hex(status.terminalId)));
  const device: Uint8Array[] = [];
  if (status.name) device.push(writeTlv(TLV.deviceName, ascii(status.name)));
  if (status.software) device.push(writeTlv(TLV.softwareVersion, ascii(status.software)));
  if (status.serial) device.push(writeTlv(TLV.serialNumber, hex(status.serial)));
  if (status.deviceState != null) device.push(writeTlv(TLV.deviceState, Uint8Array.of(status.deviceState)));
  if (device.length > 0) parts.push(writeTlv(TLV.deviceInformation, Buffer.concat(device)));
  if (status.locks) parts.push(writeTlv(TLV.terminalLocks, writeLocks(status.locks)));
  if (status.clock) parts.push(writeTlv(TLV.clock, writeDateTime(status.clock)));
  if (status.nextReboot) parts.push(writeTlv(TLV.nextReboot, writeDateTime(status.nextReboot)));
  return Buffer.concat(parts);
}

function writeLocks(locks: readonly TerminalLock[]): Uint8Array {
  const bytes = new Uint8Array(2);
  for (const lock of locks) {
    const bit = TERMINAL_LOCKS.indexOf(lock);
    bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  }
  return bytes;
}

/** Containers 34 and 35 hold a date (1F0E, YYYYMMDD) and a time (1F0F, HHMMSS). Null unless both are there and are digits. */
function dateTime(container: Uint8Array | undefined): string | null {
  const date = container && findTlv(container, TLV.date);
  const time = container && findTlv(container, TLV.time);
  const digits = date?.length === 4 && time?.length === 3 ? hexDigits(date) + hexDigits(time) : '';
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(digits);
  return parts ? `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}` : null;
}

function writeDateTime(local: string): Uint8Array {
  const digits = local.replace(/\D/g, '');
  if (digits.length !== 14) throw new RangeError('a date and time is YYYY-MM-DDTHH:MM:SS');
  return Buffer.concat([writeTlv(TLV.date, hex(digits.slice(0, 8))), writeTlv(TLV.time, hex(digits.slice(8)))]);
}

function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
