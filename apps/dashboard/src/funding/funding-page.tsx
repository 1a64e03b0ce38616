import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Banknote, CalendarX, CircleCheck, Clock, type LucideIcon, TriangleAlert } from 'lucide-react';
import { Fragment, useMemo } from 'react';
import { PAYOUT_STATES } from '../app/searches.js';
import { DayFields } from '../days/day-fields.js';
import { checkedDays } from '../days/days.rules.js';
import { type Amount, formatMoney } from '../format/money.js';
import type { PayoutFilter, PayoutState } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { Exports } from '../settlement/exports.js';
import { MoneyTabs } from '../settlement/money-tabs.js';
import { acquirersQuery } from '../statements/statement-queries.js';
import { EmptyState, ErrorState, LoadMore, PageHeader, Skeletons } from '../ui/blocks.js';
import { FilterSelect } from '../ui/filter-select.js';
import { type Column, Rows } from '../ui/rows.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money } from '../ui/values.js';
import classes from './funding.module.css';
import { calendarOf, type FundingDay, moneyByDay, type Payout, payoutGap, wholeDays } from './funding.rules.js';
import { FundingChart } from './funding-chart.js';
import { payoutsQuery } from './funding-queries.js';
import { MonthSteps } from './month-steps.js';
import { TermsLink } from './terms-link.js';

const route = getRouteApi('/signed-in/settlement/funding');

const LOOKS: Record<PayoutState, [ChipTone, LucideIcon]> = {
  awaited: ['info', Clock],
  funded: ['ok', CircleCheck],
  late: ['warn', Clock],
  short: ['bad', TriangleAlert],
  over: ['warn', TriangleAlert],
  overdue: ['bad', TriangleAlert],
  calendarUnknown: ['warn', CalendarX],
};

/** What acquirers owe and what the bank got, by bank day. */
export function FundingPage() {
  const { t } = useTexts();
  const search = route.useSearch();
  const { days } = checkedDays(search);
  const filter: PayoutFilter = {
    ...(search.acquirer ? { acquirerId: search.acquirer } : {}),
    ...(search.state ? { state: [search.state] } : {}),
    ...(days.from ? { fromDay: days.from } : {}),
    ...(days.to ? { toDay: days.to } : {}),
  };
  const query = useInfiniteQuery(payoutsQuery(filter));
  const payouts = useMemo(() => query.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node)) ?? [], [query.data]);
  const whole = useMemo(() => wholeDays(payouts, !query.hasNextPage), [payouts, query.hasNextPage]);
  const calendar = useMemo(() => calendarOf(whole), [whole]);
  const byDay = useMemo(() => moneyByDay(calendar), [calendar]);
  const filtered = search.acquirer ?? search.state ?? days.from ?? days.to;
  return (
    <>
      <PageHeader title={t('funding.title')} lead={t('funding.lead')}>
        <Exports table="payouts" filter={filter} />
      </PageHeader>
      <MoneyTabs at="funding" />
      <Filters />
      {query.isPending ? <Skeletons rows={4} height={120} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && payouts.length === 0 ? (
        <EmptyState icon={Banknote} title={t(filtered ? 'filter.nothingTitle' : 'funding.noneTitle')}>
          {t(filtered ? 'filter.nothingText' : 'funding.noneText')}
          <TermsLink />
        </EmptyState>
      ) : null}
      {payouts.length === 0 ? null : (
        <>
          {byDay.length === 0 ? null : (
            <FundingChart currencies={byDay} pick={(day) => document.getElementById(dayId(day))?.scrollIntoView({ block: 'start' })} />
          )}
          <div className={ui.stack} data-testid="funding-calendar">
            {calendar.map((day) => (
              <Day key={day.day ?? 'unknown'} day={day} />
            ))}
          </div>
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            shown={whole.length}
            total={query.data?.pages[0]?.totalCount ?? payouts.length}
          />
        </>
      )}
    </>
  );
}

/** Where a bank day stands on the page. */
const dayId = (day: string | null): string => `bank-day-${day ?? 'unknown'}`;

function Day({ day }: { day: FundingDay }) {
  const { t } = useTexts();
  const columns = useColumns();
  return (
    <section id={dayId(day.day)} className={classes.day} data-testid={`funding-${day.day ?? 'unknown'}`}>
      <div className={classes.head}>
        <h2>{day.day === null ? t('funding.dayUnknown') : <BusinessDay day={day.day} />}</h2>
        <p>
          {t('funding.expected')} <Sums of={day.expected} />
          {' · '}
          {t('funding.received')} <Sums of={day.received} />
        </p>
      </div>
      <Rows rows={day.payouts} columns={columns} rowKey={({ id }) => id} label={t('funding.payouts')} />
    </section>
  );
}

