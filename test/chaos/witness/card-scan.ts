import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type pg from 'pg';
import { findCardNumbers } from './card-number.rules.js';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Longer than any card number with separators: what lies across two chunks is found too. */
const OVERLAP_BYTES = 64;

/** Scans every file below `folder` (databases, journals, logs, captures, ledgers, also binary ones, read as single bytes). PostgreSQL's own files are left to the dump. */
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
  const findings: string[] = [];
  const file = await open(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; ; at += CHUNK_BYTES - OVERLAP_BYTES) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
      for (const { offset, length, last4 } of findCardNumbers(chunk.toString('latin1', 0, bytesRead))) {
        findings.push(`${length} digits ending in ${last4} at byte ${at + offset}`);
      }
      if (bytesRead < CHUNK_BYTES) return [...new Set(findings)];
    }
  } finally {
    await file.close();
  }
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
