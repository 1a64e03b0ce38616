import type { StatementRowType } from '@tillward/statements';
import type { WorkContext } from '../database/index.js';
import type { PageRequest } from '../graphql/index.js';
import type { StatementRefusal } from './statements.errors.js';

/** What a file holds. */
export type StatementKind = 'acquirer' | 'bank';
/** `arrived`: on disk, waiting to be read. `withdrawing`: two people withdrew it, and its rows count until all of that is done. */
export type StatementFileState = 'arrived' | 'imported' | 'refused' | 'superseded' | 'withdrawing' | 'withdrawn';
/** How a file came. */
export type StatementChannel = 'upload' | 'folder' | 'sftp';

/** One comparison of what a file says about itself with what its rows say. */
export interface StatementCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** Sums of one row type and currency, in minor units as the merchant sees them. */
export interface StatementTotal {
  readonly type: StatementRowType | 'entry';
  readonly currency: string;
  readonly count: number;
  readonly grossMinor: number;
  /** Of the rows whose fee is told; null where none is. */
  readonly feeMinor: number | null;
  readonly netMinor: number;
}

/** An account and the days a bank's file has a say about. */
export interface StatementCover {
  readonly account: string;
  readonly currency: string;
  readonly from: string;
  readonly to: string;
}

/** A file's row. */
export interface StatementFileRow {
  id: string;
  kind: StatementKind;
  acquirerId: string | null;
  name: string;
  /** SHA-256 of its bytes, hexadecimal. */
  digest: string;
  bytes: number;
  storedAs: string;
  state: StatementFileState;
  channel: StatementChannel;
  arrivedBy: string;
  arrivedFrom: string;
  arrivedAt: Date;
  supersedes: string | null;
  supersededBy: string | null;
  bytesRead: number;
  rowsRead: number;
  /** Of a file that is being withdrawn: how many of its rows were dealt with so far. */
  rowsWithdrawn: number;
  /** Rows another file told already: they are kept and count nothing. */
  toldAgain: number;
  /** A bank's reports within the day: provisional until a statement comes. */
  interim: boolean;
  format: string | null;
  merchant: string | null;
  subject: string | null;
  version: number | null;
  periodFrom: string | null;
  periodTo: string | null;
  checks: StatementCheck[];
  totals: StatementTotal[];
  refusalCode: string | null;
  refusalLine: number | null;
  refusalMessage: string | null;
  finishedAt: Date | null;
}

/** Which files; absent or null means all the actor may see. */
export interface StatementFileChoice {
  readonly kind?: StatementKind | null | undefined;
  readonly acquirerId?: string | null | undefined;
  readonly state?: readonly StatementFileState[] | null | undefined;
  /** A business day the file covers. */
  readonly businessDay?: string | null | undefined;
}

/** The state as people see it; to everything else a file that is being withdrawn is `imported` until the moment it is not. */
const STATE = "CASE WHEN withdrawing AND state = 'imported' THEN 'withdrawing' ELSE state END";
const FILE = `file_id AS id, kind, acquirer_id AS "acquirerId", name, digest, bytes, stored_as AS "storedAs", ${STATE} AS state, channel, arrived_by AS "arrivedBy",
  arrived_from AS "arrivedFrom", arrived_at AS "arrivedAt", supersedes, superseded_by AS "supersededBy", bytes_read AS "bytesRead", rows_read AS "rowsRead", rows_withdrawn AS "rowsWithdrawn", told_again AS "toldAgain", interim,
  format, merchant, subject, version, period_from AS "periodFrom", period_to AS "periodTo", checks::jsonb AS checks, totals::jsonb AS totals,
  refusal_code AS "refusalCode", refusal_line AS "refusalLine", refusal_message AS "refusalMessage", finished_at AS "finishedAt"`;

/** First half of the advisory lock keys of imports. */
const IMPORT_LOCKS = 7_456;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** True for what PostgreSQL reads as a uuid in its usual writing. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Files by id, as far as the actor sees them. */
export async function findFiles(ctx: WorkContext, ids: readonly string[]): Promise<StatementFileRow[]> {
  return await ctx.tx.query(`SELECT ${FILE} FROM statement_file WHERE file_id = ANY($1::uuid[])`, [ids.filter(isUuid)]);
}

