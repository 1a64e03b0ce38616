import type { WorkContext } from '../database/index.js';
import type { SecondPersonState } from '../graphql/index.js';
import { isUuid } from '../statements/index.js';
import type { ProposedTerms } from './proposal.rules.js';

/** Terms that were proposed, and what became of that. */
export interface ProposalRow extends ProposedTerms {
  readonly digest: string;
  readonly state: SecondPersonState;
  readonly requestedName: string;
  readonly decidedBy: string | null;
  readonly decidedName: string | null;
  readonly decidedAt: Date | null;
  readonly decisionNote: string | null;
}

const PROPOSAL = `id, acquirer_id AS "acquirerId", replaces, jsonb_build_object('fees', fees::jsonb, 'funding', funding::jsonb) AS terms, reason, digest, state,
  requested_by AS "requestedBy", requested_name AS "requestedName", requested_at AS "requestedAt",
  decided_by AS "decidedBy", decided_name AS "decidedName", decided_at AS "decidedAt", decision_note AS "decisionNote"`;

/** Stores a proposal. False when its acquirer has one that waits: then nothing is stored. */
export async function insertProposal(ctx: WorkContext, p: ProposalRow): Promise<boolean> {
  const rows: unknown[] = await ctx.tx.query(
    `INSERT INTO terms_proposal (id, acquirer_id, replaces, fees, funding, reason, digest, state, requested_by, requested_name, requested_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING 1`,
    [
      p.id,
      p.acquirerId,
      p.replaces,
      p.terms.fees === null ? null : JSON.stringify(p.terms.fees),
      p.terms.funding === null ? null : JSON.stringify(p.terms.funding),
      p.reason,
      p.digest,
      p.state,
      p.requestedBy,
      p.requestedName,
      p.requestedAt,
    ],
  );
  return rows.length > 0;
}

/** A proposal, kept from changing until the end of the transaction. */
export async function lockProposal(ctx: WorkContext, id: string): Promise<ProposalRow | undefined> {
  if (!isUuid(id)) return undefined;
  const rows: ProposalRow[] = await ctx.tx.query(`SELECT ${PROPOSAL} FROM terms_proposal WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** Writes a decision. */
export async function decideProposal(ctx: WorkContext, p: ProposalRow): Promise<void> {
  await ctx.tx.query(
    'UPDATE terms_proposal SET state = $2, decided_by = $3, decided_name = $4, decided_at = $5, decision_note = $6 WHERE id = $1',
    [p.id, p.state, p.decidedBy, p.decidedName, p.decidedAt, p.decisionNote],
  );
}

/** The proposal for an acquirer that waits for a decision. */
export async function waitingProposal(ctx: WorkContext, acquirerId: string): Promise<ProposalRow | undefined> {
  const rows: ProposalRow[] = await ctx.tx.query(`SELECT ${PROPOSAL} FROM terms_proposal WHERE acquirer_id = $1 AND state = 'requested'`, [
    acquirerId,
  ]);
  return rows[0];
}

/** Most proposals shown at once: an acquirer has one at a time. */
const MAX_WAITING = 200;

/** Proposals that wait for a decision, newest first, at most 200. */
export async function waitingProposals(ctx: WorkContext): Promise<ProposalRow[]> {
  return await ctx.tx.query(
    `SELECT ${PROPOSAL} FROM terms_proposal WHERE state = 'requested' ORDER BY requested_at DESC, id LIMIT ${MAX_WAITING}`,
  );
}
