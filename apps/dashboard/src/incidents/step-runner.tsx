import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { IncidentFullFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { usePhone } from '../ui/use-phone.js';
import { currentStep, inOrder, type Step } from './incident.rules.js';
import { StepStateChip } from './incident-states.js';
import classes from './incidents.module.css';
import { StepPanel } from './step-panel.js';

const route = getRouteApi('/signed-in/incidents/$incidentId');

/** The playbook: all steps beside the chosen one on a desk, one step at a time on a phone. Which one stands in the address. */
export function StepRunner({ incident }: { incident: IncidentFullFragment }) {
  const { step: asked } = route.useSearch();
  const phone = usePhone();
  const steps = inOrder(incident);
  const current = currentStep(incident);
  const here = steps[(asked ?? 0) - 1] ?? current ?? steps.at(-1);
  if (!here) return null;
  const at = steps.indexOf(here);
  return phone ? (
    <div>
      <Progress incident={incident} steps={steps} at={at} />
      <StepPanel incident={incident} step={here} key={here.id} />
    </div>
  ) : (
    <div className={classes.runner}>
      <StepList incident={incident} steps={steps} at={at} />
      <StepPanel incident={incident} step={here} key={here.id} />
    </div>
  );
}

interface Position {
  incident: IncidentFullFragment;
  steps: readonly Step[];
  at: number;
}

function StepList({ incident, steps, at }: Position) {
  const { t } = useTexts();
  return (
    <ol className={classes.stepList} aria-label={t('step.all')}>
      {steps.map((step, index) => (
        <li key={step.id}>
          <Link
            to="/incidents/$incidentId"
            params={{ incidentId: incident.id }}
            search={{ step: index + 1 }}
            aria-current={index === at ? 'step' : undefined}
            activeOptions={{ exact: true, includeSearch: true }}
            replace
            data-testid={`step-${step.key}`}
            data-state={step.state}
          >
            <span>{t('step.numbered', { at: index + 1, title: textOrCode(t, 'stepTitle', step.key) })}</span>
            <StepStateChip state={step.state} plain />
          </Link>
        </li>
      ))}
    </ol>
  );
}

function Progress({ incident, steps, at }: Position) {
  const { t } = useTexts();
  const turn = (to: number, label: string, icon: React.ReactNode) =>
    to < 0 || to >= steps.length ? (
      <Button variant="transparent" disabled aria-label={label}>
        {icon}
      </Button>
    ) : (
      <Button
        component={Link}
        to="/incidents/$incidentId"
        params={{ incidentId: incident.id } as never}
        search={{ step: to + 1 } as never}
        replace
        variant="subtle"
        aria-label={label}
      >
        {icon}
      </Button>
    );
  return (
    <>
      <div className={classes.progress}>
        {turn(at - 1, t('step.previous'), <ChevronLeft aria-hidden="true" />)}
        <strong data-testid="step-progress">{t('step.of', { at: at + 1, total: steps.length })}</strong>
        {turn(at + 1, t('step.next'), <ChevronRight aria-hidden="true" />)}
      </div>
      <div className={classes.bar} aria-hidden="true">
        {steps.map((step, index) => (
          <span key={step.id} data-state={step.state} data-here={index === at} />
        ))}
      </div>
    </>
  );
}
