import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowUpDown, Handshake, ListChecks, Router as RouterIcon, Search, Store as StoreIcon } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { serverNow, useMinute } from '../app/clock.js';
import { mayOpen } from '../app/navigation.js';
import { FLEET_SHOWS, type fleetSearch } from '../app/searches.js';
import { WaitingNotice } from '../approvals/waiting-notice.js';
import type { StoreBoardFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { announce } from '../ui/announcer.js';
import { EmptyState, ErrorState, PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import classes from './fleet.module.css';
import { concernsOf, keepOrder, matches, orderOf } from './fleet.rules.js';
import { fleetQuery } from './fleet-queries.js';
import { FleetSummary } from './fleet-summary.js';
import { StoreRow } from './store-row.js';

const route = getRouteApi('/signed-in/fleet');

/** Every store and terminal, live: rows renew in place, and only the person's click sorts them again. */
export function FleetPage() {
  const { t } = useTexts();
  const me = useMe();
  const search = route.useSearch();
  const { data: stores, error, refetch, isPending } = useQuery(fleetQuery);
  const mine = me.role === 'manager';
  return (
    <>
      <PageHeader title={mine ? t('nav.stores') : t('nav.fleet')} lead={mine ? t('fleet.leadManager') : t('fleet.lead')}>
        <FleetLinks />
      </PageHeader>
      <WaitingNotice />
      {stores && !mine ? <FleetSummary stores={stores} /> : null}
      <FleetFilters />
      {isPending ? <Skeletons rows={3} height={128} /> : null}
      {error && !stores ? <ErrorState error={error} retry={() => void refetch()} /> : null}
      {stores ? <Board stores={stores} search={search} /> : null}
    </>
  );
}

const LINKS = [
  { to: '/fleet/ask', label: 'fleet.several', icon: ListChecks },
  { to: '/fleet/requests', label: 'fleet.requests', icon: Handshake },
  { to: '/fleet/gateways', label: 'fleet.gateways', icon: RouterIcon },
] as const;

/** What is done to the fleet from here, as far as the role may. */
function FleetLinks() {
  const { t } = useTexts();
  const me = useMe();
  return LINKS.filter(({ to }) => mayOpen(me.role, to)).map(({ to, label, icon: Icon }) => (
    <Button
      key={to}
      component={Link}
      to={to}
      variant="default"
      size="sm"
      leftSection={<Icon size={16} aria-hidden="true" />}
      data-testid={`open-${to.slice('/fleet/'.length)}`}
    >
      {t(label)}
    </Button>
  ));
}

function FleetFilters() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: ReturnType<typeof fleetSearch>) => void navigate({ search: { ...search, ...next }, replace: true });
  return (
    <search className={ui.filters} aria-label={t('filter.label')}>
      <TextInput
        className={ui.grow ?? ''}
        label={t('fleet.search')}
        leftSection={<Search size={16} aria-hidden="true" />}
        value={search.q ?? ''}
        onChange={(event) => change({ q: event.currentTarget.value })}
        data-testid="fleet-search"
      />
      <NativeSelect
        label={t('fleet.show')}
        value={search.show ?? ''}
        onChange={(event) => change({ show: event.currentTarget.value as never })}
        data={[
          { value: '', label: t('fleet.showing.all') },
          ...FLEET_SHOWS.map((show) => ({ value: show, label: t(`fleet.showing.${show}`) })),
        ]}
        data-testid="fleet-show"
      />
    </search>
  );
}

/** The order on the screen stays until the person asks for the urgent ones on top again. */
function useSteadyOrder(stores: readonly StoreBoardFragment[]) {
  const [order, setOrder] = useState(() => orderOf(stores, serverNow()));
  const minute = useMinute();
  const wanted = useMemo(() => orderOf(stores, minute), [stores, minute]);
  const kept = useMemo(() => keepOrder(order, wanted), [order, wanted]);
  const moved = wanted.some((id, at) => kept[at] !== id);
  return { kept, moved, sortAgain: () => setOrder(wanted) };
}

function Board({ stores, search }: { stores: StoreBoardFragment[]; search: ReturnType<typeof fleetSearch> }) {
  const { t } = useTexts();
  const minute = useMinute();
  const { kept, moved, sortAgain } = useSteadyOrder(stores);
  const byId = useMemo(() => new Map(stores.map((store) => [store.id, store])), [stores]);
  const shown = kept
    .map((id) => byId.get(id))
    .filter((store): store is StoreBoardFragment => store !== undefined && matches(store, search, minute));
  const urgentOrder = t('fleet.orderChanged');
  useEffect(() => {
    if (moved) announce(urgentOrder);
  }, [moved, urgentOrder]);

  if (stores.length === 0) {
    return (
      <EmptyState icon={StoreIcon} title={t('fleet.noneTitle')}>
        {t('fleet.noneText')}
      </EmptyState>
    );
  }
  return (
    <>
      {moved ? (
        <div className={classes.reorder}>
          <Button
            variant="light"
            size="compact-md"
            onClick={sortAgain}
            leftSection={<ArrowUpDown size={16} aria-hidden="true" />}
            data-testid="sort-again"
          >
            {t('fleet.sortAgain')}
          </Button>
        </div>
      ) : null}
      {shown.length === 0 ? (
        <EmptyState icon={StoreIcon} title={t('filter.nothingTitle')}>
          {t('filter.nothingText')}
        </EmptyState>
      ) : (
        <>
          <div className={classes.columns} aria-hidden="true">
            <span>{t('fleet.column.store')}</span>
            <span>{t('fleet.column.terminals')}</span>
            <span>{t('fleet.column.risk')}</span>
            <span>{t('fleet.column.closing')}</span>
          </div>
          <ul className={classes.board} data-testid="fleet-board">
            {shown.map((store) => (
              <StoreRowOf key={store.id} store={store} minute={minute} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function StoreRowOf({ store, minute }: { store: StoreBoardFragment; minute: number }) {
  const concerns = useMemo(() => concernsOf(store, minute), [store, minute]);
  return <StoreRow store={store} concerns={concerns} />;
}
