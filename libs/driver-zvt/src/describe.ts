import { maskCardNumbers, maskLines } from '@tillward/driver';
import { hexDigits, readBcd } from './bcd.js';
import { walkBitmaps } from './bitmap.js';
import { BMP, bitmapDefinition, type ValueFormat } from './bitmap-table.js';
import { type ControlField, controlField, type Direction, type LeadingField } from './control-field.js';
import { alphabeticCurrency } from './currency.js';
import { DecodeError } from './decode-error.js';
import { readLocks } from './device-status.js';
import type { Frame } from './frame.js';
import { intermediateStatusText } from './intermediate-status.js';
import { readVarLength } from './length.js';
import { maskedHex } from './masking.js';
import { lastFour } from './message.js';
import { resultText } from './result-code.js';
import { type CharacterSet, readText } from './text.js';
import { isConstructed, MAX_TLV_DEPTH, readTlvLevel } from './tlv.js';
import { type TlvDefinition, tlvDefinition } from './tlv-table.js';
import { cardTotals, readTotals } from './totals.js';

/**
 * One field of an APDU. `tag` is `BMP 04`, `TLV 1F07`, or empty for a field without a tag. One of `value` (text, or a number: amounts in minor
 * units), `hex` (bytes nobody here can read; card numbers in them are hidden) and `fields` (what a container holds) says what is in it; a
 * secret one says only how many bytes were `hidden`. `meaning` is a code in words.
 */
export interface ApduField {
  readonly tag: string;
  readonly name: string;
  readonly value?: string | number;
  readonly unit?: 'minor';
  readonly meaning?: string;
  readonly hex?: string;
  readonly hidden?: number;
  readonly fields?: readonly ApduField[];
}

/** An APDU decoded for people and scripts. `damage` is where it stopped making sense; what is before it is right. */
export interface DescribedApdu {
  /** Class and instruction, for instance `04 0F`. */
  readonly control: string;
  readonly name: string;
  readonly direction: Direction;
  /** Length of the data part. */
  readonly dataBytes: number;
  readonly fields: readonly ApduField[];
  readonly damage: DecodeError | null;
}

/** How to read texts, and what to leave out: `keptOnly` drops TLV tags that are not on the allow-list. */
export interface DescribeOptions {
  readonly characterSet?: CharacterSet;
  readonly keptOnly?: boolean;
}

/**
 * Decodes any APDU of either direction: bitmaps and TLV tags named, texts and amounts read, unknown ones as bytes. Never throws, and never
 * shows more of a card number than its last four digits, wherever it may stand; tracks, PINs, keys and passwords not at all.
 */
export function describeApdu(frame: Frame, options: DescribeOptions = {}): DescribedApdu {
  const { control, data } = frame;
  const known = controlField(control);
  const reader = new FieldReader(data, options.characterSet ?? 'cp437', options.keptOnly ?? false);
  reader.read(control, known);
  return {
    control: hexDigits(Uint8Array.of(control >> 8, control & 0xff))
      .toUpperCase()
      .replace(/^(..)/, '$1 '),
    name: nameOf(control, known),
    direction: known.direction,
    dataBytes: data.length,
    fields: readTogether(reader.fields),
    damage: reader.damage,
  };
}

/** Lines of text that stand below each other are masked as they are read: as one. */
function readTogether(fields: readonly ApduField[]): ApduField[] {
  const isLine = ({ name, value }: ApduField) => typeof value === 'string' && /\bline\b/.test(name);
  const lines = maskLines(fields.filter(isLine).map(({ value }) => String(value)));
  let next = 0;
  return fields.map((field) => {
    if (field.fields) return { ...field, fields: readTogether(field.fields) };
    return isLine(field) ? { ...field, value: lines[next++] ?? '' } : field;
  });
}

function nameOf(control: number, known: ControlField): string {
  return control >> 8 === 0x84 && control !== 0x8400 ? `${known.name}: ${resultText(control & 0xff)}` : known.name;
}

/** One reading of one frame's data. */
class FieldReader {
  readonly fields: ApduField[] = [];
  damage: DecodeError | null = null;

  constructor(
    private readonly data: Uint8Array,
    private readonly characterSet: CharacterSet,
    private readonly keptOnly: boolean,
  ) {}

  read(control: number, known: ControlField): void {
    const start = this.leading(known.leading);
    if (start < 0) return;
    switch (known.layout) {
      case 'bitmaps':
        return this.bitmaps(control === 0x061e ? this.abortCurrency(start) : start, this.fields);
      case 'guess':
        return this.guess(control === 0x841e ? this.abortCurrency(this.leading([RESULT_CODE])) : start);
      case 'completion':
        return this.completion();
      case 'line':
        return this.line(start);
      case 'displayOld':
        return this.displayOld();
      case 'bytes':
        return this.rest(start);
    }
  }

