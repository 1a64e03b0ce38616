import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import { type FeeCheckFilter, FeeChecksDocument, type PayoutFilter, PayoutsDocument } from '../graphql/generated/money/graphql.js';
import type { FeeCheck } from './funding.rules.js';

/** Most pages of 200 batches the fee report sums by itself; beyond that it says that it is not complete. */
const MOST_PAGES = 20;

/** Payouts that match, newest first, page by page. */
export const payoutsQuery = (filter: PayoutFilter) =>
  infiniteQueryOptions({
    queryKey: ['payouts', filter] as const,
    queryFn: async ({ pageParam }) => (await execute(PayoutsDocument, { filter, after: pageParam })).payouts,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });

/** The fees of every batch that matches. */
export const feesQuery = (filter: FeeCheckFilter) =>
  queryOptions({
    queryKey: ['feeChecks', filter] as const,
    queryFn: async (): Promise<{ checks: FeeCheck[]; complete: boolean }> => {
      const checks: FeeCheck[] = [];
      let after: string | null = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const answer: Awaited<ReturnType<typeof loadPage>> = await loadPage(filter, after);
        checks.push(...answer.edges.map(({ node }) => node));
        if (!answer.pageInfo.hasNextPage) return { checks, complete: true };
        after = answer.pageInfo.endCursor;
      }
      return { checks, complete: false };
    },
  });

const loadPage = async (filter: FeeCheckFilter, after: string | null) => (await execute(FeeChecksDocument, { filter, after })).feeChecks;
