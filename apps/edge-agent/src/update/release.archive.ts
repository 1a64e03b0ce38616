import { Readable } from 'node:stream';
import { constants, createGunzip, createGzip } from 'node:zlib';

const BLOCK = 512;

/** The archive is not what a release must be; nothing of it can be used. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

/** One file of an archive. */
export interface ArchiveFile {
  path: string;
  bytes: number;
  executable: boolean;
  content: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * A gzip-compressed tar (POSIX.1-1988 ustar) of plain files in the given order, without owners or times, so that the same files make the same bytes
 * before compression.
 */
export function writeArchive(files: readonly ArchiveFile[]): Readable {
  return Readable.from(tarOf(files)).pipe(createGzip({ level: constants.Z_BEST_COMPRESSION }));
}

async function* tarOf(files: readonly ArchiveFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield header(file);
    let written = 0;
    for await (const chunk of file.content()) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== file.bytes) throw new ArchiveError(`${file.path} has ${written} bytes, not ${file.bytes}`);
    yield Buffer.alloc(padding(written));
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header({ path, bytes, executable }: ArchiveFile): Buffer {
  const { name, prefix } = splitPath(path);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'latin1');
  writeOctal(block, 100, 8, executable ? 0o755 : 0o644);
  writeOctal(block, 108, 8, 0);
  writeOctal(block, 116, 8, 0);
  writeOctal(block, 124, 12, bytes);
  writeOctal(block, 136, 12, 0);
  block.write(' '.repeat(8), 148, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  block.write(prefix, 345, 155, 'latin1');
  writeOctal(block, 148, 7, checksum(block));
  return block;
}

/** A path longer than 100 bytes goes into the prefix field up to a slash. */
function splitPath(path: string): { name: string; prefix: string } {
  if (path.length <= 100) return { name: path, prefix: '' };
  for (let slash = path.indexOf('/'); slash > 0 && slash <= 155; slash = path.indexOf('/', slash + 1)) {
    if (path.length - slash - 1 <= 100) return { name: path.slice(slash + 1), prefix: path.slice(0, slash) };
  }
  throw new ArchiveError(`the path ${path} is too long`);
}

function writeOctal(block: Buffer, at: number, length: number, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, length, 'latin1');
}

function checksum(block: Buffer): number {
  let sum = 0;
  for (const byte of block) sum += byte;
  return sum;
}

const padding = (bytes: number) => (BLOCK - (bytes % BLOCK)) % BLOCK;

/**
 * Reads an archive from front to back. The caller says what must come next: a name or length other than expected throws {@link ArchiveError} before
 * a byte of content is handed out, so that what the archive says never decides where anything is written.
 */
export class ArchiveReader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(compressed: Readable) {
    const tar = createGunzip();
    // The error of the file reaches the reader of what is unpacked.
    compressed.on('error', (error) => tar.destroy(error));
    this.#source = compressed.pipe(tar)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next file, which must have this name and not more than `maxBytes`, whole. */
  async whole(path: string, maxBytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.stream(path, { maxBytes })) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }

  /** The next file in pieces; it must have this name, and this length when `bytes` is given. */
  async *stream(path: string, limits: { bytes?: number; maxBytes?: number }): AsyncGenerator<Uint8Array> {
    const block = await this.#take(BLOCK);
    const { name, bytes } = readHeader(block);
    if (name !== path) throw new ArchiveError(`${path} is expected next`);
    if (bytes !== (limits.bytes ?? bytes) || bytes > (limits.maxBytes ?? bytes)) throw new ArchiveError(`${path} has another length`);
    for (let left = bytes; left > 0; ) {
      const chunk = await this.#some(left);
      left -= chunk.length;
      yield chunk;
    }
    await this.#take(padding(bytes));
  }

  /** Stops reading and lets the file go. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #some(atMost: number): Promise<Buffer> {
    if (this.#held.length === 0) await this.#more();
    const chunk = this.#held.subarray(0, atMost);
    this.#held = this.#held.subarray(chunk.length);
    return chunk;
  }

  async #take(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = bytes; left > 0; ) {
      const chunk = await this.#some(left);
      left -= chunk.length;
      parts.push(chunk);
    }
    return Buffer.concat(parts);
  }

  async #more(): Promise<void> {
    let next: IteratorResult<Buffer>;
    try {
      next = await this.#source.next();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE') throw new ArchiveError('the archive is damaged');
      throw error;
    }
    if (next.done) throw new ArchiveError('the archive ends early');
    this.#held = next.value;
  }
}

function readHeader(block: Buffer): { name: string; bytes: number } {
  const stored = readOctal(block, 148, 8);
  const cleared = Buffer.from(block);
  cleared.fill(0x20, 148, 156);
  if (stored !== checksum(cleared)) throw new ArchiveError('the archive is damaged');
  if (block[156] !== 0x30 && block[156] !== 0) throw new ArchiveError('the archive holds something else than plain files');
  const prefix = readText(block, 345, 155);
  const name = readText(block, 0, 100);
  return { name: prefix ? `${prefix}/${name}` : name, bytes: readOctal(block, 124, 12) };
}

function readText(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return block.toString('latin1', at, end < at || end > at + length ? at + length : end);
}

function readOctal(block: Buffer, at: number, length: number): number {
  const text = readText(block, at, length).trim();
  if (!/^[0-7]{1,11}$/.test(text)) throw new ArchiveError('the archive is damaged');
  return Number.parseInt(text, 8);
}
