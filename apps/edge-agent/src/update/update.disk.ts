import { createHash } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';

/** A file being written. */
export interface NewFile {
  write(chunk: Uint8Array): void;
  /** Syncs and closes: the content, not yet the name, survives a power cut. */
  finish(): void;
  /** Closes without a promise. Does nothing after {@link finish}. */
  abandon(): void;
}

/**
 * The file operations updates are made of, no others, so that a test can cut the power after each. Names (made, renamed, removed) survive a power cut
 * only after {@link syncFolder} of their folder. All throw the system's error, but a missing file reads as null.
 */
export interface Disk {
  /** The content; null when it is missing. Throws when it is longer than `maxBytes`. */
  read(path: string, maxBytes: number): Buffer | null;
  /** Length and SHA-256 (hex) of the content; null when it is missing or no plain file. */
  digest(path: string): { bytes: number; sha256: string } | null;
  /** Makes or empties a file. */
  create(path: string, mode: number): NewFile;
  rename(from: string, to: string): void;
  /** Removes a file or a folder with what is in it; nothing when it is missing. */
  remove(path: string): void;
  /** Makes a folder whose parent exists; nothing when it exists. */
  makeFolder(path: string): void;
  syncFolder(path: string): void;
  /** Bytes an ordinary user may still write. */
  freeBytes(path: string): number;
}

const CHUNK_BYTES = 256 * 1024;

/** The machine's disk. */
export const systemDisk: Disk = {
  read(path, maxBytes) {
    return missingAsNull(() => {
      if (statSync(path).size > maxBytes) throw new RangeError(`${basename(path)} is longer than ${maxBytes} bytes`);
      return readFileSync(path);
    });
  },
  digest(path) {
    return missingAsNull(() => {
      if (!statSync(path).isFile()) return null;
      const hash = createHash('sha256');
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const file = openSync(path, 'r');
      try {
        let bytes = 0;
        for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
          hash.update(chunk.subarray(0, read));
          bytes += read;
        }
        return { bytes, sha256: hash.digest('hex') };
      } finally {
        closeSync(file);
      }
    });
  },
  create(path, mode) {
    const file = openSync(path, 'w', mode);
    // The mode of openSync is cut by the umask.
    fchmodSync(file, mode);
    let open = true;
    const close = () => {
      if (open) closeSync(file);
      open = false;
    };
    return {
      write(chunk) {
        for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      },
      finish() {
        fsyncSync(file);
        close();
      },
      abandon: close,
    };
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { recursive: true, force: true }),
  makeFolder(path) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
  syncFolder(path) {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
  freeBytes(path) {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  },
};

/** Replaces a file whole and durably: after this returns a power cut leaves the new content, before it either the old or the new. */
export function replaceFile(disk: Disk, path: string, content: Uint8Array, mode = 0o600): void {
  const fresh = `${path}.new`;
  const file = disk.create(fresh, mode);
  try {
    file.write(content);
    file.finish();
  } finally {
    file.abandon();
  }
  disk.rename(fresh, path);
  disk.syncFolder(dirname(path));
}

function missingAsNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
