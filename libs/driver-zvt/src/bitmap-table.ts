/** How long a bitmap's value is: a fixed number of bytes, or said in two (LLVAR) or three (LLLVAR) `Fx` bytes, or as a TLV length. */
export type Extent = number | 'llvar' | 'lllvar' | 'tlv';

/**
 * What a value is, for people. `amount`: minor units, packed decimal. `digits`: packed decimal kept as digits. `number`: packed decimal read
 * as a number. `byte`: one binary byte. `pan`: card number, of which only the last four digits are ever shown. `secret`: never shown at all
 * (tracks, PIN data, passwords). `binary`: shown as hexadecimal digits.
 */
export type ValueFormat =
  | 'amount'
  | 'currency'
  | 'digits'
  | 'number'
  | 'byte'
  | 'text'
  | 'pan'
  | 'secret'
  | 'binary'
  | 'totals'
  | 'resultCode'
  | 'cardType'
  | 'tlv';

/** One bitmap (BMP) of the spec. */
export interface BitmapDefinition {
  readonly name: string;
  readonly extent: Extent;
  readonly format: ValueFormat;
}

/** Numbers of the bitmaps this driver reads or writes by name (spec 13.08, chapter 13). */
export const BMP = {
  serviceByte: 0x03,
  amount: 0x04,
  tlv: 0x06,
  trace: 0x0b,
  time: 0x0c,
  date: 0x0d,
  statusByte: 0x19,
  paymentType: 0x19,
  pan: 0x22,
  resultCode: 0x27,
  terminalId: 0x29,
  contractNumber: 0x2a,
  originalTrace: 0x37,
  authorisationAttribute: 0x3b,
  additionalText: 0x3c,
  currency: 0x49,
  totals: 0x60,
  receiptNo: 0x87,
  cardType: 0x8a,
  cardName: 0x8b,
  fullDate: 0xaa,
  displaySeconds: 0xf0,
  displayLine1: 0xf1,
  beeps: 0xf9,
} as const;

type Row = readonly [bmp: number, name: string, extent: Extent, format: ValueFormat];

const ROWS: readonly Row[] = [
  [0x01, 'timeout', 1, 'byte'],
  [0x02, 'maximum number of status informations', 1, 'byte'],
  [0x03, 'service byte', 1, 'byte'],
  [0x04, 'amount', 6, 'amount'],
  [0x05, 'pump number', 1, 'byte'],
  [0x06, 'TLV container', 'tlv', 'tlv'],
  [0x0b, 'trace number', 3, 'number'],
  [0x0c, 'time', 3, 'digits'],
  [0x0d, 'date', 2, 'digits'],
  [0x0e, 'expiry date', 2, 'secret'],
  [0x17, 'card sequence number', 2, 'digits'],
  [0x19, 'status byte, payment type or card type', 1, 'byte'],
  [0x22, 'card number', 'llvar', 'pan'],
  [0x23, 'track 2', 'llvar', 'secret'],
  [0x24, 'track 3', 'lllvar', 'secret'],
  [0x27, 'result code', 1, 'resultCode'],
  [0x29, 'terminal id', 4, 'digits'],
  [0x2a, 'contract number', 15, 'text'],
  [0x2d, 'track 1', 'llvar', 'secret'],
  [0x2e, 'synchronous chip data', 'lllvar', 'secret'],
  [0x37, 'original trace number', 3, 'number'],
  [0x3a, 'card verification value', 2, 'secret'],
  [0x3b, 'authorisation attribute', 8, 'text'],
  [0x3c, 'additional text', 'lllvar', 'text'],
  [0x3d, 'password', 3, 'secret'],
  [0x49, 'currency', 2, 'currency'],
  [0x4c, 'blocked goods groups', 'llvar', 'digits'],
  [0x60, 'individual totals', 'lllvar', 'totals'],
  [0x70, 'display image request', 4, 'binary'],
  [0x71, 'image size', 4, 'binary'],
  [0x72, 'image MIME type', 1, 'byte'],
  [0x73, 'image encoding', 1, 'byte'],
  [0x74, 'image chunks', 1, 'byte'],
  [0x75, 'image chunk', 1, 'byte'],
  [0x87, 'receipt number', 2, 'number'],
  [0x88, 'turnover record number', 3, 'number'],
  [0x8a, 'card type', 1, 'cardType'],
  [0x8b, 'card name', 'llvar', 'text'],
  [0x8c, 'card type of the network operator', 1, 'byte'],
  // Only in older revisions of the spec, without a meaning there.
  [0x92, 'reserved', 'lllvar', 'secret'],
  [0x9a, 'purse record', 'lllvar', 'secret'],
  [0xa0, 'result code of the authorisation system', 1, 'byte'],
  [0xa7, 'chip data', 'llvar', 'secret'],
  [0xaa, 'date with year', 3, 'digits'],
  [0xaf, 'chip card information', 'lllvar', 'secret'],
  [0xba, 'AID parameter', 5, 'binary'],
  [0xd0, 'key algorithm', 1, 'byte'],
  [0xd1, 'PIN data', 'llvar', 'secret'],
  [0xd2, 'card output direction', 1, 'byte'],
  [0xd3, 'key identifier', 1, 'byte'],
  [0xe0, 'shortest input', 1, 'byte'],
  ...lines(0xe0, 'second text'),
  [0xe9, 'longest input', 1, 'byte'],
  [0xea, 'echo of the input', 1, 'byte'],
  [0xeb, 'MAC over the texts', 8, 'binary'],
  [0xf0, 'display seconds', 1, 'byte'],
  ...lines(0xf0, 'text'),
  [0xf9, 'beeps', 1, 'byte'],
  [0xfa, 'card reader activation', 1, 'byte'],
  [0xfb, 'confirmation with OK', 1, 'byte'],
  [0xfc, 'dialog control', 1, 'byte'],
  [0xfd, 'display device', 1, 'byte'],
];

function lines(base: number, name: string): Row[] {
  return Array.from({ length: 8 }, (_, index): Row => [base + 1 + index, `${name} line ${index + 1}`, 'llvar', 'text']);
}

const TABLE: readonly (BitmapDefinition | undefined)[] = (() => {
  const table = new Array<BitmapDefinition | undefined>(256).fill(undefined);
  for (const [bmp, name, extent, format] of ROWS) table[bmp] = { name, extent, format };
  return table;
})();

/** The definition of a bitmap; undefined for one the spec doesn't have, whose length nobody knows. */
export function bitmapDefinition(bmp: number): BitmapDefinition | undefined {
  return TABLE[bmp];
}
