import { Inject } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import {
  Access,
  headquartersDecision,
  invalidInput,
  isRefusal,
  NOTE_LIMIT,
  type PersonActor,
  ProviderTermsInput,
  ProviderTermsType,
  type RefusalValue,
  RemedyDecision,
  TermsProposalResult,
  TermsProposalType,
  ViewerActor,
} from '../graphql/index.js';
import { InexactSum } from './exact.rules.js';
import { TermsProposals } from './proposals.service.js';
import { type ProposalRow, waitingProposals } from './proposals.store.js';
import { listTerms } from './terms.store.js';

/** What providers charge and when they pay: agreed on by two people of headquarters. */
@Resolver()
export class TermsResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(TermsProposals) private readonly proposals: TermsProposals,
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

  @Access('hq', 'auditor')
  @Query(() => [TermsProposalType], {
    name: 'termsProposals',
    description: 'Proposed terms that wait for a second person, newest first, at most 200; an acquirer has one at a time.',
  })
  async termsProposals(@ViewerActor() actor: PersonActor): Promise<TermsProposalType[]> {
    const rows = await this.work.run(actor, (ctx) => waitingProposals(ctx));
    return rows.map((row) => proposalType(row, actor));
  }

  @Access('hq')
  @Mutation(() => TermsProposalResult, {
    name: 'proposeProviderTerms',
    description:
      'Proposes a version of what a provider charges and when it pays. It is in force once somebody else of headquarters approves it. Asked for once more in the same words, it is the proposal that waits.',
  })
  async proposeProviderTerms(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => ProviderTermsInput }) { fees, funding, ...input }: ProviderTermsInput,
  ): Promise<TermsProposalType | RefusalValue> {
    const asked = await this.work.run(actor, (ctx) =>
      this.proposals.propose(ctx, { ...input, fees: fees ?? null, funding: funding ?? null }),
    );
    return isRefusal(asked) ? asked : proposalType(asked, actor);
  }

  @Access('hq')
  @Mutation(() => TermsProposalResult, {
    name: 'decideProviderTerms',
    description: 'Decides about the proposal that was read with this digest; one that is approved is in force at once.',
  })
  async decideProviderTerms(
    @ViewerActor() actor: PersonActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('digest', { type: () => String }) digest: string,
    @Args('decision', { type: () => RemedyDecision }) decision: RemedyDecision,
    @Args('note', { type: () => String, nullable: true, description: NOTE_LIMIT }) note: string | null,
  ): Promise<TermsProposalType | RefusalValue> {
    const decide = (ctx: WorkContext) => this.proposals.decide(ctx, id, digest, decision, note ?? '');
    try {
      const decided = await this.work.run(actor, decide);
      return isRefusal(decided) ? decided : proposalType(decided, actor);
    } catch (error) {
      if (!(error instanceof InexactSum)) throw error;
      return invalidInput('funding', `With these terms ${error.message}.`);
    }
  }
}

function proposalType(row: ProposalRow, actor: PersonActor): TermsProposalType {
  const { terms, requestedBy, decidedBy: _decider, ...told } = row;
  return {
    ...told,
    fees: terms.fees,
    funding: terms.funding,
    mine: requestedBy === actor.id,
    mayDecide: typeof headquartersDecision(row, 'approve', row.digest, actor) === 'string',
  };
}
