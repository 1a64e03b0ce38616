import { isAscii } from 'node:buffer';
import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type pg from 'pg';
import { type CardNumberFinding, findBeyondAscii, findCardNumbers } from './card-number.rules.js';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Longer than any card number with separators in UTF-8: what lies across two chunks is found too. */
const OVERLAP_BYTES = 1024;

/**
 * Scans every file below `folder` (databases, journals, logs, captures, ledgers, also binary ones): read as single bytes, and where there is more than ASCII once more as UTF-8, for digits and signs of other
 * scripts. PostgreSQL's own files are left to the dump.
 */
export async function scanFiles(folder: string, leaveOut: readonly string[]): Promise<string[]> {
  const findings: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (!entry.isFile() || leaveOut.some((part) => name.startsWith(part))) continue;
    findings.push(...(await scanFile(path)).map((finding) => `${name}: ${finding}`));
  }
  return findings;
}

async function scanFile(path: string): Promise<string[]> {
  const findings = new Set<string>();
  const file = await open(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; ; at += CHUNK_BYTES - OVERLAP_BYTES) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
      const bytes = chunk.subarray(0, bytesRead);
      for (const found of scanBytes(bytes)) findings.add(`${found.length} digits ending in ${found.last4} at byte ${at + found.offset}`);
      if (bytesRead < CHUNK_BYTES) return [...findings];
    }
  } finally {
    await file.close();
  }
}

/** What is in bytes read one by one, and beyond that as UTF-8 (RFC 3629). Offsets are in bytes; behind bytes that are no UTF-8, those of the latter are too large. */
export function scanBytes(bytes: Buffer): CardNumberFinding[] {
  const single = findCardNumbers(bytes.toString('latin1'));
  if (isAscii(bytes)) return single;
  const text = bytes.toString('utf8');
  const others = findBeyondAscii(text)
    .map((found) => ({ ...found, offset: Buffer.byteLength(text.slice(0, found.offset)) }))
    .filter(({ length, last4 }) => !single.some((found) => found.length === length && found.last4 === last4));
  return [...single, ...others];
}

/** Scans the text of every row of every table: what a dump would hold. */
export async function scanDatabase(client: pg.Client): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) name from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const findings: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ line: string }>(`select t::text line from ${name} t`);
    for (const { line } of rows) {
      for (const { length, last4 } of findCardNumbers(line)) findings.push(`table ${name}: ${length} digits ending in ${last4}`);
    }
  }
  return findings;
}
