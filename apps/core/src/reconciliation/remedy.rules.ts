import { createHash } from 'node:crypto';
import { canonicalJson } from '../audit/index.js';
import { type PersonActor, type RefusalOf, refuse } from '../graphql/index.js';

/** What a remedy does. */
export type RemedyKind = 'forceMatch' | 'correctingEntry';
/** Where a request stands. */
export type RemedyState = 'requested' | 'approved' | 'refused' | 'withdrawn';
/** What somebody wants to happen to a request. */
export type RemedyDecision = 'approve' | 'refuse' | 'withdraw';

/** Everything a decision is about. */
export type RemedyContent =
  | { readonly kind: 'forceMatch'; readonly terminalDifferenceId: string; readonly acquirerDifferenceId: string }
  | { readonly kind: 'correctingEntry'; readonly differenceId: string; readonly amountMinor: number; readonly currency: string };

/** Ids of the differences a remedy is about; of a force-match the transaction's first. */
export function differencesOf(content: RemedyContent): string[] {
  return content.kind === 'forceMatch' ? [content.terminalDifferenceId, content.acquirerDifferenceId] : [content.differenceId];
}

/** M1: SHA-256 over the whole of a request in canonical JSON (RFC 8785), hexadecimal: whoever decides names it, so that nothing else is decided than what was read. */
export function remedyDigest(request: {
  readonly id: string;
  readonly storeId: string;
  readonly content: RemedyContent;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
}): string {
  const { id, storeId, content, reason, requestedBy, requestedAt } = request;
  const text = canonicalJson({ id, storeId, content, reason, requestedBy, requestedAt });
  return createHash('sha256').update(`tillward-remedy-v1\n${text}`).digest('hex');
}

const RESULT: Readonly<Record<RemedyDecision, RemedyState>> = { approve: 'approved', refuse: 'refused', withdraw: 'withdrawn' };

/** M2: the state after a decision, or why it isn't taken: maker and checker are two people, and a request is decided once. */
export function afterDecision(
  request: { readonly state: RemedyState; readonly requestedBy: string; readonly digest: string },
  decision: RemedyDecision,
  digest: string,
  person: Pick<PersonActor, 'id' | 'role'>,
): RemedyState | RefusalOf<'notAllowed' | 'alreadyDone' | 'ownRequest' | 'contentChanged'> {
  const own = request.requestedBy === person.id;
  if (person.role !== 'hq' && person.role !== 'manager') return refuse('notAllowed', 'Remedies are decided by managers and headquarters.');
  if (request.state !== 'requested') return refuse('alreadyDone', 'It was decided before.');
  if (decision === 'withdraw') return own ? RESULT.withdraw : refuse('notAllowed', 'Only who asked can take a request back.');
  if (own) return refuse('ownRequest', 'Somebody else has to decide about your own request.');
  if (digest !== request.digest) return refuse('contentChanged', 'This is not the request that was read: its content has another digest.');
  return RESULT[decision];
}
