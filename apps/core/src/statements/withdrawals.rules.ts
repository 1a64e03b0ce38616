import { createHash } from 'node:crypto';
import { canonicalJson } from '../audit/index.js';
import { headquartersDecision, type PersonActor, type RefusalOf } from '../graphql/index.js';

/** Where a request to withdraw a file stands. */
export type WithdrawalState = 'requested' | 'approved' | 'refused' | 'withdrawn';
/** What somebody wants to happen to a request. */
export type WithdrawalDecision = 'approve' | 'refuse' | 'withdraw';

/** What is asked for. */
export interface WithdrawalRequest {
  readonly id: string;
  readonly fileId: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
}

/** W1: SHA-256 over the whole of a request and of the file's own digest in canonical JSON (RFC 8785), hexadecimal: whoever decides names it, so that nothing else is decided than what was read. */
export function withdrawalDigest({ id, fileId, reason, requestedBy, requestedAt }: WithdrawalRequest, fileDigest: string): string {
  const text = canonicalJson({ id, fileId, fileDigest, reason, requestedBy, requestedAt });
  return createHash('sha256').update(`tillward-statement-withdrawal-v1\n${text}`).digest('hex');
}

/** W2: the state after a decision, or why it isn't taken: who asks and who agrees are two people of headquarters, and a request is decided once. */
export function afterWithdrawalDecision(
  request: { readonly state: WithdrawalState; readonly requestedBy: string; readonly digest: string },
  decision: WithdrawalDecision,
  digest: string,
  person: Pick<PersonActor, 'id' | 'role'>,
): WithdrawalState | RefusalOf<'notAllowed' | 'alreadyDone' | 'ownRequest' | 'contentChanged'> {
  return headquartersDecision(request, decision, digest, person);
}
