import { crc32, createDeflateRaw } from 'node:zlib';

/** Deflate, with sizes and checksum after the data because they are not known before (APPNOTE 4.4.4, bits 3 and 11). */
const FLAGS = 0x0808;
const DEFLATE = 8;
const VERSION = 20;
/** 1980-01-01, the zip format's beginning of time: a file's bytes depend on its content alone. */
const DOS_DATE = 0x0021;
const MAX_32 = 0xffff_ffff;

/** A file of an archive: its name and its content in pieces. */
export interface ZipMember {
  readonly name: string;
  readonly content: AsyncIterable<string> | Iterable<string>;
}

/**
 * Writes a zip archive as a stream (PKWARE APPNOTE 6.3.10), holding a piece of one member at a time. Own writer: an XLSX file needs five members and no more of the format than this. Throws a
 * RangeError beyond 4 GiB.
 */
export async function* zipped(members: Iterable<ZipMember>): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of members) {
    const file = Buffer.from(name, 'utf8');
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x0403_4b50, 0);
    local.writeUInt16LE(VERSION, 4);
    local.writeUInt16LE(FLAGS, 6);
    local.writeUInt16LE(DEFLATE, 8);
    local.writeUInt16LE(DOS_DATE, 12);
    local.writeUInt16LE(file.length, 26);
    yield Buffer.concat([local, file]);
    const sums = { crc: 0, size: 0, packed: 0 };
    for await (const chunk of deflated(content, sums)) yield chunk;
    const start = offset;
    offset += local.length + file.length + sums.packed + 16;
    if (sums.size > MAX_32 || offset > MAX_32) throw new RangeError('an archive of this kind holds less than 4 GiB');
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE(0x0807_4b50, 0);
    writeSums(tail, 4, sums);
    yield tail;
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x0201_4b50, 0);
    entry.writeUInt16LE(VERSION, 4);
    entry.writeUInt16LE(VERSION, 6);
    entry.writeUInt16LE(FLAGS, 8);
    entry.writeUInt16LE(DEFLATE, 10);
    entry.writeUInt16LE(DOS_DATE, 14);
    writeSums(entry, 16, sums);
    entry.writeUInt16LE(file.length, 28);
    entry.writeUInt32LE(start, 42);
    directory.push(Buffer.concat([entry, file]));
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  yield Buffer.concat([entries, end]);
}

interface Sums {
  crc: number;
  size: number;
  packed: number;
}

function writeSums(buffer: Buffer, at: number, { crc, size, packed }: Sums): void {
  buffer.writeUInt32LE(crc, at);
  buffer.writeUInt32LE(packed, at + 4);
  buffer.writeUInt32LE(size, at + 8);
}

async function* deflated(content: AsyncIterable<string> | Iterable<string>, sums: Sums): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw();
  const write = async () => {
    for await (const text of content) {
      const bytes = Buffer.from(text, 'utf8');
      sums.crc = crc32(bytes, sums.crc);
      sums.size += bytes.length;
      if (!deflate.write(bytes)) await new Promise((resolve) => deflate.once('drain', resolve));
    }
    deflate.end();
  };
  const writing = write().catch((error: unknown) => void deflate.destroy(error as Error));
  for await (const chunk of deflate as AsyncIterable<Buffer>) {
    sums.packed += chunk.length;
    yield chunk;
  }
  await writing;
}
