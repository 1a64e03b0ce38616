import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ReceiptText } from 'lucide-react';
import type { BatchFilter } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { EmptyState, ErrorState, LoadMore, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import { BusinessDay, Money, ZonedClock } from '../ui/values.js';
import { type BatchRow, batchesQuery } from './settlement-queries.js';
import { BatchStateChip } from './settlement-states.js';

/** What the lists need to know about a store: its name and its zone. */
export type StoreNames = ReadonlyMap<string, { name: string; timeZone: string }>;

function useColumns(stores: StoreNames): Column<BatchRow>[] {
  const { t } = useTexts();
  return [
    {
      key: 'terminal',
      header: t('batch.terminal'),
      head: true,
      cell: (batch) => (
        <>
          <Link
            to="/settlement/batches/$storeId/$terminalId/$batchNo"
            params={{ storeId: batch.storeId, terminalId: batch.terminalId, batchNo: String(batch.batchNo) }}
            data-testid={`batch-${batch.terminalId}-${batch.batchNo}`}
          >
            <strong>{batch.terminalName}</strong>
          </Link>
          <br />
          <small>{stores.get(batch.storeId)?.name ?? batch.storeId}</small>
        </>
      ),
    },
    { key: 'state', header: t('batch.state'), head: true, cell: (batch) => <BatchStateChip state={batch.state} /> },
    { key: 'day', header: t('batch.businessDay'), cell: (batch) => <BusinessDay day={batch.businessDay} /> },
    { key: 'no', header: t('batch.number'), end: true, cell: (batch) => batch.batchNo },
    { key: 'count', header: t('batch.count'), end: true, cell: (batch) => batch.count },
    { key: 'journal', header: t('batch.journal'), end: true, cell: (batch) => <Money value={batch.journal} /> },
    {
      key: 'terminalTotal',
      header: t('batch.terminalTotal'),
      end: true,
      cell: (batch) => (batch.terminalTotal ? <Money value={batch.terminalTotal} /> : '–'),
    },
    {
      key: 'hostTotal',
      header: t('batch.hostTotal'),
      end: true,
      cell: (batch) => (batch.hostTotal ? <Money value={batch.hostTotal} /> : '–'),
    },
    {
      key: 'settled',
      header: t('batch.settledAt'),
      cell: (batch) =>
        batch.settledAt ? <ZonedClock at={batch.settledAt} timeZone={stores.get(batch.storeId)?.timeZone ?? 'UTC'} /> : '–',
    },
  ];
}

/** Batches with their three totals side by side. */
export function BatchList({ filter, stores }: { filter: BatchFilter; stores: StoreNames }) {
  const { t } = useTexts();
  const query = useInfiniteQuery(batchesQuery(filter));
  const columns = useColumns(stores);
  if (query.isPending) return <Skeletons rows={5} height={48} />;
  if (query.error && !query.data) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  const rows = query.data.pages.flatMap((page) => page.batches.edges.map(({ node }) => node));
  if (rows.length === 0) {
    return (
      <EmptyState icon={ReceiptText} title={t('batch.noneTitle')}>
        {t('batch.noneText')}
      </EmptyState>
    );
  }
  return (
    <>
      <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('settlement.tab.batches')} testId="batches" />
      <LoadMore
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        load={() => void query.fetchNextPage()}
        shown={rows.length}
        total={query.data.pages[0]?.batches.totalCount ?? rows.length}
      />
    </>
  );
}
