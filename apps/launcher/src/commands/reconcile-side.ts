import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  type BatchTotals,
  CsvReader,
  type CsvReading,
  CsvRefusal,
  type CurrencySum,
  isWanted,
  LINE_SLACK,
  MAX_LINE_BYTES,
  type NumberedRows,
  type RowColumns,
  RowColumnsBuilder,
  type RowPlaces,
} from '@tillward/reconciliation';

/** What the first reading of a file found. */
export interface SideScan {
  readonly totals: BatchTotals;
  readonly sums: Record<string, CurrencySum>;
  readonly rows: number;
  readonly setAside: number;
  /** How many rows have which of the numbers that are compared. */
  readonly numbered: NumberedRows;
}

/** How a file is read. */
export interface SideReading extends CsvReading {
  readonly file: string;
  /** So many rows' places are remembered (8 bytes each); a longer file is parsed once more for each drill. */
  readonly indexedRows: number;
}

interface Block {
  readonly offset: number;
  readonly bytes: number;
  readonly firstLine: number;
  readonly rows: number;
  /** Places of its rows; null when the file has too many. */
  places: RowPlaces | null;
}

const BLOCK_BYTES = 262_144;
/** The shortest possible row is longer: date, currency, amount, type, separators. */
const SHORTEST_ROW_BYTES = 16;
const NEWLINE = 0x0a;

/**
 * One file of a comparison, read in blocks so that its size doesn't matter: `scan` once, then `drill` for the rows of some batches. Both throw CsvRefusal, the latter with `changed` when the file isn't
 * what it was.
 */
export class ReconcileSide {
  private readonly fd: number;
  private readonly size: number;
  private readonly modifiedMs: number;
  private readonly reader: CsvReader;
  private readonly buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES + MAX_LINE_BYTES + 1 + LINE_SLACK);
  private readonly spare = {
    place: new Int32Array(this.buffer.length / SHORTEST_ROW_BYTES),
    at: new Int32Array(this.buffer.length / SHORTEST_ROW_BYTES),
  };
  private readonly blocks: Block[] = [];

  constructor(private readonly reading: SideReading) {
    this.fd = openSync(reading.file, 'r');
    const { size, mtimeMs } = fstatSync(this.fd);
    this.size = size;
    this.modifiedMs = mtimeMs;
    this.reader = new CsvReader(reading);
  }

  scan(): SideScan {
    const { reader, blocks } = this;
    const reading = this.reading;
    const spare = this.spare;
    for (let offset = reading.header.bodyStart; offset < this.size; ) {
      const block = this.read(offset, Math.min(this.size - offset, BLOCK_BYTES + MAX_LINE_BYTES));
      const indexed = reader.rows + reader.setAside < reading.indexedRows;
      const firstLine = reader.line;
      const rows = reader.scan(this.buffer, block.length, spare);
      const places = indexed ? { place: spare.place.slice(0, rows), at: spare.at.slice(0, rows) } : null;
      blocks.push({ offset, bytes: block.bytes, firstLine, rows, places });
      offset += block.bytes;
    }
    const { rows, setAside, traces, references } = reader;
    return { totals: reader.batches.toTotals(), sums: reader.sums.toRecord(), rows, setAside, numbered: { rows, traces, references } };
  }

  /** The rows of wanted slices: `wanted` has a bit for each slice of each batch, as numbered by the scan. */
  drill(wanted: Uint16Array): RowColumns {
    const { size, mtimeMs } = fstatSync(this.fd);
    if (size !== this.size || mtimeMs !== this.modifiedMs) throw changed();
    const rows = new RowColumnsBuilder();
    for (const block of this.blocks) {
      if (block.places !== null && !block.places.place.some((place) => isWanted(place, wanted))) continue;
      const { length } = this.read(block.offset, block.bytes);
      let { places } = block;
      if (places === null) {
        // Quoted fields are unescaped in place, so the places are looked for in a copy.
        this.reader.locate(new Uint8Array(this.buffer.subarray(0, length + LINE_SLACK)), length, this.spare);
        places = this.spare;
      }
      this.reader.collect(this.buffer, places, block.rows, block.firstLine, wanted, rows);
    }
    return rows.trimmed();
  }

  close(): void {
    closeSync(this.fd);
  }

  /** Reads whole lines from `offset`, at most `bytes` bytes of the file; the last line of the file may lack its end. `length` bytes of the buffer are lines then. */
  private read(offset: number, bytes: number): { length: number; bytes: number } {
    const { buffer } = this;
    let got = 0;
    while (got < bytes) {
      const more = readSync(this.fd, buffer, got, bytes - got, offset + got);
      if (more === 0) throw changed();
      got += more;
    }
    if (offset + got === this.size) {
      if (buffer[got - 1] === NEWLINE) return { length: got, bytes: got };
      buffer[got] = NEWLINE;
      return { length: got + 1, bytes: got };
    }
    const end = buffer.lastIndexOf(NEWLINE, got - 1) + 1;
    if (end === 0) throw new CsvRefusal('lineTooLong', this.reader.line, `a line of more than ${MAX_LINE_BYTES} bytes`);
    return { length: end, bytes: end };
  }
}

function changed(): CsvRefusal {
  return new CsvRefusal('changed', 0, 'the file was changed while it was read');
}
