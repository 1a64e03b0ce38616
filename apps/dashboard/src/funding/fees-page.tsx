import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheck, Percent, TriangleAlert } from 'lucide-react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { useTexts } from '../i18n/use-texts.js';
import { MoneyTabs } from '../settlement/money-tabs.js';
import { acquirersQuery } from '../statements/statement-queries.js';
import { EmptyState, ErrorState, Notice, PageHeader, Skeletons } from '../ui/blocks.js';
import { FilterSelect } from '../ui/filter-select.js';
import { type Column, Rows } from '../ui/rows.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money } from '../ui/values.js';
import classes from './funding.module.css';
import { type FeeCheck, type FeeLine, feeReport } from './funding.rules.js';
import { feesQuery } from './funding-queries.js';

const route = getRouteApi('/signed-in/settlement/fees');
/** Batches with a wrong fee that are listed; the report above counts all. */
const MOST_LISTED = 100;

/** What acquirers charge against what was agreed. */
export function FeesPage() {
  const { t } = useTexts();
  const search = route.useSearch();
  const query = useQuery(
    feesQuery({
      ...(search.acquirer ? { acquirerId: search.acquirer } : {}),
      ...(search.store ? { storeId: search.store } : {}),
      ...(search.day ? { businessDay: search.day } : {}),
    }),
  );
  const checks = query.data?.checks ?? [];
  const wrong = checks.filter(({ wrongRows }) => wrongRows > 0).slice(0, MOST_LISTED);
  return (
    <>
      <PageHeader title={t('funding.feesTitle')} lead={t('funding.feesLead')} />
      <MoneyTabs at="fees" />
      <Filters />
      {query.isPending ? <Skeletons rows={4} height={56} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && checks.length === 0 ? (
        <EmptyState icon={Percent} title={t('funding.feesNoneTitle')}>
          {t('funding.feesNoneText')}
        </EmptyState>
      ) : null}
      {query.data && !query.data.complete ? <Notice tone="warn">{t('funding.incomplete')}</Notice> : null}
      {checks.length === 0 ? null : (
        <>
          <Report lines={feeReport(checks)} />
          {wrong.length === 0 ? null : <Wrong checks={wrong} />}
        </>
      )}
    </>
  );
}

function Report({ lines }: { lines: readonly FeeLine[] }) {
  const { t } = useTexts();
  const { data: acquirers } = useQuery(acquirersQuery);
  const money = (line: FeeLine, amountMinor: number) => <Money value={{ amountMinor, currency: line.currency }} />;
  const columns: Column<FeeLine>[] = [
    {
      key: 'acquirer',
      header: t('funding.acquirer'),
      head: true,
      cell: (line) => <strong>{acquirers?.find(({ id }) => id === line.acquirerId)?.name ?? line.acquirerId}</strong>,
    },
    {
      key: 'wrong',
      header: t('funding.wrongRows'),
      head: true,
      cell: (line) => (
        <StateChip tone={line.wrongRows > 0 ? 'bad' : 'ok'} icon={line.wrongRows > 0 ? TriangleAlert : CircleCheck}>
          {line.wrongRows > 0 ? t('funding.wrong', { wrong: line.wrongRows, rows: line.rows }) : t('funding.allRight', { rows: line.rows })}
        </StateChip>
      ),
    },
    { key: 'batches', header: t('funding.batches'), end: true, cell: (line) => line.batches },
    {
      key: 'norate',
      header: t('funding.withoutRate'),
      end: true,
      cell: (line) => (line.rowsWithoutRate === 0 ? '–' : line.rowsWithoutRate),
    },
    { key: 'expected', header: t('funding.feeExpected'), end: true, cell: (line) => money(line, line.expectedMinor) },
    { key: 'charged', header: t('funding.feeCharged'), end: true, cell: (line) => money(line, line.chargedMinor) },
    {
      key: 'gap',
      header: t('funding.gap'),
      end: true,
      cell: (line) => (line.gapMinor === 0 ? '–' : <strong className={classes.gap}>{money(line, line.gapMinor)}</strong>),
    },
  ];
  return (
    <Rows
      rows={lines}
      columns={columns}
      rowKey={({ acquirerId, currency }) => `${acquirerId}-${currency}`}
      label={t('funding.feesTitle')}
      testId="fee-report"
    />
  );
}

function Wrong({ checks }: { checks: readonly FeeCheck[] }) {
  const { t } = useTexts();
  const { data: fleet } = useQuery(fleetQuery);
  const columns: Column<FeeCheck>[] = [
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
    { key: 'expected', header: t('funding.feeExpected'), end: true, cell: (row) => <Money value={row.expected} /> },
    { key: 'charged', header: t('funding.feeCharged'), end: true, cell: (row) => <Money value={row.charged} /> },
  ];
  return (
    <section>
      <h2 className={classes.section}>{t('funding.wrongBatches')}</h2>
      <Rows rows={checks} columns={columns} rowKey={({ id }) => id} label={t('funding.wrongBatches')} testId="wrong-fees" />
    </section>
  );
}

function Filters() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: acquirers } = useQuery(acquirersQuery);
  const { data: fleet } = useQuery(fleetQuery);
  const change = (next: Record<string, string>) => void navigate({ search: { ...search, ...next } as typeof search, replace: true });
  return (
    <search className={ui.filters} aria-label={t('filter.label')}>
      <FilterSelect
        label={t('funding.acquirer')}
        value={search.acquirer}
        choices={(acquirers ?? []).map(({ id, name }) => [id, name])}
        change={(acquirer) => change({ acquirer })}
        testId="filter-acquirer"
      />
      <FilterSelect
        label={t('filter.store')}
        value={search.store}
        choices={(fleet ?? []).map(({ id, name }) => [id, name])}
        change={(store) => change({ store })}
        testId="filter-store"
      />
      <TextInput
        type="date"
        label={t('funding.businessDay')}
        value={search.day ?? ''}
        onChange={(event) => change({ day: event.currentTarget.value })}
        data-testid="filter-day"
      />
    </search>
  );
}
