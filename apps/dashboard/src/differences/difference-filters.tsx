import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { DIFFERENCE_OWNERS, DIFFERENCE_STATES, DIFFERENCE_TYPES } from '../app/searches.js';
import { DayFields } from '../days/day-fields.js';
import { checkedDays } from '../days/days.rules.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { useTexts } from '../i18n/use-texts.js';
import { acquirersQuery } from '../statements/statement-queries.js';
import { FilterSelect } from '../ui/filter-select.js';
import ui from '../ui/ui.module.css';
import { usePhone } from '../ui/use-phone.js';
import classes from './differences.module.css';

const route = getRouteApi('/signed-in/settlement/differences');

/** What the work list is narrowed to, and its export. */
export function DifferenceFilters() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const phone = usePhone();
  const { data: fleet } = useQuery(fleetQuery);
  const { data: acquirers } = useQuery(acquirersQuery);
  const change = (next: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: { ...search, ...next } as typeof search, replace: true });
  const fields = (
    <>
      <FilterSelect
        label={t('filter.state')}
        value={search.state}
        anyLabel={t('difference.undealt')}
        choices={DIFFERENCE_STATES.map((state) => [state, t(`difference.state.${state}`)])}
        change={(state) => change({ state })}
        testId="filter-state"
      />
      <FilterSelect
        label={t('difference.type')}
        value={search.type}
        choices={DIFFERENCE_TYPES.map((type) => [type, t(`difference.kind.${type}`)])}
        change={(type) => change({ type })}
        testId="filter-type"
      />
      <FilterSelect
        label={t('difference.owner')}
        value={search.owner}
        anyLabel={t('difference.ownerAny')}
        choices={DIFFERENCE_OWNERS.map((owner) => [owner, t(`difference.ownerIs.${owner}`)])}
        change={(owner) => change({ owner })}
        testId="filter-owner"
      />
      <FilterSelect
        label={t('difference.store')}
        value={search.store}
        choices={(fleet ?? []).map(({ id, name }) => [id, name])}
        change={(store) => change({ store })}
        testId="filter-store"
      />
      <FilterSelect
        label={t('difference.acquirer')}
        value={search.acquirer}
        choices={(acquirers ?? []).map(({ id, name }) => [id, name])}
        change={(acquirer) => change({ acquirer })}
        testId="filter-acquirer"
      />
      <DayFields
        fields={[
          { name: 'from', label: t('difference.fromDay'), value: search.from },
          { name: 'to', label: t('difference.toDay'), value: search.to },
        ]}
        change={change}
      />
    </>
  );
  // What is wrong with a day of the address must be seen.
  const [open] = useState(Object.keys(checkedDays(search).faults).length > 0);
  const active = Object.keys(search).filter((name) => name !== 'd' && name !== 'view').length;
  if (!phone) {
    return (
      <search className={ui.filters} aria-label={t('filter.label')}>
        {fields}
      </search>
    );
  }
  // Seven choices would fill a phone's screen before the first difference.
  return (
    <search aria-label={t('filter.label')}>
      <details className={classes.filters} open={open}>
        <summary data-testid="filters">{active === 0 ? t('filter.label') : t('difference.filtersSet', { count: active })}</summary>
        <div className={ui.filters}>{fields}</div>
      </details>
    </search>
  );
}
