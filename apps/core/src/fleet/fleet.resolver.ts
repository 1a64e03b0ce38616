import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { ChangeFeed, UnitOfWork } from '../database/index.js';
import {
  Access,
  CalendarDate,
  ClosingType,
  CONNECTIONS,
  type Connection,
  CurrentViewer,
  DateTime,
  GatewayPolicyStatusType,
  GatewayType,
  IncidentType,
  liveItems,
  MoneyType,
  type PersonActor,
  PersonType,
  pageOf,
  pageRequest,
  type RequestContext,
  StoreType,
  TerminalType,
  type Viewer,
  ViewerActor,
} from '../graphql/index.js';
import { Policy } from '../policy/index.js';
import { FleetService } from './fleet.service.js';
import { FleetViews } from './views.service.js';

/** Stores, their terminals and gateways, as far as the viewer sees them. */
@Resolver(() => StoreType)
export class FleetResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(FleetService) private readonly fleet: FleetService,
    @Inject(FleetViews) private readonly views: FleetViews,
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
  ) {}

  /** In the chain's order. */
  @Access('hq', 'manager', 'cashier', 'auditor')
  @Query(() => CONNECTIONS.stores.type, { name: 'stores' })
  async stores(
    @ViewerActor() actor: PersonActor,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<StoreType>> {
    const page = pageRequest(first, after, ['number', 'string']);
    const start = page.after && { position: page.after[0] as number, id: page.after[1] as string };
    const rows = await this.work.run(actor, (ctx) => this.fleet.storePage(ctx, { limit: page.limit, after: start }));
    return pageOf(
      page,
      rows,
      (store) => [store.position, store.id],
      (store) => store,
      () => this.work.run(actor, (ctx) => this.fleet.countStores(ctx)),
    );
  }

  @Access('hq', 'manager', 'cashier', 'auditor')
  @Query(() => StoreType, { name: 'store', nullable: true })
  async store(@ViewerActor() actor: PersonActor, @Args('id', { type: () => ID }) id: string): Promise<StoreType | null> {
    return (await this.work.run(actor, (ctx) => this.fleet.stores(ctx, [id])))[0] ?? null;
  }

  /** Every store of the viewer whose state changed; merged, a few rounds a second at most. */
  @Access('hq', 'manager', 'cashier', 'auditor')
  @Subscription(() => StoreType, {
    name: 'fleetChanged',
    description: 'Stores of the viewer whose state changed. Coalesced, at most a few a second.',
  })
  fleetChanged(@CurrentViewer() viewer: Viewer): AsyncIterableIterator<{ fleetChanged: StoreType }> {
    return liveItems(this.feed, viewer, async (change, actor) => {
      if (!change.all && change.stores.length === 0) return [];
      const stores = await this.work.run(actor, (ctx) => this.fleet.stores(ctx, change.all ? undefined : change.stores));
      return stores.map((fleetChanged) => ({ fleetChanged }));
    });
  }

  @ResolveField('closesAt', () => DateTime, { nullable: true })
  async closesAt(@Parent() store: StoreType, @Context() context: RequestContext): Promise<Date | null> {
    const { opensAtMs, closesAtMs } = await this.views.window(context, store);
    return opensAtMs === closesAtMs ? null : new Date(closesAtMs);
  }

  @ResolveField('opensAt', () => DateTime, { nullable: true })
  async opensAt(@Parent() store: StoreType, @Context() context: RequestContext): Promise<Date | null> {
    const { opensAtMs, closesAtMs } = await this.views.window(context, store);
    return opensAtMs === closesAtMs ? null : new Date(opensAtMs);
  }

  @ResolveField('isOpen', () => Boolean)
  async isOpen(@Parent() store: StoreType, @Context() context: RequestContext): Promise<boolean> {
    return (await this.views.window(context, store)).isOpen;
  }

  @ResolveField('businessDay', () => CalendarDate)
  async businessDay(@Parent() store: StoreType, @Context() context: RequestContext): Promise<string> {
    return (await this.views.window(context, store)).businessDay;
  }

  @ResolveField('gateway', () => GatewayType, { nullable: true })
  gateway(@Parent() store: StoreType, @Context() context: RequestContext): Promise<GatewayType | null> {
    return this.views.gateway(context, store.id);
  }

  @ResolveField('terminals', () => [TerminalType])
  terminals(@Parent() store: StoreType, @Context() context: RequestContext): Promise<TerminalType[]> {
    return this.views.terminalsOf(context, store.id);
  }

  @ResolveField('fundsAtRisk', () => MoneyType)
  fundsAtRisk(@Parent() store: StoreType, @Context() context: RequestContext): Promise<MoneyType> {
    return this.views.fundsAtRisk(context, store);
  }

  @ResolveField('closing', () => ClosingType, { nullable: true })
  closing(@Parent() store: StoreType, @Context() context: RequestContext): Promise<ClosingType | null> {
    return this.views.closing(context, store);
  }
}

/** Stores of a person, as far as the viewer sees both. HQ and auditors belong to all stores the viewer sees. */
@Resolver(() => PersonType)
export class PersonStoresResolver {
  constructor(@Inject(FleetViews) private readonly views: FleetViews) {}

  @ResolveField('stores', () => [StoreType])
  stores(@Parent() person: PersonType, @Context() context: RequestContext): Promise<StoreType[]> {
    return this.views.storesOfPerson(context, person);
  }
}

/** Where an incident happened. */
@Resolver(() => IncidentType)
export class IncidentPlaceResolver {
  constructor(@Inject(FleetViews) private readonly views: FleetViews) {}

  @ResolveField('store', () => StoreType)
  store(@Parent() incident: IncidentType, @Context() context: RequestContext): Promise<StoreType | null> {
    return this.views.store(context, incident.storeId);
  }

  @ResolveField('terminal', () => TerminalType, { nullable: true })
  async terminal(@Parent() { storeId, terminalId }: IncidentType, @Context() context: RequestContext): Promise<TerminalType | null> {
    return (await this.views.terminalsOf(context, storeId)).find((terminal) => terminal.id === terminalId) ?? null;
  }
}

/** Who has applied the newest policy: the policy's version against what each gateway's journal says. */
@Resolver(() => GatewayPolicyStatusType)
export class PolicyStatusResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(FleetService) private readonly fleet: FleetService,
    @Inject(FleetViews) private readonly views: FleetViews,
    @Inject(Policy) private readonly policy: Policy,
  ) {}

  /** One row per gateway the viewer sees. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => [GatewayPolicyStatusType], { name: 'policyStatus' })
  policyStatus(@ViewerActor() actor: PersonActor): Promise<GatewayPolicyStatusType[]> {
    return this.work.run(actor, async (ctx) => {
      const desiredVersion = await this.policy.version(ctx);
      return (await this.fleet.gateways(ctx)).map((gateway) => ({
        storeId: gateway.storeId,
        gatewayId: gateway.id,
        online: gateway.online,
        desiredVersion,
        appliedVersion: gateway.policyVersion,
        appliedAt: gateway.policyAppliedAt,
        refused: [...gateway.policyRefused],
      }));
    });
  }

  @ResolveField('store', () => StoreType)
  store(@Parent() status: GatewayPolicyStatusType, @Context() context: RequestContext): Promise<StoreType | null> {
    return this.views.store(context, status.storeId);
  }
}
