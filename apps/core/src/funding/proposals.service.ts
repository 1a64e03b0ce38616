import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import {
  headquartersDecision,
  invalidInput,
  noteRefusal,
  type PersonActor,
  type RefusalOf,
  reasonRefusal,
  refuse,
  requestPending,
  type SecondPersonDecision,
} from '../graphql/index.js';
import { Acquirers, listAcquirers } from '../statements/index.js';
import { FundingService } from './funding.service.js';
import { lockFunding } from './payouts.store.js';
import { isSameWish, proposalDigest } from './proposal.rules.js';
import { decideProposal, insertProposal, lockProposal, type ProposalRow, waitingProposal } from './proposals.store.js';
import { readTerms } from './terms.rules.js';
import { listTerms } from './terms.store.js';

/** What proposing terms, or deciding about them, can be refused for. */
export type ProposalRefusal = RefusalOf<
  'notFound' | 'notAllowed' | 'alreadyDone' | 'invalidInput' | 'ownRequest' | 'contentChanged' | 'requestPending' | 'versionConflict'
>;

/** What somebody proposes, as it came. */
export interface ProposalInput {
  readonly acquirerId: string;
  readonly replaces: number;
  readonly fees: unknown;
  readonly funding: unknown;
  readonly reason: string;
}

/** P9: terms decide which money is missed: two people of headquarters bring them into force, the first ones of an acquirer too. The only writer of terms_proposal. */
@Injectable()
export class TermsProposals {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Acquirers) private readonly acquirers: Acquirers,
    @Inject(FundingService) private readonly funding: FundingService,
  ) {}

  /** Proposes a version of an acquirer's terms. Nothing changes until somebody else approves. Who proposes the same once more gets the proposal that waits. */
  async propose(ctx: WorkContext, { acquirerId, replaces, fees, funding, reason }: ProposalInput): Promise<ProposalRow | ProposalRefusal> {
    const actor = ctx.actor as PersonActor;
    const text = reason.trim();
    const wrong = reasonRefusal(text);
    if (wrong !== undefined) return wrong;
    if (!(await listAcquirers(ctx)).some((acquirer) => acquirer.id === acquirerId)) return refuse('notFound', 'There is no such acquirer.');
    const terms = readTerms({ fees, funding });
    if ('field' in terms) return invalidInput(terms.field, terms.message);
    const wish = { acquirerId, replaces, terms, reason: text, requestedBy: actor.id };
    const waiting = await waitingProposal(ctx, acquirerId);
    if (waiting !== undefined) return isSameWish(waiting, wish) ? waiting : pending(waiting);
    const current = await this.#versionInForce(ctx, acquirerId);
    if (current !== replaces) {
      const message = `Version ${current} of the terms is in force, and not ${replaces}, on which these were written.`;
      return { refused: true, code: 'versionConflict', message, currentVersion: current };
    }
    const asked = { ...wish, id: randomUUID(), requestedAt: ctx.now() };
    const proposal: ProposalRow = {
      ...asked,
      digest: proposalDigest(asked),
      state: 'requested',
      requestedName: actor.name,
      decidedBy: null,
      decidedName: null,
      decidedAt: null,
      decisionNote: null,
    };
    if (!(await insertProposal(ctx, proposal))) return pending((await waitingProposal(ctx, acquirerId)) ?? proposal);
    await this.#told(ctx, proposal, 'provider.termsProposed');
    return proposal;
  }

  /** Decides about a proposal that was read with this digest. An approved one is in force at once. Throws InexactSum when with it what is owed adds up to more than is exact. */
  async decide(
    ctx: WorkContext,
    id: string,
    digest: string,
    decision: SecondPersonDecision,
    note: string,
  ): Promise<ProposalRow | ProposalRefusal> {
    const actor = ctx.actor as PersonActor;
    const wrong = noteRefusal(note);
    if (wrong !== undefined) return wrong;
    const known = await lockProposal(ctx, id);
    if (known === undefined) return refuse('notFound', 'There is no such proposal.');
    // What is stored is what was read, or somebody changed the database by other means.
    if (proposalDigest(known) !== known.digest) throw new Error(`the proposal ${id} is not what its digest says`);
    const state = headquartersDecision(known, decision, digest, actor);
    if (typeof state !== 'string') return state;
    const decided: ProposalRow = {
      ...known,
      state,
      decidedBy: actor.id,
      decidedName: actor.name,
      decidedAt: ctx.now(),
      decisionNote: note.trim() || null,
    };
    if (state !== 'approved') {
      await decideProposal(ctx, decided);
      await this.#told(ctx, decided, state === 'refused' ? 'provider.termsRefused' : 'provider.termsTakenBack');
      return decided;
    }
    // Whoever else brings terms into force comes before or after, never in between.
    await lockFunding(ctx);
    if ((await this.#versionInForce(ctx, known.acquirerId)) !== known.replaces)
      return refuse('contentChanged', 'Other terms came into force since these were proposed: they have to be proposed anew.');
    await decideProposal(ctx, decided);
    const saved = await this.funding.saveTerms(ctx, known.acquirerId, known.terms, decided);
    // Terms that were taken once are refused by a newer program only; nothing of the decision is kept then.
    if ('refused' in saved) throw new Error(`the proposal ${id} can't come into force: ${saved.message}`);
    ctx.changed({ all: true });
    return decided;
  }

  /**
   * An acquirer and its terms as the chain file says them: the operator's word, and no person's act. Only what isn't known yet is taken; what people have agreed on since stays. Throws for terms that can't be read, which
   * stops the start.
   */
  async provision(
    ctx: WorkContext,
    given: readonly { readonly id: string; readonly name: string; readonly fees?: unknown; readonly funding?: unknown }[],
  ): Promise<string[]> {
    const known = new Set((await listAcquirers(ctx)).map(({ id }) => id));
    const made: string[] = [];
    for (const { id, name, fees = null, funding = null } of given) {
      if (!known.has(id)) refusedMeans(id, await this.acquirers.save(ctx, { id, name }));
      if (fees === null && funding === null) continue;
      // Of several cores that start at once, one is first.
      await lockFunding(ctx);
      if ((await this.#versionInForce(ctx, id)) > 0) continue;
      refusedMeans(id, await this.funding.saveTerms(ctx, id, { fees, funding }, null));
      made.push(id);
    }
    return made;
  }

  async #versionInForce(ctx: WorkContext, acquirerId: string): Promise<number> {
    return (await listTerms(ctx, acquirerId))[0]?.version ?? 0;
  }

  async #told(
    ctx: WorkContext,
    proposal: ProposalRow,
    action: `provider.${'termsProposed' | 'termsRefused' | 'termsTakenBack'}`,
  ): Promise<void> {
    const { id, acquirerId, replaces, terms, digest, requestedBy, decisionNote, reason, state } = proposal;
    ctx.changed({ all: true });
    await this.audit.append(ctx, {
      action,
      storeId: null,
      subject: `acquirer:${acquirerId}`,
      summary: `Terms of ${acquirerId} ${state}: ${reason}`,
      detail: { proposalId: id, acquirerId, replaces, digest, requestedBy, note: decisionNote, fees: terms.fees, funding: terms.funding },
    });
  }
}

function pending({ id, requestedName }: ProposalRow): RefusalOf<'requestPending'> {
  return requestPending(id, `What ${requestedName} proposed waits for a decision: it is decided or taken back first.`);
}

function refusedMeans(acquirerId: string, answer: object): void {
  if ('refused' in answer) throw new Error(`the acquirer ${acquirerId} of the chain file: ${(answer as { message?: string }).message}`);
}
