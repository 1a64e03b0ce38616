import { useState } from 'react';
import { formatMoney } from '../format/money.js';
import { execute } from '../graphql/client.js';
import {
  ApproveFleetRequestDocument,
  type FleetRequestFieldsFragment,
  RefuseFleetRequestDocument,
  WithdrawFleetRequestDocument,
} from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { formFaults, oneLine } from '../terminal/action.rules.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
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
  // It is about this moment, so it is sent while the person waits; the same decision sent twice is one.
  const decide = async (reason: string) => {
    const answer = await send(read, kind, oneLine(reason));
    await renewRequests();
    if (answer.__typename !== 'FleetRequest') return t(`refusal.${answer.code}`);
    close();
    return undefined;
  };
  const reason = {
    label: t('approval.reason'),
    help: t('approval.reasonHelp'),
    missing: t('approval.reasonMissing'),
    fault: (text: string) =>
      formFaults({ parameters: [] }, { reason: text, text: '' }).reason === 'cardLike' ? t('action.cardLike') : undefined,
    testId: 'decision-reason',
  };
  return (
    <QuestionForm
      reason={kind === 'refuse' ? reason : undefined}
      confirm={{ label: t(`approval.${kind}`), danger: kind === 'approve', testId: 'decision-confirm' }}
      startAtCancel={kind !== 'refuse'}
      notSent={t('approval.notSent')}
      send={decide}
      close={close}
    >
      <What request={read} kind={kind} />
    </QuestionForm>
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

async function send({ id, hash }: Request, kind: DecisionKind, reason: string) {
  if (kind === 'approve') return (await execute(ApproveFleetRequestDocument, { input: { id, hash } })).approveFleetRequest;
  if (kind === 'refuse') return (await execute(RefuseFleetRequestDocument, { input: { id, reason } })).refuseFleetRequest;
  return (await execute(WithdrawFleetRequestDocument, { id })).withdrawFleetRequest;
}
