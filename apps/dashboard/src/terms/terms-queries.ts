import { queryOptions } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  DecideProviderTermsDocument,
  ProposeProviderTermsDocument,
  ProviderTermsDocument,
  type ProviderTermsQuery,
  type RemedyDecision,
  TermsProposalsDocument,
  type TermsProposalsQuery,
} from '../graphql/generated/money/graphql.js';
import { type Terms, termsOf } from './terms.rules.js';

type KnownVersion = ProviderTermsQuery['providerTerms'][number];

/** A version of an acquirer's terms, with who proposed it, who approved it, why and when. */
export interface TermsVersion extends Terms, Pick<KnownVersion, 'version' | 'savedAt' | 'savedBy' | 'approvedBy' | 'reason'> {}

/** Terms that wait for a second person of head office. */
export interface TermsProposal extends Omit<TermsProposalsQuery['termsProposals'][number], 'fees' | 'funding'> {
  readonly terms: Terms;
}

/** All versions of an acquirer's terms, newest first: the first one is in force. */
export const termsQuery = (acquirerId: string) =>
  queryOptions({
    queryKey: ['providerTerms', acquirerId] as const,
    queryFn: async (): Promise<TermsVersion[]> =>
      (await execute(ProviderTermsDocument, { acquirerId })).providerTerms.map(
        ({ version, savedAt, savedBy, approvedBy, reason, ...json }) => ({
          version,
          savedAt,
          savedBy,
          approvedBy,
          reason,
          ...termsOf(json),
        }),
      ),
  });

/** Proposed terms that wait for a decision, of all acquirers: one each at most. Asked for anew on every visit: it is somebody else who proposes. */
export const proposalsQuery = queryOptions({
  queryKey: ['termsProposals'] as const,
  queryFn: async (): Promise<TermsProposal[]> =>
    (await execute(TermsProposalsDocument)).termsProposals.map(({ fees, funding, ...told }) => ({
      ...told,
      terms: termsOf({ fees, funding }),
    })),
  staleTime: 0,
});

/** The same asked for anew each time, to be compared with before it is replaced; it stays as it was read while a newer version is saved. */
export const termsToReplaceQuery = (acquirerId: string) =>
  queryOptions({
    queryKey: ['termsToReplace', acquirerId] as const,
    queryFn: () => queryClient.fetchQuery({ ...termsQuery(acquirerId), staleTime: 0 }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Bank calendars: their data is loaded when a page first asks, it is no small script. */
export const calendarsQuery = queryOptions({
  queryKey: ['bankCalendars'] as const,
  queryFn: async () => {
    const { addBankDays, calendarSources } = await import('@tillward/calendar');
    return { countries: calendarSources().map(({ country }) => country), addBankDays };
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** Proposes a version of an acquirer's terms in place of the one in force (0: none). @throws NotReachable, SessionEnded, ServerFault */
export async function proposeTerms(acquirerId: string, replaces: number, { fees, funding }: Terms, reason: string) {
  const { proposeProviderTerms: answer } = await execute(ProposeProviderTermsDocument, {
    input: { acquirerId, replaces, fees, funding, reason },
  });
  await renew(['termsProposals', 'providerTerms']);
  return answer;
}

/** Decides about a proposal as it was read, and renews what depends on it. @throws NotReachable, SessionEnded, ServerFault */
export async function decideTerms({ id, digest }: TermsProposal, decision: RemedyDecision, note: string) {
  const { decideProviderTerms: answer } = await execute(DecideProviderTermsDocument, {
    id,
    digest,
    decision,
    note: note === '' ? null : note,
  });
  await renew(['termsProposals', 'providerTerms', 'feeReport', 'wrongFees', 'payouts']);
  return answer;
}

async function renew(keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
}
