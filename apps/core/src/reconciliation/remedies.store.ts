import type { WorkContext } from '../database/index.js';
import type { PageRequest } from '../graphql/index.js';
import { isUuid } from '../statements/index.js';
import type { DifferenceRow } from './differences.store.js';
import type { RemedyContent, RemedyKind, RemedyState } from './remedy.rules.js';

/** A request's row. */
export interface RemedyRow {
  storeId: string;
  id: string;
  kind: RemedyKind;
  content: RemedyContent;
  /** A difference it is about is headquarters' work now. */
  headquartersWork: boolean;
  digest: string;
  state: RemedyState;
  reason: string;
  requestedBy: string;
  requestedName: string;
  requestedAt: Date;
  decidedBy: string | null;
  decidedName: string | null;
  decidedAt: Date | null;
  decisionNote: string | null;
}

/** An entry that makes up for a wrong record. */
export interface CorrectingEntryRow {
  storeId: string;
  id: string;
  requestId: string;
  differenceId: string;
  businessDay: string;
  terminalId: string | null;
  amountMinor: number;
  currency: string;
  reason: string;
  enteredAt: Date;
  requestedBy: string;
  approvedBy: string;
}

const REMEDY = `store_id AS "storeId", id, kind, content::jsonb AS content, digest,
  EXISTS (
    SELECT FROM jsonb_array_elements(content::jsonb->'differences') AS e (one)
      JOIN difference d ON d.store_id = remedy_request.store_id AND d.id = (e.one->>'id')::uuid AND d.owner_role = 'hq'
  ) AS "headquartersWork", state, reason, requested_by AS "requestedBy", requested_name AS "requestedName",
  requested_at AS "requestedAt", decided_by AS "decidedBy", decided_name AS "decidedName", decided_at AS "decidedAt", decision_note AS "decisionNote"`;
const ENTRY = `store_id AS "storeId", id, request_id AS "requestId", difference_id AS "differenceId", business_day AS "businessDay", terminal_id AS "terminalId",
  amount_minor AS "amountMinor", currency, reason, entered_at AS "enteredAt", requested_by AS "requestedBy", approved_by AS "approvedBy"`;

/** Stores a new request. */
export async function insertRemedy(ctx: WorkContext, r: RemedyRow): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO remedy_request (store_id, id, kind, content, digest, state, reason, requested_by, requested_name, requested_at)
     VALUES ($1, $2, $3, $4, $5, 'requested', $6, $7, $8, $9)`,
    [r.storeId, r.id, r.kind, JSON.stringify(r.content), r.digest, r.reason, r.requestedBy, r.requestedName, r.requestedAt],
  );
}

/** Requests of a kind about any of these differences that wait for a decision, oldest first. Complete while the caller keeps the differences locked. */
export async function waitingRemedies(
  ctx: WorkContext,
  storeId: string,
  { kind, differences }: Pick<RemedyContent, 'kind' | 'differences'>,
): Promise<RemedyRow[]> {
  return await ctx.tx.query(
    `SELECT ${REMEDY} FROM remedy_request
      WHERE store_id = $1 AND state = 'requested' AND kind = $2
        AND EXISTS (SELECT FROM jsonb_array_elements(content::jsonb->'differences') AS d (one) WHERE d.one->>'id' = ANY($3))
      ORDER BY requested_at, id`,
    [storeId, kind, differences.map(({ id }) => id)],
  );
}

/** A request about a difference that waits for a decision. */
export interface PendingRemedyRow {
  differenceId: string;
  requestId: string;
  kind: RemedyKind;
  requestedName: string;
  requestedAt: Date;
}

/** Requests about these differences that wait for a decision, oldest first. */
export async function pendingRemedies(ctx: WorkContext, differenceIds: readonly string[]): Promise<PendingRemedyRow[]> {
  return await ctx.tx.query(
    `SELECT d.one->>'id' AS "differenceId", r.id AS "requestId", r.kind, r.requested_name AS "requestedName", r.requested_at AS "requestedAt"
       FROM remedy_request r CROSS JOIN LATERAL jsonb_array_elements(r.content::jsonb->'differences') AS d (one)
      WHERE r.state = 'requested' AND d.one->>'id' = ANY($1) ORDER BY r.requested_at, r.id`,
    [differenceIds],
  );
}

/** True when the statement's row a difference is about still counts: nobody corrected or withdrew its file. True for one without a row. */
export async function isRowCurrent(ctx: WorkContext, { storeId, fileId, rowNo }: DifferenceRow): Promise<boolean> {
  if (fileId === null) return true;
  const rows: unknown[] = await ctx.tx.query(
    'SELECT FROM statement_row WHERE store_id = $1 AND file_id = $2 AND row_no = $3 AND NOT superseded',
    [storeId, fileId, rowNo],
  );
  return rows.length > 0;
}

/** A request the actor sees, kept from changing until the end of the transaction. */
export async function lockRemedy(ctx: WorkContext, id: string): Promise<RemedyRow | undefined> {
  if (!isUuid(id)) return undefined;
  const rows: RemedyRow[] = await ctx.tx.query(`SELECT ${REMEDY} FROM remedy_request WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** Writes a decision. */
