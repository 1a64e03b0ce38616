import { ALL_SLICES } from './batch-totals.js';
import { comparedColumns, readCsvHeader } from './csv-header.js';
import { LINE_SLACK } from './csv-line.js';
import { CsvReader, isWanted } from './csv-reader.js';
import { batchKeyOf } from './difference.js';
import { currencyText, type RowColumns, RowColumnsBuilder, textAt } from './row-columns.js';
import { FIXED_SEED } from './row-digest.js';

/** A header with every column, in the documented order. */
export const HEADER = 'acquirer,merchant,terminal,batch,trace,reference,business_day,type,amount_minor,currency,fee_minor,card_kind';
/** A good line under HEADER. */
export const LINE = 'UP,898000000000001,60000001,000012,000077,260000000077,2026-03-02,sale,1250,EUR,-8,debit';

/** A row as the reader has it, spelt out. */
export interface ReadRow {
  readonly line: number;
  readonly key: string;
  readonly type: string;
  readonly trace: string;
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly feeMinor: number | null;
}

/** Reads a whole file in blocks of about `blockBytes`, first for its totals, then for its rows, as the command line does. Throws CsvRefusal. */
export function readFile(
  file: Uint8Array,
  blockBytes = Number.POSITIVE_INFINITY,
): { reader: CsvReader; rows: ReadRow[]; located: ReadRow[] } {
  const header = readCsvHeader(file);
  const reader = new CsvReader({ header, compared: comparedColumns(header, header), identity: 'trace', seed: FIXED_SEED });
  const blocks = blocksOf(file.subarray(header.bodyStart), blockBytes);
  const scanned = blocks.map((block) => {
    const places = placesFor(block);
    const firstLine = reader.line;
    const rows = reader.scan(withSlack(block), block.length, places);
    return { block, places, firstLine, rows };
  });
  const wanted = new Uint16Array(reader.batches.keys.count).fill(ALL_SLICES);
  const collected = new RowColumnsBuilder();
  const again = new RowColumnsBuilder();
  for (const { block, places, firstLine, rows } of scanned) {
    reader.collect(withSlack(block), places, rows, firstLine, wanted, collected);
    const located = placesFor(block);
    reader.locate(withSlack(block), block.length, located);
    reader.collect(withSlack(block), located, rows, firstLine, wanted, again);
    for (let row = 0; row < rows; row++)
      if (isWanted(places.place[row]!, wanted) !== isWanted(located.place[row]!, wanted)) throw new Error('places differ');
  }
  return { reader, rows: spell(reader, collected), located: spell(reader, again) };
}

function spell(reader: CsvReader, rows: RowColumns): ReadRow[] {
  return Array.from({ length: rows.count }, (_, row) => {
    const fee = rows.feeMinor[row]!;
    return {
      line: rows.line[row]!,
      key: Object.values(batchKeyOf(reader.batches.keys, rows.batch[row]!)).join('|'),
      type: textAt(rows.type, row),
      trace: textAt(rows.trace, row),
      reference: textAt(rows.reference, row),
      amountMinor: rows.amountMinor[row]!,
      currency: currencyText(rows.currency[row]!),
      feeMinor: Number.isNaN(fee) ? null : fee,
    };
  });
}

function blocksOf(body: Uint8Array, blockBytes: number): Uint8Array[] {
  const whole = body.length > 0 && body.at(-1) !== 0x0a ? Uint8Array.from([...body, 0x0a]) : body;
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < whole.length; ) {
    const end = at + blockBytes >= whole.length ? whole.length : whole.indexOf(0x0a, at + blockBytes - 1) + 1;
    blocks.push(whole.subarray(at, end));
    at = end;
  }
  return blocks;
}

function withSlack(block: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(block.length + LINE_SLACK);
  bytes.set(block);
  // What stands there must not matter.
  bytes.fill(0x2c, block.length);
  return bytes;
}

function placesFor(block: Uint8Array): { place: Int32Array; at: Int32Array } {
  return { place: new Int32Array(block.length), at: new Int32Array(block.length) };
}
