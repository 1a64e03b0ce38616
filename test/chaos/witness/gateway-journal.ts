import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** An entry as the gateway's own file has it. */
export interface GatewayEntry {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

/** The entries that a stopped gateway still keeps, read with plain SQL from a copy of its file. */
export async function gatewayEntries(dataDir: string): Promise<GatewayEntry[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-journal-'));
  try {
    for (const suffix of ['', '-wal']) {
      const file = join(dataDir, `journal.sqlite${suffix}`);
      if (existsSync(file)) await cp(file, join(folder, `journal.sqlite${suffix}`));
    }
    const database = new DatabaseSync(join(folder, 'journal.sqlite'));
    try {
      return database.prepare('SELECT epoch, seq, hash FROM entries ORDER BY epoch, seq').all() as unknown as GatewayEntry[];
    } finally {
      database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
