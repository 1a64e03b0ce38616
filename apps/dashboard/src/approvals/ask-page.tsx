import { Button, NativeSelect, Textarea } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type RefObject, useRef, useState } from 'react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { execute } from '../graphql/client.js';
import { NotReachable } from '../graphql/failures.js';
import { RequestFleetActionDocument, type TerminalAction } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { newKey } from '../outbox/new-key.js';
import { formFaults, MOST_CHARACTERS, oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Card, ErrorState, Notice, PageHeader, Skeletons } from '../ui/blocks.js';
import { previewQuery, renewRequests } from './approval-queries.js';
import classes from './approvals.module.css';
import { Effect, type Preview } from './effect.js';
import { FLEET_ACTIONS, placeOf, targetOf } from './selection.rules.js';
import { TargetPicker } from './target-picker.js';

const route = getRouteApi('/signed-in/fleet/ask');

/** Several terminals at once: which, what, what will happen, why. What is fleet-wide then waits for a second person. */
export function AskPage() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: stores, error, refetch } = useQuery(fleetQuery);
  const change = (next: Partial<typeof search>) => void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  const action: TerminalAction = search.action ?? FLEET_ACTIONS[0];
  const known = new Set(stores?.flatMap((store) => store.terminals.map(({ id }) => placeOf(store.id, id))));
  const chosen = (search.t ?? []).filter((place) => known.has(place));
  return (
    <>
      <PageHeader title={t('approval.askTitle')} lead={t('approval.askLead')} />
      {error && !stores ? <ErrorState error={error} retry={() => void refetch()} /> : null}
      {stores ? (
        <div className={classes.ask}>
          <div className={classes.column}>
            <NativeSelect
              label={t('approval.action')}
              value={action}
              onChange={(event) => change({ action: event.currentTarget.value as (typeof FLEET_ACTIONS)[number] })}
              data={FLEET_ACTIONS.map((value) => ({ value, label: t(`commandAction.${value}`) }))}
              data-testid="ask-action"
            />
            <TargetPicker
              stores={stores}
              chosen={chosen}
              change={(places) => change({ t: places })}
              find={search.q ?? ''}
              setFind={(q) => change({ q })}
            />
          </div>
          <AskForm action={action} chosen={chosen} />
        </div>
      ) : error ? null : (
        <Skeletons rows={4} height={96} />
      )}
    </>
  );
}

function AskForm({ action, chosen }: { action: TerminalAction; chosen: readonly string[] }) {
  const { t } = useTexts();
  const { data: preview, error, refetch } = useQuery({ ...previewQuery(action, chosen), placeholderData: keepPreviousData });
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const current = chosen.length > 0 && preview?.__typename === 'FleetActionPreview' ? preview : undefined;
  const possible = chosen.filter((place) => !current?.blocked.some((blocked) => placeOf(blocked.storeId, blocked.terminalId) === place));
  const { send, sending, problem } = useAsking();
  const fault = formFaults({ parameters: [] }, { reason, text: '' }).reason;
  const submit = () => {
    setTried(true);
    if (fault) return field.current?.focus();
    if (current && possible.length > 0) void send({ action, places: possible, reason: oneLine(reason) });
  };
  return (
    <Card title={t('approval.effectTitle')} className={classes.effect} testId="ask-effect">
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {chosen.length === 0 ? <p>{t('approval.nothingChosen')}</p> : null}
        {error && chosen.length > 0 ? <ErrorState error={error} retry={() => void refetch()} /> : null}
        {current ? <Effect action={action} preview={current} /> : null}
        <ReasonField
          field={field}
          value={reason}
          change={setReason}
          fault={tried && fault ? t(fault === 'cardLike' ? 'action.cardLike' : 'approval.reasonMissing') : undefined}
        />
        {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
        <Button type="submit" color="danger" loading={sending} disabled={!current || possible.length === 0} data-testid="ask-submit">
          {t(submitKey(current))}
        </Button>
      </form>
    </Card>
  );
}

const submitKey = (preview: Preview | undefined) => (preview?.secondPerson === false ? 'approval.doIt' : 'approval.ask');

function ReasonField(props: {
  field: RefObject<HTMLTextAreaElement | null>;
  value: string;
  change: (reason: string) => void;
  fault: string | undefined;
}) {
  const { t } = useTexts();
  return (
    <Textarea
      ref={props.field}
      label={t('approval.reason')}
      description={t('approval.reasonHelp')}
      required
      rows={2}
      maxLength={MOST_CHARACTERS.reason}
      value={props.value}
      onChange={(event) => props.change(event.currentTarget.value)}
      error={props.fault}
      data-testid="ask-reason"
    />
  );
}

interface Asked {
  readonly action: TerminalAction;
  readonly places: readonly string[];
  readonly reason: string;
}

/**
 * Sends a request while the person waits, not by way of the outbox: what they read is of this moment. The key stays with what is asked, so that trying again
 * after a lost answer asks once.
 */
function useAsking() {
  const { t } = useTexts();
  const navigate = route.useNavigate();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const keyed = useRef<{ asked: string; key: string } | null>(null);
  const send = async ({ action, places, reason }: Asked) => {
    const asked = JSON.stringify([action, places, reason]);
    if (keyed.current?.asked !== asked) keyed.current = { asked, key: newKey() };
    setSending(true);
    setProblem(null);
    try {
      const input = { action, targets: places.map(targetOf), reason, idempotencyKey: keyed.current.key };
      const { requestFleetAction: answer } = await execute(RequestFleetActionDocument, { input });
      if (answer.__typename !== 'FleetRequest') return setProblem(t(`refusal.${answer.code}`));
      tell('ok', t(answer.state === 'waiting' ? 'approval.asked' : 'approval.started'));
      await renewRequests();
      await navigate({ to: '/fleet/requests', search: {} });
    } catch (failure) {
      if (!(failure instanceof NotReachable)) throw failure;
      setProblem(t('approval.notSent'));
    } finally {
      setSending(false);
    }
  };
  return { send, sending, problem };
}
