import { UnitOfWork } from '../database/index.js';
import type { TestCore } from '../graphql/core.fixtures.js';
import { isRefusal, type PersonActor } from '../graphql/index.js';
import { TermsProposals } from './proposals.service.js';
import { listTerms } from './terms.store.js';

/** Two people of headquarters, who needn't have signed in. */
const person = (id: string): PersonActor => ({ kind: 'person', id, name: `Name of ${id}`, role: 'hq', language: 'en', stores: '*' });

/**
 * Terms that two people of headquarters agree on, as they come into force: with what is checked and owed because of them. Returns the version; throws when they are refused, and InexactSum when what would be owed with them is
 * more than is exact (their proposal waits then).
 */
export async function agreeOnTerms(
  world: TestCore,
  acquirerId: string,
  { fees = null, funding = null }: { readonly fees?: unknown; readonly funding?: unknown },
): Promise<number> {
  const work = world.core.app.get(UnitOfWork, { strict: false });
  const proposals = world.core.app.get(TermsProposals, { strict: false });
  const [one, other] = [person('hq'), person('hq-other')];
  const replaces = (await work.run(one, (ctx) => listTerms(ctx, acquirerId)))[0]?.version ?? 0;
  const proposal = await work.run(one, (ctx) =>
    proposals.propose(ctx, { acquirerId, replaces, fees, funding, reason: 'The new contract.' }),
  );
  if (isRefusal(proposal)) throw new Error(`${proposal.code}: ${proposal.message}`);
  const decided = await work.run(other, (ctx) => proposals.decide(ctx, proposal.id, proposal.digest, 'approve', ''));
  if (isRefusal(decided)) throw new Error(`${decided.code}: ${decided.message}`);
  return replaces + 1;
}
