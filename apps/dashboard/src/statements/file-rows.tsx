import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleHelp, MapPin, Rows3 } from 'lucide-react';
import { useState } from 'react';
import { STATEMENT_ROW_TYPES } from '../app/searches.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { EmptyState, ErrorState, LoadMore, Notice, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money } from '../ui/values.js';
import { MapDialog } from './map-dialog.js';
import {
  type BankLine,
  bankEntriesQuery,
  rowsQuery,
  type StatementFile,
  type StatementLine,
  unmappedCountQuery,
} from './statement-queries.js';
import classes from './statements.module.css';

const route = getRouteApi('/signed-in/settlement/statements/$fileId');

/** A file's rows, those nobody can place first to be dealt with. */
export function FileRows({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  return (
    <section>
      <h2 className={classes.section}>{t('statement.rowsTitle')}</h2>
      {file.kind === 'bank' ? <Entries file={file} /> : <Lines file={file} />}
    </section>
  );
}

function Lines({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [mapping, setMapping] = useState(false);
  const { data: unmapped = 0 } = useQuery(unmappedCountQuery(file.id));
  const query = useInfiniteQuery(
    rowsQuery({
      fileId: file.id,
      ...(search.rows === 'unmapped' ? { unmapped: true } : {}),
      ...(search.type ? { type: [search.type] } : {}),
    }),
  );
  const columns = useLineColumns();
  const rows = query.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node)) ?? [];
  const change = (next: Record<string, string>) =>
    void navigate({ search: { ...search, ...next } as typeof search, replace: true, resetScroll: false });
  return (
    <>
      {unmapped > 0 && file.state === 'imported' ? (
        <div className={classes.unmapped}>
          <Notice tone="warn" title={t('statement.unmappedTitle', { count: unmapped })} testId="unmapped">
            <p>{t('statement.unmappedText')}</p>
            {me.role === 'hq' ? (
              <Button
                size="sm"
                mt="xs"
                leftSection={<MapPin size={16} aria-hidden="true" />}
                onClick={() => setMapping(true)}
                data-testid="map-terminals"
              >
                {t('statement.map')}
              </Button>
            ) : null}
          </Notice>
        </div>
      ) : null}
      <search className={ui.filters} aria-label={t('filter.label')}>
        <NativeSelect
          label={t('statement.showRows')}
          value={search.rows ?? ''}
          onChange={(event) => change({ rows: event.currentTarget.value })}
          data={[
            { value: '', label: t('filter.any') },
            { value: 'unmapped', label: t('statement.onlyUnmapped') },
          ]}
          data-testid="filter-rows"
        />
        <NativeSelect
          label={t('statement.type')}
          value={search.type ?? ''}
          onChange={(event) => change({ type: event.currentTarget.value })}
          data={[
            { value: '', label: t('filter.any') },
            ...STATEMENT_ROW_TYPES.map((type) => ({ value: type, label: t(`statement.rowType.${type}`) })),
          ]}
          data-testid="filter-type"
        />
      </search>
      {query.isPending ? <Skeletons rows={6} height={44} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && rows.length === 0 ? (
        <EmptyState icon={Rows3} title={t('filter.nothingTitle')}>
          {t(search.rows || search.type ? 'filter.nothingText' : 'statement.noRows')}
        </EmptyState>
      ) : null}
      {rows.length === 0 ? null : (
        <>
          <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('statement.rowsTitle')} testId="statement-rows" />
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            shown={rows.length}
            total={query.data?.pages[0]?.totalCount ?? rows.length}
          />
        </>
      )}
      <MapDialog opened={mapping} close={() => setMapping(false)} file={file} />
    </>
  );
}

