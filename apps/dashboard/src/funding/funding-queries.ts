import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import {
  type FeeCheckFilter,
  FeeReportDocument,
  type PayoutFilter,
  PayoutsDocument,
  WrongFeesDocument,
} from '../graphql/generated/money/graphql.js';
import type { FeeKind } from './funding.rules.js';

/** Payouts that match, newest first, page by page. */
export const payoutsQuery = (filter: PayoutFilter) =>
  infiniteQueryOptions({
    queryKey: ['payouts', filter] as const,
    queryFn: async ({ pageParam }) => (await execute(PayoutsDocument, { filter, after: pageParam })).payouts,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });

/** Which fees: business days, both included, and whose. */
export interface FeeChoice {
  readonly fromDay: string;
  readonly toDay: string;
  readonly acquirerId: string | null;
  readonly storeId: string | null;
}

/** What was charged and agreed by acquirer, kind of card and currency; the server sums. */
export const feeReportQuery = (choice: FeeChoice) =>
  queryOptions({
    queryKey: ['feeReport', choice] as const,
    queryFn: async (): Promise<FeeKind[]> => (await execute(FeeReportDocument, { ...choice })).feeReport,
  });

/** Batches with a wrong fee, newest first, page by page. */
export const wrongFeesQuery = (filter: FeeCheckFilter) =>
  infiniteQueryOptions({
    queryKey: ['wrongFees', filter] as const,
    queryFn: async ({ pageParam }) =>
      (await execute(WrongFeesDocument, { filter: { ...filter, wrong: true }, after: pageParam })).feeChecks,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });
