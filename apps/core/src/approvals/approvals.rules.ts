import { createHash } from 'node:crypto';
import type { CommandAction } from '@tillward/contracts';
import { canonicalJson } from '../audit/index.js';
import { placeKey, type TerminalPlace } from '../commands/index.js';
import { type FleetRequestState, type PersonActor, type RefusalOf, refuse } from '../graphql/index.js';

/** How long a request waits for a second person. Short, because amounts and stores' hours move on. */
export const REQUEST_LIFE_MS = 60 * 60_000;
/** Most terminals of one request: its commands are made in one transaction. */
export const MAX_TARGETS = 500;

/** R2: everything an approval agrees to. */
export interface RequestContent {
  readonly id: string;
  readonly action: CommandAction;
  readonly targets: readonly TerminalPlace[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly reason: string;
  /** Person id. */
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

/** R2: SHA-256 of the content in canonical JSON (RFC 8785), hexadecimal. The order in which terminals were named is no part of it. */
export function contentHash(content: RequestContent): string {
  const { id, action, parameters, reason, requestedBy, requestedAt, expiresAt } = content;
  const targets = [...content.targets].sort(byPlace).map(({ storeId, terminalId }) => ({ storeId, terminalId }));
  const text = canonicalJson({ id, action, targets, parameters, reason, requestedBy, requestedAt, expiresAt });
  return createHash('sha256').update(`tillward-fleet-request-v1\n${text}`).digest('hex');
}

/** Order of terminals: by store, then by terminal. Locks are taken in it. */
export function byPlace(a: TerminalPlace, b: TerminalPlace): number {
  return placeKey(a) < placeKey(b) ? -1 : 1;
}

/** What somebody wants to happen to a request. */
export type Decision = 'approve' | 'refuse' | 'withdraw';

/** A request as far as a decision depends on it. */
export interface DecidableRequest {
  readonly state: FleetRequestState;
  readonly requestedBy: string;
  readonly expiresAt: Date;
  readonly decidedBy: string | null;
}

const DECIDES: ReadonlySet<PersonActor['role']> = new Set(['hq', 'manager']);
const RESULT: Readonly<Record<Decision, FleetRequestState>> = { approve: 'approved', refuse: 'refused', withdraw: 'withdrawn' };

/** Whether a person may agree to a request, or refuse it, now. */
export function mayDecide(request: DecidableRequest, person: Pick<PersonActor, 'id' | 'role'>, nowMs: number): boolean {
  return request.state === 'waiting' && decisionRefusal(request, 'approve', person, nowMs) === undefined;
}

/** R1, R4: why a decision isn't taken; undefined when it is. `repeated` when it was taken before, by the same person: nothing is left to do. */
export function decisionRefusal(
  request: DecidableRequest,
  decision: Decision,
  person: Pick<PersonActor, 'id' | 'role'>,
  nowMs: number,
): RefusalOf<'notAllowed' | 'ownRequest' | 'alreadyDone' | 'requestExpired'> | 'repeated' | undefined {
  if (!DECIDES.has(person.role)) return refuse('notAllowed', 'Requests are decided by HQ and managers.');
  const own = request.requestedBy === person.id;
  if (decision !== 'withdraw' && own) return refuse('ownRequest', 'Somebody else has to decide about your own request.');
  if (request.state === RESULT[decision] && request.decidedBy === person.id) return 'repeated';
  if (request.state === 'expired' || (request.state === 'waiting' && nowMs >= request.expiresAt.getTime())) {
    return refuse('requestExpired', 'Nobody decided in time. It has to be asked for again.');
  }
  if (request.state !== 'waiting') return refuse('alreadyDone', 'It was decided before.');
  return decision === 'withdraw' && !own ? refuse('notAllowed', 'Only who asked can take a request back.') : undefined;
}
