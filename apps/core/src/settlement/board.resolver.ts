import { Inject } from '@nestjs/common';
import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  BatchState,
  CalendarDate,
  CONNECTIONS,
  type Connection,
  InvalidArgument,
  type PersonActor,
  pageOf,
  pageRequest,
  type SettlementBoardStoreType,
  ViewerActor,
} from '../graphql/index.js';
import { type BoardChoice, type BoardStoreRow, countBoard, readBoard } from './board.store.js';

const DAY_MS = 86_400_000;
/** Most business days of one board: two months beside each other. */
export const MOST_BOARD_DAYS = 62;

/** The settlement board: stores × business days. */
@Resolver()
export class SettlementBoardResolver {
  constructor(@Inject(UnitOfWork) private readonly work: UnitOfWork) {}

  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.settlementBoard.type, {
    name: 'settlementBoard',
    description:
      'The viewer’s stores in the chain’s order, each with one row per business day and currency. At most 62 days; a store without batches has no rows.',
  })
  async settlementBoard(
    @ViewerActor() actor: PersonActor,
    @Args('fromDay', { type: () => CalendarDate }) fromDay: string,
    @Args('throughDay', { type: () => CalendarDate, description: 'Included.' }) throughDay: string,
    @Args('storeIds', { type: () => [ID], nullable: true }) storeIds: string[] | null,
    @Args('states', {
      type: () => [BatchState],
      nullable: true,
      description:
        'Only stores with a batch of these days in one of these states; an unbalanced one that two people accepted doesn’t count.',
    })
    states: BatchState[] | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<SettlementBoardStoreType>> {
    const page = pageRequest(first, after, ['number', 'string']);
    const start = page.after && { position: page.after[0] as number, id: page.after[1] as string };
    const choice: BoardChoice = { ...span(fromDay, throughDay), storeIds, states };
    const rows = await this.work.run(actor, (ctx) => readBoard(ctx, choice, { limit: page.limit, after: start }));
    return pageOf(
      page,
      rows,
      (store) => [store.position, store.storeId],
      storeType,
      () => this.work.run(actor, (ctx) => countBoard(ctx, choice)),
    );
  }
}

function span(fromDay: string, throughDay: string): { fromDay: string; throughDay: string } {
  const days = (Date.parse(throughDay) - Date.parse(fromDay)) / DAY_MS + 1;
  if (days < 1) throw new InvalidArgument('throughDay', 'throughDay: expected a day on or after fromDay');
  if (days > MOST_BOARD_DAYS) throw new InvalidArgument('throughDay', `throughDay: expected at most ${MOST_BOARD_DAYS} days`);
  return { fromDay, throughDay };
}

function storeType({ storeId, storeName, days }: BoardStoreRow): SettlementBoardStoreType {
  return { storeId, storeName, days: days.map((day) => ({ ...day, id: `${storeId}/${day.businessDay}/${day.currency}` })) };
}
