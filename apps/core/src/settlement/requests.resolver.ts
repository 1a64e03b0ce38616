import { Inject } from '@nestjs/common';
import { Args, Context, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { commandStates } from '../commands/index.js';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  CONNECTIONS,
  CommandState,
  type Connection,
  DecideSettlementRequestInput,
  DecideSettlementRequestResult,
  isRefusal,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  type RequestContext,
  RequestSettlementInput,
  RequestSettlementResult,
  requestLoader,
  SettlementRequestFilterInput,
  SettlementRequestType,
  Unauthenticated,
  ViewerActor,
} from '../graphql/index.js';
import { money } from './batch.view.js';
import { type RequestContent, requestDecisionRefusal } from './request.rules.js';
import { countRequests, findRequests, type SettlementRequestRow } from './request.store.js';
import { SettlementRequests } from './requests.service.js';

/** Settlements and differences that wait for a second person. */
@Resolver(() => SettlementRequestType)
export class SettlementRequestsResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(SettlementRequests) private readonly requests: SettlementRequests,
  ) {}

  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.settlementRequests.type, { name: 'settlementRequests', description: 'Newest first.' })
  async settlementRequests(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => SettlementRequestFilterInput, nullable: true }) filter: SettlementRequestFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<SettlementRequestType>> {
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const start = page.after && { at: new Date(page.after[0] as string), id: page.after[1] as string };
    const { rows, nowMs } = await this.work.run(actor, async (ctx) => ({
      rows: await findRequests(ctx, filter ?? {}, { limit: page.limit, after: start }),
      nowMs: ctx.now().getTime(),
    }));
    return pageOf(
      page,
      rows,
      (row) => [row.requestedAt.toISOString(), row.id],
      (row) => requestType(row, actor, nowMs),
      () => this.work.run(actor, (ctx) => countRequests(ctx, filter ?? {})),
    );
  }

  @Access('hq', 'manager')
  @Mutation(() => RequestSettlementResult, {
    name: 'requestSettlement',
    description: 'Asks a second person to have a batch settled, or to accept a difference. Nothing is sent before.',
  })
  async requestSettlement(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => RequestSettlementInput }) { idempotencyKey: key, ...order }: RequestSettlementInput,
  ): Promise<SettlementRequestType | RefusalValue> {
    return await this.#shown(actor, (requests, ctx) => requests.ask(ctx, { ...order, key }));
  }

  @Access('hq', 'manager')
  @Mutation(() => DecideSettlementRequestResult, {
    name: 'decideSettlementRequest',
    description: 'Approves, refuses or takes back. Who asked can’t approve; an approval sends the command.',
  })
  async decideSettlementRequest(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => DecideSettlementRequestInput }) { id, decision, digest, note }: DecideSettlementRequestInput,
  ): Promise<SettlementRequestType | RefusalValue> {
    return await this.#shown(actor, (requests, ctx) => requests.decide(ctx, { id, decision, digest: digest ?? null, note: note ?? '' }));
  }

  @ResolveField('commandState', () => CommandState, { nullable: true })
  async commandState(@Parent() { commandId }: SettlementRequestType, @Context() context: RequestContext): Promise<CommandState | null> {
    const actor = context.viewer?.actor;
    if (actor === undefined) throw new Unauthenticated();
    if (commandId === null) return null;
    return await requestLoader(context, this, (ids) => this.work.run(actor, (ctx) => commandStates(ctx, ids))).load(commandId);
  }

  async #shown(
    actor: PersonActor,
    act: (requests: SettlementRequests, ctx: Parameters<SettlementRequests['ask']>[0]) => Promise<SettlementRequestRow | RefusalValue>,
  ): Promise<SettlementRequestType | RefusalValue> {
    return await this.work.run(actor, async (ctx) => {
      const result = await act(this.requests, ctx);
      return isRefusal(result) ? result : requestType(result, actor, ctx.now().getTime());
    });
  }
}

function requestType(row: SettlementRequestRow, actor: PersonActor, nowMs: number): SettlementRequestType {
  const content = JSON.parse(row.content) as RequestContent;
  const { currency } = content;
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    storeId: row.storeId,
    terminalId: row.terminalId,
    batchNo: row.batchNo,
    businessDay: content.businessDay,
    journal: { amountMinor: content.journalMinor, currency },
    count: content.journalCount,
    terminalTotal: money(content.terminalMinor, currency),
    hostTotal: money(content.hostMinor, currency),
    reason: row.reason,
    digest: row.digest,
    requestedBy: row.requestedBy,
    requestedByName: row.requestedName,
    requestedAt: row.requestedAt,
    expiresAt: row.expiresAt,
    decidedByName: row.decidedName,
    decidedAt: row.decidedAt,
    decisionNote: row.decisionNote,
    commandId: row.commandId,
    mayDecide: requestDecisionRefusal(row, 'approve', actor, nowMs) === undefined,
  };
}
