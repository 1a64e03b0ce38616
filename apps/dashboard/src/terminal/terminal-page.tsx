import { Button, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, CircleHelp, SquareTerminal } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { TERMINAL_TABS } from '../app/searches.js';
import { isOnline, tileState } from '../fleet/fleet.rules.js';
import { storeQuery } from '../fleet/fleet-queries.js';
import { PeripheralProblems } from '../fleet/peripheral-chip.js';
import { TerminalState } from '../fleet/terminal-state.js';
import { zoneName } from '../format/time.js';
import type { StoreBoardFragment, TerminalAction, TerminalFullFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { EmptyState, ErrorState, PageHeader, Skeletons } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import { TabLinks } from '../ui/tab-links.js';
import { OrdersTab } from './orders.js';
import { Overview } from './overview.js';
import { terminalQuery, useTerminalLive } from './terminal-queries.js';

const ActionDialog = lazy(() => import('./action-dialog.js').then(({ ActionDialog: component }) => ({ default: component })));
const HistoryTab = lazy(() => import('./history-tab.js').then(({ HistoryTab: component }) => ({ default: component })));
const DialogueTab = lazy(() => import('./dialogue-tab.js').then(({ DialogueTab: component }) => ({ default: component })));

const route = getRouteApi('/signed-in/stores/$storeId/terminals/$terminalId');

/** One terminal: its state and peripherals, what it can be asked for, what happened to it, and how it last spoke with its gateway. */
export function TerminalPage() {
  const { t } = useTexts();
  const { storeId, terminalId: id } = route.useParams();
  useTerminalLive({ storeId, id });
  const store = useQuery(storeQuery(storeId));
  const terminal = useQuery(terminalQuery({ storeId, id }));
  const failed = [store, terminal].find((query) => query.error !== null && query.data === undefined);
  if (failed) return <ErrorState error={failed.error} retry={() => void failed.refetch()} />;
  if (store.isPending || terminal.isPending) return <Skeletons rows={4} height={120} />;
  if (!store.data || !terminal.data) {
    return (
      <>
        <PageHeader title={t('terminal.unknownTitle')} />
        <EmptyState icon={SquareTerminal} title={t('terminal.unknownLead')} testId="terminal-unknown">
          {t('terminal.unknownText')}
        </EmptyState>
      </>
    );
  }
  return <Page key={`${storeId}/${id}`} store={store.data} terminal={terminal.data} />;
}

/** What every part of the page is given. */
export interface TerminalAt {
  readonly store: StoreBoardFragment;
  readonly terminal: TerminalFullFragment;
  /** Opens the dialog that orders an action. */
  readonly ask: (action: TerminalAction) => void;
}

function Page({ store, terminal }: Omit<TerminalAt, 'ask'>) {
  const { t, locale } = useTexts();
  const search = route.useSearch();
  const tab = search.tab ?? 'overview';
  const [asked, ask] = useState<TerminalAction | null>(null);
  const at: TerminalAt = { store, terminal, ask };
  const lead = [
    `${terminal.brand} ${terminal.model}`,
    textOrCode(t, 'driver', terminal.driver),
    t('terminal.zone', { zone: zoneName(store.timeZone, locale) }),
  ];
  return (
    <div data-testid="terminal-page">
      <Button
        component={Link}
        to="/stores/$storeId"
        params={{ storeId: store.id } as never}
        variant="subtle"
        size="compact-md"
        mb="xs"
        leftSection={<ArrowLeft size={16} aria-hidden="true" />}
      >
        {store.name}
      </Button>
      <PageHeader title={terminal.name} lead={lead.join(' · ')}>
        {isOnline(store) ? null : (
          <StateChip tone="quiet" icon={CircleHelp}>
            {t('gateway.unknown')}
          </StateChip>
        )}
        <PeripheralProblems terminal={terminal} />
        <TerminalState state={tileState(terminal, store)} />
      </PageHeader>
      <TabLinks label={t('store.tabs')}>
        {TERMINAL_TABS.map((each) => (
          <Link
            key={each}
            to="/stores/$storeId/terminals/$terminalId"
            params={{ storeId: store.id, terminalId: terminal.id }}
            search={{ ...search, tab: each === 'overview' ? undefined : each } as typeof search}
            aria-current={each === tab ? 'page' : undefined}
            activeOptions={{ exact: true, includeSearch: true }}
            data-testid={`tab-${each}`}
          >
            {t(`terminal.tab.${each}`)}
          </Link>
        ))}
      </TabLinks>
      {tab === 'overview' ? <Overview at={at} /> : null}
      {tab === 'orders' ? <OrdersTab at={at} /> : null}
      <Suspense fallback={<Skeletons rows={4} height={64} />}>
        {tab === 'history' ? <HistoryTab at={at} /> : null}
        {tab === 'dialogue' ? <DialogueTab at={at} /> : null}
      </Suspense>
      <Suspense fallback={<VisuallyHidden>{t('state.loading')}</VisuallyHidden>}>
        <ActionDialog at={at} action={asked} close={() => ask(null)} />
      </Suspense>
    </div>
  );
}
