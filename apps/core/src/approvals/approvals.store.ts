import type { CommandAction } from '@tillward/contracts';
import type { TerminalPlace } from '../commands/index.js';
import type { WorkContext } from '../database/index.js';
import type { CommandState, FleetRequestState } from '../graphql/index.js';

/** A request's row. */
export interface FleetRequestRow {
  readonly id: string;
  readonly storeIds: readonly string[];
  readonly action: CommandAction;
  readonly parameters: Readonly<Record<string, string>>;
  readonly terminalCount: number;
  readonly reason: string;
  /** Of what was asked, as it was asked. */
  readonly hash: string;
  readonly secondPerson: boolean;
  /** Person id. */
  readonly requestedBy: string;
  readonly requestedByName: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly idempotencyKey: string;
  readonly state: FleetRequestState;
  /** Person id; null for what expired or needed nobody. */
  readonly decidedBy: string | null;
  readonly decidedByName: string | null;
  readonly decidedAt: Date | null;
  readonly decisionReason: string | null;
}

/** One terminal of a request. */
export interface FleetTargetRow extends TerminalPlace {
  readonly requestId: string;
  readonly commandId: string | null;
  readonly commandState: CommandState | null;
}

const COLUMNS = `id, store_ids AS "storeIds", action, parameters, terminal_count AS "terminalCount", reason, hash, second_person AS "secondPerson",
  requested_by AS "requestedBy", requested_by_name AS "requestedByName", requested_at AS "requestedAt", expires_at AS "expiresAt",
  idempotency_key AS "idempotencyKey", state, decided_by AS "decidedBy", decided_by_name AS "decidedByName", decided_at AS "decidedAt",
  decision_reason AS "decisionReason"`;

/** Stores a request and its terminals. */
export async function insertRequest(ctx: WorkContext, row: FleetRequestRow, targets: readonly TerminalPlace[]): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO fleet_request (id, store_ids, action, parameters, terminal_count, reason, hash, second_person, requested_by, requested_by_name,
                                requested_at, expires_at, idempotency_key, state)
     VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting')`,
    [
      row.id,
      row.storeIds,
      row.action,
      JSON.stringify(row.parameters),
      row.terminalCount,
      row.reason,
      row.hash,
      row.secondPerson,
      row.requestedBy,
      row.requestedByName,
      row.requestedAt,
      row.expiresAt,
      row.idempotencyKey,
    ],
  );
  await ctx.tx.query(
    'INSERT INTO fleet_request_target (store_id, request_id, terminal_id) SELECT s, $1, t FROM unnest($2::text[], $3::text[]) AS n (s, t)',
    [row.id, targets.map(({ storeId }) => storeId), targets.map(({ terminalId }) => terminalId)],
  );
}

/** The request this person made with this key. */
export async function findByKey(ctx: WorkContext, personId: string, key: string): Promise<FleetRequestRow | undefined> {
  const rows: FleetRequestRow[] = await ctx.tx.query(
    `SELECT ${COLUMNS} FROM fleet_request WHERE requested_by = $1 AND idempotency_key = $2`,
    [personId, key],
  );
  return rows[0];
}

