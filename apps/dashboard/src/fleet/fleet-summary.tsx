import { useQuery } from '@tanstack/react-query';
import { useMinute } from '../app/clock.js';
import { sumByCurrency } from '../format/money.js';
import type { StoreBoardFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { policyStatusQuery } from '../policy/policy-queries.js';
import { Countdown, Money } from '../ui/values.js';
import classes from './fleet.module.css';
import { concernsOf, isOnline, isProblem } from './fleet.rules.js';

/** Three answers at a glance: who needs somebody now, what money is at risk until when, is the newest policy everywhere. */
export function FleetSummary({ stores }: { stores: readonly StoreBoardFragment[] }) {
  const { t } = useTexts();
  const minute = useMinute();
  const problems = stores.filter((store) => isProblem(concernsOf(store, minute))).length;
  const online = stores.filter(isOnline).length;
  const next = stores
    .filter((store) => store.isOpen && store.closesAt && Date.parse(store.closesAt) > minute)
    .sort((a, b) => (a.closesAt ?? '').localeCompare(b.closesAt ?? ''))[0];
  const { data: rollout } = useQuery(policyStatusQuery);
  const desired = Math.max(0, ...(rollout ?? []).map((gateway) => gateway.desiredVersion));
  const applied = (rollout ?? []).filter((gateway) => gateway.appliedVersion === gateway.desiredVersion).length;
  const sums = sumByCurrency(stores.map((store) => store.fundsAtRisk)).filter(({ amountMinor }) => amountMinor !== 0);
  return (
    <dl className={classes.summary} data-testid="fleet-summary">
      <div>
        <dt>{t('fleet.summary.problems')}</dt>
        <dd>{t('fleet.summary.ofStores', { count: stores.length, part: problems })}</dd>
        <dd>{t('fleet.summary.online', { online, total: stores.length })}</dd>
      </div>
      <div>
        <dt>{t('fleet.summary.risk')}</dt>
        <dd className={classes.sums}>
          {sums.length === 0 ? t('fleet.summary.nothing') : sums.map((sum) => <Money key={sum.currency} value={sum} />)}
        </dd>
        <dd>
          {t('fleet.unsettledCount', {
            count: stores.flatMap(({ terminals }) => terminals).reduce((sum, { unsettledCount }) => sum + unsettledCount, 0),
          })}
        </dd>
      </div>
      <div>
        <dt>{t('fleet.summary.nextClosing')}</dt>
        <dd>{next?.closesAt ? <Countdown to={next.closesAt} /> : t('fleet.summary.none')}</dd>
        <dd>{next?.name ?? t('fleet.summary.noneOpen')}</dd>
      </div>
      <div>
        <dt>{t('fleet.summary.policy')}</dt>
        <dd data-testid="summary-policy">{rollout ? t('fleet.summary.applied', { applied, total: rollout.length }) : '–'}</dd>
        <dd>{desired > 0 ? t('policy.version', { version: desired }) : null}</dd>
      </div>
    </dl>
  );
}
