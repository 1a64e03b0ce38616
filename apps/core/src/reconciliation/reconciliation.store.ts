import { randomUUID } from 'node:crypto';
import type { WorkContext } from '../database/index.js';
import type { PageRequest } from '../graphql/index.js';

/** What is compared how for one acquirer. */
export interface SettingRow {
  identity: 'trace' | 'reference';
  timingDays: number;
  /** Minor units by ISO 4217 code. */
  amountToleranceMinor: Record<string, number>;
}

/** As the file engine's own (libs/reconciliation, DEFAULT_SETTINGS). */
export const DEFAULT_SETTING: SettingRow = { identity: 'reference', timingDays: 1, amountToleranceMinor: {} };

/** A run's row. */
export interface RunRow {
  id: string;
  acquirerId: string;
  /** The one store it is about; null when it is about all. */
  storeId: string | null;
  fromDay: string;
  toDay: string;
  cause: string;
  state: 'waiting' | 'done' | 'failed';
  requestedAt: Date;
  finishedAt: Date | null;
  durationMs: number | null;
  counts: Record<string, number>;
  failure: string | null;
}

/** What a batch has in a currency that isn't its own. Amounts in minor units of it. */
export interface CurrencySum {
  readonly currency: string;
  readonly count: number;
  readonly minor: number;
  /** Charged by the acquirer; 0 of a terminal. Null where no row tells its fee. */
  readonly fee: number | null;
}

/** A batch as both sides have it: counts and sums are of rows in its own currency only. */
export interface ComparedBatchRow {
  storeId: string;
  acquirerId: string;
  account: string;
  batchNo: string;
  businessDay: string;
  terminalCount: number;
  terminalMinor: number;
  acquirerCount: number;
  acquirerMinor: number;
  /** Of the rows that tell their fee; null where there are rows and none does. */
  acquirerFeeMinor: number | null;
  currency: string;
  /** Never where there are rows of other currencies. */
  equal: boolean;
  /** Transactions of other currencies, by code; nearly always none. */
  terminalOthers: CurrencySum[];
  /** The acquirer's rows of other currencies. */
  acquirerOthers: CurrencySum[];
}

const RUN = `run_id AS id, acquirer_id AS "acquirerId", store_id AS "storeId", from_day AS "fromDay", to_day AS "toDay", cause, state, requested_at AS "requestedAt", finished_at AS "finishedAt",
  duration_ms AS "durationMs", counts::jsonb AS counts, failure`;
const BATCH = `store_id AS "storeId", acquirer_id AS "acquirerId", account, batch_no AS "batchNo", business_day AS "businessDay", terminal_count AS "terminalCount",
  terminal_minor AS "terminalMinor", acquirer_count AS "acquirerCount", acquirer_minor AS "acquirerMinor", acquirer_fee_minor AS "acquirerFeeMinor", currency, equal,
  terminal_others::jsonb AS "terminalOthers", acquirer_others::jsonb AS "acquirerOthers"`;

/** Most minor units amounts may differ and still be the same: what rounding explains. More is a difference that people look at, and nobody's setting. */
export const MAX_TOLERANCE_MINOR = 100;

/** How an acquirer's rows are compared. A tolerance above {@link MAX_TOLERANCE_MINOR}, saved before there was a ceiling, is read as the ceiling, wherever it is used or shown. */
export async function readSetting(ctx: WorkContext, acquirerId: string): Promise<SettingRow> {
  const rows: SettingRow[] = await ctx.tx.query(
    `SELECT identity, timing_days AS "timingDays", amount_tolerance::jsonb AS "amountToleranceMinor" FROM reconciliation_setting WHERE acquirer_id = $1`,
    [acquirerId],
  );
  const [saved] = rows;
  if (saved === undefined) return DEFAULT_SETTING;
  const capped = Object.entries(saved.amountToleranceMinor).map(([currency, minor]) => [currency, Math.min(minor, MAX_TOLERANCE_MINOR)]);
  return { ...saved, amountToleranceMinor: Object.fromEntries(capped) };
}