  /** Reads the fields without tags; -1 when a mandatory one is missing. */
  private leading(leading: readonly LeadingField[]): number {
    let at = 0;
    for (const { name, bytes, format, optional, unless } of leading) {
      const next = this.data[at];
      const there = at + bytes <= this.data.length && (next === undefined || !unless?.includes(next));
      if (!there) {
        if (optional) continue;
        // Where the data ends before the field begins, its last byte is the one to look at.
        this.damage = new DecodeError('truncated', Math.min(at, Math.max(0, this.data.length - 1)));
        return -1;
      }
      this.fields.push({ tag: '', name, ...this.valueOf(format, this.data.subarray(at, at + bytes), at), ...leadingMeaning(name, next) });
      at += bytes;
    }
    return at;
  }

  /** Behind the code 6F stands the terminal's currency without a tag. */
  private abortCurrency(start: number): number {
    if (this.data[0] !== 0x6f || start < 0 || this.data.length < start + 2 || this.data[start] === BMP.tlv) return start;
    this.fields.push({ tag: '', name: 'currency', ...this.valueOf('currency', this.data.subarray(start, start + 2), start) });
    return start + 2;
  }

  private bitmaps(start: number, into: ApduField[]): void {
    let read = start;
    const damage = walkBitmaps(this.data, start, (bmp, from, to) => {
      const definition = bitmapDefinition(bmp);
      const tag = `BMP ${hexDigits(Uint8Array.of(bmp)).toUpperCase()}`;
      const name = definition?.name ?? 'unknown';
      const value = this.data.subarray(from, to);
      if (bmp === BMP.tlv) into.push({ tag, name, fields: this.container(value, from, 1) });
      else into.push({ tag, name, ...this.valueOf(definition?.format ?? 'binary', value, from) });
      read = to;
    });
    if (damage?.code === 'unknownBitmap') {
      // Of unknown length: everything from here on belongs to it, as far as anybody can tell.
      const tag = `BMP ${hexDigits(this.data, read, read + 1).toUpperCase()}`;
      into.push({ tag, name: 'unknown', hex: maskedHex(this.data.subarray(read + 1)) });
    } else if (damage) {
      this.damage ??= damage;
    }
  }

  /** Bitmaps if they read as such to the end, else bytes. */
  private guess(start: number): void {
    if (start < 0) return;
    const fields: ApduField[] = [];
    if (walkBitmaps(this.data, start, () => {}) !== null) return this.rest(start);
    this.bitmaps(start, fields);
    if (this.damage === null) {
      this.fields.push(...fields);
      return;
    }
    this.damage = null;
    this.rest(start);
  }

  /** 06 0F: behind a status enquiry it is a version (LLLVAR), a status byte, then bitmaps; else bitmaps; else a maker's own. */
  private completion(): void {
    const { data } = this;
    const length = readVarLength(data, 0, 3);
    if (length >= 0 && 3 + length < data.length) {
      this.fields.push({ tag: '', name: 'software version', value: readText(data, 'latin1', 3, 3 + length).trim() });
      this.fields.push({ tag: '', name: 'terminal status', ...statusByte(data[3 + length]!) });
      return this.bitmaps(4 + length, this.fields);
    }
    if (data.length === 1) {
      this.fields.push({ tag: '', name: 'terminal status', ...statusByte(data[0]!) });
      return;
    }
    if (length >= 0) {
      this.damage = new DecodeError('truncated', 0);
      return;
    }
    return data.length > 0 && bitmapDefinition(data[0]!) === undefined ? this.rest(0) : this.bitmaps(0, this.fields);
  }

  /** 06 D1: text, and in some terminals a container behind it; no text holds its tag. */
  private line(start: number): void {
    const container = this.data.indexOf(BMP.tlv, start);
    const end = container < 0 ? this.data.length : container;
    this.fields.push({ tag: '', name: 'text', value: readText(this.data, this.characterSet, Math.min(start, end), end) });
    if (container >= 0) this.bitmaps(container, this.fields);
  }

  private displayOld(): void {
    const end = this.data.indexOf(0x00, 1);
    const stop = end < 0 ? this.data.length : end;
    this.fields.push({ tag: '', name: 'text', value: readText(this.data, this.characterSet, Math.min(1, stop), stop) });
    const seconds = this.data[stop + 1];
    if (seconds !== undefined) this.fields.push({ tag: '', name: 'display seconds', value: seconds });
  }

  private rest(start: number): void {
    if (start >= 0 && start < this.data.length) {
      this.fields.push({ tag: '', name: 'data', hex: maskedHex(this.data.subarray(start)) });
    }
  }

