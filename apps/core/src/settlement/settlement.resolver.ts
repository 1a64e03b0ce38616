import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import {
  Access,
  BatchCardTotalType,
  BatchEventType,
  BatchEvidenceType,
  BatchFilterInput,
  BatchType,
  CONNECTIONS,
  type Connection,
  isRefusal,
  type PageRequest,
  type PersonActor,
  pageOf,
  pageRequest,
  RecordBatchUploadInput,
  RecordBatchUploadResult,
  type RefusalValue,
  type RequestContext,
  requestLoader,
  TransactionFilterInput,
  TransactionType,
  Unauthenticated,
  ViewerActor,
} from '../graphql/index.js';
import { batchType, cardTotalType, eventType, evidenceType, transactionType } from './batch.view.js';
import type { BatchKey } from './batch-life.service.js';
import type { CardTotalView } from './card-total.store.js';
import { BatchEvidence, type EvidenceView } from './evidence.service.js';
import { type BatchEventView, batchId, type ListPage, SettlementService } from './settlement.service.js';

type Read<V extends BatchKey> = (ctx: WorkContext, keys: readonly BatchKey[]) => Promise<V[]>;

/** Batches and transactions, newest first. */
@Resolver(() => BatchType)
export class SettlementResolver {
  readonly #cards: Read<CardTotalView> = (ctx, keys) => this.settlement.cardTotals(ctx, keys);
  readonly #events: Read<BatchEventView> = (ctx, keys) => this.settlement.events(ctx, keys);
  readonly #evidence: Read<EvidenceView> = (ctx, keys) => this.frozen.of(ctx, keys);

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(SettlementService) private readonly settlement: SettlementService,
    @Inject(BatchEvidence) private readonly frozen: BatchEvidence,
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
  @Query(() => BatchType, { name: 'batch', nullable: true, description: 'One batch; null where there is none the viewer may see.' })
  async batch(
    @ViewerActor() actor: PersonActor,
    @Args('storeId', { type: () => ID }) storeId: string,
    @Args('terminalId', { type: () => ID }) terminalId: string,
    @Args('batchNo', { type: () => Int }) batchNo: number,
  ): Promise<BatchType | null> {
    const batch = await this.work.run(actor, (ctx) => this.settlement.batch(ctx, storeId, terminalId, batchNo));
    return batch === undefined ? null : batchType(batch);
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

  @Access('hq', 'manager')
  @Mutation(() => RecordBatchUploadResult, {
    name: 'recordBatchUpload',
    description: 'Takes down that an unbalanced batch’s transactions were handed to the acquirer.',
  })
  async recordBatchUpload(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => RecordBatchUploadInput }) { reference, ...key }: RecordBatchUploadInput,
  ): Promise<BatchType | RefusalValue> {
    const result = await this.work.run(actor, (ctx) => this.frozen.recordUpload(ctx, key, reference));
    return isRefusal(result) ? result : batchType(result);
  }

  @ResolveField('cardTotals', () => [BatchCardTotalType])
  async cardTotals(@Parent() batch: BatchType, @Context() context: RequestContext): Promise<BatchCardTotalType[]> {
    return (await this.#load(context, this.#cards, batch)).map(cardTotalType);
  }

  @ResolveField('evidence', () => [BatchEvidenceType])
  async evidence(@Parent() batch: BatchType, @Context() context: RequestContext): Promise<BatchEvidenceType[]> {
    return (await this.#load(context, this.#evidence, batch)).map(evidenceType);
  }

  @ResolveField('lifeEvents', () => [BatchEventType], {
    description: 'What was decided about it and what statements and banks said, oldest first.',
  })
  async lifeEvents(@Parent() batch: BatchType, @Context() context: RequestContext): Promise<BatchEventType[]> {
    return (await this.#load(context, this.#events, batch)).map(eventType);
  }

  /** One query per field and request, whatever the number of batches. */
  async #load<V extends BatchKey>(context: RequestContext, read: Read<V>, batch: BatchType): Promise<V[]> {
    const actor = context.viewer?.actor;
    if (actor === undefined) throw new Unauthenticated();
    const loader = requestLoader<V[]>(context, read, async (ids) =>
      Map.groupBy(await this.work.run(actor, (ctx) => read(ctx, ids.map(keyOf))), batchId),
    );
    return (await loader.load(batch.id)) ?? [];
  }
}

function keyOf(id: string): BatchKey {
  const [storeId = '', terminalId = '', batchNo = ''] = id.split('/');
  return { storeId, terminalId, batchNo: Number(batchNo) };
}

function listPage({ limit, after }: PageRequest): ListPage {
  return { limit, after: after && { at: new Date(after[0] as string), id: after[1] as string } };
}
