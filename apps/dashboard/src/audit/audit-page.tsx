import { Button, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { RefreshCw, ScrollText, Search } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { DayFields } from '../days/day-fields.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { catalogueQuery } from '../policy/policy-queries.js';
import { coursesQuery } from '../training/training-queries.js';
import { EmptyState, ErrorState, LoadMore, Notice, PageHeader, Skeletons } from '../ui/blocks.js';
import { FilterSelect } from '../ui/filter-select.js';
import { type Column, Rows } from '../ui/rows.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import classes from './audit.module.css';
import { type AuditRow, auditFilterOf, auditQuery, verificationQuery } from './audit-queries.js';
import { AUDIT_ACTIONS, auditKey, auditWords, courseTitles, type WordContext } from './audit-words.js';
import { EntryDrawer } from './entry-drawer.js';

const route = getRouteApi('/signed-in/audit');

/** What happened, who acted, when; and whether the record is complete and unaltered. */
export function AuditPage() {
  const { t } = useTexts();
  const search = route.useSearch();
  const query = useInfiniteQuery(auditQuery(auditFilterOf(search)));
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.auditEntries.edges.map(({ node }) => node)) ?? [], [pages]);
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t('nav.audit')} lead={t('audit.lead')}>
        <Button
          variant="default"
          leftSection={<RefreshCw size={16} aria-hidden="true" />}
          loading={query.isRefetching}
          onClick={() => void query.refetch()}
          data-testid="audit-refresh"
        >
          {t('action.refresh')}
        </Button>
      </PageHeader>
      <Verification />
      <Filters />
      {query.isPending ? <Skeletons rows={8} height={44} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && rows.length === 0 ? (
        <EmptyState icon={ScrollText} title={t('filter.nothingTitle')}>
          {t('filter.nothingText')}
        </EmptyState>
      ) : null}
      {rows.length > 0 ? (
        <>
          <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('nav.audit')} testId="audit-entries" />
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            shown={rows.length}
            total={query.data?.pages[0]?.auditEntries.totalCount ?? rows.length}
          />
        </>
      ) : null}
      <EntryDrawer rows={rows} />
    </>
  );
}

/** What the summaries are made with, as far as it is loaded. */
function useWords(): WordContext {
  const { t, language } = useTexts();
  const { data: fleet } = useQuery(fleetQuery);
  const { data: catalogue = [] } = useQuery(catalogueQuery);
  const { data: courses = [] } = useQuery(coursesQuery);
  return {
    t,
    language,
    catalogue,
    terminalName: (storeId, id) =>
      fleet?.find((store) => store.id === storeId)?.terminals.find((terminal) => terminal.id === id)?.name ?? id,
    courseTitle: courseTitles(language, courses),
  };
}

function useColumns(): Column<AuditRow>[] {
  const { t } = useTexts();
  const search = route.useSearch();
  const { data: fleet } = useQuery(fleetQuery);
  const words = useWords();
  const store = (id: string | null) => (id === null ? '–' : (fleet?.find((each) => each.id === id)?.name ?? id));
  return [
    {
      key: 'index',
      header: t('audit.index'),
      head: true,
      cell: (row) => (
        <Link
          to="/audit"
          search={{ ...search, entry: row.index }}
          className={classes.entryButton}
          aria-label={t('audit.open', { index: row.index })}
          data-testid={`entry-${row.index}`}
          resetScroll={false}
        >
          {`#${row.index}`}
        </Link>
      ),
    },
    {
      key: 'action',
      header: t('audit.action'),
      head: true,
      cell: (row) => <strong className={classes.action}>{textOrCode(t, 'auditAction', auditKey(row.action))}</strong>,
    },
    { key: 'at', header: t('audit.at'), cell: (row) => <ZonedMoment at={row.at} timeZone="UTC" /> },
    {
      key: 'actor',
      header: t('audit.actor'),
      cell: (row) => (
        <div className={classes.who}>
          {row.actorRole === 'system' ? t('actor.system') : row.actor}
          {row.actorRole === 'system' ? null : <span className={classes.role}>{textOrCode(t, 'role', row.actorRole)}</span>}
        </div>
      ),
    },
    { key: 'store', header: t('audit.store'), cell: (row) => store(row.storeId) },
    { key: 'summary', header: t('audit.summary'), cell: (row) => <div className={classes.summary}>{auditWords(words, row)}</div> },
  ];
}

function Verification() {
  const { t } = useTexts();
  const { data, error, isPending, refetch, isFetching } = useQuery(verificationQuery);
  if (isPending) return <Skeletons rows={1} height={76} />;
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  return (
    <div className={classes.verify} role="status">
      <Notice
        tone={data.intact ? 'ok' : 'bad'}
        title={data.intact ? t('audit.intact', { count: data.entries }) : t('audit.broken', { index: data.firstBrokenIndex ?? '?' })}
        testId="verification"
      >
        <p className={classes.verifyRow}>
          <span>
            {t('audit.checkedAt')} <ZonedMoment at={data.checkedAt} timeZone="UTC" /> · {t('audit.head')}{' '}
            <span className={ui.mono}>{data.headHash.slice(0, 16)}…</span>
          </span>
          <Button variant="default" size="compact-md" loading={isFetching} onClick={() => void refetch()} data-testid="verify-again">
            {t('audit.verifyAgain')}
          </Button>
        </p>
      </Notice>
    </div>
  );
}

/** Typed text goes to the address when the person pauses, so that every letter is not a request. */
function useTypedText(value: string, commit: (next: string) => void): [string, (next: string) => void] {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => commit(typed), 300);
    return () => clearTimeout(timer);
  });
  return [typed, setTyped];
}

function Filters() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: fleet } = useQuery(fleetQuery);
  const change = (next: Readonly<Record<string, string | undefined>>) => {
    const { entry: _closed, ...filters } = search;
    void navigate({ search: { ...filters, ...next } as typeof search, replace: true });
  };
  const [text, setText] = useTypedText(search.text ?? '', (next) => change({ text: next }));
  const [actor, setActor] = useTypedText(search.actor ?? '', (next) => change({ actor: next }));
  return (
    <search className={ui.filters} aria-label={t('filter.label')}>
      <TextInput
        className={ui.grow ?? ''}
        label={t('audit.search')}
        leftSection={<Search size={16} aria-hidden="true" />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-testid="audit-search"
      />
      <FilterSelect
        label={t('audit.action')}
        value={search.action}
        choices={AUDIT_ACTIONS.map((action) => [action, textOrCode(t, 'auditAction', auditKey(action))])}
        change={(action) => change({ action })}
        testId="filter-action"
      />
      <TextInput
        label={t('audit.actor')}
        value={actor}
        onChange={(event) => setActor(event.currentTarget.value)}
        data-testid="filter-actor"
      />
      <FilterSelect
        label={t('filter.store')}
        value={search.store}
        choices={(fleet ?? []).map(({ id, name }) => [id, name])}
        change={(store) => change({ store })}
        testId="filter-store"
      />
      <DayFields
        fields={[
          { name: 'from', label: t('filter.from'), value: search.from },
          { name: 'to', label: t('filter.to'), value: search.to },
        ]}
        change={change}
      />
    </search>
  );
}
