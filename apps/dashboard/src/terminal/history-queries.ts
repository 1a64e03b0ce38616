import { infiniteQueryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import { type TerminalEventFieldsFragment, TerminalHistoryDocument } from '../graphql/generated/graphql.js';
import { type HistoryShow, kindsOf } from './event.rules.js';
import type { TerminalPlace } from './terminal-queries.js';

const HISTORY_PAGE = 50;

/** A terminal's journal entries, newest first, page by page. A page may be short, or empty, and still have a next one. */
export const historyQuery = ({ storeId, id }: TerminalPlace, show: HistoryShow | undefined) =>
  infiniteQueryOptions({
    queryKey: ['terminalHistory', storeId, id, show ?? null] as const,
    queryFn: async ({ pageParam }) => {
      const { terminal } = await execute(TerminalHistoryDocument, {
        storeId,
        id,
        first: HISTORY_PAGE,
        after: pageParam,
        kinds: kindsOf(show),
      });
      return terminal?.history ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    // What is new announces itself; a list that loads itself anew would jump.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });

/** The newest few entries, to see whether something is new. */
export async function newestEvents(
  { storeId, id }: TerminalPlace,
  show: HistoryShow | undefined,
  first: number,
): Promise<TerminalEventFieldsFragment[]> {
  const { terminal } = await execute(TerminalHistoryDocument, { storeId, id, first, after: null, kinds: kindsOf(show) });
  return terminal?.history.edges.map(({ node }) => node) ?? [];
}
