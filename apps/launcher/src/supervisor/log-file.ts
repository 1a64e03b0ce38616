import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A part's log: appended to, and rotated to `<path>.1`, `.2`… when it outgrows its size, so that an unattended run can't fill the disk. */
export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  #handle: number;
  #size: number;

  /** Opens (and makes) the file; throws when the folder can't be written. `keep` counts the rotated files beside the current one. */
  constructor(path: string, options: { maxBytes?: number; keep?: number } = {}) {
    this.#path = path;
    this.#maxBytes = options.maxBytes ?? 5 * 1024 * 1024;
    this.#keep = options.keep ?? 2;
    mkdirSync(dirname(path), { recursive: true });
    this.#handle = openSync(path, 'a', 0o600);
    this.#size = fstatSync(this.#handle).size;
  }

  /** Appends; rotates first when the file is full. */
  write(chunk: Buffer): void {
    if (this.#size > 0 && this.#size + chunk.length > this.#maxBytes) this.#rotate();
    writeSync(this.#handle, chunk);
    this.#size += chunk.length;
  }

  #rotate(): void {
    closeSync(this.#handle);
    rmSync(`${this.#path}.${this.#keep}`, { force: true });
    for (let i = this.#keep - 1; i >= 0; i--) {
      const from = i === 0 ? this.#path : `${this.#path}.${i}`;
      try {
        renameSync(from, `${this.#path}.${i + 1}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.#handle = openSync(this.#path, 'a', 0o600);
    this.#size = 0;
  }
}
