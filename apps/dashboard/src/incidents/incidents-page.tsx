import { NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { useMemo } from 'react';
import { INCIDENT_KINDS, type incidentsSearch } from '../app/searches.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import type { IncidentFilter } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { EmptyState, ErrorState, LoadMore, PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { byDeadline } from './incident.rules.js';
import { IncidentCard } from './incident-card.js';
import { incidentsQuery, OPEN_INCIDENTS } from './incident-queries.js';
import { UnseenButton } from './unseen-button.js';

const route = getRouteApi('/signed-in/incidents');

type Search = ReturnType<typeof incidentsSearch>;

/** What the address asks for, as the server understands it. */
export const filterOf = (search: Search): IncidentFilter => ({
  state: search.state ?? OPEN_INCIDENTS.state,
  ...(search.kind ? { kind: [search.kind] } : {}),
  ...(search.store ? { storeId: search.store } : {}),
});

/** Incidents somebody has to deal with, the earliest deadline first. */
export function IncidentsPage() {
  const { t } = useTexts();
  const search = route.useSearch();
  const query = useInfiniteQuery(incidentsQuery(filterOf(search)));
  const pages = query.data?.pages;
  // Sorted within what was loaded; a later page never pushes itself between rows already on the screen.
  const rows = useMemo(() => pages?.flatMap((page) => page.incidents.edges.map(({ node }) => node).sort(byDeadline)) ?? [], [pages]);
  return (
    <>
      <PageHeader title={t('nav.incidents')} lead={t('incident.lead')} />
      <Filters />
      <UnseenButton />
      {query.isPending ? <Skeletons rows={4} height={104} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && rows.length === 0 ? (
        <EmptyState
          icon={CircleCheck}
          title={search.state || search.kind || search.store ? t('filter.nothingTitle') : t('incident.noneTitle')}
        >
          {search.state || search.kind || search.store ? t('filter.nothingText') : t('incident.noneText')}
        </EmptyState>
      ) : null}
      {rows.length > 0 ? (
        <>
          <ul className={ui.list} data-testid="incidents">
            {rows.map((incident) => (
              <IncidentCard key={incident.id} incident={incident} />
            ))}
          </ul>
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            shown={rows.length}
            total={query.data?.pages[0]?.incidents.totalCount ?? rows.length}
          />
        </>
      ) : null}
    </>
  );
}

function Filters() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: fleet } = useQuery(fleetQuery);
  const change = (next: Record<string, string>) => void navigate({ search: { ...search, ...next } as Search, replace: true });
  return (
    <search className={ui.filters} aria-label={t('filter.label')}>
      <NativeSelect
        label={t('filter.state')}
        value={search.state?.join(',') ?? ''}
        onChange={(event) => change({ state: event.currentTarget.value })}
        data={[
          { value: '', label: t('incident.filter.unresolved') },
          { value: 'open', label: t('incidentState.open') },
          { value: 'acknowledged', label: t('incidentState.acknowledged') },
          { value: 'resolved', label: t('incidentState.resolved') },
          { value: 'open,acknowledged,resolved', label: t('filter.any') },
        ]}
        data-testid="filter-state"
      />
      <NativeSelect
        label={t('filter.kind')}
        value={search.kind ?? ''}
        onChange={(event) => change({ kind: event.currentTarget.value })}
        data={[{ value: '', label: t('filter.any') }, ...INCIDENT_KINDS.map((kind) => ({ value: kind, label: t(`incidentKind.${kind}`) }))]}
        data-testid="filter-kind"
      />
      {(fleet?.length ?? 0) > 1 ? (
        <NativeSelect
          label={t('filter.store')}
          value={search.store ?? ''}
          onChange={(event) => change({ store: event.currentTarget.value })}
          data={[{ value: '', label: t('filter.any') }, ...(fleet ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
          data-testid="filter-store"
        />
      ) : null}
    </search>
  );
}
