import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import {
  BatchDocument,
  BatchesDocument,
  type BatchesQuery,
  type BatchFilter,
  ComparedBatchesDocument,
  SettlementBoardDocument,
  SettlementRequestsDocument,
  type TransactionFilter,
  TransactionsDocument,
  type TransactionsQuery,
} from '../graphql/generated/money/graphql.js';
import type { BoardBatch } from './board.rules.js';

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

/** Most pages of 200 batches the board loads by itself; beyond that it says that it is not complete. */
const MOST_PAGES = 20;

/** Every batch of these business days. */
export const boardQuery = (filter: BatchFilter) =>
  queryOptions({
    queryKey: ['batches', 'board', filter] as const,
    queryFn: async (): Promise<{ batches: BoardBatch[]; complete: boolean }> => {
      const batches: BoardBatch[] = [];
      let after: string | null = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const answer: Awaited<ReturnType<typeof loadBoardPage>> = await loadBoardPage(filter, after);
        batches.push(...answer.edges.map(({ node }) => node));
        if (!answer.pageInfo.hasNextPage) return { batches, complete: true };
        after = answer.pageInfo.endCursor;
      }
      return { batches, complete: false };
    },
  });

const loadBoardPage = async (filter: BatchFilter, after: string | null) =>
  (await execute(SettlementBoardDocument, { filter, after })).batches;

/** Which batch is meant: numbers of batches are a terminal's own. */
export interface BatchPlace {
  readonly storeId: string;
  readonly terminalId: string;
  readonly batchNo: number;
}

/** One batch; null when there is none the viewer may see. */
export const batchQuery = (place: BatchPlace) =>
  queryOptions({
    queryKey: ['batch', place] as const,
    queryFn: async () => (await execute(BatchDocument, { ...place })).batch ?? null,
  });

/** What the statements say about a batch; null where none names it. */
export const comparedQuery = ({ storeId, terminalId, batchNo }: BatchPlace, businessDay: string) =>
  queryOptions({
    queryKey: ['comparedBatch', storeId, terminalId, batchNo, businessDay] as const,
    queryFn: async () => {
      const { comparedBatches } = await execute(ComparedBatchesDocument, { filter: { storeId, businessDay }, after: null });
      return comparedBatches.edges.find(({ node }) => node.terminalId === terminalId && Number(node.batchNo) === batchNo)?.node ?? null;
    },
  });

/** Requests for a second person about a store's batches, newest first. */
export const settlementRequestsQuery = (storeId: string) =>
  queryOptions({
    queryKey: ['settlementRequests', storeId] as const,
    queryFn: async () =>
      (await execute(SettlementRequestsDocument, { filter: { storeId }, after: null })).settlementRequests.edges.map(({ node }) => node),
    refetchInterval: 15_000,
  });
