import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { formatMoney } from '../format/money.js';
import type { IncidentFullFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import type { Step } from './incident.rules.js';
import classes from './incidents.module.css';

/** Asks once before a command goes to a terminal, saying what will happen to what. */
export function CommandDialog(props: {
  opened: boolean;
  close: () => void;
  incident: IncidentFullFragment;
  step: Step;
  confirm: () => void;
}) {
  const { t, locale } = useTexts();
  const { incident, step } = props;
  const where = { terminal: incident.terminal?.name ?? t('incident.allTerminals'), store: incident.store.name };
  const effect = step.key === 'settleNow' ? 'settleNow' : 'closeTerminal';
  return (
    <Dialog opened={props.opened} close={props.close} title={textOrCode(t, 'stepTitle', step.key)} testId="command-dialog">
      <div className={classes.dialog}>
        <p>{t(`commandEffect.${effect}`, where)}</p>
        {incident.amount && incident.amount.amountMinor > 0 ? (
          <Notice tone="warn">{t('commandEffect.unsettled', { amount: formatMoney(incident.amount, locale) })}</Notice>
        ) : null}
        <p>{t('commandEffect.safe')}</p>
      </div>
      <div className={classes.dialogButtons}>
        <Button variant="default" onClick={props.close}>
          {t('action.cancel')}
        </Button>
        <Button onClick={props.confirm} data-testid="command-confirm" data-autofocus>
          {textOrCode(t, 'stepButton', step.key)}
        </Button>
      </div>
    </Dialog>
  );
}

/** A step is skipped only with a reason, which stays in the history. */
export function SkipDialog(props: { opened: boolean; close: () => void; step: Step; confirm: (reason: string) => void }) {
  const { t } = useTexts();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const confirm = () => (reason.trim() === '' ? setMissing(true) : props.confirm(reason.trim()));
  return (
    <Dialog
      opened={props.opened}
      close={props.close}
      title={t('step.skipTitle', { title: textOrCode(t, 'stepTitle', props.step.key) })}
      testId="skip-dialog"
    >
      <div className={classes.dialog}>
        <p>{t('step.skipText')}</p>
        <Textarea
          label={t('step.reason')}
          required
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
            setMissing(false);
          }}
          error={missing ? t('step.reasonMissing') : undefined}
          rows={3}
          maxLength={1000}
          data-testid="skip-reason"
          data-autofocus
        />
      </div>
      <div className={classes.dialogButtons}>
        <Button variant="default" onClick={props.close}>
          {t('action.cancel')}
        </Button>
        <Button onClick={confirm} data-testid="skip-confirm">
          {t('step.skip')}
        </Button>
      </div>
    </Dialog>
  );
}
