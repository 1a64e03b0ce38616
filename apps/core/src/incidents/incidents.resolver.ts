import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { commandStates } from '../commands/index.js';
import { ChangeFeed, UnitOfWork, type WorkContext } from '../database/index.js';
import {
  Access,
  CONNECTIONS,
  type CommandState,
  CompleteStepInput,
  type Connection,
  CurrentViewer,
  IncidentEventType,
  IncidentFilterInput,
  IncidentResult,
  IncidentStepType,
  IncidentType,
  isRefusal,
  liveItems,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  type RequestContext,
  requestLoader,
  SkipStepInput,
  StoreType,
  type Viewer,
  ViewerActor,
} from '../graphql/index.js';
import { Incidents } from './incidents.service.js';
import {
  countIncidents,
  countUnresolved,
  eventsOf,
  findIncidents,
  type IncidentRow,
  listIncidents,
  type StepRow,
  stepsOf,
} from './incidents.store.js';

/** Incidents of the viewer's stores and what can be done about them. */
@Resolver(() => IncidentType)
export class IncidentsResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Incidents) private readonly incidentService: Incidents,
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
  ) {}

  /** Newest first. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.incidents.type, { name: 'incidents' })
  async incidents(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => IncidentFilterInput, nullable: true }) filter: IncidentFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<IncidentType>> {
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const rows = await this.work.run(actor, (ctx) => listIncidents(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.openedAt.toISOString(), row.id],
      incidentType,
      () => this.work.run(actor, (ctx) => countIncidents(ctx, filter)),
    );
  }

  @Access('hq', 'manager', 'auditor')
  @Query(() => IncidentType, { name: 'incident', nullable: true })
  async incident(@ViewerActor() actor: PersonActor, @Args('id', { type: () => ID }) id: string): Promise<IncidentType | null> {
    const [row] = await this.work.run(actor, (ctx) => findIncidents(ctx, [id]));
    return row === undefined ? null : incidentType(row);
  }

  @Access('hq', 'manager')
  @Mutation(() => IncidentResult, { name: 'acknowledgeIncident' })
  async acknowledgeIncident(
    @ViewerActor() actor: PersonActor,
    @Args('incidentId', { type: () => ID }) incidentId: string,
    @Args('idempotencyKey', { type: () => ID }) key: string,
  ): Promise<IncidentType | RefusalValue> {
    return result(await this.work.run(actor, (ctx) => this.incidentService.acknowledge(ctx, incidentId, key)));
  }

  @Access('hq', 'manager')
  @Mutation(() => IncidentResult, {
    name: 'completeStep',
    description: "Does a manual step, or sends the step's command to the gateway. A command step is done when its automatic check passes.",
  })
  async completeStep(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => CompleteStepInput }) input: CompleteStepInput,
  ): Promise<IncidentType | RefusalValue> {
    const act = { kind: 'complete', note: input.note ?? null } as const;
    return result(
      await this.work.run(actor, (ctx) => this.incidentService.actOnStep(ctx, input.incidentId, input.stepId, input.idempotencyKey, act)),
    );
  }

  @Access('hq', 'manager')
  @Mutation(() => IncidentResult, { name: 'skipStep' })
  async skipStep(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => SkipStepInput }) input: SkipStepInput,
  ): Promise<IncidentType | RefusalValue> {
    const act = { kind: 'skip', reason: input.reason } as const;
    return result(
      await this.work.run(actor, (ctx) => this.incidentService.actOnStep(ctx, input.incidentId, input.stepId, input.idempotencyKey, act)),
    );
  }

  /** Every incident of the viewer that changed; merged, a few rounds a second at most. */
  @Access('hq', 'manager', 'auditor')
  @Subscription(() => IncidentType, { name: 'incidentChanged' })
  incidentChanged(@CurrentViewer() viewer: Viewer): AsyncIterableIterator<{ incidentChanged: IncidentType }> {
    return liveItems(this.feed, viewer, async (change, actor) => {
      if (!change.all && change.incidents.length === 0) return [];
      const rows = await this.work.run(actor, (ctx) => changedIncidents(ctx, change.all ? undefined : change.incidents));
      return rows.map((row) => ({ incidentChanged: incidentType(row) }));
    });
  }

  @ResolveField('steps', () => [IncidentStepType])
  async steps(@Parent() incident: IncidentType, @Context() context: RequestContext): Promise<IncidentStepType[]> {
    return (await this.#load(context, readSteps, incident.id)) ?? [];
  }

  @ResolveField('history', () => [IncidentEventType])
  async history(@Parent() incident: IncidentType, @Context() context: RequestContext): Promise<IncidentEventType[]> {
    return (await this.#load(context, readHistory, incident.id)) ?? [];
  }

  #load<V>(
    context: RequestContext,
    batch: (ctx: WorkContext, ids: readonly string[]) => Promise<Map<string, V>>,
    id: string,
  ): Promise<V | null> {
    const { actor } = context.viewer!;
    return requestLoader(context, batch, (ids) => this.work.run(actor, (ctx) => batch(ctx, ids))).load(id);
  }
}

/** How many incidents of a store are unresolved. */
@Resolver(() => StoreType)
export class StoreIncidentsResolver {
  constructor(@Inject(UnitOfWork) private readonly work: UnitOfWork) {}

  @ResolveField('openIncidents', () => Int)
  async openIncidents(@Parent() store: StoreType, @Context() context: RequestContext): Promise<number> {
    const { actor } = context.viewer!;
    const loader = requestLoader(context, countUnresolved, (ids) => this.work.run(actor, (ctx) => countUnresolved(ctx, ids)));
    return (await loader.load(store.id)) ?? 0;
  }
}

/** Incidents changed lately when it isn't known which ones: the unresolved ones. */
async function changedIncidents(ctx: WorkContext, ids: readonly string[] | undefined): Promise<IncidentRow[]> {
  if (ids !== undefined) return await findIncidents(ctx, ids);
  return await listIncidents(ctx, { state: ['open', 'acknowledged'] }, { first: 200, limit: 200, after: undefined });
}

async function readSteps(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, IncidentStepType[]>> {
  const rows = await stepsOf(ctx, ids);
  const commandIds = rows.flatMap((row) => row.commandId ?? []);
  const commands = commandIds.length === 0 ? new Map<string, CommandState>() : await commandStates(ctx, commandIds);
  const byIncident = Map.groupBy(rows, (row) => row.incidentId);
  return new Map([...byIncident].map(([id, steps]) => [id, steps.map((step) => stepType(step, commands))]));
}

async function readHistory(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, IncidentEventType[]>> {
  return Map.groupBy(await eventsOf(ctx, ids), (event) => event.incidentId);
}

function stepType(step: StepRow, commands: ReadonlyMap<string, CommandState>): IncidentStepType {
  const { checkPassed, checkedAt, checkDetail, commandId } = step;
  return {
    ...step,
    check: checkPassed === null || checkedAt === null ? null : { passed: checkPassed, checkedAt, detail: checkDetail ?? '' },
    commandState: commandId === null ? null : (commands.get(commandId) ?? null),
  };
}

function incidentType(row: IncidentRow): IncidentType {
  const { amountMinor, currency } = row;
  return { ...row, amount: amountMinor === null || currency === null ? null : { amountMinor, currency } };
}

function result(value: IncidentRow | RefusalValue): IncidentType | RefusalValue {
  return isRefusal(value) ? value : incidentType(value);
}
