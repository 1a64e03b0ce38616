import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** What the gateway must still know when its database is lost: who it is, which epoch it wrote last, and how often it started. */
const identity = z.strictObject({ store: z.string(), gateway: z.string(), epoch: z.int().positive(), session: z.int().nonnegative() });
export type JournalIdentity = z.infer<typeof identity>;

const FILE = 'journal-identity.json';

/** Reads the identity beside the database; `undefined` when this folder never held one. Throws when the file is there but unreadable. */
export function readIdentity(dataDir: string): JournalIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(join(dataDir, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return identity.parse(JSON.parse(text));
}

/** Replaces the identity atomically and durably: written, synced, renamed, folder synced. */
export function writeIdentity(dataDir: string, value: JournalIdentity): void {
  const target = join(dataDir, FILE);
  const fresh = `${target}.new`;
  const file = openSync(fresh, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, target);
  const folder = openSync(dirname(target), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
