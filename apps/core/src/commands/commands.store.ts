import type { CommandAction } from '@tillward/contracts';
import type { WorkContext } from '../database/index.js';
import type { CommandState } from '../graphql/index.js';
import { GUARDED_ACTIONS, type TerminalPlace } from './second-person.rules.js';

/** A command's row. */
export interface CommandRow {
  id: string;
  storeId: string;
  gatewayId: string;
  terminalId: string;
  action: CommandAction;
  state: CommandState;
  requestedBy: string;
  reason: string;
  nonce: string;
  notBefore: Date;
  expiresAt: Date;
  createdAt: Date;
  sentAt: Date | null;
  outcomeCode: string | null;
  outcomeDetail: string | null;
  /** When it got its state. */
  stateAt: Date;
  /** What the action needs to know; travels in the signed body. */
  parameters: Readonly<Record<string, string>> | null;
  /** Id of the person who ordered it; null where a playbook or the system did. */
  orderedBy: string | null;
  /** Id of the second person; null where none was needed. */
  approvedBy: string | null;
}

const COLUMNS = `id, store_id AS "storeId", gateway_id AS "gatewayId", terminal_id AS "terminalId", action, state, requested_by AS "requestedBy",
  reason, nonce, not_before AS "notBefore", expires_at AS "expiresAt", created_at AS "createdAt", sent_at AS "sentAt",
  outcome_code AS "outcomeCode", outcome_detail AS "outcomeDetail", state_at AS "stateAt", parameters, ordered_by AS "orderedBy", approved_by AS "approvedBy"`;

/** Stores a new command. */
export async function insertCommand(ctx: WorkContext, c: CommandRow): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO command (id, store_id, gateway_id, terminal_id, action, state, requested_by, reason, nonce, not_before, expires_at, created_at, state_at, parameters,
                          ordered_by, approved_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15, $16)`,
    [
      c.id,
      c.storeId,
      c.gatewayId,
      c.terminalId,
      c.action,
      c.state,
      c.requestedBy,
      c.reason,
      c.nonce,
      c.notBefore,
      c.expiresAt,
      c.createdAt,
      c.stateAt,
      c.parameters === null ? null : JSON.stringify(c.parameters),
      c.orderedBy,
      c.approvedBy,
    ],
  );
}

/** Reads a command and keeps others from changing it until the end of the transaction. */
export async function lockCommand(ctx: WorkContext, storeId: string, id: string): Promise<CommandRow | undefined> {
  const rows: CommandRow[] = await ctx.tx.query(`SELECT ${COLUMNS} FROM command WHERE store_id = $1 AND id = $2 FOR UPDATE`, [storeId, id]);
  return rows[0];
}

/** Writes a command's new state. */
export async function updateCommandState(
  ctx: WorkContext,
  command: CommandRow,
  outcome: { code: string | null; detail: string | null },
): Promise<void> {
  await ctx.tx.query(
    `UPDATE command SET state = $3, state_at = $4, outcome_code = coalesce($5, outcome_code), outcome_detail = coalesce($6, outcome_detail)
      WHERE store_id = $1 AND id = $2`,
    [command.storeId, command.id, command.state, command.stateAt, outcome.code, outcome.detail],
  );
}

/** Writes when a command was last put on its way. */
export async function markSent(ctx: WorkContext, command: CommandRow): Promise<void> {
  await ctx.tx.query('UPDATE command SET sent_at = $3 WHERE store_id = $1 AND id = $2', [command.storeId, command.id, ctx.now()]);
}

/** Whether a command of this action for this terminal has not ended. */
export async function isUnderWay(ctx: WorkContext, storeId: string, terminalId: string, action: CommandAction): Promise<boolean> {
  const rows: unknown[] = await ctx.tx.query(
    `SELECT 1 FROM command WHERE store_id = $1 AND terminal_id = $2 AND action = $3 AND state IN ('created', 'sent', 'received', 'running') LIMIT 1`,
    [storeId, terminalId, action],
  );
  return rows.length > 0;
}

/** Commands something may still happen to, oldest first. */
export async function findUnfinished(ctx: WorkContext, limit: number): Promise<CommandRow[]> {
  return await ctx.tx.query(
    `SELECT ${COLUMNS} FROM command WHERE state IN ('created', 'sent', 'received', 'running') ORDER BY state_at LIMIT $1`,
    [limit],
  );
}

/** Actions of commands by id, as far as the actor sees them. */
export async function commandActions(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, CommandAction>> {
  const rows: { id: string; action: CommandAction }[] = await ctx.tx.query('SELECT id, action FROM command WHERE id = ANY($1::uuid[])', [
    ids,
  ]);
  return new Map(rows.map((row) => [row.id, row.action]));
}

/** States of commands by id, as far as the actor sees them. */
export async function commandStates(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, CommandState>> {
  const rows: { id: string; state: CommandState }[] = await ctx.tx.query('SELECT id, state FROM command WHERE id = ANY($1::uuid[])', [ids]);
  return new Map(rows.map((row) => [row.id, row.state]));
}

/** A page of a terminal's commands, newest first. */
export async function commandsOfTerminal(
  ctx: WorkContext,
  storeId: string,
  terminalId: string,
  page: { limit: number; after?: { at: Date; id: string } | undefined },
): Promise<CommandRow[]> {
  return await ctx.tx.query(
    `SELECT ${COLUMNS} FROM command
      WHERE store_id = $1 AND terminal_id = $2 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
      ORDER BY created_at DESC, id DESC LIMIT $5`,
    [storeId, terminalId, page.after?.at ?? null, page.after?.id ?? null, page.limit],
  );
}

/** How many commands a terminal ever got. */
export async function countCommandsOfTerminal(ctx: WorkContext, storeId: string, terminalId: string): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query('SELECT count(*) AS n FROM command WHERE store_id = $1 AND terminal_id = $2', [
    storeId,
    terminalId,
  ]);
  return rows[0]?.n ?? 0;
}

/** One command, as far as the actor sees it. */
export async function findCommand(ctx: WorkContext, storeId: string, id: string): Promise<CommandRow | undefined> {
  const rows: CommandRow[] = await ctx.tx.query(`SELECT ${COLUMNS} FROM command WHERE store_id = $1 AND id = $2`, [storeId, id]);
  return rows[0];
}

/** What is under way on the terminals of these stores. */
export async function runningActions(
  ctx: WorkContext,
  storeIds: readonly string[],
): Promise<{ id: string; storeId: string; terminalId: string; action: CommandAction }[]> {
  return await ctx.tx.query(
    `SELECT id, store_id AS "storeId", terminal_id AS "terminalId", action FROM command
      WHERE state IN ('created', 'sent', 'received', 'running') AND store_id = ANY($1) ORDER BY created_at`,
    [storeIds],
  );
}

/** Keeps a person's other orders on money or power out until the end of the transaction, so that they are counted one after the other. */
export async function lockOrdersOf(ctx: WorkContext, personId: string): Promise<void> {
  await ctx.tx.query("SELECT pg_advisory_xact_lock(hashtextextended('order:' || $1, 0))", [personId]);
}

/** C6: terminals whose money or power this person ordered something on since then, without a second person. */
export async function orderedAlone(ctx: WorkContext, personId: string, since: Date): Promise<TerminalPlace[]> {
  return await ctx.tx.query(
    `SELECT DISTINCT store_id AS "storeId", terminal_id AS "terminalId" FROM command
      WHERE ordered_by = $1 AND approved_by IS NULL AND created_at > $2 AND action = ANY($3)`,
    [personId, since, GUARDED_ACTIONS],
  );
}
