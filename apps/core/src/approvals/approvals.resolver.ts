import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { ChangeFeed, UnitOfWork, type WorkContext } from '../database/index.js';
import { FleetService } from '../fleet/index.js';
import {
  Access,
  ApproveFleetRequestInput,
  CONNECTIONS,
  type Connection,
  CurrentViewer,
  DecideFleetRequestResult,
  FleetActionPreviewResult,
  type FleetActionPreviewType,
  FleetRequestState,
  FleetRequestTargetType,
  FleetRequestType,
  FleetTargetInput,
  isRefusal,
  liveItems,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  RefuseFleetRequestInput,
  type RequestContext,
  RequestFleetActionInput,
  RequestFleetActionResult,
  requestLoader,
  TerminalAction,
  Unauthenticated,
  type Viewer,
  ViewerActor,
} from '../graphql/index.js';
import { CLOCK, type Clock } from '../platform.js';
import { mayDecide } from './approvals.rules.js';
import { Approvals } from './approvals.service.js';
import { countRequests, type FleetRequestRow, listRequests, requestsInMotion, targetsOf } from './approvals.store.js';

/** How long after its decision a request's progress is told live: as long as its commands may run. */
const MOTION_MS = 2 * 60 * 60_000;
const MOST_IN_MOTION = 100;

