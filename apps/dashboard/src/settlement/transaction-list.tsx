import { useInfiniteQuery } from '@tanstack/react-query';
import { CreditCard } from 'lucide-react';
import type { TransactionFilter } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { EmptyState, ErrorState, LoadMore, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money, ZonedMoment } from '../ui/values.js';
import type { StoreNames } from './batch-list.js';
import { type TransactionRow, transactionsQuery } from './settlement-queries.js';
import { TransactionStateChip } from './settlement-states.js';

function useColumns(stores: StoreNames): Column<TransactionRow>[] {
  const { t } = useTexts();
  return [
    {
      key: 'terminal',
      header: t('transaction.terminal'),
      head: true,
      cell: (row) => (
        <>
          <strong>{row.terminalName}</strong>
          <br />
          <small>{stores.get(row.storeId)?.name ?? row.storeId}</small>
        </>
      ),
    },
    {
      key: 'state',
      header: t('transaction.state'),
      head: true,
      cell: (row) => (
        <>
          <TransactionStateChip state={row.state} />
          {row.wasInDoubt && row.state !== 'inDoubt' ? <div className={ui.small}>{t('transaction.wasInDoubt')}</div> : null}
        </>
      ),
    },
    { key: 'amount', header: t('transaction.amount'), end: true, cell: (row) => <Money value={row.amount} /> },
    {
      key: 'at',
      header: t('transaction.startedAt'),
      cell: (row) => <ZonedMoment at={row.startedAt} timeZone={stores.get(row.storeId)?.timeZone ?? 'UTC'} />,
    },
    { key: 'day', header: t('transaction.businessDay'), cell: (row) => <BusinessDay day={row.businessDay} /> },
    { key: 'trace', header: t('transaction.trace'), end: true, cell: (row) => row.traceNo ?? '–' },
    { key: 'receipt', header: t('transaction.receipt'), end: true, cell: (row) => row.receiptNo ?? '–' },
    {
      key: 'card',
      header: t('transaction.card'),
      cell: (row) => (row.cardLast4 ? `${row.cardName ?? ''} ···· ${row.cardLast4}`.trim() : '–'),
    },
    { key: 'operator', header: t('transaction.operator'), cell: (row) => row.operatorId ?? '–' },
  ];
}

/** Transactions as the journal knows them. */
export function TransactionList({ filter, stores }: { filter: TransactionFilter; stores: StoreNames }) {
  const { t } = useTexts();
  const query = useInfiniteQuery(transactionsQuery(filter));
  const columns = useColumns(stores);
  if (query.isPending) return <Skeletons rows={6} height={48} />;
  if (query.error && !query.data) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  const rows = query.data.pages.flatMap((page) => page.transactions.edges.map(({ node }) => node));
  if (rows.length === 0) {
    return (
      <EmptyState icon={CreditCard} title={t('transaction.noneTitle')}>
        {t('transaction.noneText')}
      </EmptyState>
    );
  }
  return (
    <>
      <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('settlement.tab.transactions')} testId="transactions" />
      <LoadMore
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        load={() => void query.fetchNextPage()}
        shown={rows.length}
        total={query.data.pages[0]?.transactions.totalCount ?? rows.length}
      />
    </>
  );
}
