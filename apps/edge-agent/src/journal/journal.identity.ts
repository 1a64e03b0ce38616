import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { JournalCorruptError } from './journal.errors.js';

/**
 * What the gateway must still know when its database is lost: who it is, which epoch it wrote last, and how often it started. What a newer version added is
 * kept: after a return to the previous version the newer one must find it again.
 */
const identity = z.looseObject({ store: z.string(), gateway: z.string(), epoch: z.int().positive(), session: z.int().nonnegative() });
export type JournalIdentity = z.infer<typeof identity>;

const FILE = 'journal-identity.json';

/** Reads the identity beside the database; `undefined` when this folder never held one. Throws {@link JournalCorruptError} when the file is there and can't be used. */
export function readIdentity(dataDir: string): JournalIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(join(dataDir, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = identity.safeParse(jsonOf(text));
  if (!parsed.success) throw new JournalCorruptError(`${join(dataDir, FILE)} is not an identity this version can use`);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Replaces the identity atomically and durably: written, synced, renamed, folder synced. Throws as {@link readIdentity}. */
export function writeIdentity(dataDir: string, value: JournalIdentity): void {
  const target = join(dataDir, FILE);
  const fresh = `${target}.new`;
  const beside = readIdentity(dataDir);
  const file = openSync(fresh, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify({ ...beside, ...value })}\n`);
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

/**
 * Makes sure that a journal begun or continued in this folder goes on after what core knows of the gateway: for a machine that takes a gateway's place, or comes back
 * after another one did. A newer identity in the folder stays. Throws when the folder belongs to another gateway.
 */
export function raiseIdentity(dataDir: string, known: { store: string; gateway: string; epoch: number; session: number }): void {
  const beside = readIdentity(dataDir);
  if (beside && (beside.store !== known.store || beside.gateway !== known.gateway)) {
    throw new Error(`the data folder belongs to gateway ${beside.gateway} of store ${beside.store}`);
  }
  if (known.epoch <= (beside?.epoch ?? 0)) return;
  writeIdentity(dataDir, { ...known, session: Math.max(known.session, beside?.session ?? 0) });
}
