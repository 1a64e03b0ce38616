import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Percent } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { useMinute } from '../app/clock.js';
import { DayFields } from '../days/day-fields.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { deviceZone } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import { dayAt, newestDay } from '../settlement/board.rules.js';
import { Exports } from '../settlement/exports.js';
import { MoneyTabs } from '../settlement/money-tabs.js';
import { acquirersQuery } from '../statements/statement-queries.js';
import { EmptyState, ErrorState, PageHeader, Skeletons } from '../ui/blocks.js';
import { FilterSelect } from '../ui/filter-select.js';
import ui from '../ui/ui.module.css';
import { FeeReport } from './fee-report.js';
import { byAcquirer, type FeeKind, feeDays } from './funding.rules.js';
import { FeeChart } from './funding-chart.js';
import { type FeeChoice, feeReportQuery } from './funding-queries.js';
import { TermsLink } from './terms-link.js';
import { WrongFees } from './wrong-fees.js';

const route = getRouteApi('/signed-in/settlement/fees');
const NONE: readonly FeeKind[] = [];

/** What acquirers charge against what was agreed, by kind of card. */
export function FeesPage() {
  const { t } = useTexts();
  const search = route.useSearch();
  const { data: fleet } = useQuery(fleetQuery);
  const { data: acquirers } = useQuery(acquirersQuery);
  const newest = newestDay(dayAt(useMinute(), deviceZone()), fleet ?? []);
  const { fromDay, toDay } = feeDays(search, newest);
  const choice: FeeChoice = { fromDay, toDay, acquirerId: search.acquirer ?? null, storeId: search.store ?? null };
  const filter = {
    fromDay,
    toDay,
    ...(search.acquirer ? { acquirerId: search.acquirer } : {}),
    ...(search.store ? { storeId: search.store } : {}),
  };
  const query = useQuery({ ...feeReportQuery(choice), enabled: fleet !== undefined && acquirers !== undefined });
  const kinds = query.data ?? NONE;
  const lines = useMemo(() => byAcquirer(kinds), [kinds]);
  const nameOf = useCallback((acquirerId: string) => acquirers?.find(({ id }) => id === acquirerId)?.name ?? acquirerId, [acquirers]);
  return (
    <>
      <PageHeader title={t('funding.feesTitle')} lead={t('funding.feesLead')}>
        <Exports table="fee-checks" filter={filter} />
      </PageHeader>
      <MoneyTabs at="fees" />
      <Filters from={search.from ?? fromDay} to={search.to ?? toDay} />
      {query.isPending ? <Skeletons rows={4} height={56} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && kinds.length === 0 ? (
        <EmptyState icon={Percent} title={t('funding.feesNoneTitle')}>
          {t('funding.feesNoneText')}
          <TermsLink acquirerId={search.acquirer} />
        </EmptyState>
      ) : null}
      {kinds.length === 0 ? null : (
        <>
          {lines.length === 0 ? null : <FeeChart lines={lines} nameOf={nameOf} />}
          <FeeReport kinds={kinds} nameOf={nameOf} />
          <WrongFees filter={filter} />
        </>
      )}
    </>
  );
}

function Filters({ from, to }: { from: string; to: string }) {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: acquirers } = useQuery(acquirersQuery);
  const { data: fleet } = useQuery(fleetQuery);
  const change = (next: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: { ...search, ...next } as typeof search, replace: true });
  return (
    <search className={ui.filters} aria-label={t('filter.label')}>
      <FilterSelect
        label={t('funding.acquirer')}
        value={search.acquirer}
        choices={(acquirers ?? []).map(({ id, name }) => [id, name])}
        change={(acquirer) => change({ acquirer })}
        testId="filter-acquirer"
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
          { name: 'from', label: t('funding.feesFrom'), value: from },
          { name: 'to', label: t('funding.feesTo'), value: to },
        ]}
        change={change}
      />
    </search>
  );
}