/** Reads a request and keeps others from deciding about it until the end of the transaction. */
export async function lockRequest(ctx: WorkContext, id: string): Promise<FleetRequestRow | undefined> {
  const rows: FleetRequestRow[] = await ctx.tx.query(`SELECT ${COLUMNS} FROM fleet_request WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** R6: writes a decision, the only thing about a request that is ever written again. */
export async function writeDecision(ctx: WorkContext, row: FleetRequestRow): Promise<void> {
  await ctx.tx.query(
    `UPDATE fleet_request SET state = $2, decided_by = $3, decided_by_name = $4, decided_at = $5, decision_reason = $6 WHERE id = $1`,
    [row.id, row.state, row.decidedBy, row.decidedByName, row.decidedAt, row.decisionReason],
  );
}

/** Says which command a request led to at a terminal. */
export async function writeCommand(ctx: WorkContext, requestId: string, at: TerminalPlace, commandId: string): Promise<void> {
  await ctx.tx.query('UPDATE fleet_request_target SET command_id = $4 WHERE request_id = $1 AND store_id = $2 AND terminal_id = $3', [
    requestId,
    at.storeId,
    at.terminalId,
    commandId,
  ]);
}

/** The terminals of requests, by store and terminal, with what became of them. */
export async function targetsOf(ctx: WorkContext, requestIds: readonly string[]): Promise<FleetTargetRow[]> {
  return await ctx.tx.query(
    `SELECT t.request_id AS "requestId", t.store_id AS "storeId", t.terminal_id AS "terminalId", t.command_id AS "commandId",
            c.state AS "commandState"
       FROM fleet_request_target t LEFT JOIN command c ON c.store_id = t.store_id AND c.id = t.command_id
      WHERE t.request_id = ANY($1::uuid[]) ORDER BY t.store_id, t.terminal_id`,
    [requestIds],
  );
}

/** Terminals that exist, locked in this order, so that orders for one of them wait for each other. */
export async function lockTerminals(
  ctx: WorkContext,
  places: readonly TerminalPlace[],
): Promise<(TerminalPlace & { gatewayId: string })[]> {
  return await ctx.tx.query(
    `SELECT t.store_id AS "storeId", t.terminal_id AS "terminalId", t.gateway_id AS "gatewayId"
       FROM terminal t JOIN unnest($1::text[], $2::text[]) AS n (store_id, terminal_id) USING (store_id, terminal_id)
      ORDER BY t.store_id, t.terminal_id FOR UPDATE OF t`,
    [places.map(({ storeId }) => storeId), places.map(({ terminalId }) => terminalId)],
  );
}

/** Requests nobody decided about in time. */
export async function overdueRequests(ctx: WorkContext, limit: number): Promise<{ id: string }[]> {
  return await ctx.tx.query("SELECT id FROM fleet_request WHERE state = 'waiting' AND expires_at <= $1 ORDER BY expires_at LIMIT $2", [
    ctx.now(),
    limit,
  ]);
}

/** Which requests: in these states, or with these ids; all the actor sees when nothing is said. */
export interface RequestChoice {
  readonly states?: readonly FleetRequestState[] | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** A page of requests, newest first. */
export async function listRequests(
  ctx: WorkContext,
  { states, ids }: RequestChoice,
  page: { limit: number; after?: { at: Date; id: string } | undefined },
): Promise<FleetRequestRow[]> {
  return await ctx.tx.query(
    `SELECT ${COLUMNS} FROM fleet_request
      WHERE ($1::text[] IS NULL OR state = ANY($1)) AND ($2::uuid[] IS NULL OR id = ANY($2))
        AND ($3::timestamptz IS NULL OR (requested_at, id) < ($3, $4::uuid))
      ORDER BY requested_at DESC, id DESC LIMIT $5`,
    [states ?? null, ids ?? null, page.after?.at ?? null, page.after?.id ?? null, page.limit],
  );
}

/** How many requests {@link listRequests} finds in all pages. */
export async function countRequests(ctx: WorkContext, { states }: RequestChoice): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query('SELECT count(*) AS n FROM fleet_request WHERE $1::text[] IS NULL OR state = ANY($1)', [
    states ?? null,
  ]);
  return rows[0]?.n ?? 0;
}

/** Requests of these stores (of all the actor sees when null) that are waiting or were decided since, each with a text that changes whenever its commands do. */
export async function requestsInMotion(
  ctx: WorkContext,
  storeIds: readonly string[] | null,
  since: Date,
  limit: number,
): Promise<(FleetRequestRow & { progress: string | null })[]> {
  return await ctx.tx.query(
    `SELECT ${COLUMNS},
            (SELECT string_agg(c.state, ',' ORDER BY t.store_id, t.terminal_id)
               FROM fleet_request_target t JOIN command c ON c.store_id = t.store_id AND c.id = t.command_id WHERE t.request_id = r.id) AS progress
       FROM fleet_request r
      WHERE ($1::text[] IS NULL OR store_ids && $1::text[]) AND (state = 'waiting' OR decided_at > $2 OR requested_at > $2)
      ORDER BY requested_at DESC, id DESC LIMIT $3`,
    [storeIds, since, limit],
  );
}

/** R8: whether a person may, at this moment, order actions in all of these stores. */
export async function mayOrderIn(ctx: WorkContext, personId: string, storeIds: readonly string[]): Promise<boolean> {
  const rows: { may: boolean }[] = await ctx.tx.query('SELECT tw_may_order($1, $2) AS may', [personId, storeIds]);
  return rows[0]?.may === true;
}
