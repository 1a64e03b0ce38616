import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  TerminalChangedDocument,
  type TerminalFullFragment,
  TerminalOrdersDocument,
  TerminalPageDocument,
} from '../graphql/generated/graphql.js';
import { follow } from '../graphql/live.js';

/** Which terminal: ids are unique within their store. */
export interface TerminalPlace {
  readonly storeId: string;
  readonly id: string;
}

/** One terminal with everything its page shows at once; null when it does not exist or is not the viewer's to see. */
export const terminalQuery = ({ storeId, id }: TerminalPlace) =>
  queryOptions({
    queryKey: ['terminal', storeId, id] as const,
    queryFn: async (): Promise<TerminalFullFragment | null> => (await execute(TerminalPageDocument, { storeId, id })).terminal,
  });

/** Every action ever ordered on a terminal, newest first, page by page. */
export const ordersQuery = ({ storeId, id }: TerminalPlace) =>
  infiniteQueryOptions({
    queryKey: ['terminalOrders', storeId, id] as const,
    queryFn: async ({ pageParam }) => {
      const { terminal } = await execute(TerminalOrdersDocument, { storeId, id, after: pageParam });
      return terminal?.commands ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 };
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });

const refused = (reason: unknown): void => console.error('a live subscription was refused', reason);

/** Keeps one terminal current while its page is shown: its state and the fate of what was ordered. */
export function useTerminalLive({ storeId, id }: TerminalPlace): void {
  useEffect(
    () =>
      follow(
        TerminalChangedDocument,
        ({ terminalChanged }) => {
          queryClient.setQueryData(terminalQuery({ storeId, id }).queryKey, terminalChanged);
        },
        refused,
        { storeId, id },
      ),
    [storeId, id],
  );
}
