import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { ChangeFeed, UnitOfWork, type WorkContext } from '../database/index.js';
import {
  Access,
  CONNECTIONS,
  type Connection,
  CurrentViewer,
  DifferenceEventType,
  DifferenceFilterInput,
  DifferenceObjectType,
  DifferenceOwnerType,
  DifferenceResult,
  type DifferencesChangedType,
  InvalidArgument,
  isRefusal,
  liveItems,
  NEEDED_NOTE_LIMIT,
  PendingRemedyType,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  type RequestContext,
  Role,
  requestLoader,
  type Viewer,
  ViewerActor,
  ViewerDifferenceAct,
} from '../graphql/index.js';
import { actsOpenTo, type DifferenceAct } from './difference.rules.js';
import { differenceEventType, differenceType } from './difference.view.js';
import { DifferenceChanges } from './difference-changes.js';
import { Differences, MAX_AT_ONCE } from './differences.service.js';
import { countDifferences, type DifferenceRow, eventsOfDifferences, findDifferences, listDifferences } from './differences.store.js';
import { ownersOf } from './owners.store.js';
import { pendingRemedies } from './remedies.store.js';
import { remediesOpenTo } from './remedy.rules.js';

/** Most stores one question for owners may name. */
const MOST_STORES = 200;
const MOST_IDS = `1 to ${MAX_AT_ONCE}, all of them or none.`;

