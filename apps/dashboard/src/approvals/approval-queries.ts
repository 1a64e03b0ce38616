import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  FleetActionPreviewDocument,
  FleetRequestChangedDocument,
  type FleetRequestState,
  FleetRequestsDocument,
  FleetRequestsWaitingDocument,
  type TerminalAction,
} from '../graphql/generated/graphql.js';
import { follow, onReconnected } from '../graphql/live.js';
import { targetOf } from './selection.rules.js';

const LIST = 'fleetRequests';

/** Requests in these states, newest first, page by page; all of them when no state is named. */
export const requestsQuery = (states: readonly FleetRequestState[] | null) =>
  infiniteQueryOptions({
    queryKey: [LIST, 'list', states?.join() ?? 'all'] as const,
    queryFn: async ({ pageParam }) =>
      (await execute(FleetRequestsDocument, { states: states === null ? null : [...states], after: pageParam })).fleetRequests,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });

/** How many requests wait for a second person. */
export const waitingQuery = queryOptions({
  queryKey: [LIST, 'waiting'] as const,
  queryFn: async () => (await execute(FleetRequestsWaitingDocument)).fleetRequests.totalCount,
});

/** What an action on these places would mean now. */
export const previewQuery = (action: TerminalAction, places: readonly string[]) =>
  queryOptions({
    queryKey: ['fleetActionPreview', action, places.join()] as const,
    queryFn: async () => (await execute(FleetActionPreviewDocument, { action, targets: places.map(targetOf) })).fleetActionPreview,
    enabled: places.length > 0,
    // Amounts move with every sale.
    staleTime: 0,
    refetchInterval: 5_000,
  });

/** Shows the requests as they are now, wherever they are shown. */
export async function renewRequests(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: [LIST] });
}

const refused = (reason: unknown): void => console.error('a live subscription was refused', reason);

/** Keeps requests current while they are on the screen: new ones, decisions, and how far their orders are. */
export function useRequestsLive(): void {
  useEffect(() => {
    const stops = [follow(FleetRequestChangedDocument, () => void renewRequests(), refused), onReconnected(() => void renewRequests())];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
}
