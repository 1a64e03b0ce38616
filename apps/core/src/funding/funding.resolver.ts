import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  CONNECTIONS,
  type Connection,
  invalidInput,
  PayoutFilterInput,
  type PayoutType,
  type PersonActor,
  ProviderTermsInput,
  ProviderTermsResult,
  ProviderTermsType,
  pageOf,
  pageRequest,
  type RefusalValue,
  ViewerActor,
} from '../graphql/index.js';
import { InexactSum } from './exact.rules.js';
import { FundingService } from './funding.service.js';
import { countPayouts, listPayouts, type PayoutRow } from './payouts.store.js';
import { listTerms } from './terms.store.js';

/** What providers charge and when they pay, and payouts. */
@Resolver()
export class FundingResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(FundingService) private readonly funding: FundingService,
  ) {}

  /** All versions, newest first: the first one is in force. */
  @Access('hq', 'auditor')
  @Query(() => [ProviderTermsType], { name: 'providerTerms' })
  async providerTerms(
    @ViewerActor() actor: PersonActor,
    @Args('acquirerId', { type: () => ID }) acquirerId: string,
  ): Promise<ProviderTermsType[]> {
    return await this.work.run(actor, (ctx) => listTerms(ctx, acquirerId));
  }

  @Access('hq')
  @Mutation(() => ProviderTermsResult, {
    name: 'saveProviderTerms',
    description: 'Adds a version of what a provider charges and when it pays.',
  })
  async saveProviderTerms(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => ProviderTermsInput }) { acquirerId, fees, funding }: ProviderTermsInput,
  ): Promise<ProviderTermsType | RefusalValue> {
    try {
      return await this.work.run(actor, (ctx) => this.funding.saveTerms(ctx, acquirerId, { fees: fees ?? null, funding: funding ?? null }));
    } catch (error) {
      if (!(error instanceof InexactSum)) throw error;
      return invalidInput('funding', `With these terms ${error.message}.`);
    }
  }

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
    expected: { amountMinor: row.netMinor, currency },
    bankEntryId: isPaid ? `${row.entryFile}/${row.entryRow}` : null,
    received: isPaid ? { amountMinor: row.receivedMinor, currency } : null,
    expectedTogether: isPaid ? { amountMinor: row.expectedMinor, currency } : null,
  };
}
