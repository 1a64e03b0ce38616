import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  BatchDocument,
  BatchesDocument,
  type BatchesQuery,
  type BatchFilter,
  type BatchState,
  ComparedBatchesDocument,
  FundsAtRiskChangedDocument,
  FundsAtRiskDocument,
  SettlementBoardDocument,
  SettlementRequestsDocument,
  type TransactionFilter,
  TransactionsDocument,
  type TransactionsQuery,
} from '../graphql/generated/money/graphql.js';
import { follow, onReconnected } from '../graphql/live.js';
import type { BoardStore } from './board.rules.js';
import { type FundsRow, withRow } from './risk.rules.js';

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

/** Most pages of 200 stores that are loaded. */
const MOST_PAGES = 50;
/** How often the board is asked for again, in ms. */
const BOARD_MS = 30_000;

/** Which days of which stores. */
export interface BoardChoice {
  readonly fromDay: string;
  readonly throughDay: string;
  /** Null: all the viewer may see. */
  readonly storeId: string | null;
  /** Only stores with a batch in one of these states. */
  readonly states: readonly BatchState[] | null;
}

/** Every store's days, summed by the server. */
export const boardQuery = (choice: BoardChoice) =>
  queryOptions({
    queryKey: ['batches', 'board', choice] as const,
    queryFn: async (): Promise<BoardStore[]> => {
      const stores: BoardStore[] = [];
      let after: string | null = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const answer: Awaited<ReturnType<typeof loadBoard>> = await loadBoard(choice, after);
        stores.push(...answer.edges.map(({ node }) => node));
        if (!answer.pageInfo.hasNextPage) break;
        after = answer.pageInfo.endCursor;
      }
      return stores;
    },
    refetchInterval: BOARD_MS,
  });

const loadBoard = async ({ fromDay, throughDay, storeId, states }: BoardChoice, after: string | null) =>
  (
    await execute(SettlementBoardDocument, {
      fromDay,
      throughDay,
      storeIds: storeId === null ? null : [storeId],
      states: states === null ? null : [...states],
      after,
    })
  ).settlementBoard;

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
      const { comparedBatches } = await execute(ComparedBatchesDocument, { filter: { storeId, terminalId, businessDay }, after: null });
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

/** Stores with unsettled money in the viewer's part of the chain; renewed by `followFunds`. */
export const fundsQuery = queryOptions({
  queryKey: ['fundsAtRisk'] as const,
  queryFn: async (): Promise<FundsRow[]> => {
    const rows: FundsRow[] = [];
    let after: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: Awaited<ReturnType<typeof loadFunds>> = await loadFunds(after);
      rows.push(...answer.edges.map(({ node }) => node));
      if (!answer.pageInfo.hasNextPage) break;
      after = answer.pageInfo.endCursor;
    }
    return rows;
  },
});

const loadFunds = async (after: string | null) => (await execute(FundsAtRiskDocument, { after })).fundsAtRisk;

/** Keeps the funds at risk current until the returned function is called. */
export function followFunds(): () => void {
  const stops = [
    follow(
      FundsAtRiskChangedDocument,
      ({ fundsAtRiskChanged }) =>
        queryClient.setQueryData(fundsQuery.queryKey, (rows) => (rows === undefined ? rows : withRow(rows, fundsAtRiskChanged))),
      (reason) => console.error('the funds at risk are not renewed', reason),
    ),
    onReconnected(() => void queryClient.invalidateQueries({ queryKey: fundsQuery.queryKey })),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
