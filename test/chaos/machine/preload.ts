import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from 'tillward/bootstrap';

const run = promisify(execFile);
const SOURCE = join(PROJECT_ROOT, 'test', 'chaos', 'machine', 'preload.c');
const CONTROL_BYTES = 64;

/** Compiles the library into `folder` and answers its path. Rejects when there is no C compiler. */
export async function buildPreload(folder: string): Promise<string> {
  const library = join(folder, 'preload.so');
  const source = join(folder, 'preload.c');
  await copyFile(SOURCE, source);
  await run('cc', ['-O2', '-shared', '-fPIC', '-o', `${library}.new`, source, '-ldl', '-lpthread']);
  await rename(`${library}.new`, library);
  return library;
}

/** Error numbers of Linux (errno(3)) that a disk gives. */
export const ERRNO = { EIO: 5, ENOSPC: 28 } as const;

/** The file through which a preloaded process is steered (machine/preload.c). Works before, during and after the process's life. */
export class ProcessControl {
  readonly #fd: number;

  private constructor(
    readonly path: string,
    fd: number,
  ) {
    this.#fd = fd;
  }

  /** Makes the file with everything switched off. */
  static async create(path: string): Promise<ProcessControl> {
    await writeFile(path, Buffer.alloc(CONTROL_BYTES));
    return new ProcessControl(path, openSync(path, 'r+'));
  }

  /** Moves the wall clock so many milliseconds from the real one. */
  setClock(offsetMs: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.trunc(offsetMs)) * 1_000_000n);
    writeSync(this.#fd, bytes, 0, 8, 0);
  }

  /** Lets every write below the data folder fail with this number; 0: none. */
  failWrites(errno: number): void {
    this.#int32(errno, 8);
  }

  /** Lets every sync below the data folder fail with this number; 0: none. */
  failSyncs(errno: number): void {
    this.#int32(errno, 12);
  }

  /** What stands in the file now. */
  async read(): Promise<{ clockOffsetMs: number; writeErrno: number; syncErrno: number }> {
    const bytes = await readFile(this.path);
    return {
      clockOffsetMs: Number(bytes.readBigInt64LE(0) / 1_000_000n),
      writeErrno: bytes.readInt32LE(8),
      syncErrno: bytes.readInt32LE(12),
    };
  }

  /** Switches everything off and lets go of the file. */
  close(): void {
    writeSync(this.#fd, Buffer.alloc(CONTROL_BYTES), 0, CONTROL_BYTES, 0);
    closeSync(this.#fd);
  }

  #int32(value: number, at: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    writeSync(this.#fd, bytes, 0, 4, at);
  }
}
