import { Inject } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import {
  DifferenceObjectType,
  type PersonActor,
  type RequestContext,
  requestLoader,
  StatementLineType,
  TransactionType,
  Unauthenticated,
} from '../graphql/index.js';
import { SettlementService, transactionType } from '../settlement/index.js';
import { findStatementRows, statementLineType } from '../statements/index.js';

type Read<V> = (ctx: WorkContext, keys: readonly string[]) => Promise<Map<string, V>>;

/** Both sides of a difference: what the journal and what the acquirer's statement say. One query per side and request, whatever the number of differences. */
@Resolver(() => DifferenceObjectType)
export class DifferenceSidesResolver {
  readonly #transactions: Read<TransactionType> = async (ctx, keys) => {
    const wanted = keys.map((key) => split(key)).map(([storeId, paymentId]) => ({ storeId, paymentId }));
    const rows = await this.settlement.transactionsOf(ctx, wanted);
    return new Map(rows.map((row) => [`${row.storeId}/${row.paymentId}`, transactionType(row)]));
  };
  readonly #rows: Read<StatementLineType> = async (ctx, keys) => {
    const wanted = keys.map((key) => split(key)).map(([storeId, fileId, rowNo]) => ({ storeId, fileId, rowNo: Number(rowNo) }));
    return new Map(
      (await findStatementRows(ctx, wanted)).map((row) => [`${row.storeId}/${row.fileId}/${row.rowNo}`, statementLineType(row)]),
    );
  };

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(SettlementService) private readonly settlement: SettlementService,
  ) {}

  @ResolveField('transaction', () => TransactionType, { nullable: true })
  async transaction(
    @Parent() { storeId, paymentId }: DifferenceObjectType,
    @Context() context: RequestContext,
  ): Promise<TransactionType | null> {
    return paymentId === null ? null : await this.#load(context, this.#transactions, `${storeId}/${paymentId}`);
  }

  @ResolveField('statementRow', () => StatementLineType, { nullable: true })
  async statementRow(
    @Parent() { storeId, statementRowId }: DifferenceObjectType,
    @Context() context: RequestContext,
  ): Promise<StatementLineType | null> {
    return statementRowId === null ? null : await this.#load(context, this.#rows, `${storeId}/${statementRowId}`);
  }

  #load<V>(context: RequestContext, read: Read<V>, key: string): Promise<V | null> {
    const actor: PersonActor | undefined = context.viewer?.actor;
    if (actor === undefined) throw new Unauthenticated();
    return requestLoader<V>(context, read, (keys) => this.work.run(actor, (ctx) => read(ctx, keys))).load(key);
  }
}

function split(key: string): [string, string, string] {
  const [storeId = '', second = '', third = ''] = key.split('/');
  return [storeId, second, third];
}
