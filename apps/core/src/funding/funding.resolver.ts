import { Inject } from '@nestjs/common';
import { Args, Int, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  CONNECTIONS,
  type Connection,
  PayoutFilterInput,
  type PayoutType,
  type PersonActor,
  pageOf,
  pageRequest,
  ViewerActor,
} from '../graphql/index.js';
import { countPayouts, listPayouts, type PayoutRow } from './payouts.store.js';

/** What providers owe, and what the bank got of it. */
@Resolver()
export class FundingResolver {
  constructor(@Inject(UnitOfWork) private readonly work: UnitOfWork) {}

  /** Newest business day first. */
  @Access('hq', 'auditor')
  @Query(() => CONNECTIONS.payouts.type, { name: 'payouts' })
  async payouts(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => PayoutFilterInput, nullable: true }) filter: PayoutFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<PayoutType>> {
    const page = pageRequest(first, after, ['instant', 'string', 'string', 'string']);
    const rows = await this.work.run(actor, (ctx) => listPayouts(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.businessDay, row.acquirerId, row.payoutId, row.currency],
      payoutType,
      () => this.work.run(actor, (ctx) => countPayouts(ctx, filter)),
    );
  }
}

function payoutType(row: PayoutRow): PayoutType {
  const { currency } = row;
  const isPaid = row.entryFile !== null;
  return {
    ...row,
    id: [row.acquirerId, row.payoutId, currency].join('/'),
    merchantNo: row.merchantNo || null,
    reference: row.reference || null,
    expected: { amountMinor: row.netMinor, currency },
    bankEntryId: isPaid ? `${row.entryFile}/${row.entryRow}` : null,
    earlierBankEntryIds: row.earlierEntries.map((entry) => entry.join('/')),
    received: isPaid ? { amountMinor: row.receivedMinor, currency } : null,
    expectedTogether: isPaid ? { amountMinor: row.expectedMinor, currency } : null,
  };
}
