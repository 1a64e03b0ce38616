import { Inject } from '@nestjs/common';
import { Args, Int, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  BatchFilterInput,
  BatchType,
  CONNECTIONS,
  type Connection,
  type MoneyType,
  type PageRequest,
  type PersonActor,
  pageOf,
  pageRequest,
  TransactionFilterInput,
  TransactionType,
  ViewerActor,
} from '../graphql/index.js';
import { signedMinor } from './settlement.rules.js';
import { type BatchView, batchId, type ListPage, SettlementService, type TransactionView } from './settlement.service.js';

/** Batches and transactions, newest first. */
@Resolver(() => BatchType)
export class SettlementResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(SettlementService) private readonly settlement: SettlementService,
  ) {}

  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.batches.type, { name: 'batches' })
  async batches(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => BatchFilterInput, nullable: true }) filter: BatchFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<BatchType>> {
    const page = pageRequest(first, after, ['instant', 'string']);
    const rows = await this.work.run(actor, (ctx) => this.settlement.batches(ctx, filter ?? {}, listPage(page)));
    return pageOf(
      page,
      rows,
      (batch) => [batch.openedAt.toISOString(), batchId(batch)],
      batchType,
      () => this.work.run(actor, (ctx) => this.settlement.countBatches(ctx, filter ?? {})),
    );
  }

  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.transactions.type, { name: 'transactions' })
  async transactions(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => TransactionFilterInput, nullable: true }) filter: TransactionFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<TransactionType>> {
    const page = pageRequest(first, after, ['instant', 'string']);
    const rows = await this.work.run(actor, (ctx) => this.settlement.transactions(ctx, filter ?? {}, listPage(page)));
    return pageOf(
      page,
      rows,
      (transaction) => [transaction.startedAt.toISOString(), transaction.paymentId],
      transactionType,
      () => this.work.run(actor, (ctx) => this.settlement.countTransactions(ctx, filter ?? {})),
    );
  }
}

function listPage({ limit, after }: PageRequest): ListPage {
  return { limit, after: after && { at: new Date(after[0] as string), id: after[1] as string } };
}

function money(amountMinor: number | null, currency: string): MoneyType | null {
  return amountMinor === null ? null : { amountMinor, currency };
}

function batchType(batch: BatchView): BatchType {
  const { currency } = batch;
  return {
    ...batch,
    id: batchId(batch),
    journal: { amountMinor: batch.journalMinor, currency },
    count: batch.journalCount,
    terminalTotal: money(batch.terminalMinor, currency),
    hostTotal: money(batch.hostMinor, currency),
  };
}

function transactionType(transaction: TransactionView): TransactionType {
  const { paymentId: id, kind, amountMinor, currency } = transaction;
  return { ...transaction, id, amount: { amountMinor: signedMinor(kind, amountMinor), currency } };
}
