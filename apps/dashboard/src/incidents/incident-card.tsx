import { Link } from '@tanstack/react-router';
import { useMinute } from '../app/clock.js';
import type { IncidentSummaryFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import ui from '../ui/ui.module.css';
import { Countdown, Money, ZonedClock } from '../ui/values.js';
import { currentStep, isOverdue, stepsBehind } from './incident.rules.js';
import { IncidentStateChip } from './incident-states.js';
import classes from './incidents.module.css';

/** One incident: what, where, by when, who, and the step that comes next. The whole card opens it. */
export function IncidentCard({ incident }: { incident: IncidentSummaryFragment }) {
  const { t } = useTexts();
  const late = isOverdue(incident, useMinute());
  const step = currentStep(incident);
  return (
    <li>
      <Link
        to="/incidents/$incidentId"
        params={{ incidentId: incident.id }}
        className={`${ui.card} ${classes.card}`}
        data-overdue={late}
        data-testid={`incident-${incident.id}`}
        data-kind={incident.kind}
      >
        <div>
          <h2 className={classes.title}>{t(`incidentKind.${incident.kind}`)}</h2>
          <p className={classes.where}>{incident.terminal ? `${incident.store.name} · ${incident.terminal.name}` : incident.store.name}</p>
        </div>
        <div>
          <IncidentStateChip state={incident.state} />
        </div>
        <div className={classes.meta}>
          {incident.state === 'resolved' && incident.resolvedAt ? (
            <span>
              {t('incident.resolvedAt')} <ZonedClock at={incident.resolvedAt} timeZone={incident.store.timeZone} />
            </span>
          ) : (
            <span className={late ? classes.late : undefined}>
              {t('incident.due')} <ZonedClock at={incident.dueAt} timeZone={incident.store.timeZone} /> (<Countdown to={incident.dueAt} />)
            </span>
          )}
          <span>
            {t('incident.cause')} <strong>{textOrCode(t, 'cause', incident.cause)}</strong>
          </span>
          {incident.amount ? (
            <span>
              {t('incident.amount')} <Money value={incident.amount} />
            </span>
          ) : null}
          {incident.acknowledgedBy ? <span>{t('incident.by', { name: incident.acknowledgedBy })}</span> : null}
          {step ? (
            <span>
              {t('incident.next', { at: stepsBehind(incident) + 1, total: incident.steps.length })}{' '}
              <strong>{textOrCode(t, 'stepTitle', step.key)}</strong>
            </span>
          ) : null}
        </div>
      </Link>
    </li>
  );
}
