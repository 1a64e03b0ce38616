import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { BATCH_STATES, type settlementSearch, TRANSACTION_STATES } from '../app/searches.js';
import { DayFields } from '../days/day-fields.js';
import { checkedDays } from '../days/days.rules.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { useTexts } from '../i18n/use-texts.js';
import { PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { BatchList } from './batch-list.js';
import { Board } from './board.js';
import { MoneyTabs } from './money-tabs.js';
import { TransactionList } from './transaction-list.js';

const route = getRouteApi('/signed-in/settlement');

/** Batches and transactions, for whoever has to account for the money. */
export function SettlementPage() {
  const { t } = useTexts();
  const search = route.useSearch();
  const tab = search.tab ?? 'board';
  const { data: fleet } = useQuery(fleetQuery);
  const stores = useMemo(() => new Map((fleet ?? []).map(({ id, name, timeZone }) => [id, { name, timeZone }])), [fleet]);
  const { day } = checkedDays(search).days;
  const shared = { ...(search.store ? { storeId: search.store } : {}), ...(day ? { businessDay: day } : {}) };
  return (
    <>
      <PageHeader title={t('nav.settlement')} lead={t('settlement.lead')} />
      <MoneyTabs at={tab} />
      {tab === 'board' ? <Board /> : <Filters stores={[...stores].map(([id, { name }]) => ({ value: id, label: name }))} />}
      {/* Without the stores' names rows would change their height when those come. */}
      {tab === 'board' ? null : fleet === undefined ? (
        <Skeletons rows={5} height={48} />
      ) : tab === 'batches' ? (
        <BatchList filter={{ ...shared, ...(search.batch ? { state: [search.batch] } : {}) }} stores={stores} />
      ) : (
        <TransactionList filter={{ ...shared, ...(search.state ? { state: [search.state] } : {}) }} stores={stores} />
      )}
    </>
  );
}

function Filters({ stores }: { stores: { value: string; label: string }[] }) {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: Partial<Record<keyof ReturnType<typeof settlementSearch>, string>>) =>
    void navigate({ search: { ...search, ...next } as typeof search, replace: true });
  const any = { value: '', label: t('filter.any') };
  return (
    <search className={ui.filters} aria-label={t('filter.label')}>
      <NativeSelect
        label={t('filter.store')}
        value={search.store ?? ''}
        onChange={(event) => change({ store: event.currentTarget.value })}
        data={[any, ...stores]}
        data-testid="filter-store"
      />
      <DayFields fields={[{ name: 'day', label: t('filter.businessDay'), value: search.day }]} change={change} />
      {search.tab === 'batches' ? (
        <NativeSelect
          label={t('filter.state')}
          value={search.batch ?? ''}
          onChange={(event) => change({ batch: event.currentTarget.value })}
          data={[any, ...BATCH_STATES.map((state) => ({ value: state, label: t(`batchState.${state}`) }))]}
          data-testid="filter-state"
        />
      ) : (
        <NativeSelect
          label={t('filter.state')}
          value={search.state ?? ''}
          onChange={(event) => change({ state: event.currentTarget.value })}
          data={[any, ...TRANSACTION_STATES.map((state) => ({ value: state, label: t(`transactionState.${state}`) }))]}
          data-testid="filter-state"
        />
      )}
    </search>
  );
}
