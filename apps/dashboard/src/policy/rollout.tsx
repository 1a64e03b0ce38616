import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleHelp, Clock, Radio, TriangleAlert } from 'lucide-react';
import { useTexts } from '../i18n/use-texts.js';
import { Card, ErrorState, Notice, Skeletons } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import classes from './policy.module.css';
import { rolloutOf } from './policy.rules.js';
import { catalogueQuery, type GatewayStatus, policyStatusQuery } from './policy-queries.js';
import { settingTitle } from './setting-value.js';

/** Who has applied the newest version, live. */
export function Rollout() {
  const { t } = useTexts();
  const { data, error, isPending, refetch } = useQuery(policyStatusQuery);
  if (isPending) return <Skeletons rows={1} height={220} />;
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  const { version, applied, total } = rolloutOf(data);
  // Those who still have to apply it come first; otherwise the list keeps its order.
  const rows = [...data].sort((a, b) => Number(isApplied(a)) - Number(isApplied(b)) || a.store.name.localeCompare(b.store.name));
  return (
    <Card title={t('policy.rollout')} testId="rollout">
      <div role="status" aria-live="polite">
        <Notice tone={applied === total ? 'ok' : 'info'} title={t('policy.appliedBy', { applied, total })} testId="rollout-summary">
          {t('policy.newest', { version })}
        </Notice>
      </div>
      <ul className={classes.gateways}>
        {rows.map((gateway) => (
          <GatewayRow key={gateway.gatewayId} gateway={gateway} />
        ))}
      </ul>
    </Card>
  );
}

const isApplied = ({ appliedVersion, desiredVersion }: GatewayStatus): boolean => appliedVersion === desiredVersion;

function GatewayRow({ gateway }: { gateway: GatewayStatus }) {
  const { t, language } = useTexts();
  const { data: catalogue } = useQuery(catalogueQuery);
  const applied = isApplied(gateway);
  const title = (key: string) => {
    const setting = catalogue?.find((each) => each.key === key);
    return setting ? settingTitle(setting, language) : key;
  };
  return (
    <li data-testid={`gateway-${gateway.gatewayId}`} data-applied={applied} data-online={gateway.online}>
      <div className={classes.gatewayHead}>
        <strong>{gateway.store.name}</strong>
        {applied ? (
          <StateChip tone="ok" icon={CircleCheck} plain>
            {t('policy.applied')}
          </StateChip>
        ) : (
          <StateChip tone="warn" icon={Clock} plain>
            {gateway.online ? t('policy.underWay') : t('policy.whenBack')}
          </StateChip>
        )}
      </div>
      <div className={classes.gatewayHead}>
        <span className={`${ui.muted} ${ui.small}`}>
          {gateway.appliedVersion === null ? t('policy.never') : t('policy.version', { version: gateway.appliedVersion })}
          {gateway.appliedAt ? (
            <>
              {' · '}
              <ZonedMoment at={gateway.appliedAt} timeZone={gateway.store.timeZone} />
            </>
          ) : null}
        </span>
        <StateChip tone="quiet" icon={gateway.online ? Radio : CircleHelp} plain>
          {gateway.online ? t('gateway.online') : t('gateway.unknown')}
        </StateChip>
      </div>
      {gateway.refused.map(({ key, reason }) => (
        <StateChip key={key} tone="bad" icon={TriangleAlert} plain>
          {t('policy.refused', { title: title(key), reason })}
        </StateChip>
      ))}
    </li>
  );
}
