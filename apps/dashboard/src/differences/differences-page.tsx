import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Scale } from 'lucide-react';
import { useState } from 'react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { Exports } from '../settlement/exports.js';
import { MoneyTabs } from '../settlement/money-tabs.js';
import { EmptyState, ErrorState, LoadMore, Notice, PageHeader, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money } from '../ui/values.js';
import { BulkBar } from './bulk-bar.js';
import { filterOf, isSelectable } from './difference.rules.js';
import { DifferenceDrawer } from './difference-drawer.js';
import { DifferenceFilters } from './difference-filters.js';
import { type Difference, differencesQuery, remediesQuery } from './difference-queries.js';
import { Between, DifferenceStateChip, useDifferenceName, useOwner } from './difference-states.js';
import classes from './differences.module.css';
import { RemedyList } from './remedy-list.js';

const route = getRouteApi('/signed-in/settlement/differences');

/** What journal and statements don't agree on, as work with owners. */
export function DifferencesPage() {
  const { t } = useTexts();
  const me = useMe();
  const search = route.useSearch();
  return (
    <>
      <PageHeader title={t(search.view ? 'difference.remediesTitle' : 'difference.title')} lead={t('difference.lead')}>
        {search.view ? null : <Exports table="differences" filter={filterOf(search, me)} />}
      </PageHeader>
      <MoneyTabs at="differences" />
      {search.view ? <RemedyList /> : <Work />}
      <DifferenceDrawer />
    </>
  );
}

function Work() {
  const { t } = useTexts();
  const me = useMe();
  const search = route.useSearch();
  const query = useInfiniteQuery(differencesQuery(filterOf(search, me)));
  const rows = query.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node)) ?? [];
  // Without the stores' names rows would change their height when those come.
  const { isPending: namesPending } = useQuery(fleetQuery);
  const waiting = query.isPending || namesPending;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  const columns = useColumns(rows.some(isSelectable) ? { selected, toggle } : undefined);
  const filtered = search.store ?? search.acquirer ?? search.from ?? search.to ?? search.type ?? search.owner ?? search.state;
  return (
    <>
      <Waiting />
      <DifferenceFilters />
      {waiting ? <Skeletons rows={8} height={44} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {!waiting && query.data && rows.length === 0 ? (
        <EmptyState icon={Scale} title={t(filtered ? 'filter.nothingTitle' : 'difference.allDone')}>
          {t(filtered ? 'filter.nothingText' : 'difference.allDoneText')}
        </EmptyState>
      ) : null}
      {waiting || rows.length === 0 ? null : (
        <>
          <BulkBar
            shown={rows}
            selected={rows.filter(({ id }) => selected.has(id))}
            selectAll={() => setSelected(new Set(rows.filter(isSelectable).map(({ id }) => id)))}
            clear={() => setSelected(new Set())}
          />
          <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('difference.title')} testId="differences" />
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            shown={rows.length}
            total={query.data?.pages[0]?.totalCount ?? rows.length}
          />
        </>
      )}
    </>
  );
}

/** Says that somebody waits for a second person. */
function Waiting() {
  const { t } = useTexts();
  const { data } = useInfiniteQuery(remediesQuery(['requested']));
  const count = data?.pages[0]?.totalCount ?? 0;
  if (count === 0) return null;
  return (
    <div className={classes.waiting}>
      <Notice tone="info" title={t('difference.remediesWaiting', { count })} testId="remedies-waiting">
        <Button
          component={Link}
          to="/settlement/differences"
          search={{ view: 'remedies' } as never}
          variant="default"
          size="sm"
          mt="xs"
          data-testid="look-at-remedies"
        >
          {t('difference.lookAtRemedies')}
        </Button>
      </Notice>
    </div>
  );
}

interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
}

function useColumns(selection: Selection | undefined): Column<Difference>[] {
  const { t } = useTexts();
  const search = route.useSearch();
  const { data: fleet } = useQuery(fleetQuery);
  const nameOf = useDifferenceName();
  const owner = useOwner();
  const box = (row: Difference) => (
    <label className={classes.box}>
      <input
        type="checkbox"
        checked={selection?.selected.has(row.id) ?? false}
        onChange={() => selection?.toggle(row.id)}
        aria-label={t('difference.select', { what: nameOf(row) })}
        data-testid={`select-${row.id}`}
      />
    </label>
  );
  const amount = (money: Difference['terminalAmount']) => (money === null ? '–' : <Money value={money} />);
  return [
    {
      key: 'type',
      header: t('difference.type'),
      head: true,
      cell: (row) => {
        const store = fleet?.find(({ id }) => id === row.storeId);
        const terminal = store?.terminals.find(({ id }) => id === row.terminalId);
        return (
          <div className={classes.pick}>
            {selection === undefined ? null : isSelectable(row) ? box(row) : <span className={`${classes.box} ${classes.noBox}`} />}
            <div className={classes.what}>
              <Link
                to="/settlement/differences"
                search={{ ...search, d: row.id }}
                resetScroll={false}
                aria-label={t('difference.open', { what: nameOf(row) })}
                data-testid={`difference-${row.type}`}
              >
                {t(`difference.kind.${row.type}`)}
              </Link>
              <small className={ui.muted}>
                {[terminal?.name ?? row.terminalId, store?.name ?? row.storeId].filter(Boolean).join(' · ')}
              </small>
            </div>
          </div>
        );
      },
    },
    { key: 'state', header: t('filter.state'), head: true, cell: (row) => <DifferenceStateChip state={row.state} /> },
    { key: 'day', header: t('difference.day'), cell: (row) => <BusinessDay day={row.businessDay} /> },
    {
      key: 'trace',
      header: t('difference.batchTrace'),
      end: true,
      cell: (row) => <span className={ui.number}>{`${row.batchNo || '–'} / ${row.traceNo || '–'}`}</span>,
    },
    { key: 'journal', header: t('difference.journal'), end: true, cell: (row) => amount(row.terminalAmount) },
    { key: 'statement', header: t('difference.statement'), end: true, cell: (row) => amount(row.acquirerAmount) },
    {
      key: 'between',
      header: t('difference.between'),
      end: true,
      cell: (row) => <Between difference={row} />,
    },
    { key: 'owner', header: t('difference.owner'), cell: (row) => owner(row) },
  ];
}