/** Sums of several currencies beside each other. */
function Sums({ of }: { of: readonly Amount[] }) {
  const { t } = useTexts();
  if (of.length === 0) return <>–</>;
  return of.map((money, at) => (
    <Fragment key={money.currency}>
      {at === 0 ? null : t('list.separator')}
      <Money value={money} />
    </Fragment>
  ));
}

function useColumns(): Column<Payout>[] {
  const { t, locale } = useTexts();
  const { data: acquirers } = useQuery(acquirersQuery);
  return [
    {
      key: 'acquirer',
      header: t('funding.acquirer'),
      head: true,
      cell: (row) => (
        <>
          <strong>{acquirers?.find(({ id }) => id === row.acquirerId)?.name ?? row.acquirerId}</strong>
          <PayoutName payout={row} />
        </>
      ),
    },
    {
      key: 'state',
      header: t('filter.state'),
      head: true,
      cell: (row) => {
        const [tone, icon] = LOOKS[row.state];
        return (
          <StateChip tone={tone} icon={icon} testId={`payout-${row.state}`}>
            {row.daysLate !== null && row.daysLate > 0
              ? t('funding.daysLate', { state: t(`funding.state.${row.state}`), count: row.daysLate })
              : t(`funding.state.${row.state}`)}
          </StateChip>
        );
      },
    },
    { key: 'day', header: t('funding.businessDay'), cell: (row) => <BusinessDay day={row.businessDay} /> },
    { key: 'expected', header: t('funding.expected'), end: true, cell: (row) => <Expected payout={row} /> },
    {
      key: 'received',
      header: t('funding.received'),
      end: true,
      cell: (row) =>
        row.received === null ? (
          '–'
        ) : (
          <>
            <Money value={row.received} />
            {row.expectedTogether !== null && row.expectedTogether.amountMinor !== row.expected.amountMinor ? (
              <div className={`${ui.small} ${ui.muted}`}>
                {t('funding.together', { amount: formatMoney(row.expectedTogether, locale) })}
              </div>
            ) : null}
          </>
        ),
    },
    {
      key: 'gap',
      header: t('funding.gap'),
      end: true,
      cell: (row) => {
        const gap = payoutGap(row);
        return gap === null || gap.amountMinor === 0 ? '–' : <strong className={classes.gap}>{formatMoney(gap, locale)}</strong>;
      },
    },
  ];
}

/** The amount, and on demand what it is made of. */
/** Several merchants of one acquirer are paid on one day: what tells their payouts apart. */
function PayoutName({ payout: { merchantNo, reference } }: { payout: Payout }) {
  const { t } = useTexts();
  const parts = [
    ...(merchantNo === null ? [] : [t('funding.merchant', { number: merchantNo })]),
    ...(reference === null ? [] : [t('funding.payoutNo', { number: reference })]),
  ];
  return parts.length === 0 ? null : <small className={`${ui.muted} ${classes.name}`}>{parts.join(' · ')}</small>;
}

function Expected({ payout: { expected, parts } }: { payout: Payout }) {
  const { t } = useTexts();
  const lines = (['sales', 'refunds', 'chargebacks', 'fees', 'deductions', 'credits', 'reserve'] as const)
    .map((name) => [name, parts[`${name}Minor`]] as const)
    .filter(([, minor]) => minor !== 0);
  return (
    <details className={classes.parts}>
      <summary>
        <Money value={expected} />
      </summary>
      <dl>
        {lines.map(([name, amountMinor]) => (
          <div key={name}>
            <dt>{t(`funding.part.${name}`)}</dt>
            <dd>
              <Money value={{ amountMinor, currency: expected.currency }} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Filters() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: acquirers } = useQuery(acquirersQuery);
  const change = (next: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: { ...search, ...next } as typeof search, replace: true });
  return (
    <search className={ui.filters} aria-label={t('filter.label')}>
      <FilterSelect
        label={t('filter.state')}
        value={search.state}
        choices={PAYOUT_STATES.map((state) => [state, t(`funding.state.${state}`)])}
        change={(state) => change({ state })}
        testId="filter-state"
      />
      <FilterSelect
        label={t('funding.acquirer')}
        value={search.acquirer}
        choices={(acquirers ?? []).map(({ id, name }) => [id, name])}
        change={(acquirer) => change({ acquirer })}
        testId="filter-acquirer"
      />
      <MonthSteps from={search.from} to={search.to} change={change} />
      <DayFields
        fields={(['from', 'to'] as const).map((name) => ({ name, label: t(`funding.${name}`), value: search[name] }))}
        change={change}
      />
    </search>
  );
}
