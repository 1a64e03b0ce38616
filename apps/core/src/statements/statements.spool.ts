import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileRefused } from './statements.errors.js';

/** A file in the spool. */
export interface Spooled {
  readonly storedAs: string;
  readonly digest: string;
  readonly bytes: number;
}

/**
 * Where a file's bytes stand between its arrival and the end of its import. Several cores share one folder or import what they took themselves. Nothing stays: an
 * acquirer's original may hold more than may be kept, and its digest says which one it was.
 */
export class StatementSpool {
  constructor(
    private readonly folder: string,
    readonly maxBytes: number,
  ) {}

  /** Writes a stream to disk, counting and hashing on the way. Throws {@link FileRefused} beyond the limit; then, as after any error, nothing is left. */
  async take(source: Readable): Promise<Spooled> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const storedAs = `${randomUUID()}.statement`;
    const path = join(this.folder, storedAs);
    const hash = createHash('sha256');
    const { maxBytes } = this;
    let bytes = 0;
    try {
      await pipeline(
        source,
        async function* counted(chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            bytes += chunk.length;
            if (bytes > maxBytes) throw new FileRefused({ code: 'tooLarge', message: `The file has more than ${maxBytes} bytes.` });
            hash.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(path, { mode: 0o600, flush: true }),
      );
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return { storedAs, digest: hash.digest('hex'), bytes };
  }

  /** True when this core can reach the file. */
  async has(storedAs: string): Promise<boolean> {
    try {
      await access(join(this.folder, storedAs));
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** The file's bytes in chunks. */
  read(storedAs: string): Readable {
    return createReadStream(join(this.folder, storedAs), { highWaterMark: 256 * 1024 });
  }

  /** Removes a file; removing it twice does nothing more. */
  async remove(storedAs: string): Promise<void> {
    await rm(join(this.folder, storedAs), { force: true });
  }
}