function useLineColumns(): Column<StatementLine>[] {
  const { t } = useTexts();
  const { data: fleet } = useQuery(fleetQuery);
  const place = (row: StatementLine) => {
    const store = fleet?.find(({ id }) => id === row.storeId);
    const terminal = store?.terminals.find(({ id }) => id === row.terminalId);
    return [terminal?.name ?? row.terminalId, store?.name ?? row.storeId].filter((name) => name !== null).join(' · ');
  };
  const numbers = (row: StatementLine) => [row.merchantNo, row.terminalNo].filter((no) => no !== '').join(' / ');
  return [
    { key: 'line', header: t('statement.line'), end: true, cell: (row) => row.line },
    {
      key: 'type',
      header: t('statement.type'),
      head: true,
      cell: (row) => (
        <>
          <strong>{t(`statement.rowType.${row.type}`)}</strong>
          <OutOfUse row={row} />
        </>
      ),
    },
    { key: 'gross', header: t('statement.gross'), end: true, head: true, cell: (row) => <Money value={row.gross} /> },
    {
      key: 'fee',
      header: t('statement.fee'),
      end: true,
      cell: (row) => (row.fee === null ? t('money.feeNotTold') : <Money value={row.fee} />),
    },
    { key: 'net', header: t('statement.net'), end: true, cell: (row) => <Money value={row.net} /> },
    {
      key: 'place',
      header: t('statement.terminal'),
      cell: (row) => (
        <>
          {row.storeId === null ? (
            <StateChip tone="warn" icon={CircleHelp} plain>
              {t('statement.nobodyKnows')}
            </StateChip>
          ) : (
            place(row)
          )}
          {numbers(row) === '' ? null : <div className={`${ui.small} ${ui.muted}`}>{numbers(row)}</div>}
        </>
      ),
    },
    { key: 'day', header: t('statement.day'), cell: (row) => (row.businessDay === null ? '–' : <BusinessDay day={row.businessDay} />) },
    { key: 'batch', header: t('statement.batch'), end: true, cell: (row) => row.batchNo || '–' },
    { key: 'trace', header: t('statement.trace'), end: true, cell: (row) => row.traceNo || row.reference || '–' },
    {
      key: 'card',
      header: t('statement.card'),
      cell: (row) => {
        const scheme = row.scheme === null ? '' : textOrCode(t, 'cardScheme', row.scheme);
        const card = [scheme, row.cardLast4 === null ? '' : `···· ${row.cardLast4}`].filter((part) => part !== '').join(' ');
        return card === '' ? '–' : <span className={ui.number}>{card}</span>;
      },
    },
  ];
}

/** Says of a line that does not count why: another file tells it, or its own is out of use. */
function OutOfUse({ row: { superseded, toldIn } }: { row: { readonly superseded: boolean; readonly toldIn: string | null } }) {
  const { t } = useTexts();
  if (!superseded) return null;
  return (
    <div className={`${ui.small} ${ui.muted}`}>
      {toldIn === null ? (
        t('statement.countsNothing')
      ) : (
        <Link to="/settlement/statements/$fileId" params={{ fileId: toldIn }}>
          {t('statement.toldBefore')}
        </Link>
      )}
    </div>
  );
}

function Entries({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  const query = useInfiniteQuery(bankEntriesQuery(file.id));
  const columns = useEntryColumns();
  if (query.isPending) return <Skeletons rows={6} height={44} />;
  if (query.error && !query.data) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  const rows = query.data.pages.flatMap(({ edges }) => edges.map(({ node }) => node));
  if (rows.length === 0) {
    return (
      <EmptyState icon={Rows3} title={t('filter.nothingTitle')}>
        {t('statement.noRows')}
      </EmptyState>
    );
  }
  return (
    <>
      <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('statement.rowsTitle')} testId="bank-entries" />
      <LoadMore
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        load={() => void query.fetchNextPage()}
        shown={rows.length}
        total={query.data.pages[0]?.totalCount ?? rows.length}
      />
    </>
  );
}

function useEntryColumns(): Column<BankLine>[] {
  const { t } = useTexts();
  return [
    { key: 'line', header: t('statement.line'), end: true, cell: (row) => row.line },
    {
      key: 'day',
      header: t('statement.bookingDay'),
      head: true,
      cell: (row) => (
        <>
          <BusinessDay day={row.bookingDay} />
          <OutOfUse row={row} />
        </>
      ),
    },
    { key: 'amount', header: t('statement.amount'), end: true, head: true, cell: (row) => <Money value={row.amount} /> },
    { key: 'value', header: t('statement.valueDay'), cell: (row) => (row.valueDay === null ? '–' : <BusinessDay day={row.valueDay} />) },
    { key: 'status', header: t('filter.state'), cell: (row) => textOrCode(t, 'statement.entryStatus', row.status) },
    { key: 'account', header: t('statement.account'), cell: (row) => <span className={ui.mono}>{row.account}</span> },
    {
      key: 'reference',
      header: t('statement.reference'),
      cell: (row) => (row.reference === '' ? '–' : <span className={ui.mono}>{row.reference}</span>),
    },
    { key: 'remittance', header: t('statement.remittance'), cell: (row) => row.remittance || '–' },
  ];
}
