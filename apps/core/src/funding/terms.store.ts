import type { WorkContext } from '../database/index.js';
import type { ProviderTerms } from './terms.rules.js';

/** A version of an acquirer's terms. */
export interface TermsRow extends ProviderTerms {
  acquirerId: string;
  version: number;
  savedAt: Date;
  savedBy: string;
}

const TERMS = `acquirer_id AS "acquirerId", version, fees::jsonb AS fees, funding::jsonb AS funding, saved_at AS "savedAt", saved_by AS "savedBy"`;

/** All versions of an acquirer's terms, newest first. */
export async function listTerms(ctx: WorkContext, acquirerId: string): Promise<TermsRow[]> {
  return await ctx.tx.query(`SELECT ${TERMS} FROM provider_terms WHERE acquirer_id = $1 ORDER BY version DESC`, [acquirerId]);
}

/** The terms in force of every acquirer that has any. */
export async function currentTerms(ctx: WorkContext): Promise<TermsRow[]> {
  return await ctx.tx.query(`SELECT DISTINCT ON (acquirer_id) ${TERMS} FROM provider_terms ORDER BY acquirer_id, version DESC`);
}

/** Adds a version. Throws on two at once for one acquirer: the second is asked again. */
export async function insertTerms(ctx: WorkContext, acquirerId: string, terms: ProviderTerms): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO provider_terms (acquirer_id, version, fees, funding, saved_at, saved_by)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5 FROM provider_terms WHERE acquirer_id = $1`,
    [
      acquirerId,
      terms.fees === null ? null : JSON.stringify(terms.fees),
      terms.funding === null ? null : JSON.stringify(terms.funding),
      ctx.now(),
      ctx.actor.name,
    ],
  );
}
