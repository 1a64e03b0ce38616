import type { PersonActor } from './access.js';
import { type RefusalOf, refuse } from './refusals.contract.js';

/** Where a request stands that one person of headquarters makes and another one decides about. */
export type SecondPersonState = 'requested' | 'approved' | 'refused' | 'withdrawn';
/** What somebody wants to happen to such a request. */
export type SecondPersonDecision = 'approve' | 'refuse' | 'withdraw';

const RESULT: Readonly<Record<SecondPersonDecision, SecondPersonState>> = { approve: 'approved', refuse: 'refused', withdraw: 'withdrawn' };

/** The state of a request after a decision, or why it isn't taken: who asks and who agrees are two people of headquarters, a request is decided once, and as it was read. */
export function headquartersDecision(
  request: { readonly state: SecondPersonState; readonly requestedBy: string; readonly digest: string },
  decision: SecondPersonDecision,
  digest: string,
  person: Pick<PersonActor, 'id' | 'role'>,
): SecondPersonState | RefusalOf<'notAllowed' | 'alreadyDone' | 'ownRequest' | 'contentChanged'> {
  const own = request.requestedBy === person.id;
  if (person.role !== 'hq') return refuse('notAllowed', 'This is for headquarters to decide.');
  if (request.state !== 'requested') return refuse('alreadyDone', 'It was decided before.');
  if (decision === 'withdraw') return own ? RESULT.withdraw : refuse('notAllowed', 'Only who asked can take a request back.');
  if (own) return refuse('ownRequest', 'Somebody else has to decide about your own request.');
  if (digest !== request.digest) return refuse('contentChanged', 'This is not the request that was read: its content has another digest.');
  return RESULT[decision];
}
