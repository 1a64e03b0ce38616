import { queryOptions } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import { FleetBoardDocument, type StoreBoardFragment, StorePageDocument } from '../graphql/generated/graphql.js';

/** Most pages of 50 stores the board loads by itself. */
const MOST_PAGES = 40;

/** Every store the viewer may see. The board sorts by urgency, so it needs all of them. */
export const fleetQuery = queryOptions({
  queryKey: ['fleet'] as const,
  queryFn: async (): Promise<StoreBoardFragment[]> => {
    const stores: StoreBoardFragment[] = [];
    let after: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: Awaited<ReturnType<typeof loadPage>> = await loadPage(after);
      stores.push(...answer.stores.edges.map(({ node }) => node));
      if (!answer.stores.pageInfo.hasNextPage) break;
      after = answer.stores.pageInfo.endCursor;
    }
    return stores;
  },
  staleTime: 60_000,
});

const loadPage = (after: string | null) => execute(FleetBoardDocument, { after });

/** One store; null when it does not exist or is not the viewer's to see. */
export const storeQuery = (id: string) =>
  queryOptions({
    queryKey: ['store', id] as const,
    queryFn: async (): Promise<StoreBoardFragment | null> => (await execute(StorePageDocument, { id })).store,
    placeholderData: () => queryClient.getQueryData(fleetQuery.queryKey)?.find((store) => store.id === id),
  });

/** Puts a store's newer state wherever it is shown, in place. */
export function rememberStore(store: StoreBoardFragment): void {
  queryClient.setQueryData(fleetQuery.queryKey, (stores) => stores?.map((old) => (old.id === store.id ? store : old)));
  queryClient.setQueryData(storeQuery(store.id).queryKey, (old) => (old === undefined ? undefined : store));
}
