import type { WorkContext } from '../database/index.js';
import type { SettlementRequestKind, SettlementRequestState } from './request.rules.js';
import type { ListPage } from './settlement.service.js';

/** A request's row. `content` is the canonical JSON its digest covers. */
export interface SettlementRequestRow {
  readonly id: string;
  readonly storeId: string;
  readonly terminalId: string;
  readonly gatewayId: string;
  readonly batchNo: number;
  readonly kind: SettlementRequestKind;
  readonly reason: string;
  readonly content: string;
  readonly digest: string;
  readonly state: SettlementRequestState;
  readonly requestedBy: string;
  readonly requestedName: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly decidedBy: string | null;
  readonly decidedName: string | null;
  readonly decidedAt: Date | null;
  readonly decisionNote: string | null;
  readonly commandId: string | null;
}

/** Which requests; absent or null means all the actor may see. */
export interface RequestFilter {
  readonly storeId?: string | null | undefined;
  readonly state?: readonly SettlementRequestState[] | null | undefined;
}

const COLUMNS = `id, store_id AS "storeId", terminal_id AS "terminalId", gateway_id AS "gatewayId", batch_no AS "batchNo", kind, reason, content, digest,
  CASE WHEN state = 'waiting' AND expires_at <= $1 THEN 'expired' ELSE state END AS state, requested_by AS "requestedBy", requested_name AS "requestedName",
  requested_at AS "requestedAt", expires_at AS "expiresAt", decided_by AS "decidedBy", decided_name AS "decidedName", decided_at AS "decidedAt",
  decision_note AS "decisionNote", command_id AS "commandId"`;
const MATCHES = `($2::text IS NULL OR store_id = $2)
  AND ($3::text[] IS NULL OR CASE WHEN state = 'waiting' AND expires_at <= $1 THEN 'expired' ELSE state END = ANY($3))`;

/** Stores a new request. */
export async function insertRequest(ctx: WorkContext, row: SettlementRequestRow, key: string): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO settlement_request (store_id, id, terminal_id, gateway_id, batch_no, kind, reason, content, digest, state, requested_by, requested_name,
                                     requested_at, expires_at, idempotency_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      row.storeId,
      row.id,
      row.terminalId,
      row.gatewayId,
      row.batchNo,
      row.kind,
      row.reason,
      row.content,
      row.digest,
      row.state,
      row.requestedBy,
      row.requestedName,
      row.requestedAt,
      row.expiresAt,
      key,
    ],
  );
}

/** Ends those of a terminal that nobody decided about in time, so that it can be asked for again. */
export async function expireRequests(ctx: WorkContext, storeId: string, terminalId: string): Promise<void> {
  await ctx.tx.query(
    `UPDATE settlement_request SET state = 'expired' WHERE store_id = $1 AND terminal_id = $2 AND state = 'waiting' AND expires_at <= $3`,
    [storeId, terminalId, ctx.now()],
  );
}

/** The request a person made under this key. */
export async function requestByKey(
  ctx: WorkContext,
  storeId: string,
  personId: string,
  key: string,
): Promise<SettlementRequestRow | undefined> {
  const rows: SettlementRequestRow[] = await ctx.tx.query(
    `SELECT ${COLUMNS} FROM settlement_request WHERE store_id = $2 AND requested_by = $3 AND idempotency_key = $4`,
    [ctx.now(), storeId, personId, key],
  );
  return rows[0];
}

/** The request of a kind that waits on a terminal. */
export async function waitingRequest(
  ctx: WorkContext,
  storeId: string,
  terminalId: string,
  kind: SettlementRequestKind,
): Promise<SettlementRequestRow | undefined> {
  const rows: SettlementRequestRow[] = await ctx.tx.query(
    `SELECT ${COLUMNS} FROM settlement_request WHERE store_id = $2 AND terminal_id = $3 AND kind = $4 AND state = 'waiting'`,
    [ctx.now(), storeId, terminalId, kind],
  );
  return rows[0];
}

/** Reads a request and keeps others from deciding about it until the end of the transaction. */
export async function lockRequest(ctx: WorkContext, id: string): Promise<SettlementRequestRow | undefined> {
  const rows: SettlementRequestRow[] = await ctx.tx.query(`SELECT ${COLUMNS} FROM settlement_request WHERE id = $2 FOR UPDATE`, [
    ctx.now(),
    id,
  ]);
  return rows[0];
}

/** Writes a decision. */
export async function saveDecision(ctx: WorkContext, row: SettlementRequestRow): Promise<void> {
  await ctx.tx.query(
    `UPDATE settlement_request SET state = $3, decided_by = $4, decided_name = $5, decided_at = $6, decision_note = $7, command_id = $8
      WHERE store_id = $1 AND id = $2`,
    [row.storeId, row.id, row.state, row.decidedBy, row.decidedName, row.decidedAt, row.decisionNote, row.commandId],
  );
}

/** Newest first. */
export async function findRequests(ctx: WorkContext, filter: RequestFilter, page: ListPage): Promise<SettlementRequestRow[]> {
  return await ctx.tx.query(
    `SELECT ${COLUMNS} FROM settlement_request
      WHERE ${MATCHES} AND ($4::timestamptz IS NULL OR (requested_at, id::text) < ($4, $5))
      ORDER BY requested_at DESC, id::text DESC LIMIT $6`,
    [ctx.now(), filter.storeId ?? null, filter.state ?? null, page.after?.at ?? null, page.after?.id ?? null, page.limit],
  );
}

/** How many match. */
export async function countRequests(ctx: WorkContext, filter: RequestFilter): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM settlement_request WHERE ${MATCHES}`, [
    ctx.now(),
    filter.storeId ?? null,
    filter.state ?? null,
  ]);
  return rows[0]?.n ?? 0;
}
