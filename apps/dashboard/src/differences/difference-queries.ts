import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  AcceptDifferencesDocument,
  AmountToleranceDocument,
  AssignDifferencesDocument,
  DifferenceDetailDocument,
  type DifferenceDetailQuery,
  type DifferenceFieldsFragment,
  type DifferenceFilter,
  type DifferenceOutcomeFragment,
  DifferenceOwnersDocument,
  type DifferenceOwnersQuery,
  DifferencesDocument,
  ForceMatchPartnersDocument,
  RemediesDocument,
  type RemedyFieldsFragment,
  type RemedyState,
  ReopenDifferencesDocument,
  ResolveDifferencesDocument,
  type Role,
} from '../graphql/generated/money/graphql.js';

/** A difference as lists show it. */
export type Difference = DifferenceFieldsFragment;
/** A difference with its history. */
export type DifferenceDetail = NonNullable<DifferenceDetailQuery['difference']>;
/** Somebody whose work a difference may be. */
export type DifferenceOwner = DifferenceOwnersQuery['differenceOwners'][number];
/** A remedy somebody asked for. */
export type Remedy = RemedyFieldsFragment;

/** What is done with differences. */
export type DifferenceAct =
  | { readonly kind: 'assign'; readonly to: { readonly role: Role } | { readonly personId: string } }
  | { readonly kind: 'resolve' | 'accept' | 'reopen'; readonly note: string };

/** Differences that match, newest first, page by page. */
export const differencesQuery = (filter: DifferenceFilter) =>
  infiniteQueryOptions({
    queryKey: ['differences', filter] as const,
    queryFn: async ({ pageParam }) => (await execute(DifferencesDocument, { filter, after: pageParam })).differences,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });

/** One difference; null when there is none the viewer may see. */
export const differenceQuery = (id: string) =>
  queryOptions({
    queryKey: ['difference', id] as const,
    queryFn: async () => (await execute(DifferenceDetailDocument, { id })).difference ?? null,
  });

/** People whose work the differences of all of these stores may be, by name. */
export const ownersQuery = (storeIds: readonly string[]) =>
  queryOptions({
    queryKey: ['differenceOwners', ...storeIds] as const,
    queryFn: async () => (await execute(DifferenceOwnersDocument, { storeIds: [...storeIds] })).differenceOwners,
    staleTime: 60_000,
  });

/** What a lone difference can be matched with by hand, the likeliest first: only what the server would accept. */
export const partnersQuery = (differenceId: string) =>
  queryOptions({
    queryKey: ['differences', 'partners', differenceId] as const,
    queryFn: async () => (await execute(ForceMatchPartnersDocument, { differenceId })).forceMatchPartners,
  });

/** By how much rows of an acquirer may differ in a currency and still count as the same; nothing unless it was set. */
export const toleranceQuery = (acquirerId: string, currency: string) =>
  queryOptions({
    queryKey: ['amountTolerance', acquirerId, currency] as const,
    queryFn: async () => {
      const { reconciliationSetting } = await execute(AmountToleranceDocument, { acquirerId });
      return reconciliationSetting?.amountTolerances.find((one) => one.currency === currency) ?? { amountMinor: 0, currency };
    },
    staleTime: 60_000,
  });

/** Remedies in these states, newest first, page by page. */
export const remediesQuery = (state: readonly RemedyState[] | null) =>
  infiniteQueryOptions({
    queryKey: ['remedies', state?.join() ?? 'all'] as const,
    queryFn: async ({ pageParam }) =>
      (await execute(RemediesDocument, { state: state === null ? null : [...state], after: pageParam })).remedyRequests,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });

/** Does one thing with one or many differences: all of them or none. @throws NotReachable, SessionEnded, ServerFault */
export async function act(ids: readonly string[], what: DifferenceAct): Promise<DifferenceOutcomeFragment> {
  const all = [...ids];
  switch (what.kind) {
    case 'assign':
      return (
        await execute(AssignDifferencesDocument, {
          ids: all,
          role: 'role' in what.to ? what.to.role : null,
          personId: 'personId' in what.to ? what.to.personId : null,
        })
      ).assignDifferences;
    case 'resolve':
      return (await execute(ResolveDifferencesDocument, { ids: all, note: what.note })).resolveDifferences;
    case 'accept':
      return (await execute(AcceptDifferencesDocument, { ids: all, note: what.note })).acceptDifferences;
    case 'reopen':
      return (await execute(ReopenDifferencesDocument, { ids: all, note: what.note })).reopenDifferences;
  }
}

/** Shows differences and remedies as they are now. */
export async function renewDifferences(): Promise<void> {
  await Promise.all(['differences', 'difference', 'remedies'].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
}