/** The file with these bytes that was neither refused nor withdrawn. */
export async function fileOfDigest(ctx: WorkContext, digest: string): Promise<StatementFileRow | undefined> {
  const rows: StatementFileRow[] = await ctx.tx.query(
    `SELECT ${FILE} FROM statement_file WHERE digest = $1 AND state NOT IN ('refused', 'withdrawn')`,
    [digest],
  );
  return rows[0];
}

/** Between what a file is of and its terminals, in its subject. */
const TERMINALS = '\u001f';

/** The current files of a subject, of whatever terminals, kept from changing until the end of the transaction. */
export async function currentFilesOf(
  ctx: WorkContext,
  of: Pick<StatementFileRow, 'kind' | 'acquirerId' | 'merchant' | 'subject'>,
): Promise<StatementFileRow[]> {
  return await ctx.tx.query(
    `SELECT ${FILE} FROM statement_file
      WHERE kind = $1 AND coalesce(acquirer_id, '') = coalesce($2, '') AND merchant = $3 AND (subject = $4 OR starts_with(subject, $5)) AND state = 'imported'
      ORDER BY arrived_at, file_id FOR UPDATE`,
    [of.kind, of.acquirerId, of.merchant, of.subject, `${of.subject}${TERMINALS}`],
  );
}

/** True when the arriving file and a current one are of different terminals: both say which, of every transaction, and none is of both. */
export async function ofOtherTerminals(ctx: WorkContext, fileId: string): Promise<boolean> {
  // A fee or a deduction may be of no terminal.
  const terminals = (from: string) =>
    `SELECT DISTINCT r.merchant_no, r.terminal_no FROM ${from} r WHERE r.file_id = $1 AND (r.terminal_no <> '' OR r.type IN ('sale', 'refund', 'reversal'))`;
  const [found] = (await ctx.tx.query(
    `WITH known AS (${terminals('statement_row')}), arriving AS (${terminals('statement_arriving').replace('r.file_id = $1', 'true')})
     SELECT EXISTS (SELECT FROM known) AND EXISTS (SELECT FROM arriving) AND NOT EXISTS (SELECT FROM (TABLE known UNION ALL TABLE arriving) t WHERE terminal_no = '')
            AND NOT EXISTS (SELECT FROM known JOIN arriving USING (merchant_no, terminal_no)) AS other`,
    [fileId],
  )) as [{ other: boolean }];
  return found.other;
}

/** A subject that says of which terminals the arriving file is as well. */
export async function subjectOfTerminals(ctx: WorkContext, subject: string): Promise<string> {
  const [found] = (await ctx.tx.query(
    "SELECT md5(string_agg(DISTINCT merchant_no || ' ' || terminal_no, ',' ORDER BY merchant_no || ' ' || terminal_no)) AS terminals FROM statement_arriving",
  )) as [{ terminals: string }];
  return `${subject}${TERMINALS}${found.terminals}`;
}

/** The file that came from there by that way, refused or not. */
export async function fileFrom(ctx: WorkContext, channel: StatementChannel, from: string): Promise<StatementFileRow | undefined> {
  const rows: StatementFileRow[] = await ctx.tx.query(
    `SELECT ${FILE} FROM statement_file WHERE channel = $1 AND arrived_from = $2 LIMIT 1`,
    [channel, from],
  );
  return rows[0];
}

/**
 * Keeps other cores from importing a file until the end of the transaction, and says whether it still waits. An advisory lock, because the row itself is written from outside to tell how far
 * the import is.
 */
export async function claimFile(ctx: WorkContext, fileId: string): Promise<boolean> {
  const [lock] = (await ctx.tx.query('SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS mine', [IMPORT_LOCKS, fileId])) as [
    { mine: boolean },
  ];
  if (!lock.mine) return false;
  const rows: unknown[] = await ctx.tx.query("SELECT 1 FROM statement_file WHERE file_id = $1 AND state = 'arrived'", [fileId]);
  return rows.length > 0;
}

/** Files waiting to be read, oldest first. */
export async function waitingFiles(ctx: WorkContext, limit: number): Promise<StatementFileRow[]> {
  return await ctx.tx.query(`SELECT ${FILE} FROM statement_file WHERE state = 'arrived' ORDER BY arrived_at, file_id LIMIT $1`, [limit]);
}

