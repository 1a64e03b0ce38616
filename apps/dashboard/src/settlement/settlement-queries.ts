import { infiniteQueryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import {
  BatchesDocument,
  type BatchesQuery,
  type BatchFilter,
  type TransactionFilter,
  TransactionsDocument,
  type TransactionsQuery,
} from '../graphql/generated/money/graphql.js';

/** A batch as the lists show it. */
export type BatchRow = BatchesQuery['batches']['edges'][number]['node'];
/** A transaction as the lists show it. */
export type TransactionRow = TransactionsQuery['transactions']['edges'][number]['node'];

/** Batches that match, newest first, page by page. */
export const batchesQuery = (filter: BatchFilter) =>
  infiniteQueryOptions({
    queryKey: ['batches', filter] as const,
    queryFn: ({ pageParam }) => execute(BatchesDocument, { filter, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ batches }) => (batches.pageInfo.hasNextPage ? batches.pageInfo.endCursor : undefined),
  });

/** Transactions that match, newest first, page by page. */
export const transactionsQuery = (filter: TransactionFilter) =>
  infiniteQueryOptions({
    queryKey: ['transactions', filter] as const,
    queryFn: ({ pageParam }) => execute(TransactionsDocument, { filter, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ transactions }) => (transactions.pageInfo.hasNextPage ? transactions.pageInfo.endCursor : undefined),
  });
