import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleHelp, Radio, Store as StoreIcon, TriangleAlert } from 'lucide-react';
import { STORE_TABS } from '../app/searches.js';
import { zoneName } from '../format/time.js';
import type { StoreBoardFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { BatchList } from '../settlement/batch-list.js';
import { EmptyState, ErrorState, PageHeader, Skeletons } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import { TabLinks } from '../ui/tab-links.js';
import { BusinessDay, Money, ZonedMoment } from '../ui/values.js';
import { CloseProofs } from './close-proofs.js';
import board from './fleet.module.css';
import { isOnline } from './fleet.rules.js';
import { storeQuery } from './fleet-queries.js';
import { ClosingCell } from './store-row.js';
import { TerminalCards } from './terminal-cards.js';

const route = getRouteApi('/signed-in/stores/$storeId');

/** One store: its terminals, the proofs of its closings, its batches. */
export function StorePage() {
  const { t, locale } = useTexts();
  const { storeId } = route.useParams();
  const search = route.useSearch();
  const tab = search.tab ?? 'terminals';
  const { data: store, error, refetch, isPending } = useQuery(storeQuery(storeId));
  if (isPending) return <Skeletons rows={4} height={120} />;
  if (error && store === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!store) {
    return (
      <>
        <PageHeader title={t('store.unknownTitle')} />
        <EmptyState icon={StoreIcon} title={t('store.unknownLead')}>
          {t('store.unknownText')}
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <PageHeader title={store.name} lead={t('store.lead', { city: store.city, zone: zoneName(store.timeZone, locale) })}>
        <GatewayChip store={store} />
        {store.openIncidents > 0 ? (
          <Button
            component={Link}
            to="/incidents"
            search={{ store: store.id } as never}
            variant="light"
            color="danger"
            leftSection={<TriangleAlert size={16} aria-hidden="true" />}
          >
            {t('concern.openIncidents', { count: store.openIncidents })}
          </Button>
        ) : null}
      </PageHeader>
      <Overview store={store} />
      <TabLinks label={t('store.tabs')}>
        {STORE_TABS.map((each) => (
          <Link
            key={each}
            to="/stores/$storeId"
            params={{ storeId }}
            search={{ ...search, tab: each }}
            aria-current={each === tab ? 'page' : undefined}
            activeOptions={{ exact: true, includeSearch: true }}
            data-testid={`tab-${each}`}
          >
            {t(`store.tab.${each}`)}
          </Link>
        ))}
      </TabLinks>
      {tab === 'terminals' ? <TerminalCards store={store} chosen={search.terminal ?? null} /> : null}
      {tab === 'proofs' ? <CloseProofs store={store} /> : null}
      {tab === 'batches' ? <BatchList filter={{ storeId }} stores={new Map([[store.id, store]])} /> : null}
    </>
  );
}

function GatewayChip({ store }: { store: StoreBoardFragment }) {
  const { t } = useTexts();
  return isOnline(store) ? (
    <StateChip tone="ok" icon={Radio}>
      {t('gateway.online')}
    </StateChip>
  ) : (
    <StateChip tone="quiet" icon={CircleHelp}>
      {t('gateway.unknown')}
    </StateChip>
  );
}

function Overview({ store }: { store: StoreBoardFragment }) {
  const { t } = useTexts();
  const { gateway } = store;
  return (
    <dl className={board.summary}>
      <div>
        <dt>{t('fleet.column.risk')}</dt>
        <dd>
          <Money value={store.fundsAtRisk} />
        </dd>
        <dd>{t('fleet.unsettledCount', { count: store.terminals.reduce((sum, terminal) => sum + terminal.unsettledCount, 0) })}</dd>
      </div>
      <div>
        <dt>{t('fleet.column.closing')}</dt>
        <dd>
          <ClosingCell store={store} />
        </dd>
      </div>
      <div>
        <dt>{t('store.businessDay')}</dt>
        <dd>
          <BusinessDay day={store.businessDay} />
        </dd>
      </div>
      <div>
        <dt>{t('gateway.policy')}</dt>
        <dd>{gateway?.policyVersion ? t('policy.version', { version: gateway.policyVersion }) : t('gateway.noPolicy')}</dd>
        <dd>{gateway?.policyAppliedAt ? <ZonedMoment at={gateway.policyAppliedAt} timeZone={store.timeZone} hideZone /> : null}</dd>
      </div>
      <div>
        <dt>{t('gateway.journal')}</dt>
        <dd>{gateway ? t('gateway.acked', { acked: gateway.ackedThrough, head: gateway.journalHead }) : t('gateway.none')}</dd>
        <dd>
          {gateway?.lastSeenAt ? (
            <>
              {t('gateway.lastSeen')} <ZonedMoment at={gateway.lastSeenAt} timeZone={store.timeZone} hideZone />
            </>
          ) : (
            t('gateway.never')
          )}
        </dd>
      </div>
    </dl>
  );
}
