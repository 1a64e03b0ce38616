import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  AcquirersDocument,
  type AcquirersQuery,
  BankEntriesDocument,
  type BankEntriesQuery,
  StatementFileDocument,
  type StatementFileFieldsFragment,
  type StatementFileFilter,
  type StatementFileQuery,
  StatementFilesDocument,
  StatementRowCountDocument,
  type StatementRowFieldsFragment,
  type StatementRowFilter,
  StatementRowsDocument,
  StatementWithdrawalsDocument,
  type WithdrawalFieldsFragment,
} from '../graphql/generated/money/graphql.js';

/** Who sends statements. */
export type Acquirer = AcquirersQuery['acquirers'][number];
/** A file of an acquirer or of the bank. */
export type StatementFile = StatementFileFieldsFragment;
/** A file with what became of the wish to withdraw it. */
export type StatementFileDetail = NonNullable<StatementFileQuery['statementFile']>;
/** A wish that a file counts no more. */
export type Withdrawal = WithdrawalFieldsFragment;
/** One line of an acquirer's file. */
export type StatementLine = StatementRowFieldsFragment;
/** One line of a bank's file. */
export type BankLine = BankEntriesQuery['bankEntries']['edges'][number]['node'];

/** Whether a file changes by itself: it is being read, or withdrawn. */
const isChanging = ({ state }: Pick<StatementFile, 'state'>): boolean => state === 'arrived' || state === 'withdrawing';
/** How often such a file is asked for, in ms. */
const READING_MS = 1_000;
/** Unknown numbers are looked for in at most this many rows: the rest shows itself when these have a place. */
const MOST_UNMAPPED = 200;

/** All acquirers with what they call the terminals. */
export const acquirersQuery = queryOptions({
  queryKey: ['acquirers'] as const,
  queryFn: async () => (await execute(AcquirersDocument)).acquirers,
  staleTime: 60_000,
});

/** Files, newest first, page by page; asked for again while one of them changes by itself. */
export const filesQuery = (filter: StatementFileFilter) =>
  infiniteQueryOptions({
    queryKey: ['statementFiles', filter] as const,
    queryFn: async ({ pageParam }) => (await execute(StatementFilesDocument, { filter, after: pageParam })).statementFiles,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ edges }) => edges.some(({ node }) => isChanging(node))) ? READING_MS : false,
  });

/** One file; null when there is none. Asked for again while it changes by itself. */
export const fileQuery = (id: string) =>
  queryOptions({
    queryKey: ['statementFile', id] as const,
    queryFn: async () => (await execute(StatementFileDocument, { id })).statementFile ?? null,
    refetchInterval: ({ state: { data } }) => (data && isChanging(data) ? READING_MS : false),
  });

/** Wishes to withdraw a file that wait for a second person, newest first. */
export const withdrawalsQuery = queryOptions({
  queryKey: ['statementWithdrawals'] as const,
  queryFn: async () => (await execute(StatementWithdrawalsDocument)).statementWithdrawals,
});

/** Rows of acquirers' files, page by page. */
export const rowsQuery = (filter: StatementRowFilter) =>
  infiniteQueryOptions({
    queryKey: ['statementRows', filter] as const,
    queryFn: async ({ pageParam }) => (await execute(StatementRowsDocument, { filter, first: 50, after: pageParam })).statementRows,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });

/** How many rows of a file belong to no terminal anybody knows. */
export const unmappedCountQuery = (fileId: string) =>
  queryOptions({
    queryKey: ['statementRows', 'unmappedCount', fileId] as const,
    queryFn: async () => (await execute(StatementRowCountDocument, { filter: { fileId, unmapped: true } })).statementRows.totalCount,
  });

/** The first rows of a file whose numbers nobody knows. */
export const unmappedQuery = (fileId: string) =>
  queryOptions({
    queryKey: ['statementRows', 'unmapped', fileId] as const,
    queryFn: async () =>
      (await execute(StatementRowsDocument, { filter: { fileId, unmapped: true }, first: MOST_UNMAPPED })).statementRows.edges.map(
        ({ node }) => node,
      ),
  });

/** Entries of a bank's file, page by page. */
export const bankEntriesQuery = (fileId: string) =>
  infiniteQueryOptions({
    queryKey: ['bankEntries', fileId] as const,
    queryFn: async ({ pageParam }) => (await execute(BankEntriesDocument, { filter: { fileId }, after: pageParam })).bankEntries,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  });

/** Shows files, rows and acquirers as they are now. */
export async function renewStatements(): Promise<void> {
  await Promise.all(
    ['statementFiles', 'statementFile', 'statementRows', 'bankEntries', 'statementWithdrawals', 'acquirers'].map((key) =>
      queryClient.invalidateQueries({ queryKey: [key] }),
    ),
  );
}
