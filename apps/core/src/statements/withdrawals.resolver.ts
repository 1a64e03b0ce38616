import { Inject } from '@nestjs/common';
import { Args, Context, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import {
  Access,
  isRefusal,
  NOTE_LIMIT,
  type PersonActor,
  REASON_LIMIT,
  type RefusalValue,
  RemedyDecision,
  type RequestContext,
  requestLoader,
  StatementFileType,
  StatementWithdrawalResult,
  StatementWithdrawalType,
  ViewerActor,
} from '../graphql/index.js';
import { findFiles, type StatementFileRow } from './statements.store.js';
import { afterWithdrawalDecision } from './withdrawals.rules.js';
import { Withdrawals } from './withdrawals.service.js';
import { newestWithdrawals, type WithdrawalRow, waitingWithdrawals } from './withdrawals.store.js';

/** Files that are taken back, each by two people of headquarters. */
@Resolver(() => StatementWithdrawalType)
export class WithdrawalsResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Withdrawals) private readonly withdrawals: Withdrawals,
  ) {}

  @Access('hq', 'auditor')
  @Query(() => [StatementWithdrawalType], {
    name: 'statementWithdrawals',
    description: 'Requests to withdraw a file that wait for a second person, newest first, at most 200.',
  })
  async statementWithdrawals(@ViewerActor() actor: PersonActor): Promise<StatementWithdrawalType[]> {
    const rows = await this.work.run(actor, (ctx) => waitingWithdrawals(ctx));
    return rows.map((row) => withdrawalType(row, actor));
  }

  @ResolveField('file', () => StatementFileType)
  async file(@Parent() withdrawal: StatementWithdrawalType, @Context() context: RequestContext): Promise<StatementFileType> {
    const loader = requestLoader(context, readFiles, (ids) => this.work.run(context.viewer!.actor, (ctx) => readFiles(ctx, ids)));
    return (await loader.load(withdrawal.fileId))!;
  }

  @Access('hq')
  @Mutation(() => StatementWithdrawalResult, {
    name: 'withdrawStatementFile',
    description: 'Asks that a file counts no more, as if it had never come. Somebody else of headquarters approves it.',
  })
  async withdrawStatementFile(
    @ViewerActor() actor: PersonActor,
    @Args('fileId', { type: () => ID }) fileId: string,
    @Args('reason', { type: () => String, description: REASON_LIMIT }) reason: string,
  ): Promise<StatementWithdrawalType | RefusalValue> {
    const asked = await this.work.run(actor, (ctx) => this.withdrawals.request(ctx, fileId, reason));
    return isRefusal(asked) ? asked : withdrawalType(asked, actor);
  }

  @Access('hq')
  @Mutation(() => StatementWithdrawalResult, {
    name: 'decideStatementWithdrawal',
    description: 'Decides about the request that was read with this digest. After an approval the file is withdrawing, and soon withdrawn.',
  })
  async decideStatementWithdrawal(
    @ViewerActor() actor: PersonActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('digest', { type: () => String }) digest: string,
    @Args('decision', { type: () => RemedyDecision }) decision: RemedyDecision,
    @Args('note', { type: () => String, nullable: true, description: NOTE_LIMIT }) note: string | null,
  ): Promise<StatementWithdrawalType | RefusalValue> {
    const decided = await this.work.run(actor, (ctx) => this.withdrawals.decide(ctx, id, digest, decision, note ?? ''));
    return isRefusal(decided) ? decided : withdrawalType(decided, actor);
  }
}

/** What became of the wish to withdraw a file, beside the file. */
@Resolver(() => StatementFileType)
export class FileWithdrawalResolver {
  constructor(@Inject(UnitOfWork) private readonly work: UnitOfWork) {}

  @ResolveField('withdrawal', () => StatementWithdrawalType, { nullable: true })
  async withdrawal(@Parent() file: StatementFileType, @Context() context: RequestContext): Promise<StatementWithdrawalType | null> {
    const { actor } = context.viewer!;
    const loader = requestLoader(context, newestWithdrawals, (ids) => this.work.run(actor, (ctx) => newestWithdrawals(ctx, ids)));
    const row = await loader.load(file.id);
    return row === null ? null : withdrawalType(row, actor as PersonActor);
  }
}

async function readFiles(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, StatementFileRow>> {
  return new Map((await findFiles(ctx, ids)).map((file) => [file.id, file]));
}

function withdrawalType(row: WithdrawalRow, actor: PersonActor): StatementWithdrawalType {
  return {
    id: row.id,
    fileId: row.fileId,
    digest: row.digest,
    state: row.state,
    reason: row.reason,
    requestedName: row.requestedName,
    requestedAt: row.requestedAt,
    decidedName: row.decidedName,
    decidedAt: row.decidedAt,
    decisionNote: row.decisionNote,
    mine: row.requestedBy === actor.id,
    mayDecide: typeof afterWithdrawalDecision(row, 'approve', row.digest, actor) === 'string',
  };
}
