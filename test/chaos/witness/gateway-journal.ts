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

/** What a stopped gateway still keeps, and up to which entry of the newest epoch core has told it to hold everything. */
export interface GatewayJournal {
  readonly entries: readonly GatewayEntry[];
  readonly ackedThrough: number;
}

/** The journal of a stopped gateway, read with plain SQL from a copy of its file. */
export async function gatewayJournal(dataDir: string): Promise<GatewayJournal> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-journal-'));
  try {
    for (const suffix of ['', '-wal']) {
      const file = join(dataDir, `journal.sqlite${suffix}`);
      if (existsSync(file)) await cp(file, join(folder, `journal.sqlite${suffix}`));
    }
    const database = new DatabaseSync(join(folder, 'journal.sqlite'));
    try {
      const entries = database.prepare('SELECT epoch, seq, hash FROM entries ORDER BY epoch, seq').all() as unknown as GatewayEntry[];
      const acked = database.prepare("SELECT value FROM meta WHERE key = 'ackedThrough'").get();
      return { entries, ackedThrough: Number(acked?.['value'] ?? 0) };
    } finally {
      database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
