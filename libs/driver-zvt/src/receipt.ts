import { readBitmaps } from './bitmap.js';
import { BMP } from './bitmap-table.js';
import { type CharacterSet, characterSetOf, readText } from './text.js';
import { findTlv, readTlv } from './tlv.js';
import { TLV } from './tlv-table.js';

/** Whose copy a receipt is (TLV 1F07). */
export type ReceiptCopy = 'merchant' | 'cardholder' | 'administrative' | 'unknown';

/** Printed lines, masked. `last`: the receipt ends here, and the next line begins another. */
export interface PrintedLines {
  readonly copy: ReceiptCopy;
  readonly lines: readonly string[];
  readonly last: boolean;
}

/** Attribute of 06 D1 that is a number of line feeds instead of a text. */
const LINE_FEEDS = 0xff;
/** More line feeds than this make no receipt. */
const MAX_LINE_FEEDS = 10;

/**
 * Reads 06 D1 (spec 13.08, chapter 3.5): attribute, then text; attribute FF is a number of line feeds. Some terminals add a container with the
 * copy; no text holds its tag 06.
 */
export function readPrintLine(data: Uint8Array, characterSet: CharacterSet): PrintedLines {
  const attribute = data[0] ?? 0;
  if (attribute === LINE_FEEDS) {
    const feeds = Math.min(MAX_LINE_FEEDS, data[1] ?? 1);
    return { copy: 'unknown', lines: new Array<string>(feeds).fill(''), last: false };
  }
  const container = data.indexOf(BMP.tlv, 1);
  const end = container < 0 ? data.length : container;
  const tlv = container < 0 ? undefined : readBitmaps(data, container).values.get(BMP.tlv);
  return { copy: copyOf(tlv), lines: [readText(data, characterSet, 1, end)], last: endsReceipt(attribute) };
}

/**
 * Reads 06 D3 (spec 13.08, chapter 3.6): a container with the receipt type (1F07), the character set (14) and the text lines (25 holding 07).
 * Attributes (09) are layout, but for the one that ends a receipt.
 */
export function readPrintBlock(data: Uint8Array, characterSet: CharacterSet): PrintedLines {
  const tlv = readBitmaps(data, 0).values.get(BMP.tlv);
  if (!tlv) return { copy: 'unknown', lines: [], last: false };
  const elements = readTlv(tlv);
  const set = characterSetOf(elements.find(({ tag }) => tag === TLV.characterSet)?.value[0]) ?? characterSet;
  const lines: string[] = [];
  let last = false;
  for (const block of elements) {
    if (block.tag !== TLV.printTexts) continue;
    for (const { tag, value } of readTlv(block.value)) {
      if (tag === TLV.textLine) lines.push(readText(value, set));
      else if (tag === TLV.attribute) last ||= value[0] !== LINE_FEEDS && endsReceipt(value[0] ?? 0);
    }
  }
  return { copy: copyOf(tlv), lines, last };
}

function endsReceipt(attribute: number): boolean {
  return attribute > 0x80;
}

function copyOf(tlv: Uint8Array | undefined): ReceiptCopy {
  switch (tlv && findTlv(tlv, TLV.receiptType)?.at(-1)) {
    case 1:
      return 'merchant';
    case 2:
      return 'cardholder';
    case 3:
      return 'administrative';
    default:
      return 'unknown';
  }
}
