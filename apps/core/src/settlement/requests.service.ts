import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog, canonicalJson } from '../audit/index.js';
import { Commands } from '../commands/index.js';
import type { WorkContext } from '../database/index.js';
import { invalidInput, type PersonActor, type RefusalOf, reasonRefusal, refuse } from '../graphql/index.js';
import { Policy } from '../policy/index.js';
import { type BatchKey, recordBatchEvents } from './batch-life.service.js';
import {
  batchRefusal,
  contentOf,
  type RequestContent,
  type RequestDecision,
  requestDecisionRefusal,
  requestDigest,
  type SettlementRequestKind,
  stillTheSame,
} from './request.rules.js';
import {
  expireRequests,
  insertRequest,
  lockRequest,
  requestByKey,
  type SettlementRequestRow,
  saveDecision,
  waitingRequest,
} from './request.store.js';
import { SettlementService } from './settlement.service.js';

const HOUR_MS = 3_600_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a person asks for. */
export interface SettlementOrder extends BatchKey {
  readonly kind: SettlementRequestKind;
  readonly reason: string;
  readonly key: string;
}

/** Why a request isn't taken. */
export type SettlementAskRefusal = RefusalOf<
  'notAllowed' | 'notFound' | 'invalidInput' | 'alreadyDone' | 'stepNotReady' | 'unsupportedAction'
>;
/** Why a decision isn't taken. */
export type SettlementDecisionRefusal = RefusalOf<
  'notAllowed' | 'notFound' | 'invalidInput' | 'ownRequest' | 'contentChanged' | 'requestExpired' | 'alreadyDone' | 'stepNotReady'
>;

/** A decision as a person gives it. `digest`: of what was read, needed to approve. */
export interface SettlementDecision {
  readonly id: string;
  readonly decision: RequestDecision;
  readonly digest: string | null;
  readonly note: string;
}

/**
 * What one person asks for and another decides (S12): settling a batch by hand, and answering for an unbalanced one. The command to the gateway exists exactly
 * when the approval does. The only writer of settlement_request.
 */
