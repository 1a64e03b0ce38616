import { randomFillSync } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Room the ballast keeps for running work: an outcome is a few hundred bytes, a close of twenty terminals some hundred kilobytes. */
export const BALLAST_BYTES = 8 * 1024 * 1024;
const LOOK_EVERY_MS = 1_000;
const CHUNK_BYTES = 64 * 1024;

/** Where free space is read; replaced in tests that pretend a disk is full. */
export interface SpaceOptions {
  ballastBytes?: number;
  freeBytes?: (folder: string) => number;
}

/**
 * The file that is given up when the disk is full, so that running work can still be recorded and the write-ahead log folded into the database (DESIGN.md, Journal).
 * It holds random bytes, which no file system stores smaller than they are.
 */
export class DiskSpace {
  readonly #folder: string;
  readonly #file: string;
  readonly #ballastBytes: number;
  readonly #free: (folder: string) => number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #held: boolean;

  constructor(folder: string, options: SpaceOptions = {}) {
    this.#folder = folder;
    this.#file = join(folder, 'ballast');
    this.#ballastBytes = options.ballastBytes ?? BALLAST_BYTES;
    this.#free = options.freeBytes ?? freeBytes;
    this.#held = existsSync(this.#file);
  }

  /** True while the ballast is there: new work may begin. */
  get ballastHeld(): boolean {
    return this.#held;
  }

  /** Bytes an ordinary user may still write. */
  get freeBytes(): number {
    return this.#free(this.#folder);
  }

  /** Whether so little is free that the ballast must go now. Asks the file system at most every second. */
  isScarce(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return false;
    this.#lookedAt = now;
    return this.freeBytes < this.#ballastBytes / 2;
  }

  /** Gives the ballast's room back to the disk. Never throws: a disk that can't even do that has no room to gain. */
  release(): void {
    rmSync(this.#file, { force: true });
    this.#held = false;
  }

  /** Takes the ballast again when there is more than twice the room for it; true when it is there. */
  restore(): boolean {
    if (this.#held) return true;
    if (this.freeBytes < 3 * this.#ballastBytes) return false;
    const file = openSync(this.#file, 'w', 0o600);
    try {
      const chunk = randomFillSync(Buffer.alloc(Math.min(CHUNK_BYTES, this.#ballastBytes)));
      for (let written = 0; written < this.#ballastBytes; written += chunk.length) writeSync(file, chunk);
      fsyncSync(file);
    } catch (error) {
      rmSync(this.#file, { force: true });
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return false;
    } finally {
      closeSync(file);
    }
    this.#held = true;
    return true;
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
