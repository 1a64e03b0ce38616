import { Inject } from '@nestjs/common';
import { Args, Int, Query, Resolver, Subscription } from '@nestjs/graphql';
import { ChangeFeed, UnitOfWork } from '../database/index.js';
import {
  Access,
  CONNECTIONS,
  type Connection,
  CurrentViewer,
  FundsAtRiskType,
  FundsLevel,
  liveItems,
  type PersonActor,
  pageOf,
  pageRequest,
  type Viewer,
  ViewerActor,
} from '../graphql/index.js';
import { CLOCK, type Clock } from '../platform.js';
import { type FundsRow, secondsLeft } from './funds.rules.js';
import { FundsService } from './funds.service.js';

/** Funds at risk, now and as they change. */
@Resolver(() => FundsAtRiskType)
export class FundsResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(FundsService) private readonly funds: FundsService,
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.fundsAtRisk.type, {
    name: 'fundsAtRisk',
    description: 'Places with unsettled funds in the viewer’s stores, largest amounts first, one row per place and currency.',
  })
  async fundsAtRisk(
    @ViewerActor() actor: PersonActor,
    @Args('level', { type: () => FundsLevel }) level: FundsLevel,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<FundsAtRiskType>> {
    const page = pageRequest(first, after, ['number', 'string']);
    const all = await this.work.run(actor, (ctx) => this.funds.atRisk(ctx, level));
    const rows = page.after === undefined ? all : all.filter((row) => isAfter(row, page.after![0] as number, page.after![1] as string));
    return pageOf(
      page,
      rows.slice(0, page.limit),
      (row) => [row.amountMinor, row.id],
      (row) => this.#shown(row),
      async () => all.length,
    );
  }

  @Access('hq', 'manager', 'auditor')
  @Subscription(() => FundsAtRiskType, {
    name: 'fundsAtRiskChanged',
    description:
      'Rows of places something changed in, also when nothing is at risk there any more. Coalesced, at most a few rounds a second; of regions and the chain all rows of the viewer’s stores.',
  })
  fundsAtRiskChanged(
    @CurrentViewer() viewer: Viewer,
    @Args('level', { type: () => FundsLevel }) level: FundsLevel,
  ): AsyncIterableIterator<{ fundsAtRiskChanged: FundsAtRiskType }> {
    return liveItems(this.feed, viewer, async (change, actor) => {
      if (!change.all && change.stores.length === 0) return [];
      const rows = await this.work.run(actor, (ctx) => this.funds.changed(ctx, level, change.all ? null : change.stores));
      return rows.map((row) => ({ fundsAtRiskChanged: this.#shown(row) }));
    });
  }

  #shown(row: FundsRow): FundsAtRiskType {
    const { currency } = row;
    return {
      ...row,
      amount: { amountMinor: row.amountMinor, currency },
      late: { amountMinor: row.lateMinor, currency },
      cutOffAt: row.cutOffAtMs === null ? null : new Date(row.cutOffAtMs),
      secondsLeft: secondsLeft(row, this.clock.now().getTime()),
    };
  }
}

/** In the list's order: larger amounts first, then by id. */
function isAfter(row: FundsRow, amountMinor: number, id: string): boolean {
  return row.amountMinor < amountMinor || (row.amountMinor === amountMinor && row.id > id);
}