@Injectable()
export class SettlementRequests {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Policy) private readonly policy: Policy,
    @Inject(SettlementService) private readonly settlement: SettlementService,
  ) {}

  /** Takes a request, once per key. Nothing reaches the terminal before somebody else has approved. */
  async ask(ctx: WorkContext, order: SettlementOrder): Promise<SettlementRequestRow | SettlementAskRefusal> {
    const person = ctx.actor as PersonActor;
    if (person.role !== 'hq' && person.role !== 'manager') return refuse('notAllowed', 'Settlements are asked for by managers and HQ.');
    if (!UUID.test(order.key)) return invalidInput('idempotencyKey', 'An idempotency key is a UUID.');
    const wrong = reasonRefusal(order.reason);
    if (wrong) return wrong;
    const earlier = await requestByKey(ctx, order.storeId, person.id, order.key);
    if (earlier !== undefined)
      return isSame(earlier, order) ? earlier : invalidInput('idempotencyKey', 'This key was used for another request.');
    const terminal = await lockTerminal(ctx, order);
    const batch = await this.settlement.batch(ctx, order.storeId, order.terminalId, order.batchNo);
    if (terminal === undefined || batch === undefined) return refuse('notFound', 'There is no such batch.');
    if (terminal.driver === 'unionpay') {
      return { refused: true, code: 'unsupportedAction', message: 'This terminal is only watched.', block: 'observedOnly' };
    }
    await expireRequests(ctx, order.storeId, order.terminalId);
    if ((await waitingRequest(ctx, order.storeId, order.terminalId, order.kind)) !== undefined) {
      return refuse('alreadyDone', 'The same was asked for before and waits for a decision.');
    }
    const refusal = batchRefusal(order.kind, batch);
    if (refusal) return refusal;
    const settings = (await this.policy.settingsOf(ctx, [order.storeId])).get(order.storeId)!;
    const at = ctx.now();
    const reason = order.reason.trim();
    const content: RequestContent = {
      id: randomUUID(),
      kind: order.kind,
      ...contentOf(batch),
      reason,
      requestedBy: person.id,
      requestedAt: at.toISOString(),
    };
    const row: SettlementRequestRow = {
      id: content.id,
      storeId: order.storeId,
      terminalId: order.terminalId,
      gatewayId: terminal.gatewayId,
      batchNo: order.batchNo,
      kind: order.kind,
      reason,
      content: canonicalJson(content),
      digest: requestDigest(content),
      state: 'waiting',
      requestedBy: person.id,
      requestedName: person.name,
      requestedAt: at,
      expiresAt: new Date(at.getTime() + settings['settlement.requestHours'] * HOUR_MS),
      decidedBy: null,
      decidedName: null,
      decidedAt: null,
      decisionNote: null,
      commandId: null,
    };
    await insertRequest(ctx, row, order.key);
    await this.#record(ctx, 'settlement.requested', row, { ...content });
    return row;
  }

  /** Approves, refuses or takes back. An approval names the digest of what was read, and sends the command in the same transaction. */
  async decide(ctx: WorkContext, decision: SettlementDecision): Promise<SettlementRequestRow | SettlementDecisionRefusal> {
    const person = ctx.actor as PersonActor;
    const request = UUID.test(decision.id) ? await lockRequest(ctx, decision.id) : undefined;
    if (request === undefined) return refuse('notFound', 'There is no such request.');
    const nowMs = ctx.now().getTime();
    // One that was shown as expired is judged by its deadline, so that the refusal says so.
    const state = request.state === 'expired' ? 'waiting' : request.state;
    const needsNote = decision.decision === 'refuse' || decision.note.trim() !== '';
    const refusal =
      requestDecisionRefusal({ ...request, state }, decision.decision, person, nowMs) ??
      (needsNote ? reasonRefusal(decision.note, 'note') : undefined);
    if (refusal) return refusal;
    if (decision.decision !== 'approve') {
      return await this.#end(ctx, request, decision.decision === 'refuse' ? 'refused' : 'withdrawn', decision.note.trim(), null);
    }
    const content = JSON.parse(request.content) as RequestContent;
    if (decision.digest !== request.digest || requestDigest(content) !== request.digest) {
      return refuse('contentChanged', 'What was read is not what was asked for. Look at it again.');
    }
    await lockTerminal(ctx, request);
    const batch = await this.settlement.batch(ctx, request.storeId, request.terminalId, request.batchNo);
    if (batch === undefined) return refuse('notFound', 'The batch is gone.');
    const stale = batchRefusal(request.kind, batch);
    if (stale) return stale;
    if (!stillTheSame(content, batch)) return refuse('contentChanged', 'The batch shows other totals now. It has to be asked for again.');
    const command = await this.commands.create(ctx, {
      storeId: request.storeId,
      gatewayId: request.gatewayId,
      terminalId: request.terminalId,
      action: request.kind === 'settle' ? 'settleTerminal' : 'acceptUnbalanced',
      reason: request.reason,
      subject: `settlementRequest:${request.id}`,
      ordered: { by: request.requestedBy, name: request.requestedName, approvedBy: person.id },
      ...(request.kind === 'settle' ? {} : { parameters: { settlementId: content.settlementId ?? '' } }),
    });
    return await this.#end(ctx, request, 'approved', decision.note.trim(), command.id);
  }

  async #end(
    ctx: WorkContext,
    request: SettlementRequestRow,
    state: 'approved' | 'refused' | 'withdrawn',
    note: string,
    commandId: string | null,
  ): Promise<SettlementRequestRow> {
    const person = ctx.actor as PersonActor;
    const done: SettlementRequestRow = {
      ...request,
      state,
      decidedBy: person.id,
      decidedName: person.name,
      decidedAt: ctx.now(),
      decisionNote: note === '' ? null : note,
      commandId,
    };
    await saveDecision(ctx, done);
    await this.#record(ctx, `settlement.${state}`, done, { digest: done.digest, requestedBy: done.requestedBy, note, commandId });
    return done;
  }

  async #record(
    ctx: WorkContext,
    action: 'settlement.requested' | 'settlement.approved' | 'settlement.refused' | 'settlement.withdrawn',
    request: SettlementRequestRow,
    detail: Record<string, unknown>,
  ): Promise<void> {
    const { storeId, terminalId, batchNo, kind, id } = request;
    await recordBatchEvents(ctx, [{ key: { storeId, terminalId, batchNo }, what: action, detail: { requestId: id, kind, ...detail } }]);
    await this.audit.append(ctx, {
      action,
      storeId,
      subject: `settlementRequest:${id}`,
      summary: `${kind} of batch ${batchNo} on ${terminalId}: ${action.slice('settlement.'.length)}`,
      detail: { requestId: id, kind, terminalId, batchNo, ...detail },
    });
    ctx.changed({ stores: [storeId] });
  }
}

function isSame(earlier: SettlementRequestRow, order: SettlementOrder): boolean {
  return (
    earlier.terminalId === order.terminalId &&
    earlier.batchNo === order.batchNo &&
    earlier.kind === order.kind &&
    earlier.reason === order.reason.trim()
  );
}

/** The terminal, locked: requests and decisions about it come one after the other. */
async function lockTerminal(
  ctx: WorkContext,
  { storeId, terminalId }: Pick<BatchKey, 'storeId' | 'terminalId'>,
): Promise<{ gatewayId: string; driver: string } | undefined> {
  const rows: { gatewayId: string; driver: string }[] = await ctx.tx.query(
    `SELECT gateway_id AS "gatewayId", driver FROM terminal WHERE store_id = $1 AND terminal_id = $2 FOR UPDATE`,
    [storeId, terminalId],
  );
  return rows[0];
}