export async function decideRemedy(ctx: WorkContext, r: RemedyRow): Promise<void> {
  await ctx.tx.query(
    'UPDATE remedy_request SET state = $3, decided_by = $4, decided_name = $5, decided_at = $6, decision_note = $7 WHERE store_id = $1 AND id = $2',
    [r.storeId, r.id, r.state, r.decidedBy, r.decidedName, r.decidedAt, r.decisionNote],
  );
}

/** Pairs two rows by a person's decision. Throws on a row that has a partner: the caller looked before. */
export async function insertForcedMatch(
  ctx: WorkContext,
  m: {
    storeId: string;
    paymentId: string;
    fileId: string;
    rowNo: number;
    acquirerId: string;
    terminalDay: string;
    acquirerDay: string;
    requestId: string;
  },
): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO reconciliation_match (store_id, payment_id, file_id, row_no, acquirer_id, terminal_day, acquirer_day, type, forced_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 'forced', $8)`,
    [m.storeId, m.paymentId, m.fileId, m.rowNo, m.acquirerId, m.terminalDay, m.acquirerDay, m.requestId],
  );
}

/** Adds a correcting entry. */
export async function insertCorrectingEntry(ctx: WorkContext, e: CorrectingEntryRow): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO correcting_entry (store_id, id, request_id, difference_id, business_day, terminal_id, amount_minor, currency, reason, entered_at, requested_by, approved_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      e.storeId,
      e.id,
      e.requestId,
      e.differenceId,
      e.businessDay,
      e.terminalId,
      e.amountMinor,
      e.currency,
      e.reason,
      e.enteredAt,
      e.requestedBy,
      e.approvedBy,
    ],
  );
}

/** Sum of a difference's correcting entries, in minor units of its currency. */
export async function sumOfEntries(ctx: WorkContext, { storeId, id, currency }: DifferenceRow): Promise<number> {
  const rows: { sum: number }[] = await ctx.tx.query(
    'SELECT coalesce(sum(amount_minor), 0)::bigint AS sum FROM correcting_entry WHERE store_id = $1 AND difference_id = $2 AND currency = $3',
    [storeId, id, currency],
  );
  return rows[0]!.sum;
}

/** One page of requests, newest first, one row more than the page. */
export async function listRemedies(ctx: WorkContext, state: readonly RemedyState[] | null, page: PageRequest): Promise<RemedyRow[]> {
  const [at, id] = page.after ?? [null, null];
  return await ctx.tx.query(
    `SELECT ${REMEDY} FROM remedy_request WHERE ($1::text[] IS NULL OR state = ANY($1)) AND ($2::timestamptz IS NULL OR (requested_at, id) < ($2, $3::uuid))
      ORDER BY requested_at DESC, id DESC LIMIT $4`,
    [state, at, id, page.limit],
  );
}

/** How many requests there are. */
export async function countRemedies(ctx: WorkContext, state: readonly RemedyState[] | null): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query('SELECT count(*) AS n FROM remedy_request WHERE $1::text[] IS NULL OR state = ANY($1)', [
    state,
  ]);
  return rows[0]!.n;
}

/** Which correcting entries, by the business days they are about; absent or null means all the actor may see. */
export interface CorrectingEntryChoice {
  readonly storeId?: string | null | undefined;
  readonly fromDay?: string | null | undefined;
  readonly toDay?: string | null | undefined;
}

const CHOSEN =
  '($1::text IS NULL OR store_id = $1) AND ($2::date IS NULL OR business_day >= $2) AND ($3::date IS NULL OR business_day <= $3)';
const chosen = ({ storeId, fromDay, toDay }: CorrectingEntryChoice) => [storeId ?? null, fromDay ?? null, toDay ?? null];

/** One page of correcting entries, newest first, one row more than the page. */
export async function listCorrectingEntries(
  ctx: WorkContext,
  choice: CorrectingEntryChoice,
  page: PageRequest,
): Promise<CorrectingEntryRow[]> {
  const [at, id] = page.after ?? [null, null];
  return await ctx.tx.query(
    `SELECT ${ENTRY} FROM correcting_entry WHERE ${CHOSEN} AND ($4::timestamptz IS NULL OR (entered_at, id) < ($4, $5::uuid))
      ORDER BY entered_at DESC, id DESC LIMIT $6`,
    [...chosen(choice), at, id, page.limit],
  );
}

/** How many correcting entries there are. */
export async function countCorrectingEntries(ctx: WorkContext, choice: CorrectingEntryChoice): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM correcting_entry WHERE ${CHOSEN}`, chosen(choice));
  return rows[0]!.n;
}
