import type { WorkContext } from '../database/index.js';
import { type ProviderTerms, withCeiling } from './terms.rules.js';

/** A version of an acquirer's terms. */
export interface TermsRow extends ProviderTerms {
  acquirerId: string;
  version: number;
  savedAt: Date;
  /** Who proposed it, or what provisioned it. */
  savedBy: string;
  /** Who approved it; null of versions that needed no second person (the chain file's, and those of earlier days). */
  approvedBy: string | null;
  reason: string | null;
}

const TERMS = `t.acquirer_id AS "acquirerId", t.version, t.fees::jsonb AS fees, t.funding::jsonb AS funding, t.saved_at AS "savedAt", t.saved_by AS "savedBy",
  p.decided_name AS "approvedBy", p.reason`;
const FROM = 'provider_terms t LEFT JOIN terms_proposal p ON p.id = t.proposal_id';

/** All versions of an acquirer's terms, newest first. */
export async function listTerms(ctx: WorkContext, acquirerId: string): Promise<TermsRow[]> {
  const rows: TermsRow[] = await ctx.tx.query(`SELECT ${TERMS} FROM ${FROM} WHERE t.acquirer_id = $1 ORDER BY t.version DESC`, [
    acquirerId,
  ]);
  return rows.map(withCeiling);
}

/** The terms in force of every acquirer that has any. */
export async function currentTerms(ctx: WorkContext): Promise<TermsRow[]> {
  const rows: TermsRow[] = await ctx.tx.query(
    `SELECT DISTINCT ON (t.acquirer_id) ${TERMS} FROM ${FROM} ORDER BY t.acquirer_id, t.version DESC`,
  );
  return rows.map(withCeiling);
}

/** Adds a version, as proposed or, without a proposal, as provisioned. Throws on two at once for one acquirer: the second is asked again. */
export async function insertTerms(
  ctx: WorkContext,
  acquirerId: string,
  terms: ProviderTerms,
  proposal: { readonly id: string; readonly requestedName: string } | null,
): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO provider_terms (acquirer_id, version, fees, funding, saved_at, saved_by, proposal_id)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 FROM provider_terms WHERE acquirer_id = $1`,
    [
      acquirerId,
      terms.fees === null ? null : JSON.stringify(terms.fees),
      terms.funding === null ? null : JSON.stringify(terms.funding),
      ctx.now(),
      proposal?.requestedName ?? ctx.actor.name,
      proposal?.id ?? null,
    ],
  );
}
