import { createHash } from 'node:crypto';
import { canonicalJson } from '../audit/index.js';
import { type PersonActor, type RefusalOf, refuse } from '../graphql/index.js';
import type { BatchView } from './settlement.service.js';

/** What two people may do with a batch: have it settled, or answer for the difference of an unbalanced one. */
export type SettlementRequestKind = 'settle' | 'acceptUnbalanced';
/** Where a request stands. `approved`: its command was made. */
export type SettlementRequestState = 'waiting' | 'approved' | 'refused' | 'withdrawn' | 'expired';
/** What somebody wants to happen to a request. */
export type RequestDecision = 'approve' | 'refuse' | 'withdraw';

/** All an approval agrees to: what was asked for, and what the batch showed then. */
export interface RequestContent {
  readonly id: string;
  readonly kind: SettlementRequestKind;
  readonly storeId: string;
  readonly terminalId: string;
  readonly batchNo: number;
  readonly businessDay: string;
  readonly currency: string;
  readonly settlementId: string | null;
  readonly journalMinor: number;
  readonly journalCount: number;
  readonly terminalMinor: number | null;
  readonly hostMinor: number | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
}

/** A request as far as a decision depends on it. */
export interface DecidableRequest {
  readonly state: SettlementRequestState;
  readonly requestedBy: string;
  readonly expiresAt: Date;
}

/** S12: SHA-256 of the content in canonical JSON (RFC 8785), hexadecimal: who approves names it, so that nothing else can be approved. */
export function requestDigest(content: RequestContent): string {
  return createHash('sha256')
    .update(`tillward-settlement-request-v1\n${canonicalJson(content)}`)
    .digest('hex');
}

/** What a batch shows when somebody asks. */
export function contentOf(batch: BatchView): Omit<RequestContent, 'id' | 'kind' | 'reason' | 'requestedBy' | 'requestedAt'> {
  const { storeId, terminalId, batchNo, businessDay, currency, settlementId, journalMinor, journalCount, terminalMinor, hostMinor } = batch;
  return { storeId, terminalId, batchNo, businessDay, currency, settlementId, journalMinor, journalCount, terminalMinor, hostMinor };
}

/** Why a batch can't be asked about; undefined when it can. */
export function batchRefusal(kind: SettlementRequestKind, batch: BatchView): RefusalOf<'alreadyDone' | 'stepNotReady'> | undefined {
  if (kind === 'settle') {
    if (batch.state === 'unbalanced')
      return refuse('stepNotReady', 'This batch is closed, and its totals differ. It can only be accepted.');
    return batch.settledAt === null ? undefined : refuse('alreadyDone', 'This batch is settled.');
  }
  if (batch.acceptedAt !== null) return refuse('alreadyDone', 'This difference was accepted before.');
  if (batch.state !== 'unbalanced') return refuse('stepNotReady', 'The totals of this batch do not differ.');
  return batch.handling === null ? refuse('stepNotReady', 'The evidence of this batch is not frozen yet.') : undefined;
}

/**
 * Whether the batch still is what was asked about. Sales go on while a settlement waits for its approval, so only a difference must be the very same; a batch that was
 * settled or accepted meanwhile is refused by {@link batchRefusal}.
 */
export function stillTheSame(content: RequestContent, batch: BatchView): boolean {
  if (content.kind === 'settle') return true;
  const now = contentOf(batch);
  return (['settlementId', 'currency', 'journalMinor', 'journalCount', 'terminalMinor', 'hostMinor'] as const).every(
    (field) => content[field] === now[field],
  );
}

/** S12, P6: why a decision isn't taken; undefined when it is. Who asks can't agree; who did not ask can't take it back. */
export function requestDecisionRefusal(
  request: DecidableRequest,
  decision: RequestDecision,
  person: Pick<PersonActor, 'id' | 'role'>,
  nowMs: number,
): RefusalOf<'notAllowed' | 'ownRequest' | 'alreadyDone' | 'requestExpired'> | undefined {
  if (person.role !== 'hq' && person.role !== 'manager') return refuse('notAllowed', 'Settlements are decided by managers and HQ.');
  const own = request.requestedBy === person.id;
  if (decision !== 'withdraw' && own) return refuse('ownRequest', 'Somebody else has to decide about your own request.');
  if (decision === 'withdraw' && !own) return refuse('notAllowed', 'Only who asked can take a request back.');
  if (request.state !== 'waiting') return refuse('alreadyDone', 'It was decided before.');
  if (nowMs >= request.expiresAt.getTime()) return refuse('requestExpired', 'Nobody decided in time. It has to be asked for again.');
  return undefined;
}

/** The state a request shows: one nobody decided in time has expired, whether or not somebody has looked. */
export function shownState(request: DecidableRequest, nowMs: number): SettlementRequestState {
  return request.state === 'waiting' && nowMs >= request.expiresAt.getTime() ? 'expired' : request.state;
}
