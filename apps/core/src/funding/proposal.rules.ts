import { createHash } from 'node:crypto';
import { canonicalJson } from '../audit/index.js';
import type { ProviderTerms } from './terms.rules.js';

/** Terms somebody wants to be in force. */
export interface TermsWish {
  readonly acquirerId: string;
  /** Version that was in force when they were written; 0: none was. */
  readonly replaces: number;
  readonly terms: ProviderTerms;
  /** Why; the second person and the auditor read it. */
  readonly reason: string;
  readonly requestedBy: string;
}

/** What a proposal's digest is made of. */
export interface ProposedTerms extends TermsWish {
  readonly id: string;
  readonly requestedAt: Date;
}

/** P9: SHA-256 over the whole of a proposal in canonical JSON (RFC 8785), hexadecimal: whoever decides names it, so that nothing else comes into force than what was read. */
export function proposalDigest({ id, acquirerId, replaces, terms, reason, requestedBy, requestedAt }: ProposedTerms): string {
  const text = canonicalJson({ id, acquirerId, replaces, fees: terms.fees, funding: terms.funding, reason, requestedBy, requestedAt });
  return createHash('sha256').update(`tillward-provider-terms-v1\n${text}`).digest('hex');
}

/** P9: true when somebody proposes the same once more, word for word: an answer that got lost, and no second proposal. */
export function isSameWish(waiting: TermsWish, wish: TermsWish): boolean {
  return asked(waiting) === asked(wish);
}

function asked({ acquirerId, replaces, terms, reason, requestedBy }: TermsWish): string {
  return canonicalJson({ acquirerId, replaces, fees: terms.fees, funding: terms.funding, reason, requestedBy });
}