  private container(content: Uint8Array, base: number, depth: number): ApduField[] {
    if (depth > MAX_TLV_DEPTH) {
      this.damage ??= new DecodeError('tooDeep', base);
      return [];
    }
    const level = readTlvLevel(content, base);
    this.damage ??= level.damage;
    const fields: ApduField[] = [];
    for (const { tag, value } of level.elements) {
      const definition = tlvDefinition(tag);
      const named = { tag: `TLV ${tag.toString(16).toUpperCase().padStart(2, '0')}`, name: definition?.name ?? 'unknown' };
      if (this.keptOnly && definition?.kept !== true) fields.push({ ...named, hidden: value.length });
      else fields.push({ ...named, ...this.element(tag, value, definition, base + value.byteOffset - content.byteOffset, depth) });
    }
    return fields;
  }

  private element(tag: number, value: Uint8Array, definition: TlvDefinition | undefined, at: number, depth: number): Partial<ApduField> {
    if (definition?.format === 'container') return { fields: this.container(value, at, depth + 1) };
    if (definition?.format === 'locks') return { value: readLocks(value).join(', ') || 'none' };
    if (definition) return this.valueOf(definition.format, value, at);
    if (isConstructed(tag) && value.length > 0) {
      // An unknown tag is a container only if it reads as one.
      const before = this.damage;
      this.damage = null;
      const fields = this.container(value, at, depth + 1);
      const inner: DecodeError | null = this.damage;
      this.damage = before;
      if (inner === null) return { fields };
    }
    return { hex: maskedHex(value) };
  }

  private valueOf(format: ValueFormat, value: Uint8Array, at: number): Partial<ApduField> {
    switch (format) {
      case 'amount':
        return amount(value);
      case 'number': {
        const number = value.length <= LONGEST_NUMBER ? readBcd(value) : null;
        return number === null ? { hex: maskedHex(value) } : { value: number };
      }
      case 'digits':
        return { value: maskCardNumbers(hexDigits(value)) };
      case 'currency': {
        const number = value.length === 2 ? readBcd(value) : null;
        return number === null ? { hex: maskedHex(value) } : { value: alphabeticCurrency(number) ?? number };
      }
      case 'byte':
        return { value: value[0] ?? 0 };
      case 'resultCode':
        return { value: hexDigits(value), meaning: resultText(value[0] ?? null) };
      case 'cardType':
        return { value: value[0] ?? 0 };
      case 'text':
        return { value: readText(value, this.characterSet) };
      case 'pan': {
        const tail = lastFour(value, 0, value.length);
        return tail === null ? { hidden: value.length } : { value: `************${tail}` };
      }
      case 'totals':
        return totals(value);
      case 'secret':
        return { hidden: value.length };
      case 'tlv':
        return { fields: this.container(value, at, 1) };
      case 'binary':
        return { hex: maskedHex(value) };
    }
  }
}

/** Bytes of packed decimal that make a number; more digits than ten could be those of a card. */
const LONGEST_NUMBER = 5;
const RESULT_CODE: LeadingField = { name: 'result code', bytes: 1, format: 'resultCode', optional: true };

function leadingMeaning(name: string, byte: number | undefined): Partial<ApduField> {
  return name === 'intermediate status' && byte !== undefined ? { meaning: intermediateStatusText(byte) } : {};
}

function statusByte(code: number): Partial<ApduField> {
  return { value: hexDigits(Uint8Array.of(code)), meaning: code === 0 ? 'ready' : resultText(code) };
}

/** Minor units. Twelve digits that would pass for a card number are treated as one. */
function amount(value: Uint8Array): Partial<ApduField> {
  const minor = value.length <= 7 ? readBcd(value) : null;
  if (minor === null) return { hex: maskedHex(value) };
  return minorUnits(minor);
}

function minorUnits(minor: number): Partial<ApduField> {
  const text = String(minor);
  const masked = maskCardNumbers(text);
  return masked === text ? { value: minor, unit: 'minor' } : { value: masked };
}

function totals(value: Uint8Array): Partial<ApduField> {
  const read = readTotals(value);
  if (!read) return { hex: maskedHex(value) };
  const fields: ApduField[] = [];
  if (read.receiptFrom !== null) fields.push({ tag: '', name: 'first receipt', value: read.receiptFrom });
  if (read.receiptTo !== null) fields.push({ tag: '', name: 'last receipt', value: read.receiptTo });
  for (const { card, count, amountMinor } of cardTotals(read)) {
    fields.push({ tag: '', name: `${card} count`, value: count });
    fields.push({ tag: '', name: `${card} amount`, ...minorUnits(amountMinor) });
  }
  return { fields };
}
