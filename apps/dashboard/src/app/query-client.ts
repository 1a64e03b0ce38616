import { QueryCache, QueryClient } from '@tanstack/react-query';
import { NotReachable, SessionEnded } from '../graphql/failures.js';

/** Key of the signed-in person. */
export const ME_KEY = ['me'] as const;

/** Waits between attempts of a read: quick first, then every ten seconds. */
const retryDelay = (attempt: number): number => Math.min(10_000, 500 * 2 ** attempt);

/** One cache for the whole dashboard. A session that ended anywhere signs the person out everywhere. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof SessionEnded) queryClient.setQueryData(ME_KEY, null);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 30 * 60_000,
      // Requests are made even where the browser believes itself offline: on a store LAN it is often wrong.
      networkMode: 'always',
      retry: (attempt, error) => error instanceof NotReachable && attempt < 3,
      retryDelay,
      refetchOnWindowFocus: true,
    },
  },
});
