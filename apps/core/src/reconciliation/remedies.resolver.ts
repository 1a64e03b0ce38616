import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import {
  Access,
  CalendarDate,
  CONNECTIONS,
  type Connection,
  CorrectingEntryInput,
  type CorrectingEntryType,
  DifferenceObjectType,
  ForceMatchInput,
  isRefusal,
  NOTE_LIMIT,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  RemedyDecision,
  RemedyRequestType,
  RemedyResult,
  RemedyState,
  type RequestContext,
  requestLoader,
  Unauthenticated,
  ViewerActor,
} from '../graphql/index.js';
import { differenceType } from './difference.view.js';
import { findDifferences } from './differences.store.js';
import { Remedies } from './remedies.service.js';
import {
  type CorrectingEntryRow,
  countCorrectingEntries,
  countRemedies,
  listCorrectingEntries,
  listRemedies,
  type RemedyRow,
} from './remedies.store.js';
import { afterDecision, differencesOf, type RemedyContent } from './remedy.rules.js';

/** Remedies of differences, each with two people. */
@Resolver(() => RemedyRequestType)
export class RemediesResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Remedies) private readonly remedies: Remedies,
  ) {}

  /** Newest first. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.remedyRequests.type, { name: 'remedyRequests' })
  async remedyRequests(
    @ViewerActor() actor: PersonActor,
    @Args('state', { type: () => [RemedyState], nullable: true }) state: RemedyState[] | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<RemedyRequestType>> {
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const rows = await this.work.run(actor, (ctx) => listRemedies(ctx, state ?? null, page));
    return pageOf(
      page,
      rows,
      (row) => [row.requestedAt.toISOString(), row.id],
      (row) => remedyType(row, actor),
      () => this.work.run(actor, (ctx) => countRemedies(ctx, state ?? null)),
    );
  }

  /** Newest first. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.correctingEntries.type, { name: 'correctingEntries' })
  async correctingEntries(
    @ViewerActor() actor: PersonActor,
    @Args('storeId', { type: () => ID, nullable: true }) storeId: string | null,
    @Args('fromDay', { type: () => CalendarDate, nullable: true, description: 'Of the business day it is about.' }) fromDay: string | null,
    @Args('toDay', { type: () => CalendarDate, nullable: true, description: 'Included.' }) toDay: string | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<CorrectingEntryType>> {
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const rows = await this.work.run(actor, (ctx) => listCorrectingEntries(ctx, { storeId, fromDay, toDay }, page));
    return pageOf(
      page,
      rows,
      (row) => [row.enteredAt.toISOString(), row.id],
      entryType,
      () => this.work.run(actor, (ctx) => countCorrectingEntries(ctx, { storeId, fromDay, toDay })),
    );
  }

  @Access('hq', 'manager')
  @Query(() => [DifferenceObjectType], {
    name: 'forceMatchPartners',
    description:
      'Differences one without a partner can be matched with by force: of the other side, within the acquirer’s tolerance, the likeliest first, 50 at most. None where only correcting entries make up for it.',
  })
  async forceMatchPartners(
    @ViewerActor() actor: PersonActor,
    @Args('differenceId', { type: () => ID }) differenceId: string,
  ): Promise<DifferenceObjectType[]> {
    return (await this.work.run(actor, (ctx) => this.remedies.partners(ctx, differenceId))).map(differenceType);
  }

  @Access('hq', 'manager')
  @Mutation(() => RemedyResult, {
    name: 'requestForceMatch',
    description: 'Asks that a transaction and a row of a statement count as the same. Somebody else approves it.',
  })
  async requestForceMatch(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => ForceMatchInput }) { terminalDifferenceId, acquirerDifferenceId, reason }: ForceMatchInput,
  ): Promise<RemedyRequestType | RefusalValue> {
    return await this.#shown(actor, (ctx) =>
      this.remedies.request(ctx, { kind: 'forceMatch', terminalDifferenceId, acquirerDifferenceId }, reason),
    );
  }

  @Access('hq', 'manager')
  @Mutation(() => RemedyResult, {
    name: 'requestCorrectingEntry',
    description: 'Asks for an entry that makes up for a difference. Somebody else approves it.',
  })
  async requestCorrectingEntry(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => CorrectingEntryInput }) { differenceId, amountMinor, currency, reason }: CorrectingEntryInput,
  ): Promise<RemedyRequestType | RefusalValue> {
    return await this.#shown(actor, (ctx) =>
      this.remedies.request(ctx, { kind: 'correctingEntry', differenceId, amountMinor, currency }, reason),
    );
  }

  @Access('hq', 'manager')
  @Mutation(() => RemedyResult, {
    name: 'decideRemedy',
    description: 'Decides about the request that was read with this digest; one that is approved takes effect at once.',
  })
  async decideRemedy(
    @ViewerActor() actor: PersonActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('digest', { type: () => String }) digest: string,
    @Args('decision', { type: () => RemedyDecision }) decision: RemedyDecision,
    @Args('note', { type: () => String, nullable: true, description: NOTE_LIMIT }) note: string | null,
  ): Promise<RemedyRequestType | RefusalValue> {
    return await this.#shown(actor, (ctx) => this.remedies.decide(ctx, id, digest, decision, note ?? ''));
  }

  /** Of those the viewer sees, in the order of the request's content. */
  @ResolveField('differences', () => [DifferenceObjectType])
  async differences(@Parent() remedy: RemedyRequestType, @Context() context: RequestContext): Promise<DifferenceObjectType[]> {
    const actor = context.viewer?.actor;
    if (actor === undefined) throw new Unauthenticated();
    const loader = requestLoader(context, readDifferences, (ids) => this.work.run(actor, (ctx) => readDifferences(ctx, ids)));
    const found = await loader.loadMany(differencesOf(remedy.content as RemedyContent));
    return found
      .filter((one) => one !== null)
      .map((one) => {
        if (one instanceof Error) throw one;
        return one;
      });
  }

  async #shown(
    actor: PersonActor,
    act: (ctx: WorkContext) => Promise<RemedyRow | RefusalValue>,
  ): Promise<RemedyRequestType | RefusalValue> {
    const remedy = await this.work.run(actor, act);
    return isRefusal(remedy) ? remedy : remedyType(remedy, actor);
  }
}

async function readDifferences(ctx: WorkContext, ids: readonly string[]): Promise<Map<string, DifferenceObjectType>> {
  return new Map((await findDifferences(ctx, ids)).map((row) => [row.id, differenceType(row)]));
}

function remedyType(row: RemedyRow, actor: PersonActor): RemedyRequestType {
  return {
    ...row,
    requestedBy: { id: row.requestedBy, name: row.requestedName },
    mine: row.requestedBy === actor.id,
    mayDecide: typeof afterDecision(row, 'approve', row.digest, actor) === 'string',
  };
}

function entryType(row: CorrectingEntryRow): CorrectingEntryType {
  return { ...row, amount: { amountMinor: row.amountMinor, currency: row.currency } };
}
