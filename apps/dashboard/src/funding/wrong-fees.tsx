import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { fleetQuery } from '../fleet/fleet-queries.js';
import type { FeeCheckFilter } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { LoadMore } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import { BusinessDay, Money } from '../ui/values.js';
import { FeeGap, paid } from './fee-report.js';
import classes from './funding.module.css';
import type { WrongFee } from './funding.rules.js';
import { wrongFeesQuery } from './funding-queries.js';

/** Batches of which a fee is not what was agreed, each leading to its differences. */
export function WrongFees({ filter }: { filter: FeeCheckFilter }) {
  const { t } = useTexts();
  const query = useInfiniteQuery(wrongFeesQuery(filter));
  const columns = useColumns();
  const rows = query.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node)) ?? [];
  if (rows.length === 0) return null;
  return (
    <section>
      <h2 className={classes.section}>{t('funding.wrongBatches')}</h2>
      <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('funding.wrongBatches')} testId="wrong-fees" />
      <LoadMore
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        load={() => void query.fetchNextPage()}
        shown={rows.length}
        total={query.data?.pages[0]?.totalCount ?? rows.length}
      />
    </section>
  );
}

function useColumns(): Column<WrongFee>[] {
  const { t } = useTexts();
  const { data: fleet } = useQuery(fleetQuery);
  return [
    {
      key: 'where',
      header: t('funding.where'),
      head: true,
      cell: (row) => {
        const store = fleet?.find(({ id }) => id === row.storeId);
        return (
          <Link
            to="/settlement/differences"
            search={{ store: row.storeId, type: 'feeWrong', from: row.businessDay, to: row.businessDay, state: 'all' }}
          >
            {[store?.terminals.find(({ id }) => id === row.terminalId)?.name ?? row.terminalId, store?.name ?? row.storeId]
              .filter(Boolean)
              .join(' · ')}
          </Link>
        );
      },
    },
    { key: 'day', header: t('funding.businessDay'), cell: (row) => <BusinessDay day={row.businessDay} /> },
    { key: 'batch', header: t('batch.number'), end: true, cell: (row) => row.batchNo || '–' },
    { key: 'rows', header: t('funding.wrongRows'), end: true, cell: (row) => `${row.wrongRows} / ${row.rows}` },
    { key: 'expected', header: t('funding.feeExpected'), end: true, cell: (row) => <Money value={paid(row.expected)} /> },
    { key: 'charged', header: t('funding.feeCharged'), end: true, cell: (row) => <Money value={paid(row.charged)} /> },
    {
      key: 'gap',
      header: t('funding.gap'),
      end: true,
      // What was charged on rows without a rate can't be too much or too little.
      cell: ({ expected, charged, chargedWithoutRate }) => (
        <FeeGap
          gap={{ amountMinor: charged.amountMinor - chargedWithoutRate.amountMinor - expected.amountMinor, currency: charged.currency }}
        />
      ),
    },
  ];
}
