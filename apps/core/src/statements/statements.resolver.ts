import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CARD_TAGS, type CardTags } from '../card-tags.js';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import {
  Access,
  AcquirerResult,
  AcquirerTerminalInput,
  AcquirerTerminalType,
  AcquirerType,
  BankEntryFilterInput,
  type BankEntryType,
  CONNECTIONS,
  type Connection,
  isRefusal,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  type RequestContext,
  requestLoader,
  SaveAcquirerInput,
  StatementFileFilterInput,
  StatementFileType,
  type StatementLineType,
  StatementRowFilterInput,
  ViewerActor,
} from '../graphql/index.js';
import { Acquirers } from './acquirers.service.js';
import { listMapping } from './acquirers.store.js';
import { countBankEntries, countRows, listBankEntries, listRows } from './rows.store.js';
import { entryType, lineType } from './rows.view.js';
import { countFiles, findFiles, listFiles } from './statements.store.js';

/** Acquirers, statement files and their rows. Rows are within the viewer's stores; files, which span stores, are for HQ and auditors. */
@Resolver(() => AcquirerType)
export class StatementsResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Acquirers) private readonly acquirers: Acquirers,
    @Inject(CARD_TAGS) private readonly tags: CardTags,
  ) {}

  @Access('hq', 'manager', 'auditor')
  @Query(() => [AcquirerType], { name: 'acquirers' })
  async allAcquirers(@ViewerActor() actor: PersonActor): Promise<AcquirerType[]> {
    return await this.work.run(actor, (ctx) => this.acquirers.all(ctx));
  }

  /** Within the viewer's stores. */
  @ResolveField('mapping', () => [AcquirerTerminalType])
  async mapping(@Parent() acquirer: AcquirerType, @Context() context: RequestContext): Promise<AcquirerTerminalType[]> {
    const { actor } = context.viewer!;
    const loader = requestLoader(context, readMapping, (ids) => this.work.run(actor, (ctx) => readMapping(ctx, ids)));
    return (await loader.load(acquirer.id)) ?? [];
  }

  /** Newest first. */
  @Access('hq', 'auditor')
  @Query(() => CONNECTIONS.statementFiles.type, { name: 'statementFiles' })
  async statementFiles(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => StatementFileFilterInput, nullable: true }) filter: StatementFileFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<StatementFileType>> {
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const rows = await this.work.run(actor, (ctx) => listFiles(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.arrivedAt.toISOString(), row.id],
      (row) => row,
      () => this.work.run(actor, (ctx) => countFiles(ctx, filter)),
    );
  }

  @Access('hq', 'auditor')
  @Query(() => StatementFileType, { name: 'statementFile', nullable: true })
  async statementFile(@ViewerActor() actor: PersonActor, @Args('id', { type: () => ID }) id: string): Promise<StatementFileType | null> {
    const [row] = await this.work.run(actor, (ctx) => findFiles(ctx, [id]));
    return row ?? null;
  }

  /** In the order of files and lines. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.statementRows.type, { name: 'statementRows' })
  async statementRows(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => StatementRowFilterInput, nullable: true }) asked: StatementRowFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<StatementLineType>> {
    const filter = asked?.payout ? { ...asked, payout: this.tags.orStars(asked.payout) } : asked;
    const page = pageRequest(first, after, ['uuid', 'number']);
    const rows = await this.work.run(actor, (ctx) => listRows(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.fileId, row.rowNo],
      lineType,
      () => this.work.run(actor, (ctx) => countRows(ctx, filter)),
    );
  }

  /** Newest booking day first. */
  @Access('hq', 'auditor')
  @Query(() => CONNECTIONS.bankEntries.type, { name: 'bankEntries' })
  async bankEntries(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => BankEntryFilterInput, nullable: true }) filter: BankEntryFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<BankEntryType>> {
    const page = pageRequest(first, after, ['instant', 'uuid', 'number']);
    const rows = await this.work.run(actor, (ctx) => listBankEntries(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.bookingDay, row.fileId, row.rowNo],
      entryType,
      () => this.work.run(actor, (ctx) => countBankEntries(ctx, filter)),
    );
  }

  @Access('hq')
  @Mutation(() => AcquirerResult, { name: 'saveAcquirer' })
  async saveAcquirer(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => SaveAcquirerInput }) { id, name, format, profile }: SaveAcquirerInput,
  ): Promise<AcquirerType | RefusalValue> {
    return await this.work.run(actor, (ctx) => this.acquirers.save(ctx, { id, name, format, profile }));
  }

  @Access('hq')
  @Mutation(() => AcquirerResult, {
    name: 'mapAcquirerTerminals',
    description: 'Says which numbers of an acquirer are which terminals. Rows nobody knew until now go to their stores and are matched.',
  })
  async mapAcquirerTerminals(
    @ViewerActor() actor: PersonActor,
    @Args('acquirerId', { type: () => ID }) acquirerId: string,
    @Args('entries', { type: () => [AcquirerTerminalInput], description: '1 to 1,000.' }) entries: AcquirerTerminalInput[],
  ): Promise<AcquirerType | RefusalValue> {
    const mapping = entries.map((entry) => ({ ...entry, terminalId: entry.terminalId ?? null }));
    const mapped = await this.work.run(actor, (ctx) => this.acquirers.map(ctx, acquirerId, mapping));
    return isRefusal(mapped) ? mapped : mapped.acquirer;
  }
}

async function readMapping(ctx: WorkContext, acquirerIds: readonly string[]): Promise<Map<string, AcquirerTerminalType[]>> {
  return Map.groupBy(await listMapping(ctx, acquirerIds), (row) => row.acquirerId);
}
