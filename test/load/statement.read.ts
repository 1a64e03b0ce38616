import { closeSync, openSync, readSync } from 'node:fs';
import { StatementReader } from '@tillward/statements';

const CHUNK_BYTES = 1 << 18;

/** Hands a file on in chunks; the chunk is reused. */
export function eachChunk(path: string, take: (chunk: Uint8Array) => void): void {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const size = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (size === 0) return;
      take(size === CHUNK_BYTES ? chunk : chunk.subarray(0, size));
    }
  } finally {
    closeSync(file);
  }
}

/** Reads a statement as an import does: every row counted, added up and checked, none made an object. Answers the number of rows. */
export function readStatement(path: string): number {
  let rows = 0;
  const reader = new StatementReader(
    {},
    {
      rows: (batch) => {
        rows += batch.count;
      },
      entries: (entries) => {
        rows += entries.length;
      },
    },
  );
  eachChunk(path, (chunk) => reader.push(chunk));
  const summary = reader.end();
  if (summary.rowCount !== rows) throw new Error(`${summary.rowCount} rows counted, ${rows} handed on`);
  return rows;
}