/** Says how an acquirer's rows are compared. */
export async function writeSetting(ctx: WorkContext, acquirerId: string, s: SettingRow): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO reconciliation_setting (acquirer_id, identity, timing_days, amount_tolerance, saved_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (acquirer_id) DO UPDATE SET identity = excluded.identity, timing_days = excluded.timing_days, amount_tolerance = excluded.amount_tolerance, saved_at = excluded.saved_at`,
    [acquirerId, s.identity, s.timingDays, JSON.stringify(s.amountToleranceMinor), ctx.now()],
  );
}

/** Asks for a run; it is made after the commit. Returns its id. */
export async function requestRun(ctx: WorkContext, acquirerId: string, fromDay: string, toDay: string, cause: string): Promise<string> {
  const id = randomUUID();
  await ctx.tx.query(
    "INSERT INTO reconciliation_run (run_id, acquirer_id, from_day, to_day, cause, state, requested_at) VALUES ($1, $2, $3, $4, $5, 'waiting', $6)",
    [id, acquirerId, fromDay, toDay, cause, ctx.now()],
  );
  return id;
}

/** Most characters of why a run is made; a store's terminals may come late one after the other. */
const MAX_CAUSE = 500;

/**
 * As {@link requestRun}, for one store. A run that waits anyway is widened instead, unless somebody is about to make it: what it has read by then is not known. One over all stores will do when it
 * covers the days already.
 */
export async function requestStoreRun(
  ctx: WorkContext,
  acquirerId: string,
  { storeId, fromDay, toDay }: { readonly storeId: string; readonly fromDay: string; readonly toDay: string },
  cause: string,
): Promise<string> {
  const widened: { id: string }[] = (
    await ctx.tx.query(
      `UPDATE reconciliation_run SET from_day = least(from_day, $3), to_day = greatest(to_day, $4), cause = CASE WHEN position($5 IN cause) > 0 THEN cause ELSE left(cause || '; ' || $5, ${MAX_CAUSE}) END
        WHERE run_id = (SELECT run_id FROM reconciliation_run WHERE state = 'waiting' AND acquirer_id = $1 AND (store_id = $2 OR store_id IS NULL AND from_day <= $3 AND to_day >= $4)
                         ORDER BY store_id NULLS LAST, requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING run_id AS id`,
      [acquirerId, storeId, fromDay, toDay, cause],
    )
  )[0];
  const [waiting] = widened;
  if (waiting !== undefined) return waiting.id;
  const id = randomUUID();
  await ctx.tx.query(
    "INSERT INTO reconciliation_run (run_id, acquirer_id, store_id, from_day, to_day, cause, state, requested_at) VALUES ($1, $2, $3, $4, $5, left($6, $7), 'waiting', $8)",
    [id, acquirerId, storeId, fromDay, toDay, cause, MAX_CAUSE, ctx.now()],
  );
  return id;
}

/** Runs waiting to be made, oldest first. */
export async function waitingRuns(ctx: WorkContext): Promise<RunRow[]> {
  return await ctx.tx.query(`SELECT ${RUN} FROM reconciliation_run WHERE state = 'waiting' ORDER BY requested_at, run_id`);
}

/** First half of the advisory lock keys of runs. */
const RUN_LOCKS = 7_457;

/**
 * Keeps everybody else from writing an acquirer's pairs until the end of the transaction: runs, people who match by force, and corrections that take pairs along. Taken before differences are locked, because a
 * run locks them while it has this.
 */
export async function lockPairs(ctx: WorkContext, acquirerId: string): Promise<void> {
  await ctx.tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [RUN_LOCKS, acquirerId]);
}

/** Takes a waiting run for this transaction; undefined when somebody else has it or made it. */
export async function claimRun(ctx: WorkContext, id: string): Promise<RunRow | undefined> {
  const rows: RunRow[] = await ctx.tx.query(
    `SELECT ${RUN} FROM reconciliation_run WHERE run_id = $1 AND state = 'waiting' FOR UPDATE SKIP LOCKED`,
    [id],
  );
  return rows[0];
}

/** Writes how a run ended. */
export async function endRun(
  ctx: WorkContext,
  id: string,
  end: { state: 'done' | 'failed'; durationMs: number; counts: Readonly<Record<string, number>>; failure: string | null },
): Promise<void> {
  await ctx.tx.query(
    'UPDATE reconciliation_run SET state = $2, finished_at = $3, duration_ms = $4, counts = $5, failure = $6 WHERE run_id = $1',
    [id, end.state, ctx.now(), Math.round(end.durationMs), JSON.stringify(end.counts), end.failure],
  );
}

/** One page of runs, newest first, one row more than the page. */
export async function listRuns(ctx: WorkContext, acquirerId: string | null, page: PageRequest): Promise<RunRow[]> {
  const [at, id] = page.after ?? [null, null];
  return await ctx.tx.query(
    `SELECT ${RUN} FROM reconciliation_run WHERE ($1::text IS NULL OR acquirer_id = $1) AND ($2::timestamptz IS NULL OR (requested_at, run_id) < ($2, $3::uuid))
      ORDER BY requested_at DESC, run_id DESC LIMIT $4`,
    [acquirerId, at, id, page.limit],
  );
}

/** How many runs there are. */
export async function countRuns(ctx: WorkContext, acquirerId: string | null): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query(
    'SELECT count(*) AS n FROM reconciliation_run WHERE $1::text IS NULL OR acquirer_id = $1',
    [acquirerId],
  );
  return rows[0]!.n;
}

/** Which compared batches; absent or null means all the actor may see. */
export interface ComparedBatchChoice {
  readonly storeId?: string | null | undefined;
  readonly acquirerId?: string | null | undefined;
  readonly terminalId?: string | null | undefined;
  /** As the acquirer writes it. */
  readonly batchNo?: string | null | undefined;
  readonly businessDay?: string | null | undefined;
  readonly fromDay?: string | null | undefined;
  readonly toDay?: string | null | undefined;
  readonly equal?: boolean | null | undefined;
}

function where(filter: ComparedBatchChoice | null): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  if (filter?.storeId) terms.push(`store_id = $${params.push(filter.storeId)}`);
  if (filter?.acquirerId) terms.push(`acquirer_id = $${params.push(filter.acquirerId)}`);
  if (filter?.terminalId) terms.push(`account = $${params.push(filter.terminalId)}`);
  if (filter?.batchNo !== null && filter?.batchNo !== undefined) terms.push(`batch_no = $${params.push(filter.batchNo)}`);
  if (filter?.businessDay) terms.push(`business_day = $${params.push(filter.businessDay)}`);
  if (filter?.fromDay) terms.push(`business_day >= $${params.push(filter.fromDay)}`);
  if (filter?.toDay) terms.push(`business_day <= $${params.push(filter.toDay)}`);
  if (filter?.equal !== null && filter?.equal !== undefined) terms.push(`equal = $${params.push(filter.equal)}`);
  return { sql: terms.join(' AND '), params };
}

/** One page of compared batches, newest day first, one row more than the page. */
export async function listComparedBatches(
  ctx: WorkContext,
  filter: ComparedBatchChoice | null,
  page: PageRequest,
): Promise<ComparedBatchRow[]> {
  const { sql, params } = where(filter);
  const key = 'business_day, store_id, acquirer_id, account, batch_no';
  const after =
    page.after === undefined
      ? ''
      : ` AND (${key}) < (${page.after.map((part, i) => `$${params.push(part)}${i === 0 ? '::date' : ''}`).join(', ')})`;
  const order = key
    .split(', ')
    .map((column) => `${column} DESC`)
    .join(', ');
  return await ctx.tx.query(
    `SELECT ${BATCH} FROM reconciliation_batch WHERE ${sql}${after} ORDER BY ${order} LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** How many compared batches the filter finds. */
export async function countComparedBatches(ctx: WorkContext, filter: ComparedBatchChoice | null): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM reconciliation_batch WHERE ${sql}`, params);
  return rows[0]!.n;
}
