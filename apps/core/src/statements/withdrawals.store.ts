import type { WorkContext } from '../database/index.js';
import { isUuid } from './statements.store.js';
import type { WithdrawalRequest, WithdrawalState } from './withdrawals.rules.js';

/** A request to withdraw a file. */
export interface WithdrawalRow extends WithdrawalRequest {
  readonly digest: string;
  readonly state: WithdrawalState;
  readonly requestedName: string;
  readonly decidedBy: string | null;
  readonly decidedName: string | null;
  readonly decidedAt: Date | null;
  readonly decisionNote: string | null;
}

const WITHDRAWAL = `id, file_id AS "fileId", reason, digest, state, requested_by AS "requestedBy", requested_name AS "requestedName", requested_at AS "requestedAt",
  decided_by AS "decidedBy", decided_name AS "decidedName", decided_at AS "decidedAt", decision_note AS "decisionNote"`;

/** Stores a request. False when the file has one that waits: then nothing is stored. */
export async function insertWithdrawal(ctx: WorkContext, w: WithdrawalRow): Promise<boolean> {
  const rows: unknown[] = await ctx.tx.query(
    `INSERT INTO statement_withdrawal (id, file_id, reason, digest, state, requested_by, requested_name, requested_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING 1`,
    [w.id, w.fileId, w.reason, w.digest, w.state, w.requestedBy, w.requestedName, w.requestedAt],
  );
  return rows.length > 0;
}

/** A request, kept from changing until the end of the transaction. */
export async function lockWithdrawal(ctx: WorkContext, id: string): Promise<WithdrawalRow | undefined> {
  if (!isUuid(id)) return undefined;
  const rows: WithdrawalRow[] = await ctx.tx.query(`SELECT ${WITHDRAWAL} FROM statement_withdrawal WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** Writes a decision. */
export async function decideWithdrawal(ctx: WorkContext, w: WithdrawalRow): Promise<void> {
  await ctx.tx.query(
    'UPDATE statement_withdrawal SET state = $2, decided_by = $3, decided_name = $4, decided_at = $5, decision_note = $6 WHERE id = $1',
    [w.id, w.state, w.decidedBy, w.decidedName, w.decidedAt, w.decisionNote],
  );
}

/** The request of each of these files that waits, else its newest one. */
export async function newestWithdrawals(ctx: WorkContext, fileIds: readonly string[]): Promise<Map<string, WithdrawalRow>> {
  const rows: WithdrawalRow[] = await ctx.tx.query(
    `SELECT DISTINCT ON (file_id) ${WITHDRAWAL} FROM statement_withdrawal WHERE file_id = ANY($1::uuid[]) ORDER BY file_id, state = 'requested' DESC, requested_at DESC, id`,
    [fileIds.filter(isUuid)],
  );
  return new Map(rows.map((row) => [row.fileId, row]));
}

/** Most requests shown at once: each is a person's, and waits for another. */
const MAX_WAITING = 200;

/** Requests that wait for a decision, newest first, at most 200. */
export async function waitingWithdrawals(ctx: WorkContext): Promise<WithdrawalRow[]> {
  return await ctx.tx.query(
    `SELECT ${WITHDRAWAL} FROM statement_withdrawal WHERE state = 'requested' ORDER BY requested_at DESC, id LIMIT ${MAX_WAITING}`,
  );
}
