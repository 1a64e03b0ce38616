import { deflateRawSync } from 'node:zlib';
import { type CsvProfile, parseProfile } from './profile.js';
import {
  adyenReport,
  alipayBill,
  bai2,
  camt,
  camtStatement,
  gbk,
  mt940,
  mt942,
  stripeReport,
  unionpayZip,
  utf8,
  wechatBill,
  zip,
  zmeLine,
} from './statements.fixtures.js';
import type { StatementFormat } from './summary.js';

/** Gives integers from 0 to below `limit`. */
export type Dice = (limit: number) => number;

/** mulberry32: small, and the same everywhere for the same seed. */
export function dice(start: number): Dice {
  let state = start >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** The card number that must never come out, in parts so that it stands nowhere. */
export const PAN = `400000${'0'.repeat(9)}2`;

export const FUZZ_PROFILE: CsvProfile = parseProfile(
  JSON.stringify({
    name: 'fuzz',
    separator: ';',
    decimalMark: ',',
    groupMark: '.',
    dateForm: 'DD.MM.YYYY',
    currency: 'EUR',
    sign: 'byType',
    columns: { type: 'Type', gross: 'Gross', fee: 'Fee', net: 'Net', businessDay: 'Day', card: 'Card', reference: 'Ref' },
    types: { Sale: 'sale', Refund: 'refund' },
    trailer: { firstCell: 'TOTAL', count: 2, gross: 3, fee: 4, net: 5 },
  }),
);

const OWN =
  'Day;Type;Gross;Fee;Net;Card;Ref\n20.11.2026;Sale;1.000,00;1,25;998,75;************0042;A1\n21.11.2026;Refund;10,00;;10,00;;A2\nTOTAL;2;990,00;1,25;988,75;;\n';

/** One format under fire: a good file of it, words that mean something in it, and the refusal of a wrong sum, if its sums bind. */
export interface FuzzSubject {
  readonly format: StatementFormat;
  readonly good: Uint8Array;
  readonly words: readonly string[];
  readonly profile?: CsvProfile;
}

const AMOUNTS = [
  '-1',
  '1,5',
  '1.234,56',
  '1,234.56',
  '0.00001',
  '1e9',
  '999999999999999999',
  'NaN',
  '--1',
  '=1+1',
  '@SUM(A1)',
  '',
  '+',
  '.',
  '-.5',
];
const CSV = [...AMOUNTS, '"', '""', ',', ';', '\n', '\r', '\r\n', '\ufeff', '\u0000', '`', '#', '\t', PAN, 'EUR', 'XXX', '2026-02-30'];
const XML = [
  ...AMOUNTS,
  '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
  '<!ENTITY xxe SYSTEM "file:///etc/passwd">',
  '&xxe;',
  '&a;',
  '&#0;',
  '&#x110000;',
  '&lt;',
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<?xml version="1.0"?>',
  '<',
  '>',
  '/>',
  '<Ntry>',
  '</Ntry>',
  '<a a="1" a="2">',
  'CRDT',
  'DBIT',
  PAN,
];
const LINES = [
  ...AMOUNTS,
  '\n',
  '\r',
  ':61:',
  ':20:X',
  ':62F:C261120EUR1,',
  '-',
  '-}',
  '{4:',
  '16,',
  '88,',
  '49,',
  '/',
  ',',
  PAN,
  '\u0001',
];

/** All formats. */
export const SUBJECTS: readonly FuzzSubject[] = [
  { format: 'unionpay', good: unionpayZip(), words: CSV },
  { format: 'unionpay', good: unionpayZip(undefined, `${zmeLine({ code: 'E22', disputedTrace: '000123', amount: 900 })}\r\n`), words: CSV },
  { format: 'wechat', good: utf8(wechatBill()), words: CSV },
  { format: 'alipay', good: gbk(alipayBill()), words: CSV },
  { format: 'adyen', good: utf8(adyenReport()), words: CSV },
  { format: 'stripe', good: utf8(stripeReport()), words: CSV },
  { format: 'csv', good: utf8(OWN), words: CSV, profile: FUZZ_PROFILE },
  { format: 'camt053', good: utf8(camt()), words: XML },
  { format: 'camt054', good: utf8(camt(camtStatement('04'), { number: '054', version: '04' })), words: XML },
  { format: 'mt940', good: utf8(mt940()), words: LINES },
  { format: 'mt942', good: utf8(mt942()), words: LINES },
  { format: 'bai2', good: utf8(bai2()), words: LINES },
];

/** A hostile file, and how it was made. */
export interface HostileFile {
  readonly bytes: Uint8Array;
  readonly kind: string;
}

/** One hostile file: cut, bytes changed, pieces moved, words of the format put in, other encodings, huge fields, noise. */
export function hostileFile(roll: Dice, { good, words, format }: FuzzSubject): HostileFile {
  const at = roll(good.length + 1);
  switch (roll(12)) {
    case 0:
      return { kind: 'cut', bytes: good.subarray(0, at) };
    case 1:
      return { kind: 'byte', bytes: changed(good, at, roll(256)) };
    case 2:
      return { kind: 'bit', bytes: changed(good, at, (good[at] ?? 0) ^ (1 << roll(8))) };
    case 3:
    case 4:
      return { kind: 'word', bytes: spliced(good, at, roll(3) * roll(12), utf8(words[roll(words.length)]!)) };
    case 5: {
      const [from, size] = [roll(good.length), roll(200)];
      return { kind: 'repeated', bytes: spliced(good, at, 0, good.subarray(from, from + size)) };
    }
    case 6:
      return { kind: 'removed', bytes: spliced(good, at, 1 + roll(120), new Uint8Array(0)) };
    case 7:
      return { kind: 'digit', bytes: digitChanged(good, roll) };
    case 8:
      return encoded(good, roll(5));
    case 9:
      return {
        kind: 'huge',
        bytes: spliced(
          good,
          at,
          0,
          new Uint8Array(1 + roll(roll(40) === 0 ? 1_500_000 : 9_000)).fill(words[roll(words.length)]!.charCodeAt(0) || 0x41),
        ),
      };
    case 10:
      if (format === 'unionpay') return { kind: 'member', bytes: hostileArchive(roll) };
      return {
        kind: 'words',
        bytes: Array.from({ length: 1 + roll(6) }, () => utf8(words[roll(words.length)]!)).reduce(
          (all, word) => spliced(all, roll(all.length + 1), roll(4), word),
          good,
        ),
      };
    default: {
      const noise = Uint8Array.from({ length: roll(400) }, () => roll(256));
      return { kind: 'noise', bytes: spliced(good, roll(2) === 0 ? at : 0, roll(good.length), noise) };
    }
  }
}

function changed(good: Uint8Array, at: number, byte: number): Uint8Array {
  const bytes = good.slice();
  if (at < bytes.length) bytes[at] = byte;
  return bytes;
}

function spliced(good: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(at + put.length + Math.max(0, good.length - at - removed));
  bytes.set(good.subarray(0, at));
  bytes.set(put, at);
  if (at + removed < good.length) bytes.set(good.subarray(at + removed), at + put.length);
  return bytes;
}

function digitChanged(good: Uint8Array, roll: Dice): Uint8Array {
  const bytes = good.slice();
  for (let tries = 0; tries < 200; tries++) {
    const at = roll(bytes.length);
    if (bytes[at]! < 0x30 || bytes[at]! > 0x39) continue;
    bytes[at] = 0x30 + ((bytes[at]! - 0x30 + 1 + roll(9)) % 10);
    break;
  }
  return bytes;
}

function encoded(good: Uint8Array, way: number): HostileFile {
  if (way === 0) return { kind: 'byte order mark', bytes: spliced(good, 0, 0, Uint8Array.of(0xef, 0xbb, 0xbf)) };
  if (way === 1) return { kind: 'UTF-16 little', bytes: Uint8Array.from([0xff, 0xfe, ...[...good].flatMap((byte) => [byte, 0])]) };
  if (way === 2) return { kind: 'UTF-16 big', bytes: Uint8Array.from([0xfe, 0xff, ...[...good].flatMap((byte) => [0, byte])]) };
  if (way === 3) return { kind: 'seven bits', bytes: good.map((byte) => byte & 0x7f) };
  return { kind: 'eighth bit', bytes: good.map((byte, index) => (index % 37 === 0 ? byte | 0x80 : byte)) };
}

/** Archives whose members are hostile, or whose directory lies. */
function hostileArchive(roll: Dice): Uint8Array {
  const bomb = zip([{ name: utf8('ZM'), content: new Uint8Array(1 << (10 + roll(12))).fill(0x20) }]);
  if (roll(3) === 0) return bomb;
  const members = unionpayZip().slice();
  const directory = members.length - 22 - 46 * 2 - 40;
  const at = Math.max(0, directory) + roll(members.length - Math.max(0, directory));
  members[at] = roll(256);
  if (roll(2) === 0) return members;
  const noise = deflateRawSync(Uint8Array.from({ length: roll(500) }, () => roll(256)));
  return spliced(members, 30 + roll(200), noise.length, noise);
}