/** Stores a file that arrived. False when its bytes are known already: then nothing is stored. */
export async function insertFile(ctx: WorkContext, f: StatementFileRow): Promise<boolean> {
  const rows: unknown[] = await ctx.tx.query(
    `INSERT INTO statement_file (file_id, kind, acquirer_id, name, digest, bytes, stored_as, state, channel, arrived_by, arrived_from, arrived_at, supersedes)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'arrived', $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING 1`,
    [f.id, f.kind, f.acquirerId, f.name, f.digest, f.bytes, f.storedAs, f.channel, f.arrivedBy, f.arrivedFrom, f.arrivedAt, f.supersedes],
  );
  return rows.length > 0;
}

/** Writes down that a file's rows are in. */
export async function markImported(
  ctx: WorkContext,
  f: StatementFileRow,
  bank: { readonly covers: readonly StatementCover[]; readonly balances: readonly string[] },
): Promise<void> {
  await ctx.tx.query(
    `UPDATE statement_file SET state = 'imported', format = $2, merchant = $3, subject = $4, period_from = $5, period_to = $6, checks = $7, totals = $8,
            bytes_read = bytes, rows_read = $9, finished_at = $10, version = $11, told_again = $12, interim = $13, covers = $14, balances = $15 WHERE file_id = $1`,
    [
      f.id,
      f.format,
      f.merchant,
      f.subject,
      f.periodFrom,
      f.periodTo,
      JSON.stringify(f.checks),
      JSON.stringify(f.totals),
      f.rowsRead,
      ctx.now(),
      f.version,
      f.toldAgain,
      f.interim,
      JSON.stringify(bank.covers),
      JSON.stringify(bank.balances),
    ],
  );
}

/** Writes down why a file was not imported. */
export async function markRefused(
  ctx: WorkContext,
  fileId: string,
  refusal: StatementRefusal,
  checks: readonly StatementCheck[],
): Promise<void> {
  await ctx.tx.query(
    `UPDATE statement_file SET state = 'refused', refusal_code = $2, refusal_line = $3, refusal_message = $4, checks = $5, finished_at = $6
      WHERE file_id = $1 AND state = 'arrived'`,
    [fileId, refusal.reason ?? refusal.code, refusal.line ?? null, refusal.message.slice(0, 1_000), JSON.stringify(checks), ctx.now()],
  );
}

/** Rows of a file that are put out of use by one statement: between two of them people are told how far it is. */
const ROWS_AT_ONCE = 100_000;

/** Puts a file's rows out of use, for another one's or for good: they stay, and count no more. `progress` hears how many of its rows that is. */
export async function putRowsOutOfUse(ctx: WorkContext, file: StatementFileRow, progress?: (rows: number) => Promise<void>): Promise<void> {
  const table = file.kind === 'acquirer' ? 'statement_row' : 'bank_entry';
  for (let done = 0; done < file.rowsRead; done += ROWS_AT_ONCE) {
    // What another file tells does not count anyway: writing it again costs as much as the others.
    await ctx.tx.query(`UPDATE ${table} SET superseded = true WHERE file_id = $1 AND row_no > $2 AND row_no <= $3 AND NOT superseded`, [
      file.id,
      done,
      done + ROWS_AT_ONCE,
    ]);
    await progress?.(Math.min(file.rowsRead, done + ROWS_AT_ONCE));
  }
}

/** Writes down that a file counts no more, for another one's sake or for good. */
export async function markOutOfUse(ctx: WorkContext, file: StatementFileRow, by: string | null): Promise<void> {
  await ctx.tx.query('UPDATE statement_file SET state = $3, superseded_by = $2 WHERE file_id = $1', [
    file.id,
    by,
    (by === null ? 'withdrawn' : 'superseded') satisfies StatementFileState,
  ]);
  if (by !== null) return;
  // What the file corrected counts no more either, and its bytes may come again as well.
  await ctx.tx.query(
    `WITH RECURSIVE before AS (SELECT file_id FROM statement_file WHERE superseded_by = $1
       UNION SELECT f.file_id FROM statement_file f JOIN before b ON f.superseded_by = b.file_id)
     UPDATE statement_file SET state = 'withdrawn' WHERE file_id IN (SELECT file_id FROM before) AND state = 'superseded'`,
    [file.id],
  );
}

/** Has a current file withdrawn, by whoever comes to it. False when it is not current any more, or is being withdrawn already. */
export async function markWithdrawing(ctx: WorkContext, fileId: string): Promise<boolean> {
  const [marked]: [unknown[]] = await ctx.tx.query(
    "UPDATE statement_file SET withdrawing = true WHERE file_id = $1 AND state = 'imported' AND NOT withdrawing RETURNING 1",
    [fileId],
  );
  return marked.length > 0;
}

