import { randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import { formsOfKey, type RefundRequest, type RefundRequestState, type RefundRequestView, type TillRefusalCode } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { EventHub } from '../events/index.js';
import type { Journal, JournalTransaction, Row } from '../journal/index.js';
import { type OperatorService, sponsorsIn } from '../operators/index.js';
import { contentOf } from './payments.rules.js';
import { refundDigest } from './refund.digest.js';
import { expiresAt, judgeDecision, type RefundStanding, standingAt } from './refund.rules.js';

/** A refund that was asked for. */
export interface RefundRecord extends RefundStanding {
  readonly requestId: string;
  readonly idempotencyKey: string;
  readonly request: RefundRequest;
  readonly decidedBy: string | null;
}

/** A decision about a refund, or why there is none. */
export type DecisionAnswer = { ok: true; request: RefundRequestView } | { ok: false; code: TillRefusalCode };

/** Refused attempts to decide that are not recorded a second time. */
const REFUSALS_REMEMBERED = 500;
/** Decided requests that the console still shows. */
const SHOWN = 20;

/** Refunds between being asked for and being started: the second person (P6). Asking, deciding and starting are all journaled. */
export class RefundRequests {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #operators: OperatorService;
  readonly #events: EventHub;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #byKey: StatementSync;
  readonly #byId: StatementSync;
  readonly #newest: StatementSync;
  readonly #refused = new Set<string>();

  constructor(context: { clock: Clock }, parts: { journal: Journal; operators: OperatorService; events: EventHub }) {
    this.#clock = context.clock;
    this.#journal = parts.journal;
    this.#operators = parts.operators;
    this.#events = parts.events;
    const { store } = parts.journal;
    this.#insert = store.prepare(
      `INSERT INTO refund_requests (request_id, idempotency_key, digest, request, terminal, asked_by, asker_sponsors, asked_at, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting')`,
    );
    this.#update = store.prepare('UPDATE refund_requests SET state = ?, decided_by = ?, decided_at = ? WHERE request_id = ?');
    this.#byKey = store.prepare('SELECT * FROM refund_requests WHERE idempotency_key IN (?, ?) ORDER BY idempotency_key DESC');
    this.#byId = store.prepare('SELECT * FROM refund_requests WHERE request_id = ?');
    this.#newest = store.prepare('SELECT * FROM refund_requests ORDER BY asked_at DESC LIMIT ?');
  }

  byKey(idempotencyKey: string): RefundRecord | undefined {
    return toRecord(this.#byKey.get(...formsOfKey(idempotencyKey)) as Row | undefined);
  }

  /** A request as tills and console see it. */
  find(requestId: string): RefundRequestView | undefined {
    const record = toRecord(this.#byId.get(requestId) as Row | undefined);
    return record && this.view(record);
  }

  /** The newest requests, for the console. */
  newest(): RefundRequestView[] {
    return this.#newest.all(SHOWN).map((row) => this.view(toRecord(row as Row)!));
  }

  /** Records that an operator asks for a refund. */
  ask(request: RefundRequest, idempotencyKey: string, askedBy: string): RefundRequestView {
    const requestId = randomUUID();
    const askedAt = this.#clock.now();
    const digest = refundDigest(request, askedBy, idempotencyKey);
    const { terminal, amountMinor, currency, tillId, originalPaymentId, reason } = request;
    const sponsors = JSON.stringify(this.#operators.passcodes.sponsorsOf(askedBy));
    this.#journal.commit((tx) => {
      this.#insert.run(requestId, idempotencyKey, digest, JSON.stringify(request), terminal, askedBy, sponsors, askedAt);
      tx.append('RefundRequested', terminal, {
        requestId,
        digest,
        amountMinor,
        currency,
        ...(originalPaymentId === undefined ? {} : { originalPaymentId }),
        operatorId: askedBy,
        tillId,
        reason,
        expiresAt: new Date(expiresAt({ state: 'waiting', askedAt, decidedAt: null })).toISOString(),
      });
    });
    return this.#tell(requestId);
  }

  /** Records a manager's decision. The caller has made sure that it is this person. */
  decide(
    requestId: string,
    decision: 'approve' | 'deny',
    by: { operatorId: string; digest: string; where: 'till' | 'console' },
  ): DecisionAnswer {
    const record = toRecord(this.#byId.get(requestId) as Row | undefined);
    if (!record) return { ok: false, code: 'unknownRequest' };
    const now = this.#clock.now();
    const { operatorId, where } = by;
    const manager = this.#operators.isManager(operatorId);
    const sponsors = this.#operators.passcodes.sponsorsOf(operatorId);
    const approves = decision === 'approve';
    const refusal = judgeDecision(record, { ...by, manager, sponsors, approves }, now);
    if (refusal) {
      this.#refuse(record, { operatorId, code: refusal, where }, now);
      return { ok: false, code: refusal };
    }
    const decided = approves ? 'approved' : 'denied';
    this.#journal.commit((tx) => {
      this.#update.run(decided, by.operatorId, now, requestId);
      const { digest, request } = record;
      tx.append('RefundDecided', request.terminal, { requestId, digest, decision: decided, decidedBy: by.operatorId, where: by.where });
    });
    return { ok: true, request: this.#tell(requestId) };
  }

  /** Records that somebody wanted to decide who may not; not for requests that are over, or trying without end would fill the journal. */
  #refuse(record: RefundRecord, refused: { operatorId: string; code: TillRefusalCode; where: 'till' | 'console' }, now: number): void {
    const { requestId, digest, request } = record;
    const tried = `${requestId} ${refused.operatorId} ${refused.code}`;
    if (standingAt(record, now) !== 'waiting' || this.#refused.has(tried)) return;
    this.#journal.commit((tx) => tx.append('RefundDecisionRefused', request.terminal, { requestId, digest, ...refused }));
    if (this.#refused.size >= REFUSALS_REMEMBERED) this.#refused.clear();
    this.#refused.add(tried);
  }

  /** Takes an approval: one refund, once. Belongs into the transaction of that refund's intent. */
  use(_tx: JournalTransaction, { requestId, decidedBy, decidedAt }: RefundRecord): void {
    this.#update.run('used', decidedBy, decidedAt, requestId);
  }

  /** A record as it stands now. */
  view(record: RefundRecord): RefundRequestView {
    const { requestId, request, askedBy, askedAt, digest, decidedBy } = record;
    const { terminal, amountMinor, currency, tillId, originalPaymentId, reason } = request;
    return {
      requestId,
      state: standingAt(record, this.#clock.now()),
      terminal,
      amountMinor,
      currency,
      tillId,
      ...(originalPaymentId === undefined ? {} : { originalPaymentId }),
      reason,
      askedBy,
      askedAt: new Date(askedAt).toISOString(),
      expiresAt: new Date(expiresAt(record)).toISOString(),
      digest,
      ...(decidedBy === null ? {} : { decidedBy }),
    };
  }

  #tell(requestId: string): RefundRequestView {
    const request = this.find(requestId)!;
    this.#events.emit({ type: 'refundRequest', terminal: request.terminal, request });
    return request;
  }
}

/** Whether a key's request is the one that was asked for under it. */
export function sameRefund(record: RefundRecord, request: RefundRequest): boolean {
  return contentOf({ transaction: 'refund', ...record.request }) === contentOf({ transaction: 'refund', ...request });
}

function toRecord(row: Row | undefined): RefundRecord | undefined {
  if (!row) return undefined;
  return {
    requestId: String(row['request_id']),
    idempotencyKey: String(row['idempotency_key']),
    digest: String(row['digest']),
    request: JSON.parse(String(row['request'])) as RefundRequest,
    askedBy: String(row['asked_by']),
    askerSponsors: sponsorsIn(row['asker_sponsors']),
    askedAt: Number(row['asked_at']),
    state: row['state'] as RefundRequestState,
    decidedBy: row['decided_by'] as string | null,
    decidedAt: row['decided_at'] as number | null,
  };
}
