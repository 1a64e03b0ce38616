import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { formatMoney } from '../format/money.js';
import { execute } from '../graphql/client.js';
import { NotReachable } from '../graphql/failures.js';
import {
  ApproveFleetRequestDocument,
  type FleetRequestFieldsFragment,
  RefuseFleetRequestDocument,
  WithdrawFleetRequestDocument,
} from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import dialog from '../incidents/incidents.module.css';
import { formFaults, MOST_CHARACTERS, oneLine } from '../terminal/action.rules.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { renewRequests } from './approval-queries.js';
import { FLEET_ACTIONS, unsettledOf } from './selection.rules.js';
import { whereWords } from './words.js';

type Request = FleetRequestFieldsFragment;

/** What somebody can do about a request. */
export type DecisionKind = 'approve' | 'refuse' | 'withdraw';

/** Asks once before a decision, saying what will happen to what. What is agreed to is what was read: its hash goes along. */
export function DecisionDialog({ request, kind, close }: { request: Request; kind: DecisionKind | null; close: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog opened={kind !== null} close={close} title={kind ? t(`approval.${kind}Title`) : ''} testId="decision-dialog">
      {kind === null ? null : <Decision key={kind} request={request} kind={kind} close={close} />}
    </Dialog>
  );
}

function Decision({ request, kind, close }: { request: Request; kind: DecisionKind; close: () => void }) {
  const { t } = useTexts();
  // What was on the screen when the dialog opened is what is decided about, whatever arrives meanwhile.
  const [read] = useState(request);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { decide, deciding, problem } = useDeciding(close);
  const fault = kind === 'refuse' ? formFaults({ parameters: [] }, { reason, text: '' }).reason : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (fault === undefined) void decide(read, kind, oneLine(reason));
        else event.currentTarget.querySelector('textarea')?.focus();
      }}
    >
      <div className={dialog.dialog}>
        <What request={read} kind={kind} />
        {kind === 'refuse' ? (
          <Textarea
            label={t('approval.reason')}
            description={t('approval.reasonHelp')}
            required
            rows={2}
            maxLength={MOST_CHARACTERS.reason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={tried && fault ? t(fault === 'cardLike' ? 'action.cardLike' : 'approval.reasonMissing') : undefined}
            data-testid="decision-reason"
            data-autofocus
          />
        ) : null}
        {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
      </div>
      <div className={dialog.dialogButtons}>
        <Button variant="default" onClick={close} data-autofocus={kind === 'refuse' ? undefined : true}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" color={kind === 'approve' ? 'danger' : 'accent'} loading={deciding} data-testid="decision-confirm">
          {t(`approval.${kind}`)}
        </Button>
      </div>
    </form>
  );
}

function What({ request, kind }: { request: Request; kind: DecisionKind }) {
  const { t, locale } = useTexts();
  if (kind === 'withdraw') return <p>{t('approval.withdrawText')}</p>;
  const known = FLEET_ACTIONS.find((action) => action === request.action);
  const unsettled = unsettledOf(request);
  const count = request.targets.filter((target) => (target.unsettled?.amountMinor ?? 0) > 0).length;
  return (
    <>
      <p>{t('approval.approveText', { who: request.requestedBy, reason: request.reason })}</p>
      {known ? <p>{t(`approval.effect.${known}`, { where: whereWords(t, request.terminalCount, request.storeCount) })}</p> : null}
      {count > 0 ? (
        <Notice tone="warn" testId="decision-unsettled">
          {t('approval.unsettled', { count, amounts: unsettled.map((money) => formatMoney(money, locale)).join(t('list.separator')) })}
        </Notice>
      ) : null}
      {kind === 'approve' ? <p>{t('approval.approveNow')}</p> : null}
    </>
  );
}

/** Sends a decision while the person waits: it is about this moment, and the same decision sent twice is one. */
function useDeciding(close: () => void) {
  const { t } = useTexts();
  const [deciding, setDeciding] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const decide = async (request: Request, kind: DecisionKind, reason: string) => {
    setDeciding(true);
    setProblem(null);
    try {
      const answer = await send(request, kind, reason);
      await renewRequests();
      if (answer.__typename === 'FleetRequest') close();
      else setProblem(t(`refusal.${answer.code}`));
    } catch (failure) {
      if (!(failure instanceof NotReachable)) throw failure;
      setProblem(t('approval.notSent'));
    } finally {
      setDeciding(false);
    }
  };
  return { decide, deciding, problem };
}

async function send({ id, hash }: Request, kind: DecisionKind, reason: string) {
  if (kind === 'approve') return (await execute(ApproveFleetRequestDocument, { input: { id, hash } })).approveFleetRequest;
  if (kind === 'refuse') return (await execute(RefuseFleetRequestDocument, { input: { id, reason } })).refuseFleetRequest;
  return (await execute(WithdrawFleetRequestDocument, { id })).withdrawFleetRequest;
}
