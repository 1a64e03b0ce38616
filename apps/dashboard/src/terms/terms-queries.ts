import { queryOptions } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import { ProviderTermsDocument, type ProviderTermsQuery, SaveProviderTermsDocument } from '../graphql/generated/money/graphql.js';
import { type Terms, termsOf } from './terms.rules.js';

/** A version of an acquirer's terms, with who saved it and when. */
export interface TermsVersion extends Terms, Pick<ProviderTermsQuery['providerTerms'][number], 'version' | 'savedAt' | 'savedBy'> {}

/** All versions of an acquirer's terms, newest first: the first one is in force. */
export const termsQuery = (acquirerId: string) =>
  queryOptions({
    queryKey: ['providerTerms', acquirerId] as const,
    queryFn: async (): Promise<TermsVersion[]> =>
      (await execute(ProviderTermsDocument, { acquirerId })).providerTerms.map(({ version, savedAt, savedBy, ...json }) => ({
        version,
        savedAt,
        savedBy,
        ...termsOf(json),
      })),
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

/** Adds a version of an acquirer's terms, and renews what depends on them. @throws NotReachable, SessionEnded, ServerFault */
export async function saveTerms(acquirerId: string, { fees, funding }: Terms) {
  const { saveProviderTerms: answer } = await execute(SaveProviderTermsDocument, { input: { acquirerId, fees, funding } });
  await Promise.all(
    ['providerTerms', 'feeReport', 'wrongFees', 'payouts'].map((key) => queryClient.invalidateQueries({ queryKey: [key] })),
  );
  return answer;
}
