import type { FileHandle } from 'node:fs/promises';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** offset, length of the file before, number of kept bytes: 64 bits each, little-endian, as the machine writes them. */
const HEAD_BYTES = 24;

interface Replaced {
  readonly offset: number;
  readonly sizeBefore: number;
  readonly bytes: Buffer;
}

/**
 * Plays back what a power cut does to files below `dataDir` that a preloaded process wrote: everything written since a file's last sync is undone, newest
 * first. Call it when the process is dead. `keep` says how many of a file's unsynced writes had reached the disk all the same, oldest first. Returns how
 * many writes were undone.
 */
export async function dropUnsynced(dataDir: string, undoDir: string, keep: (writes: number) => number = () => 0): Promise<number> {
  const paths = await pathsByInode(dataDir);
  let undone = 0;
  for (const name of await readdir(undoDir)) {
    const log = join(undoDir, name);
    const path = paths.get(name.replace('.undo', ''));
    if (path !== undefined) {
      const writes = parse(await readFile(log));
      undone += await undo(path, writes.slice(keep(writes.length)));
    }
    await rm(log);
  }
  return undone;
}

async function undo(path: string, writes: readonly Replaced[]): Promise<number> {
  const file: FileHandle = await open(path, 'r+');
  try {
    for (const { offset, sizeBefore, bytes } of writes.toReversed()) {
      if (bytes.length > 0) await file.write(bytes, 0, bytes.length, offset);
      await file.truncate(sizeBefore);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return writes.length;
}

/** A last record that a kill cut off belongs to a write that never happened. */
function parse(log: Buffer): Replaced[] {
  const writes: Replaced[] = [];
  for (let at = 0; at + HEAD_BYTES <= log.length; ) {
    const kept = Number(log.readBigUInt64LE(at + 16));
    if (at + HEAD_BYTES + kept > log.length) break;
    writes.push({
      offset: Number(log.readBigUInt64LE(at)),
      sizeBefore: Number(log.readBigUInt64LE(at + 8)),
      bytes: log.subarray(at + HEAD_BYTES, at + HEAD_BYTES + kept),
    });
    at += HEAD_BYTES + kept;
  }
  return writes;
}

async function pathsByInode(dataDir: string): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const entry of await readdir(dataDir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    paths.set(String((await stat(path)).ino), path);
  }
  return paths;
}
