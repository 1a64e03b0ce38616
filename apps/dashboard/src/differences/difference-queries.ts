import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  AcceptDifferencesDocument,
  AssignDifferencesDocument,
  DifferenceDetailDocument,
  type DifferenceDetailQuery,
  type DifferenceFieldsFragment,
  type DifferenceFilter,
  type DifferenceOutcomeFragment,
  DifferenceOwnersDocument,
  type DifferenceOwnersQuery,
  DifferencesDocument,
  RemediesDocument,
  type RemedyFieldsFragment,
  type RemedyState,
  ReopenDifferencesDocument,
  ResolveDifferencesDocument,
  type Role,
} from '../graphql/generated/money/graphql.js';
import { LONE_TYPES, loneSide, OPEN_STATES } from './difference.rules.js';

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

/** Open differences on the other side of a lone one. */
export const othersQuery = (difference: Difference) => {
  const side = loneSide(difference);
  return queryOptions({
    queryKey: ['differences', 'others', difference.id] as const,
    queryFn: async () => {
      const { storeId, acquirerId } = difference;
      const type = [...LONE_TYPES[side === 'terminal' ? 'acquirer' : 'terminal']];
      const { differences } = await execute(DifferencesDocument, {
        filter: { storeId, acquirerId, type, state: [...OPEN_STATES] },
        after: null,
      });
      return differences.edges.map(({ node }) => node);
    },
    enabled: side !== undefined,
  });
};

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
