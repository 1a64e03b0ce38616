import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CatchBoundary, Link } from '@tanstack/react-router';
import { ArrowRight, Coffee } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useMinute } from '../app/clock.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import type { IncidentSummaryFragment } from '../graphql/generated/graphql.js';
import { withTexts } from '../i18n/start.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { byDeadline, currentStep, isOverdue, stepsBehind } from '../incidents/incident.rules.js';
import { incidentsQuery, OPEN_INCIDENTS } from '../incidents/incident-queries.js';
import { IncidentStateChip } from '../incidents/incident-states.js';
import { UnseenButton } from '../incidents/unseen-button.js';
import { useMe } from '../session/session.js';
import { trainingDue } from '../training/training.rules.js';
import { trainingQuery } from '../training/training-queries.js';
import { EmptyState, ErrorState, PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { Countdown, Money, ZonedClock } from '../ui/values.js';
import { ClosingCard } from './closing-card.js';
import { IfNot } from './if-not.js';
import classes from './today.module.css';
import { TrainingCard } from './training-card.js';

// What is asked and said about money is not loaded before the rest of the day shows.
const DifferencesToday = lazy(() =>
  withTexts('differences', import('../differences/differences-today.js')).then(({ DifferencesToday: component }) => ({
    default: component,
  })),
);

/** The manager's day: what, by when, who, and what happens if nobody does it. Incidents first, then tonight's closing, training, and differences. */
export function TodayPage() {
  const { t } = useTexts();
  const me = useMe();
  const minute = useMinute();
  const fleet = useQuery(fleetQuery);
  const incidents = useInfiniteQuery(incidentsQuery(OPEN_INCIDENTS));
  const training = useQuery(trainingQuery(null));
  const failed = [fleet, incidents, training].find((query) => query.error !== null && query.data === undefined);
  const open = (incidents.data?.pages.flatMap((page) => page.incidents.edges.map(({ node }) => node)) ?? []).sort(byDeadline);
  const due = trainingDue(training.data ?? [], minute);
  const clear = fleet.data && incidents.data && training.data && open.length === 0 && due.length === 0;
  return (
    <div className={classes.page}>
      <PageHeader title={t('nav.today')} lead={t('today.lead', { name: me.name })} />
      {failed ? (
        <div style={{ marginBottom: 'var(--tw-space-lg)' }}>
          <ErrorState error={failed.error} retry={() => void failed.refetch()} />
        </div>
      ) : null}
      <UnseenButton />
      <div className={ui.stack} data-testid="today">
        {open.map((incident) => (
          <IncidentTask key={incident.id} incident={incident} />
        ))}
        {fleet.isPending ? <Skeletons rows={2} height={180} /> : null}
        {fleet.data?.map((store) => (
          <ClosingCard key={store.id} store={store} />
        ))}
        {due.length > 0 ? <TrainingCard due={due} /> : null}
        {/* They come a moment later than the rest: at the end nothing that is read already moves; where they don't come, the rest stays. */}
        <CatchBoundary getResetKey={() => 0} errorComponent={({ error }) => <ErrorState error={error} retry={() => location.reload()} />}>
          <Suspense fallback={null}>
            <DifferencesToday
              none={
                clear ? (
                  <EmptyState icon={Coffee} title={t('today.clearTitle')} testId="today-clear">
                    {t('today.clearText')}
                  </EmptyState>
                ) : null
              }
            />
          </Suspense>
        </CatchBoundary>
      </div>
    </div>
  );
}

function IncidentTask({ incident }: { incident: IncidentSummaryFragment }) {
  const { t } = useTexts();
  const late = isOverdue(incident, useMinute());
  const step = currentStep(incident);
  return (
    <section className={`${ui.card} ${late ? classes.urgent : ''}`} data-testid={`task-${incident.id}`} data-kind={incident.kind}>
      <div className={ui.cardHead}>
        <div>
          <h2 className={ui.cardTitle} style={{ margin: 0 }}>
            {t(`incidentKind.${incident.kind}`)}
          </h2>
          <span className={ui.muted}>{incident.terminal ? `${incident.store.name} · ${incident.terminal.name}` : incident.store.name}</span>
        </div>
        <IncidentStateChip state={incident.state} />
      </div>
      <dl className={classes.facts}>
        {step ? (
          <div>
            <dt>{t('today.what', { at: stepsBehind(incident) + 1, total: incident.steps.length })}</dt>
            <dd>{textOrCode(t, 'stepTitle', step.key)}</dd>
          </div>
        ) : null}
        <div>
          <dt>{t('today.byWhen')}</dt>
          <dd className={late ? classes.late : undefined}>
            <ZonedClock at={incident.dueAt} timeZone={incident.store.timeZone} /> · <Countdown to={incident.dueAt} />
          </dd>
        </div>
        <div>
          <dt>{t('today.who')}</dt>
          <dd>{incident.acknowledgedBy ?? t('incident.nobody')}</dd>
        </div>
        {incident.amount ? (
          <div>
            <dt>{t('incident.amount')}</dt>
            <dd>
              <Money value={incident.amount} />
            </dd>
          </div>
        ) : null}
      </dl>
      <Button
        className={classes.button ?? ''}
        component={Link}
        to="/incidents/$incidentId"
        params={{ incidentId: incident.id } as never}
        rightSection={<ArrowRight size={18} aria-hidden="true" />}
        data-testid="open-incident"
      >
        {incident.state === 'open' ? t('today.takeOn') : t('today.goOn')}
      </Button>
      <IfNot>{t(`ifNot.${incident.kind}`)}</IfNot>
    </section>
  );
}
