import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Handshake } from 'lucide-react';
import { REQUEST_SHOWS } from '../app/searches.js';
import type { FleetRequestState } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { EmptyState, ErrorState, LoadMore, PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { requestsQuery, useRequestsLive } from './approval-queries.js';
import classes from './approvals.module.css';
import { RequestCard } from './request-card.js';

const route = getRouteApi('/signed-in/fleet/requests');

const STATES: Record<(typeof REQUEST_SHOWS)[number], readonly FleetRequestState[]> = {
  waiting: ['waiting'],
  decided: ['approved', 'refused', 'withdrawn', 'expired'],
};

/** What was asked for on several terminals: who may decide does it here, everybody sees what became of it. */
export function RequestsPage() {
  const { t } = useTexts();
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  useRequestsLive();
  const query = useInfiniteQuery(requestsQuery(search.show === undefined ? null : STATES[search.show]));
  const rows = query.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node)) ?? [];
  return (
    <>
      <PageHeader title={t('approval.listTitle')} lead={t('approval.listLead')}>
        {me.role === 'auditor' ? null : (
          <Button component={Link} to="/fleet/ask" variant="default" data-testid="ask-several">
            {t('fleet.several')}
          </Button>
        )}
      </PageHeader>
      <search className={ui.filters} aria-label={t('filter.label')}>
        <NativeSelect
          label={t('approval.show')}
          value={search.show ?? ''}
          onChange={(event) => void navigate({ search: { ...search, show: event.currentTarget.value as never }, replace: true })}
          data={[
            { value: '', label: t('approval.showing.all') },
            ...REQUEST_SHOWS.map((show) => ({ value: show, label: t(`approval.showing.${show}`) })),
          ]}
          data-testid="requests-show"
        />
      </search>
      {query.isPending ? <Skeletons rows={3} height={140} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && rows.length === 0 ? (
        <EmptyState icon={Handshake} title={t('approval.noneTitle')}>
          {t('approval.noneText')}
        </EmptyState>
      ) : null}
      {rows.length === 0 ? null : (
        <>
          <ul className={classes.requests} aria-label={t('approval.listTitle')} data-testid="requests">
            {rows.map((request) => (
              <RequestCard key={request.id} request={request} />
            ))}
          </ul>
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
