import { Button, Textarea } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowRight, Check, CircleCheck, CircleDashed, Send, SkipForward } from 'lucide-react';
import { useState } from 'react';
import type { IncidentFullFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { SavedState } from '../outbox/saved-state.js';
import { useOutbox } from '../outbox/use-outbox.js';
import { useMe } from '../session/session.js';
import { Fact, Facts, Notice } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import { Countdown, ZonedClock, ZonedMoment } from '../ui/values.js';
import { inOrder, mayAct, needsNote, type Step, waitingFor } from './incident.rules.js';
import { StepStateChip } from './incident-states.js';
import { actorWords, checkWords } from './incident-words.js';
import classes from './incidents.module.css';
import { CommandDialog, SkipDialog } from './step-dialogs.js';

interface At {
  incident: IncidentFullFragment;
  step: Step;
}

/** One step: what to do and how, by when and who, what the automatic check says, and the buttons. */
export function StepPanel({ incident, step }: At) {
  const { t } = useTexts();
  const zone = incident.store.timeZone;
  const over = step.state === 'done' || step.state === 'skipped';
  return (
    <div className={classes.panel} data-testid={`panel-${step.key}`} data-state={step.state}>
      <div>
        <h3>{textOrCode(t, 'stepTitle', step.key)}</h3>
        <StepStateChip state={step.state} plain />
      </div>
      <p className={classes.how}>{textOrCode(t, 'stepHow', step.key)}</p>
      <Facts>
        <Fact name={t('step.who')}>{t(`role.${step.role}`)}</Fact>
        {over ? null : (
          <Fact name={t('step.due')}>
            <ZonedClock at={step.dueAt} timeZone={zone} /> (<Countdown to={step.dueAt} />)
          </Fact>
        )}
        <Fact name={t('step.mode')}>{t(`stepMode.${step.mode}`)}</Fact>
        {step.commandState ? (
          <Fact name={t('step.command')} testId="command-state">
            {t(`commandState.${step.commandState}`)}
          </Fact>
        ) : null}
        {step.doneAt ? (
          <Fact name={t('step.doneAt')}>
            <ZonedMoment at={step.doneAt} timeZone={zone} />
            {step.doneBy ? ` · ${actorWords(t, step.doneBy)}` : null}
          </Fact>
        ) : null}
        {step.note ? <Fact name={t('step.note')}>{step.note}</Fact> : null}
        {step.skipReason ? <Fact name={t('step.skipReason')}>{step.skipReason}</Fact> : null}
      </Facts>
      <CheckResult step={step} zone={zone} />
      <StepActions incident={incident} step={step} />
    </div>
  );
}

function CheckResult({ step, zone }: { step: Step; zone: string }) {
  const { t, locale } = useTexts();
  return (
    <div role="status" aria-live="polite" data-testid="step-check">
      {step.check ? (
        <StateChip tone={step.check.passed ? 'ok' : 'warn'} icon={step.check.passed ? CircleCheck : CircleDashed}>
          {t(step.check.passed ? 'step.checkPassed' : 'step.checkPending')} · {checkWords(t, locale, step.check.detail)} ·{' '}
          <ZonedClock at={step.check.checkedAt} timeZone={zone} />
        </StateChip>
      ) : null}
    </div>
  );
}

function StepActions({ incident, step }: At) {
  const { t } = useTexts();
  const me = useMe();
  const { waiting } = useOutbox();
  const saved = waitingFor(waiting, incident.id, step.id);
  if (saved) {
    return (
      <div role="status">
        <Notice tone="info" testId="step-saved">
          <SavedState entry={saved} />
        </Notice>
      </div>
    );
  }
  switch (step.state) {
    case 'ready':
      return mayAct(me.role, step) ? (
        <ReadyStep incident={incident} step={step} />
      ) : (
        <Notice tone="info">{t('step.notYours', { role: t(`role.${step.role}`) })}</Notice>
      );
    case 'running':
      return <Notice tone="info">{t('step.running')}</Notice>;
    case 'waiting':
      return <Notice tone="info">{t('step.waiting')}</Notice>;
    default:
      return <NextStep incident={incident} step={step} />;
  }
}

function NextStep({ incident, step }: At) {
  const { t } = useTexts();
  const steps = inOrder(incident);
  const next = steps.indexOf(step) + 1;
  if (next >= steps.length || incident.state === 'resolved') return null;
  return (
    <div className={classes.buttons}>
      <Button
        component={Link}
        to="/incidents/$incidentId"
        params={{ incidentId: incident.id } as never}
        search={{ step: next + 1 } as never}
        replace
        rightSection={<ArrowRight size={18} aria-hidden="true" />}
        data-testid="next-step"
      >
        {t('step.next')}
      </Button>
    </div>
  );
}

function ReadyStep({ incident, step }: At) {
  const { t } = useTexts();
  const { write } = useOutbox();
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState<'skip' | 'command' | null>(null);
  const [missing, setMissing] = useState(false);
  const command = step.mode === 'command';
  const complete = () => {
    if (needsNote(step) && note.trim() === '') return setMissing(true);
    setAsked(null);
    void write({ kind: 'completeStep', incidentId: incident.id, stepId: step.id, note: note.trim() === '' ? null : note.trim() });
  };
  if (step.mode === 'automatic') return <Notice tone="info">{t('step.byItself')}</Notice>;
  return (
    <>
      <Textarea
        label={needsNote(step) ? t('step.noteRequired') : t('step.noteOptional')}
        value={note}
        onChange={(event) => {
          setNote(event.currentTarget.value);
          setMissing(false);
        }}
        error={missing ? t('step.noteMissing') : undefined}
        autosize={false}
        rows={3}
        maxLength={1000}
        data-testid="step-note"
      />
      <div className={classes.buttons}>
        {command ? (
          <Button leftSection={<Send size={18} aria-hidden="true" />} onClick={() => setAsked('command')} data-testid="step-command">
            {textOrCode(t, 'stepButton', step.key)}
          </Button>
        ) : (
          <Button leftSection={<Check size={18} aria-hidden="true" />} onClick={complete} data-testid="step-done">
            {textOrCode(t, 'stepButton', step.key)}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<SkipForward size={18} aria-hidden="true" />}
          onClick={() => setAsked('skip')}
          data-testid="step-skip"
        >
          {t('step.skip')}
        </Button>
      </div>
      <CommandDialog opened={asked === 'command'} close={() => setAsked(null)} incident={incident} step={step} confirm={complete} />
      <SkipDialog
        opened={asked === 'skip'}
        close={() => setAsked(null)}
        step={step}
        confirm={(reason) => {
          setAsked(null);
          void write({ kind: 'skipStep', incidentId: incident.id, stepId: step.id, reason });
        }}
      />
    </>
  );
}
