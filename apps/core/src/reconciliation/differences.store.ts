import type { DifferenceType } from '@tillward/reconciliation';
import type { WorkContext } from '../database/index.js';
import type { PageRequest, Role } from '../graphql/index.js';
import { isUuid } from '../statements/index.js';
import { type DifferenceState, OWNER_ROLE } from './difference.rules.js';
import { inScope, type MatchingScope } from './matching.sql.js';
import { CORRECTED } from './needless-entries.store.js';

/** A difference's row. Amounts are signed as the merchant sees them; null where a side has no row. */
export interface DifferenceRow {
  storeId: string;
  id: string;
  acquirerId: string;
  type: DifferenceType;
  businessDay: string;
  terminalId: string | null;
  batchNo: string;
  paymentId: string | null;
  fileId: string | null;
  rowNo: number | null;
  rowType: string;
  traceNo: string;
  currency: string;
  /** Of the acquirer's amount: the row's, which of a `currency` difference is another than the transaction's. */
  acquirerCurrency: string;
  terminalMinor: number | null;
  acquirerMinor: number | null;
  state: DifferenceState;
  ownerRole: Role;
  ownerId: string | null;
  /** The owner's name when it was assigned; kept, because not everybody who sees the difference sees the person. */
  ownerName: string | null;
  foundAt: Date;
  changedAt: Date;
  endedBy: string | null;
  note: string | null;
}

/** One line of a difference's history. */
export interface DifferenceEventRow {
  differenceId: string;
  at: Date;
  what: string;
  actor: string;
  /** A person did it; false for core's own work. */
  byPerson: boolean;
  detail: string;
}

/** Which differences; absent or null means all the actor may see. */
export interface DifferenceChoice {
  readonly storeId?: string | null | undefined;
  readonly acquirerId?: string | null | undefined;
  readonly terminalId?: string | null | undefined;
  readonly fromDay?: string | null | undefined;
  readonly toDay?: string | null | undefined;
  readonly type?: readonly DifferenceType[] | null | undefined;
  readonly state?: readonly DifferenceState[] | null | undefined;
  readonly ownerRole?: Role | null | undefined;
  readonly ownerId?: string | null | undefined;
}

const DIFFERENCE = `store_id AS "storeId", id, acquirer_id AS "acquirerId", type, business_day AS "businessDay", terminal_id AS "terminalId", batch_no AS "batchNo",
  payment_id AS "paymentId", file_id AS "fileId", row_no AS "rowNo", row_type AS "rowType", trace_no AS "traceNo", currency,
  coalesce(acquirer_currency, currency) AS "acquirerCurrency", terminal_minor AS "terminalMinor",
  acquirer_minor AS "acquirerMinor", state, owner_role AS "ownerRole", owner_id AS "ownerId", owner_name AS "ownerName", found_at AS "foundAt", changed_at AS "changedAt", ended_by AS "endedBy", note`;

const OWNER = `CASE f.type ${Object.entries(OWNER_ROLE)
  .map(([type, role]) => `WHEN '${type}' THEN '${role}'`)
  .join(' ')} ELSE 'hq' END`;

/**
 * D3: brings the differences of a run's days up to what it found. A new one is somebody's work at once; one that changed its type or amounts is open again, whoever ended it, because it was ended for
 * other facts, and is its type's owner's; one that is assigned stays who it was given to; one that a run ended and that is back is open again; one that is not found any more is resolved by the run, which says whether its rows agree or its row is gone. What people ended stays ended. Returns the stores touched.
 */
