import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  CalendarDate,
  CONNECTIONS,
  ComparedBatchFilterInput,
  type ComparedBatchType,
  type Connection,
  isRefusal,
  type OtherCurrencyType,
  type PersonActor,
  pageOf,
  pageRequest,
  type ReconciliationRequestedType,
  ReconciliationRequestResult,
  type ReconciliationRunType,
  ReconciliationSettingInput,
  ReconciliationSettingResult,
  ReconciliationSettingType,
  type RefusalValue,
  ViewerActor,
} from '../graphql/index.js';
import { Reconciliation } from './reconciliation.service.js';
import {
  type ComparedBatchRow,
  type CurrencySum,
  countComparedBatches,
  countRuns,
  listComparedBatches,
  listRuns,
  type SettingRow,
} from './reconciliation.store.js';

/** Runs, what they compared, and how. */
@Resolver()
export class ReconciliationResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Reconciliation) private readonly reconciliation: Reconciliation,
  ) {}

  /** Newest first. */
  @Access('hq', 'auditor')
  @Query(() => CONNECTIONS.reconciliationRuns.type, { name: 'reconciliationRuns' })
  async runs(
    @ViewerActor() actor: PersonActor,
    @Args('acquirerId', { type: () => ID, nullable: true }) acquirerId: string | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ReconciliationRunType>> {
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const rows = await this.work.run(actor, (ctx) => listRuns(ctx, acquirerId ?? null, page));
    return pageOf(
      page,
      rows,
      (row) => [row.requestedAt.toISOString(), row.id],
      (row) => row,
      () => this.work.run(actor, (ctx) => countRuns(ctx, acquirerId ?? null)),
    );
  }

  /** Newest business day first. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.comparedBatches.type, { name: 'comparedBatches' })
  async comparedBatches(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => ComparedBatchFilterInput, nullable: true }) filter: ComparedBatchFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<ComparedBatchType>> {
    const page = pageRequest(first, after, ['instant', 'string', 'string', 'string', 'string']);
    const rows = await this.work.run(actor, (ctx) => listComparedBatches(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.businessDay, row.storeId, row.acquirerId, row.account, row.batchNo],
      batchType,
      () => this.work.run(actor, (ctx) => countComparedBatches(ctx, filter)),
    );
  }

  @Access('hq', 'manager', 'auditor')
  @Query(() => ReconciliationSettingType, {
    name: 'reconciliationSetting',
    nullable: true,
    description: 'As it was saved, or the default; null when there is no such acquirer.',
  })
  async setting(
    @ViewerActor() actor: PersonActor,
    @Args('acquirerId', { type: () => ID }) acquirerId: string,
  ): Promise<ReconciliationSettingType | null> {
    const setting = await this.work.run(actor, (ctx) => this.reconciliation.setting(ctx, acquirerId));
    return setting === null ? null : settingType(acquirerId, setting);
  }

  @Access('hq')
  @Mutation(() => ReconciliationSettingResult, { name: 'saveReconciliationSetting' })
  async saveSetting(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => ReconciliationSettingInput }) input: ReconciliationSettingInput,
  ): Promise<ReconciliationSettingType | RefusalValue> {
    const { acquirerId, identity, timingDays, amountTolerances } = input;
    const change = {
      ...(identity ? { identity } : {}),
      ...(typeof timingDays === 'number' ? { timingDays } : {}),
      ...(amountTolerances
        ? { amountToleranceMinor: Object.fromEntries(amountTolerances.map(({ currency, amountMinor }) => [currency, amountMinor])) }
        : {}),
    };
    const saved = await this.work.run(actor, (ctx) => this.reconciliation.saveSetting(ctx, acquirerId, change));
    return isRefusal(saved) ? saved : settingType(acquirerId, saved);
  }

  @Access('hq')
  @Mutation(() => ReconciliationRequestResult, {
    name: 'requestReconciliation',
    description: 'Matches these days of an acquirer anew: 366 at most.',
  })
  async requestReconciliation(
    @ViewerActor() actor: PersonActor,
    @Args('acquirerId', { type: () => ID }) acquirerId: string,
    @Args('fromDay', { type: () => CalendarDate }) fromDay: string,
    @Args('toDay', { type: () => CalendarDate }) toDay: string,
  ): Promise<ReconciliationRequestedType | RefusalValue> {
    return await this.work.run(actor, (ctx) => this.reconciliation.ask(ctx, acquirerId, fromDay, toDay));
  }
}

function settingType(acquirerId: string, { identity, timingDays, amountToleranceMinor }: SettingRow): ReconciliationSettingType {
  const amountTolerances = Object.entries(amountToleranceMinor).map(([currency, amountMinor]) => ({ currency, amountMinor }));
  return { acquirerId, identity, timingDays, amountTolerances };
}

function batchType(row: ComparedBatchRow): ComparedBatchType {
  const { currency } = row;
  return {
    ...row,
    id: [row.storeId, row.acquirerId, row.account, row.batchNo, row.businessDay].join('/'),
    terminalId: row.account === '' ? null : row.account,
    terminalTotal: { amountMinor: row.terminalMinor, currency },
    acquirerTotal: { amountMinor: row.acquirerMinor, currency },
    acquirerFees: row.acquirerFeeMinor === null ? null : { amountMinor: row.acquirerFeeMinor, currency },
    terminalOtherCurrencies: row.terminalOthers.map(otherCurrencyType),
    acquirerOtherCurrencies: row.acquirerOthers.map(otherCurrencyType),
  };
}

function otherCurrencyType({ currency, count, minor, fee }: CurrencySum): OtherCurrencyType {
  return { count, total: { amountMinor: minor, currency }, fees: fee === null ? null : { amountMinor: fee, currency } };
}