/** Requests for many terminals: asking, agreeing, and what became of them. */
@Resolver(() => FleetRequestType)
export class ApprovalsResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Approvals) private readonly approvals: Approvals,
    @Inject(FleetService) private readonly fleet: FleetService,
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Newest first. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.fleetRequests.type, { name: 'fleetRequests' })
  async fleetRequests(
    @ViewerActor() actor: PersonActor,
    @Args('states', { type: () => [FleetRequestState], nullable: true }) states: FleetRequestState[] | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<FleetRequestType>> {
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const start = page.after && { at: new Date(page.after[0] as string), id: page.after[1] as string };
    const which = { states: states ?? undefined };
    const rows = await this.work.run(actor, (ctx) => listRequests(ctx, which, { limit: page.limit, after: start }));
    return pageOf(
      page,
      rows,
      (row) => [row.requestedAt.toISOString(), row.id],
      (row) => this.#view(actor, row),
      () => this.work.run(actor, (ctx) => countRequests(ctx, which)),
    );
  }

  @Access('hq', 'manager')
  @Query(() => FleetActionPreviewResult, { name: 'fleetActionPreview' })
  fleetActionPreview(
    @ViewerActor() actor: PersonActor,
    @Args('action', { type: () => TerminalAction }) action: TerminalAction,
    @Args('targets', { type: () => [FleetTargetInput] }) targets: FleetTargetInput[],
  ): Promise<FleetActionPreviewType | RefusalValue> {
    return this.work.run(actor, (ctx) => this.approvals.preview(ctx, action, targets));
  }

  @Access('hq', 'manager')
  @Mutation(() => RequestFleetActionResult, {
    name: 'requestFleetAction',
    description:
      'Asks for an action on money or power on many terminals. What is fleet-wide waits for a second person; nothing is sent before.',
  })
  async requestFleetAction(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => RequestFleetActionInput }) input: RequestFleetActionInput,
  ): Promise<FleetRequestType | RefusalValue> {
    const { action, targets, reason, idempotencyKey: key } = input;
    return this.#answer(actor, (ctx) => this.approvals.ask(ctx, { action, targets, reason, key }));
  }

  @Access('hq', 'manager')
  @Mutation(() => DecideFleetRequestResult, { name: 'approveFleetRequest' })
  approveFleetRequest(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => ApproveFleetRequestInput }) input: ApproveFleetRequestInput,
  ): Promise<FleetRequestType | RefusalValue> {
    return this.#answer(actor, (ctx) => this.approvals.approve(ctx, input.id, input.hash));
  }

  @Access('hq', 'manager')
  @Mutation(() => DecideFleetRequestResult, { name: 'refuseFleetRequest' })
  refuseFleetRequest(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => RefuseFleetRequestInput }) input: RefuseFleetRequestInput,
  ): Promise<FleetRequestType | RefusalValue> {
    return this.#answer(actor, (ctx) => this.approvals.refuse(ctx, input.id, input.reason));
  }

  @Access('hq', 'manager')
  @Mutation(() => DecideFleetRequestResult, { name: 'withdrawFleetRequest' })
  withdrawFleetRequest(
    @ViewerActor() actor: PersonActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<FleetRequestType | RefusalValue> {
    return this.#answer(actor, (ctx) => this.approvals.withdraw(ctx, id));
  }

  /** A request whenever it, or a command it led to, has changed; merged, a few rounds a second at most. */
  @Access('hq', 'manager', 'auditor')
  @Subscription(() => FleetRequestType, {
    name: 'fleetRequestChanged',
    description: 'Requests that are new, decided, or whose commands went on. Coalesced, at most a few a second.',
  })
  fleetRequestChanged(@CurrentViewer() viewer: Viewer): AsyncIterableIterator<{ fleetRequestChanged: FleetRequestType }> {
    const told = new Map<string, string>();
    return liveItems(this.feed, viewer, async (change, actor) => {
      if (!change.all && change.stores.length === 0) return [];
      const since = new Date(this.clock.now().getTime() - MOTION_MS);
      const rows = await this.work.run(actor, (ctx) => requestsInMotion(ctx, change.all ? null : change.stores, since, MOST_IN_MOTION));
      return rows.flatMap(({ progress, ...row }) => {
        const state = `${row.state} ${progress ?? ''}`;
        if (told.get(row.id) === state) return [];
        told.set(row.id, state);
        return [{ fleetRequestChanged: this.#view(actor, row) }];
      });
    });
  }

  @ResolveField('targets', () => [FleetRequestTargetType])
  async targets(@Parent() request: FleetRequestType, @Context() context: RequestContext): Promise<FleetRequestTargetType[]> {
    if (context.viewer === undefined) throw new Unauthenticated();
    const { actor } = context.viewer;
    const load = (ids: readonly string[]) => this.work.run(actor, (ctx) => this.#targets(ctx, ids));
    return (await requestLoader(context, this, load).load(request.id)) ?? [];
  }

  async #targets(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, FleetRequestTargetType[]>> {
    const rows = await targetsOf(ctx, ids);
    const storeIds = [...new Set(rows.map(({ storeId }) => storeId))];
    const stores = new Map((await this.fleet.stores(ctx, storeIds)).map((store) => [store.id, store.name]));
    const terminals = new Map((await this.fleet.terminals(ctx, { storeIds })).map((each) => [`${each.storeId}/${each.id}`, each]));
    const shown = rows.map(({ storeId, terminalId, commandId, commandState, requestId }) => {
      const terminal = terminals.get(`${storeId}/${terminalId}`);
      const target: FleetRequestTargetType = {
        storeId,
        storeName: stores.get(storeId) ?? storeId,
        terminalId,
        terminalName: terminal?.name ?? terminalId,
        unsettled: terminal === undefined ? null : { amountMinor: terminal.unsettledMinor, currency: terminal.currency },
        online: terminal?.gatewayOnline ?? false,
        commandId,
        commandState,
      };
      return { requestId, target };
    });
    return new Map([...Map.groupBy(shown, ({ requestId }) => requestId)].map(([id, own]) => [id, own.map(({ target }) => target)]));
  }

  async #answer(
    actor: PersonActor,
    run: (ctx: WorkContext) => Promise<FleetRequestRow | RefusalValue>,
  ): Promise<FleetRequestType | RefusalValue> {
    const result = await this.work.run(actor, run);
    return isRefusal(result) ? result : this.#view(actor, result);
  }

  #view(actor: PersonActor, row: FleetRequestRow): FleetRequestType {
    const { id, action, state, secondPerson, reason, hash, requestedAt, expiresAt, decidedAt, decisionReason, terminalCount } = row;
    return {
      id,
      action,
      state,
      secondPerson,
      reason,
      hash,
      requestedBy: row.requestedByName,
      mine: row.requestedBy === actor.id,
      mayDecide: mayDecide(row, actor, this.clock.now().getTime()),
      requestedAt,
      expiresAt,
      decidedBy: row.decidedByName,
      decidedAt,
      decisionReason,
      terminalCount,
      storeCount: row.storeIds.length,
    };
  }
}