export async function keepFound(ctx: WorkContext, runId: string, scope: MatchingScope, cause: string): Promise<string[]> {
  const now = ctx.now();
  const saved: { storeId: string }[] = await ctx.tx.query(
    `WITH saved AS (
       INSERT INTO difference AS d (store_id, id, subject, acquirer_id, type, business_day, account, terminal_id, batch_no, payment_id, file_id, row_no, row_type, trace_no, currency,
                                    terminal_minor, acquirer_minor, acquirer_currency, state, owner_role, found_at, changed_at, run_id)
       SELECT f.store_id, gen_random_uuid(), f.subject, f.acquirer_id, f.type, f.day, f.account, f.terminal_id, f.batch, f.payment_id, f.file_id, f.row_no, f.row_type, f.trace, f.currency,
              f.terminal_minor, f.acquirer_minor, f.acquirer_currency, 'open', ${OWNER}, $1, $1, $2 FROM rc_difference f
       ON CONFLICT (store_id, subject) DO UPDATE
         SET type = excluded.type, file_id = excluded.file_id, row_no = excluded.row_no, terminal_minor = excluded.terminal_minor, acquirer_minor = excluded.acquirer_minor,
             currency = excluded.currency, acquirer_currency = excluded.acquirer_currency, state = CASE WHEN d.state = 'assigned' THEN 'assigned' ELSE 'open' END, ended_by = NULL, ended_by_run = false,
             owner_role = CASE WHEN d.state = 'assigned' THEN d.owner_role ELSE excluded.owner_role END, owner_id = CASE WHEN d.state = 'assigned' THEN d.owner_id END,
             owner_name = CASE WHEN d.state = 'assigned' THEN d.owner_name END,
             note = NULL, changed_at = excluded.changed_at, run_id = excluded.run_id
       WHERE d.ended_by_run OR (d.type, d.terminal_minor, d.acquirer_minor, d.acquirer_currency)
             IS DISTINCT FROM (excluded.type, excluded.terminal_minor, excluded.acquirer_minor, excluded.acquirer_currency)
       RETURNING d.store_id, d.id, d.type, d.found_at = $1 AND d.run_id = $2 AND xmax = 0 AS new),
     told AS (
       INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail)
       SELECT store_id, id, $1, CASE WHEN new THEN 'found' ELSE 'changed' END, $3, type FROM saved RETURNING store_id)
     SELECT DISTINCT store_id AS "storeId" FROM told`,
    [now, runId, ctx.actor.name],
  );
  const gone: { storeId: string }[] = await ctx.tx.query(
    `WITH ended AS (
       UPDATE difference d SET state = 'resolved', ended_by = $3, ended_by_run = true, changed_at = $1, run_id = $2
        WHERE d.acquirer_id = $4 AND d.business_day BETWEEN $5 AND $6 AND d.state IN ('open', 'assigned') AND d.subject NOT LIKE 'f:%'${inScope('d', scope)}
          AND d.id NOT IN (${CORRECTED})
          AND NOT EXISTS (SELECT 1 FROM rc_difference f WHERE f.store_id = d.store_id AND f.subject = d.subject)
          AND NOT EXISTS (SELECT 1 FROM reconciliation_match m
                           WHERE m.store_id = d.store_id AND m.payment_id = d.payment_id AND m.run_id <> $2 AND m.type NOT IN ('matched', 'forced'))
       RETURNING d.store_id, d.id,
                 d.subject LIKE 'r:%' AND NOT EXISTS (SELECT 1 FROM statement_row r WHERE r.store_id = d.store_id AND r.file_id = d.file_id AND r.row_no = d.row_no AND NOT r.superseded) AS row_gone),
     told AS (
       INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail)
       SELECT store_id, id, $1, 'resolved', $3, CASE WHEN row_gone THEN 'the row is gone' ELSE 'the rows agree now' END || $7 FROM ended RETURNING store_id)
     SELECT DISTINCT store_id AS "storeId" FROM told`,
    [now, runId, ctx.actor.name, scope.acquirerId, scope.fromDay, scope.toDay, cause === '' ? '' : `: ${cause}`],
  );
  return [...new Set([...saved, ...gone].map((row) => row.storeId))];
}

/** Differences by id, as far as the actor sees them. */
export async function findDifferences(ctx: WorkContext, ids: readonly string[]): Promise<DifferenceRow[]> {
  return await ctx.tx.query(`SELECT ${DIFFERENCE} FROM difference WHERE id = ANY($1::uuid[])`, [ids.filter(isUuid)]);
}

/** Most differences one is offered to be matched with. */
const MOST_PARTNERS = 50;

/**
 * Differences of the other side that could be matched with one of a lone side: same store, acquirer, currency and sign, amounts within the tolerance, not ended, and no correcting entry makes up for a
 * part of them. The nearest in amount first, then the nearest in days.
 */
export async function partnersOf(ctx: WorkContext, d: DifferenceRow, toleranceMinor: number): Promise<DifferenceRow[]> {
  const own = d.terminalMinor ?? d.acquirerMinor;
  const [other, none] = d.terminalMinor === null ? ['terminal_minor', 'acquirer_minor'] : ['acquirer_minor', 'terminal_minor'];
  return await ctx.tx.query(
    `SELECT ${DIFFERENCE} FROM difference d
      WHERE store_id = $1 AND acquirer_id = $2 AND currency = $3 AND state IN ('open', 'assigned') AND ${none} IS NULL AND sign(${other}) = sign($4::numeric)
        AND ${other} BETWEEN $4::numeric - $5 AND $4::numeric + $5
        AND NOT EXISTS (SELECT 1 FROM correcting_entry e WHERE e.store_id = d.store_id AND e.difference_id IN (d.id, $6::uuid) GROUP BY e.difference_id HAVING sum(e.amount_minor) <> 0)
      ORDER BY abs(${other} - $4::numeric), abs(business_day - $7::date), id LIMIT ${MOST_PARTNERS}`,
    [d.storeId, d.acquirerId, d.currency, own, toleranceMinor, d.id, d.businessDay],
  );
}