/** Differences of the viewer's stores and what is done about them. */
@Resolver(() => DifferenceObjectType)
export class DifferencesResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Differences) private readonly differenceService: Differences,
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
  ) {}

  /** Newest first. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.differences.type, { name: 'differences' })
  async differences(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => DifferenceFilterInput, nullable: true }) filter: DifferenceFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<DifferenceObjectType>> {
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const rows = await this.work.run(actor, (ctx) => listDifferences(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.foundAt.toISOString(), row.id],
      differenceType,
      () => this.work.run(actor, (ctx) => countDifferences(ctx, filter)),
    );
  }

  @Access('hq', 'manager', 'auditor')
  @Query(() => DifferenceObjectType, { name: 'difference', nullable: true })
  async difference(@ViewerActor() actor: PersonActor, @Args('id', { type: () => ID }) id: string): Promise<DifferenceObjectType | null> {
    const [row] = await this.work.run(actor, (ctx) => findDifferences(ctx, [id]));
    return row === undefined ? null : differenceType(row);
  }

  @Access('hq', 'manager', 'auditor')
  @Query(() => [DifferenceOwnerType], {
    name: 'differenceOwners',
    description: 'People whose work differences of all of these stores may be, as far as the viewer sees them, by name.',
  })
  async differenceOwners(
    @ViewerActor() actor: PersonActor,
    @Args('storeIds', { type: () => [ID], description: '1 to 200 stores.' }) storeIds: string[],
  ): Promise<DifferenceOwnerType[]> {
    if (storeIds.length === 0 || storeIds.length > MOST_STORES)
      throw new InvalidArgument('storeIds', `storeIds: expected 1 to ${MOST_STORES}`);
    return await this.work.run(actor, async (ctx) => [...(await ownersOf(ctx, storeIds))]);
  }

  /** Differences of a store in which something changed, ended ones too; merged, a few rounds a second at most. */
  @Access('hq', 'manager', 'auditor')
  @Subscription(() => DifferenceObjectType, { name: 'differenceChanged' })
  differenceChanged(
    @CurrentViewer() viewer: Viewer,
    @Args('storeId', { type: () => ID }) storeId: string,
  ): AsyncIterableIterator<{ differenceChanged: DifferenceObjectType }> {
    const changes = new DifferenceChanges(storeId);
    return liveItems(this.feed, viewer, async (change, actor) => {
      if (!change.all && !change.stores.includes(storeId)) return [];
      const fresh = await this.work.run(actor, (ctx) => changes.fresh(ctx));
      return fresh.map((row) => ({ differenceChanged: differenceType(row) }));
    });
  }

  @Access('hq', 'manager')
  @Mutation(() => DifferenceResult, {
    name: 'assignDifferences',
    description: 'Says whose work differences are: all of them or none. Those of headquarters are given away by headquarters only.',
  })
  async assign(
    @ViewerActor() actor: PersonActor,
    @Args('ids', { type: () => [ID], description: MOST_IDS }) ids: string[],
    @Args('role', { type: () => Role, nullable: true, description: 'Needed without a person; a person has the own role.' })
    role: Role | null,
    @Args('personId', { type: () => ID, nullable: true, description: 'One of differenceOwners of all stores concerned.' }) personId:
      | string
      | null,
  ): Promise<DifferencesChangedType | RefusalValue> {
    const to = { role: role ?? null, personId: personId ?? null };
    return await this.#changed(actor, (ctx) => this.differenceService.assign(ctx, ids, to));
  }

  @Access('hq', 'manager')
  @Mutation(() => DifferenceResult, {
    name: 'resolveDifferences',
    description: 'Says that differences were made up for, and how; of the viewer’s own role’s work, or by headquarters.',
  })
  async resolve(
    @ViewerActor() actor: PersonActor,
    @Args('ids', { type: () => [ID], description: MOST_IDS }) ids: string[],
    @Args('note', { type: () => String, description: NEEDED_NOTE_LIMIT }) note: string,
  ): Promise<DifferencesChangedType | RefusalValue> {
    return await this.#act(actor, ids, { kind: 'resolve', note });
  }

  @Access('hq')
  @Mutation(() => DifferenceResult, { name: 'acceptDifferences', description: 'Lets differences stand, with the reason.' })
  async accept(
    @ViewerActor() actor: PersonActor,
    @Args('ids', { type: () => [ID], description: MOST_IDS }) ids: string[],
    @Args('note', { type: () => String, description: NEEDED_NOTE_LIMIT }) note: string,
  ): Promise<DifferencesChangedType | RefusalValue> {
    return await this.#act(actor, ids, { kind: 'accept', note });
  }

  @Access('hq', 'manager')
  @Mutation(() => DifferenceResult, { name: 'reopenDifferences' })
  async reopen(
    @ViewerActor() actor: PersonActor,
    @Args('ids', { type: () => [ID], description: MOST_IDS }) ids: string[],
    @Args('note', { type: () => String, description: NEEDED_NOTE_LIMIT }) note: string,
  ): Promise<DifferencesChangedType | RefusalValue> {
    return await this.#act(actor, ids, { kind: 'reopen', note });
  }

  /** By the rules that refuse; what waits for a decision isn't asked for once more. */
  @ResolveField('viewerMay', () => [ViewerDifferenceAct])
  async viewerMay(@Parent() difference: DifferenceObjectType, @Context() context: RequestContext): Promise<ViewerDifferenceAct[]> {
    const { role } = context.viewer!.actor;
    const terminalMinor = difference.terminalAmount?.amountMinor ?? null;
    const acquirerMinor = difference.acquirerAmount?.amountMinor ?? null;
    const currency = (difference.terminalAmount ?? difference.acquirerAmount)?.currency ?? '';
    const open = remediesOpenTo({ ...difference, currency, terminalMinor, acquirerMinor }, role);
    const pending = open.length === 0 ? [] : await this.#pending(difference.id, context);
    return [...actsOpenTo(difference, role), ...open.filter((kind) => !pending.some((one) => one.kind === kind))];
  }

  @ResolveField('pendingRemedies', () => [PendingRemedyType])
  async pendingRemedies(@Parent() difference: DifferenceObjectType, @Context() context: RequestContext): Promise<PendingRemedyType[]> {
    return await this.#pending(difference.id, context);
  }

  async #pending(id: string, context: RequestContext): Promise<PendingRemedyType[]> {
    const { actor } = context.viewer!;
    const loader = requestLoader(context, readPending, (ids) => this.work.run(actor, (ctx) => readPending(ctx, ids)));
    return (await loader.load(id)) ?? [];
  }

  @ResolveField('history', () => [DifferenceEventType])
  async history(@Parent() difference: DifferenceObjectType, @Context() context: RequestContext): Promise<DifferenceEventType[]> {
    const { actor } = context.viewer!;
    const loader = requestLoader(context, readHistory, (ids) => this.work.run(actor, (ctx) => readHistory(ctx, ids)));
    return (await loader.load(difference.id)) ?? [];
  }

  #act(actor: PersonActor, ids: string[], act: DifferenceAct): Promise<DifferencesChangedType | RefusalValue> {
    return this.#changed(actor, (ctx) => this.differenceService.act(ctx, ids, act));
  }

  async #changed(
    actor: PersonActor,
    act: (ctx: WorkContext) => Promise<DifferenceRow[] | RefusalValue>,
  ): Promise<DifferencesChangedType | RefusalValue> {
    const done = await this.work.run(actor, act);
    return isRefusal(done) ? done : { differences: done.map(differenceType) };
  }
}

async function readPending(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, PendingRemedyType[]>> {
  return Map.groupBy(await pendingRemedies(ctx, ids), (row) => row.differenceId);
}

async function readHistory(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, DifferenceEventType[]>> {
  const events = Map.groupBy(await eventsOfDifferences(ctx, ids), (event) => event.differenceId);
  return new Map([...events].map(([id, own]) => [id, own.map(differenceEventType)]));
}
