import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Building2, FileSpreadsheet } from 'lucide-react';
import { useState } from 'react';
import { STATEMENT_STATES } from '../app/searches.js';
import { DayFields } from '../days/day-fields.js';
import { checkedDays } from '../days/days.rules.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { MoneyTabs } from '../settlement/money-tabs.js';
import { EmptyState, ErrorState, LoadMore, PageHeader, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import ui from '../ui/ui.module.css';
import { Money, ZonedMoment } from '../ui/values.js';
import { AcquirerDialog } from './acquirer-dialog.js';
import { Period } from './period.js';
import { netOf } from './statement.rules.js';
import { type Acquirer, acquirersQuery, filesQuery, type StatementFile } from './statement-queries.js';
import { ChecksChip, FileStateChip, RefusalWords } from './statement-states.js';
import classes from './statements.module.css';
import { UploadBand } from './upload-band.js';
import { WaitingWithdrawals } from './withdrawal.js';

const route = getRouteApi('/signed-in/settlement/statements');
const KINDS = ['acquirer', 'bank'] as const;

/** What acquirers and banks sent: taken or refused, and whether its own totals hold. */
export function StatementsPage() {
  const { t } = useTexts();
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [editing, setEditing] = useState(false);
  const { data: acquirers } = useQuery(acquirersQuery);
  const { day } = checkedDays(search).days;
  const query = useInfiniteQuery(
    filesQuery({
      ...(search.kind ? { kind: search.kind } : {}),
      ...(search.acquirer ? { acquirerId: search.acquirer } : {}),
      ...(search.state ? { state: [search.state] } : {}),
      ...(day ? { businessDay: day } : {}),
    }),
  );
  const columns = useColumns(acquirers ?? []);
  const rows = query.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node)) ?? [];
  const filtered = search.kind ?? search.acquirer ?? search.state ?? day;
  const { correct, ...filters } = search;
  return (
    <>
      <PageHeader title={t('statement.title')} lead={t('statement.lead')}>
        {me.role === 'hq' ? (
          <Button
            variant="default"
            leftSection={<Building2 size={16} aria-hidden="true" />}
            onClick={() => setEditing(true)}
            data-testid="edit-acquirers"
          >
            {t('statement.acquirers')}
          </Button>
        ) : null}
      </PageHeader>
      <MoneyTabs at="statements" />
      {me.role === 'hq' ? (
        <UploadBand
          acquirers={acquirers}
          correct={correct}
          endCorrection={() => void navigate({ search: filters, replace: true })}
          addAcquirer={() => setEditing(true)}
        />
      ) : null}
      <WaitingWithdrawals />
      <Filters acquirers={acquirers ?? []} />
      {query.isPending ? <Skeletons rows={6} height={56} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && rows.length === 0 ? (
        <EmptyState icon={FileSpreadsheet} title={t(filtered ? 'filter.nothingTitle' : 'statement.noneTitle')}>
          {t(filtered ? 'filter.nothingText' : 'statement.noneText')}
        </EmptyState>
      ) : null}
      {rows.length === 0 ? null : (
        <>
          <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('statement.title')} testId="statement-files" />
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            shown={rows.length}
            total={query.data?.pages[0]?.totalCount ?? rows.length}
          />
        </>
      )}
      <AcquirerDialog opened={editing} close={() => setEditing(false)} acquirers={acquirers ?? []} />
    </>
  );
}

/** Whose file it is, in words. */
export function useSender(): (file: StatementFile, acquirers: readonly Acquirer[]) => string {
  const { t } = useTexts();
  return (file, acquirers) =>
    file.kind === 'bank' ? t('statement.kind.bank') : (acquirers.find(({ id }) => id === file.acquirerId)?.name ?? file.acquirerId ?? '–');
}

function useColumns(acquirers: readonly Acquirer[]): Column<StatementFile>[] {
  const { t } = useTexts();
  const sender = useSender();
  return [
    {
      key: 'name',
      header: t('statement.file'),
      head: true,
      cell: (file) => (
        <>
          <Link
            to="/settlement/statements/$fileId"
            params={{ fileId: file.id }}
            className={classes.fileLink}
            data-testid={`file-${file.id}`}
          >
            {file.name}
          </Link>
          <br />
          <small className={ui.muted}>{sender(file, acquirers)}</small>
        </>
      ),
    },
    {
      key: 'state',
      header: t('filter.state'),
      head: true,
      cell: (file) => (
        <div className={classes.stateCell}>
          <FileStateChip file={file} />
          {file.state === 'refused' ? (
            <small>
              <RefusalWords file={file} />
            </small>
          ) : null}
        </div>
      ),
    },
    { key: 'checks', header: t('statement.checks'), cell: (file) => (file.checks.length === 0 ? '–' : <ChecksChip file={file} />) },
    { key: 'period', header: t('statement.period'), cell: (file) => (file.periodFrom === null ? '–' : <Period file={file} />) },
    { key: 'rows', header: t('statement.rows'), end: true, cell: (file) => <Count value={file.rowsRead} /> },
    {
      key: 'net',
      header: t('statement.net'),
      end: true,
      cell: (file) => {
        const sums = netOf(file.totals);
        return sums.length === 0 ? (
          '–'
        ) : (
          <span className={classes.amounts}>
            {sums.map((money) => (
              <Money key={money.currency} value={money} />
            ))}
          </span>
        );
      },
    },
    { key: 'arrived', header: t('statement.arrived'), cell: (file) => <ZonedMoment at={file.arrivedAt} hideZone /> },
  ];
}

/** A number of things, with the language's separators. */
export function Count({ value }: { value: number }) {
  const { locale } = useTexts();
  return <span className={ui.number}>{value.toLocaleString(locale)}</span>;
}

function Filters({ acquirers }: { acquirers: readonly Acquirer[] }) {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: { ...search, ...next } as typeof search, replace: true });
  const any = { value: '', label: t('filter.any') };
  return (
    <search className={ui.filters} aria-label={t('filter.label')}>
      <NativeSelect
        label={t('statement.from')}
        value={search.kind ?? ''}
        onChange={(event) => change({ kind: event.currentTarget.value })}
        data={[any, ...KINDS.map((kind) => ({ value: kind, label: t(`statement.kind.${kind}`) }))]}
        data-testid="filter-kind"
      />
      <NativeSelect
        label={t('statement.acquirer')}
        value={search.acquirer ?? ''}
        onChange={(event) => change({ acquirer: event.currentTarget.value })}
        data={[any, ...acquirers.map(({ id, name }) => ({ value: id, label: name }))]}
        data-testid="filter-acquirer"
      />
      <NativeSelect
        label={t('filter.state')}
        value={search.state ?? ''}
        onChange={(event) => change({ state: event.currentTarget.value })}
        data={[any, ...STATEMENT_STATES.map((state) => ({ value: state, label: t(`statement.state.${state}`) }))]}
        data-testid="filter-state"
      />
      <DayFields fields={[{ name: 'day', label: t('statement.coversDay'), value: search.day }]} change={change} />
    </search>
  );
}