/** Files two people withdrew that count still. */
export async function filesToWithdraw(ctx: WorkContext): Promise<StatementFileRow[]> {
  return await ctx.tx.query(`SELECT ${FILE} FROM statement_file WHERE withdrawing AND state = 'imported' ORDER BY arrived_at, file_id`);
}

/** The file a correction names, kept from changing until the end of the transaction. */
export async function lockFile(ctx: WorkContext, fileId: string): Promise<StatementFileRow | undefined> {
  const rows: StatementFileRow[] = await ctx.tx.query(`SELECT ${FILE} FROM statement_file WHERE file_id = $1 FOR UPDATE`, [fileId]);
  return rows[0];
}

/** The current file that holds all of these statements of a bank, whatever their format; undefined where none does. */
export async function fileOfBalances(
  ctx: WorkContext,
  f: Pick<StatementFileRow, 'periodFrom' | 'periodTo'>,
  balances: readonly string[],
): Promise<StatementFileRow | undefined> {
  if (balances.length === 0) return undefined;
  const rows: StatementFileRow[] = await ctx.tx.query(
    `SELECT ${FILE} FROM statement_file
      WHERE kind = 'bank' AND state = 'imported' AND period_to >= $1 AND period_from <= $2 AND balances::jsonb @> $3::jsonb ORDER BY arrived_at, file_id LIMIT 1`,
    [f.periodFrom, f.periodTo, JSON.stringify(balances)],
  );
  return rows[0];
}

/** Files this many days apart are added up together: rows of both may stand in one run. */
const ADDED_UP_DAYS = 2;

/** A currency in which this file and the acquirer's others about its days come to more than is exact in a JavaScript number; undefined where all sums are. */
export async function currencyBeyondExact(ctx: WorkContext, f: StatementFileRow): Promise<string | undefined> {
  if (f.periodFrom === null) return undefined;
  const rows: { currency: string }[] = await ctx.tx.query(
    `SELECT t.currency FROM (
       SELECT totals FROM statement_file WHERE kind = $1 AND acquirer_id = $2 AND state = 'imported' AND file_id <> $3 AND file_id IS DISTINCT FROM $4
          AND period_to >= $5::date - ${ADDED_UP_DAYS} AND period_from <= $6::date + ${ADDED_UP_DAYS}
       UNION ALL SELECT $7) f, jsonb_to_recordset(f.totals::jsonb) AS t (currency text, "grossMinor" numeric, "feeMinor" numeric)
      GROUP BY t.currency HAVING sum(abs(t."grossMinor") + coalesce(abs(t."feeMinor"), 0)) > ${Number.MAX_SAFE_INTEGER} LIMIT 1`,
    [f.kind, f.acquirerId, f.id, f.supersedes, f.periodFrom, f.periodTo, JSON.stringify(f.totals)],
  );
  return rows[0]?.currency;
}

function where(filter: StatementFileChoice | null | undefined): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  if (filter?.kind) terms.push(`kind = $${params.push(filter.kind)}`);
  if (filter?.acquirerId) terms.push(`acquirer_id = $${params.push(filter.acquirerId)}`);
  if (filter?.state) terms.push(`${STATE} = ANY($${params.push(filter.state)})`);
  if (filter?.businessDay) terms.push(`$${params.push(filter.businessDay)}::date BETWEEN period_from AND period_to`);
  return { sql: terms.join(' AND '), params };
}

/** One page of files, newest first, one row more than the page. */
export async function listFiles(ctx: WorkContext, filter: StatementFileChoice | null, page: PageRequest): Promise<StatementFileRow[]> {
  const { sql, params } = where(filter);
  const after = page.after ? ` AND (arrived_at, file_id) < ($${params.push(page.after[0])}, $${params.push(page.after[1])}::uuid)` : '';
  return await ctx.tx.query(
    `SELECT ${FILE} FROM statement_file WHERE ${sql}${after} ORDER BY arrived_at DESC, file_id DESC LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** How many files the filter finds. */
export async function countFiles(ctx: WorkContext, filter: StatementFileChoice | null): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM statement_file WHERE ${sql}`, params);
  return rows[0]!.n;
}
