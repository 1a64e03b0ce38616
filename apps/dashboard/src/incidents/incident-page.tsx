import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, CircleHelp, Hand } from 'lucide-react';
import { useMinute } from '../app/clock.js';
import type { IncidentFullFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { SavedState } from '../outbox/saved-state.js';
import { useOutbox } from '../outbox/use-outbox.js';
import { useMe } from '../session/session.js';
import { Card, EmptyState, ErrorState, Fact, Facts, Notice, PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Countdown, Money, ZonedMoment } from '../ui/values.js';
import { isOverdue, mayAcknowledge, waitingFor } from './incident.rules.js';
import { IncidentHistory } from './incident-history.js';
import { incidentQuery } from './incident-queries.js';
import { IncidentStateChip } from './incident-states.js';
import classes from './incidents.module.css';
import { StepRunner } from './step-runner.js';

const route = getRouteApi('/signed-in/incidents/$incidentId');

/** One incident: what happened, its playbook one step at a time, and its history. */
export function IncidentPage() {
  const { t } = useTexts();
  const { incidentId } = route.useParams();
  const { data: incident, error, refetch, isPending } = useQuery(incidentQuery(incidentId));
  if (isPending) return <Skeletons rows={3} height={140} />;
  if (error && incident === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!incident) {
    return (
      <>
        <PageHeader title={t('incident.unknownTitle')} />
        <EmptyState icon={CircleHelp} title={t('incident.unknownLead')}>
          {t('incident.unknownText')}
        </EmptyState>
      </>
    );
  }
  return <Incident incident={incident} />;
}

function Incident({ incident }: { incident: IncidentFullFragment }) {
  const { t } = useTexts();
  return (
    <>
      <Button
        component={Link}
        to="/incidents"
        variant="subtle"
        size="compact-md"
        mb="xs"
        leftSection={<ArrowLeft size={16} aria-hidden="true" />}
      >
        {t('incident.back')}
      </Button>
      <PageHeader title={t(`incidentKind.${incident.kind}`)} lead={<Where incident={incident} />}>
        <IncidentStateChip state={incident.state} />
        <AcknowledgeButton incident={incident} />
      </PageHeader>
      <div className={classes.layout}>
        <div className={ui.stack}>
          {incident.state === 'resolved' ? (
            <div role="status">
              <Notice tone="ok" title={t('incident.resolvedTitle')} testId="incident-resolved">
                <p>{t('incident.resolvedText')}</p>
              </Notice>
            </div>
          ) : null}
          <Card title={t('step.heading')} testId="step-runner">
            <StepRunner incident={incident} />
          </Card>
        </div>
        <div className={ui.stack}>
          <WhatHappened incident={incident} />
          <Card title={t('incident.history')} testId="incident-history">
            <IncidentHistory incident={incident} />
          </Card>
        </div>
      </div>
    </>
  );
}

/** Where it happened, with a way there. */
function Where({ incident: { store, terminal } }: { incident: IncidentFullFragment }) {
  return (
    <>
      <Link to="/stores/$storeId" params={{ storeId: store.id }}>
        {store.name}
      </Link>
      {terminal ? (
        <>
          {' · '}
          <Link
            to="/stores/$storeId/terminals/$terminalId"
            params={{ storeId: store.id, terminalId: terminal.id }}
            data-testid="incident-terminal"
          >
            {terminal.name}
          </Link>
        </>
      ) : null}
    </>
  );
}

function AcknowledgeButton({ incident }: { incident: IncidentFullFragment }) {
  const { t } = useTexts();
  const me = useMe();
  const { waiting, write } = useOutbox();
  if (incident.state !== 'open' || !mayAcknowledge(me.role)) return null;
  const saved = waitingFor(waiting, incident.id, null);
  if (saved) {
    return (
      <span role="status" data-testid="acknowledge-saved">
        <SavedState entry={saved} />
      </span>
    );
  }
  return (
    <Button
      leftSection={<Hand size={18} aria-hidden="true" />}
      onClick={() => void write({ kind: 'acknowledgeIncident', incidentId: incident.id })}
      data-testid="acknowledge"
    >
      {t('incident.acknowledge')}
    </Button>
  );
}

function WhatHappened({ incident }: { incident: IncidentFullFragment }) {
  const { t } = useTexts();
  const late = isOverdue(incident, useMinute());
  const zone = incident.store.timeZone;
  return (
    <Card title={t('incident.what')} testId="incident-facts">
      <Facts>
        <Fact name={t('incident.cause')}>{textOrCode(t, 'cause', incident.cause)}</Fact>
        {incident.amount ? (
          <Fact name={t('incident.amount')}>
            <Money value={incident.amount} />
          </Fact>
        ) : null}
        <Fact name={t('incident.openedAt')}>
          <ZonedMoment at={incident.openedAt} timeZone={zone} />
        </Fact>
        {incident.state === 'resolved' ? null : (
          <Fact name={t('incident.due')}>
            <ZonedMoment at={incident.dueAt} timeZone={zone} />
            <br />
            <strong className={late ? classes.late : undefined}>
              <Countdown to={incident.dueAt} />
            </strong>
          </Fact>
        )}
        <Fact name={t('store.businessDay')}>
          <BusinessDay day={incident.businessDay} />
        </Fact>
        <Fact name={t('incident.who')}>{incident.acknowledgedBy ?? t('incident.nobody')}</Fact>
      </Facts>
      {incident.state === 'resolved' ? null : (
        <p className={ui.muted}>
          <strong>{t('incident.ifNot')}</strong> {t(`ifNot.${incident.kind}`)}
        </p>
      )}
    </Card>
  );
}
