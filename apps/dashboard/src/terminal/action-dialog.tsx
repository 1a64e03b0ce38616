import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useExternalStore } from '../app/external-store.js';
import { formatMoney } from '../format/money.js';
import type { DiagnosisDepth, TerminalAction } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import dialog from '../incidents/incidents.module.css';
import { SavedState } from '../outbox/saved-state.js';
import { useOutbox } from '../outbox/use-outbox.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { type ActionForm, type ActionOption, type FormFault, formFaults, MOST_CHARACTERS, oneLine } from './action.rules.js';
import { orderResults } from './order-results.js';
import { OrderProgress } from './orders.js';
import type { TerminalAt } from './terminal-page.js';
import { terminalQuery } from './terminal-queries.js';

const DEPTHS: readonly DiagnosisDepth[] = ['host', 'self'];

/** Asks once before something is ordered, says what will happen to what, and then shows how it goes. */
export function ActionDialog({ at, action, close }: { at: TerminalAt; action: TerminalAction | null; close: () => void }) {
  const { t } = useTexts();
  const option = at.terminal.actions.find((each) => each.action === action);
  return (
    <Dialog opened={option !== undefined} close={close} title={option ? t(`commandAction.${option.action}`) : ''} testId="action-dialog">
      {option ? <Steps key={option.action} at={at} option={option} close={close} /> : null}
    </Dialog>
  );
}

function Steps({ at, option, close }: { at: TerminalAt; option: ActionOption; close: () => void }) {
  const { write } = useOutbox();
  const [key, setKey] = useState<string | null>(null);
  const { storeId, id: terminalId } = at.terminal;
  const order = ({ reason, text }: ActionForm, depth: DiagnosisDepth) => {
    const needs = new Set(option.parameters);
    void write({
      kind: 'terminalAction',
      storeId,
      terminalId,
      action: option.action,
      reason: oneLine(reason),
      text: needs.has('text') ? oneLine(text) : null,
      depth: needs.has('depth') ? depth : null,
    }).then(setKey);
  };
  return key === null ? <Confirm at={at} option={option} close={close} order={order} /> : <Ordered at={at} orderKey={key} close={close} />;
}

function Confirm(props: {
  at: TerminalAt;
  option: ActionOption;
  close: () => void;
  order: (form: ActionForm, depth: DiagnosisDepth) => void;
}) {
  const { t } = useTexts();
  const { option } = props;
  const [form, setForm] = useState<ActionForm>({ reason: '', text: '' });
  const [depth, setDepth] = useState<DiagnosisDepth>('host');
  const [tried, setTried] = useState(false);
  const faults = formFaults(option, form);
  const fault = (field: keyof ActionForm) => (tried && faults[field] ? faultText(t, field, faults[field]) : undefined);
  const confirm = (fields: HTMLFormElement) => {
    if (Object.keys(faults).length === 0) return props.order(form, depth);
    setTried(true);
    // The first field that is not right gets the focus, once it is marked.
    requestAnimationFrame(() => fields.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        confirm(event.currentTarget);
      }}
    >
      <div className={dialog.dialog}>
        <Effect at={props.at} option={option} />
        {option.parameters.includes('depth') ? (
          <NativeSelect
            label={t('action.depthLabel')}
            value={depth}
            onChange={(event) => setDepth(event.currentTarget.value as DiagnosisDepth)}
            data={DEPTHS.map((value) => ({ value, label: t(`action.depth.${value}`) }))}
            data-testid="action-depth"
          />
        ) : null}
        {option.parameters.includes('text') ? (
          <TextInput
            label={t('action.text')}
            description={t('action.textHelp', { most: MOST_CHARACTERS.text })}
            required
            value={form.text}
            onChange={(event) => setForm({ ...form, text: event.currentTarget.value })}
            error={fault('text')}
            maxLength={MOST_CHARACTERS.text}
            data-testid="action-text"
            data-autofocus
          />
        ) : null}
        <Textarea
          label={t('action.reason')}
          description={t('action.reasonHelp')}
          required
          value={form.reason}
          onChange={(event) => setForm({ ...form, reason: event.currentTarget.value })}
          error={fault('reason')}
          rows={2}
          maxLength={MOST_CHARACTERS.reason}
          data-testid="action-reason"
          data-autofocus={option.parameters.includes('text') ? undefined : true}
        />
      </div>
      <div className={dialog.dialogButtons}>
        <Button variant="default" onClick={props.close}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" color={option.destructive ? 'danger' : 'accent'} data-testid="action-confirm">
          {t(`commandAction.${option.action}`)}
        </Button>
      </div>
    </form>
  );
}

function faultText(t: ReturnType<typeof useTexts>['t'], field: keyof ActionForm, fault: FormFault): string {
  if (fault === 'cardLike') return t('action.cardLike');
  return field === 'reason' ? t('step.reasonMissing') : t('action.textMissing');
}

/** What will happen to what, and what it costs. */
function Effect({ at: { store, terminal }, option }: { at: TerminalAt; option: ActionOption }) {
  const { t, locale } = useTexts();
  const { action, destructive, waits } = option;
  const unsettled = terminal.unsettled.amountMinor > 0 && destructive;
  return (
    <>
      <p>{t(`action.effect.${action}`, { terminal: terminal.name, store: store.name })}</p>
      {unsettled ? (
        <Notice tone="warn">
          {t(action === 'settleTerminal' || action === 'closeTerminal' ? 'action.settlesFirst' : 'action.staysUnsettled', {
            amount: formatMoney(terminal.unsettled, locale),
          })}
        </Notice>
      ) : null}
      {waits ? <Notice tone="info">{t('action.waits')}</Notice> : null}
    </>
  );
}

/** What became of the order: kept here, refused, or under way at the gateway. It goes on when the dialog is closed. */
function Ordered({ at, orderKey, close }: { at: TerminalAt; orderKey: string; close: () => void }) {
  const { t } = useTexts();
  const { waiting } = useOutbox();
  const done = useRef<HTMLButtonElement>(null);
  // The form that had the focus is gone.
  useEffect(() => done.current?.focus(), []);
  const result = useExternalStore(orderResults).get(orderKey);
  const { data: terminal } = useQuery(terminalQuery(at.terminal));
  const saved = waiting.find((entry) => entry.key === orderKey);
  const ordered = result?.outcome === 'done' ? result.command : undefined;
  const command = terminal?.commands.edges.find(({ node }) => node.id === ordered?.id)?.node ?? ordered;
  return (
    <div data-testid="action-progress">
      <div className={dialog.dialog} role="status">
        {saved ? (
          <Notice tone="info">
            <SavedState entry={saved} />
          </Notice>
        ) : null}
        {result?.outcome === 'refused' ? <Notice tone="bad">{t(`refusal.${result.code}`)}</Notice> : null}
        {result?.outcome === 'lapsed' ? <Notice tone="bad">{t('outbox.lapsed')}</Notice> : null}
        {command ? <OrderProgress command={command} timeZone={at.store.timeZone} /> : null}
      </div>
      <div className={dialog.dialogButtons}>
        <Button ref={done} onClick={close} data-testid="action-done">
          {t('action.close')}
        </Button>
      </div>
    </div>
  );
}