/** Differences the actor sees, in the order of their ids, kept from changing until the end of the transaction. */
export async function lockDifferences(ctx: WorkContext, ids: readonly string[]): Promise<DifferenceRow[]> {
  return await ctx.tx.query(`SELECT ${DIFFERENCE} FROM difference WHERE id = ANY($1::uuid[]) ORDER BY store_id, id FOR UPDATE`, [
    ids.filter(isUuid),
  ]);
}

/** Writes state, owner and how a difference ended. */
export async function updateDifference(ctx: WorkContext, d: DifferenceRow): Promise<void> {
  await ctx.tx.query(
    `UPDATE difference SET state = $3, owner_role = $4, owner_id = $5, ended_by = $6, ended_by_run = false, note = $7, changed_at = $8, owner_name = $9
      WHERE store_id = $1 AND id = $2`,
    [d.storeId, d.id, d.state, d.ownerRole, d.ownerId, d.endedBy, d.note, ctx.now(), d.ownerName],
  );
}

/** Adds a line to a difference's history. */
export async function recordDifference(
  ctx: WorkContext,
  d: Pick<DifferenceRow, 'storeId' | 'id'>,
  what: string,
  detail: string,
): Promise<void> {
  await ctx.tx.query(
    'INSERT INTO difference_event (store_id, difference_id, at, what, actor, by_person, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [d.storeId, d.id, ctx.now(), what, ctx.actor.name, ctx.actor.kind === 'person', detail],
  );
}

/** Histories of differences, oldest first. */
export async function eventsOfDifferences(ctx: WorkContext, ids: readonly string[]): Promise<DifferenceEventRow[]> {
  return await ctx.tx.query(
    'SELECT difference_id AS "differenceId", at, what, actor, by_person AS "byPerson", detail FROM difference_event WHERE difference_id = ANY($1::uuid[]) ORDER BY difference_id, event_no',
    [ids],
  );
}

function where(filter: DifferenceChoice | null): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  const add = (value: unknown, term: (n: string) => string) => {
    if (value !== null && value !== undefined) terms.push(term(`$${params.push(value)}`));
  };
  add(filter?.storeId, (n) => `store_id = ${n}`);
  add(filter?.acquirerId, (n) => `acquirer_id = ${n}`);
  add(filter?.terminalId, (n) => `terminal_id = ${n}`);
  add(filter?.fromDay, (n) => `business_day >= ${n}`);
  add(filter?.toDay, (n) => `business_day <= ${n}`);
  add(filter?.type, (n) => `type = ANY(${n})`);
  add(filter?.state, (n) => `state = ANY(${n})`);
  add(filter?.ownerRole, (n) => `owner_role = ${n}`);
  add(filter?.ownerId, (n) => `owner_id = ${n}`);
  return { sql: terms.join(' AND '), params };
}

/** One page of differences, newest first, one row more than the page. */
export async function listDifferences(
  ctx: WorkContext,
  filter: DifferenceChoice | null,
  page: Pick<PageRequest, 'limit' | 'after'>,
): Promise<DifferenceRow[]> {
  const { sql, params } = where(filter);
  const after = page.after ? ` AND (found_at, id) < ($${params.push(page.after[0])}, $${params.push(page.after[1])}::uuid)` : '';
  return await ctx.tx.query(
    `SELECT ${DIFFERENCE} FROM difference WHERE ${sql}${after} ORDER BY found_at DESC, id DESC LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** Differences of a store that changed since a moment, the newest change first. */
export async function changedDifferences(ctx: WorkContext, storeId: string, since: Date, limit: number): Promise<DifferenceRow[]> {
  return await ctx.tx.query(
    `SELECT ${DIFFERENCE} FROM difference WHERE store_id = $1 AND changed_at >= $2 ORDER BY changed_at DESC, id LIMIT $3`,
    [storeId, since, limit],
  );
}

/** How many differences the filter finds. */
export async function countDifferences(ctx: WorkContext, filter: DifferenceChoice | null): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM difference WHERE ${sql}`, params);
  return rows[0]!.n;
}
