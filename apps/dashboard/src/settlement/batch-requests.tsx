import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Ban, CircleCheck, Hourglass, type LucideIcon, TimerOff, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { queryClient } from '../app/query-client.js';
import { formatMoney } from '../format/money.js';
import { execute } from '../graphql/client.js';
import {
  DecideSettlementRequestDocument,
  RequestSettlementDocument,
  type SettlementDecision,
  type SettlementRequestFieldsFragment,
  type SettlementRequestState,
} from '../graphql/generated/money/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { newKey } from '../outbox/new-key.js';
import { useMe } from '../session/session.js';
import { oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Card, Fact, Facts } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import { Countdown, ZonedMoment } from '../ui/values.js';
import classes from './board.module.css';
import { askable, type BatchDetail } from './four-way.rules.js';
import { settlementRequestsQuery } from './settlement-queries.js';

type SettlementRequest = SettlementRequestFieldsFragment;
/** What a dialog asks about: a new request, or a decision about one. */
type Asking =
  | { readonly ask: 'settle' | 'acceptUnbalanced' }
  | { readonly decide: SettlementDecision; readonly request: SettlementRequest };

const LOOKS: Record<SettlementRequestState, [ChipTone, LucideIcon]> = {
  waiting: ['warn', Hourglass],
  approved: ['ok', CircleCheck],
  refused: ['bad', Ban],
  withdrawn: ['quiet', Undo2],
  expired: ['quiet', TimerOff],
};

/** What two people can do about a batch, what was asked for, and what became of it. */
export function BatchRequests({ batch, storeName }: { batch: BatchDetail; storeName: string }) {
  const { t } = useTexts();
  const me = useMe();
  const [asking, setAsking] = useState<Asking | null>(null);
  const { data } = useQuery(settlementRequestsQuery(batch.storeId));
  const requests = (data ?? []).filter(({ terminalId, batchNo }) => terminalId === batch.terminalId && batchNo === batch.batchNo);
  const waiting = requests.some(({ state }) => state === 'waiting');
  const kind = me.role === 'auditor' || waiting ? null : askable(batch);
  if (kind === null && requests.length === 0) return null;
  return (
    <Card title={t('board.twoPeople')} testId="batch-requests">
      {kind === null ? null : (
        <>
          <p>{t(`board.can.${kind}`)}</p>
          <Button onClick={() => setAsking({ ask: kind })} data-testid={`ask-${kind}`}>
            {t(`board.ask.${kind}`)}
          </Button>
        </>
      )}
      {requests.length === 0 ? null : (
        <ul className={classes.events}>
          {requests.map((request) => (
            <RequestItem key={request.id} request={request} decide={(decision) => setAsking({ decide: decision, request })} />
          ))}
        </ul>
      )}
      <Dialog
        opened={asking !== null}
        close={() => setAsking(null)}
        title={asking === null ? '' : 'ask' in asking ? t(`board.ask.${asking.ask}`) : t(`board.decide.${asking.decide}`)}
        testId="settlement-dialog"
      >
        {asking === null ? null : (
          <Ask
            key={'ask' in asking ? asking.ask : asking.decide}
            asking={asking}
            batch={batch}
            storeName={storeName}
            close={() => setAsking(null)}
          />
        )}
      </Dialog>
    </Card>
  );
}

function RequestItem({ request, decide }: { request: SettlementRequest; decide: (decision: SettlementDecision) => void }) {
  const { t } = useTexts();
  const me = useMe();
  const [tone, icon] = LOOKS[request.state];
  const mine = request.requestedBy === me.id;
  return (
    <li className={classes.request} data-testid={`settlement-request-${request.id}`} data-state={request.state}>
      <div>
        <strong>{t(`board.ask.${request.kind}`)}</strong>{' '}
        <StateChip tone={tone} icon={icon}>
          {t(`board.requestState.${request.state}`)}
        </StateChip>
      </div>
      <p>{request.reason}</p>
      <Facts>
        <Fact name={t('board.askedBy')}>
          {request.requestedByName} · <ZonedMoment at={request.requestedAt} />
        </Fact>
        {request.state === 'waiting' ? (
          <Fact name={t('board.timeLeft')}>
            <Countdown to={request.expiresAt} />
          </Fact>
        ) : null}
        {request.decidedByName === null ? null : (
          <Fact name={t('board.decidedBy')}>
            {request.decidedByName}
            {request.decisionNote === null || request.decisionNote === '' ? null : ` · ${request.decisionNote}`}
          </Fact>
        )}
        {request.commandState === null ? null : (
          <Fact name={t('board.command')}>{textOrCode(t, 'commandState', request.commandState)}</Fact>
        )}
      </Facts>
      {request.state === 'waiting' ? (
        <div className={classes.buttons}>
          {request.mayDecide ? (
            <>
              <Button color="danger" onClick={() => decide('approve')} data-testid="settlement-approve">
                {t('board.decide.approve')}
              </Button>
              <Button variant="default" onClick={() => decide('refuse')} data-testid="settlement-refuse">
                {t('board.decide.refuse')}
              </Button>
            </>
          ) : null}
          {mine ? (
            <Button variant="default" onClick={() => decide('withdraw')} data-testid="settlement-withdraw">
              {t('board.decide.withdraw')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}

function Ask({ asking, batch, storeName, close }: { asking: Asking; batch: BatchDetail; storeName: string; close: () => void }) {
  const { t, locale } = useTexts();
  // What was read when the dialog opened is what is asked for or decided about; the same key goes with every try.
  const [read] = useState({ asking, batch, key: newKey() });
  const send = async (reason: string) => {
    const answer = await sendIt(read.asking, read.batch, oneLine(reason), read.key);
    await Promise.all(['settlementRequests', 'batch', 'batches'].map((name) => queryClient.invalidateQueries({ queryKey: [name] })));
    if (answer.__typename !== 'SettlementRequest') return t(`refusal.${answer.code}`);
    tell('ok', t('ask' in read.asking ? 'board.asked' : 'board.decided'));
    close();
    return undefined;
  };
  const reason = { label: t('board.reason'), help: t('board.reasonHelp'), missing: t('board.reasonMissing') };
  const place = { terminal: batch.terminalName, store: storeName };
  return (
    <QuestionForm
      reason={'ask' in asking || asking.decide === 'refuse' ? { ...reason, testId: 'settlement-reason' } : undefined}
      confirm={{
        label: 'ask' in asking ? t('board.askSecond') : t(`board.decide.${asking.decide}`),
        danger: 'decide' in asking && asking.decide === 'approve',
        testId: 'settlement-confirm',
      }}
      notSent={t('board.notSent')}
      send={send}
      close={close}
    >
      <p>
        {'ask' in asking
          ? t(`board.askText.${asking.ask}`, { ...place, amount: formatMoney(read.batch.journal, locale) })
          : asking.decide === 'approve'
            ? t(`board.approveText.${asking.request.kind}`, { ...place, amount: formatMoney(asking.request.journal, locale) })
            : t(`board.${asking.decide}Text`)}
      </p>
    </QuestionForm>
  );
}

async function sendIt(asking: Asking, { storeId, terminalId, batchNo }: BatchDetail, reason: string, idempotencyKey: string) {
  if ('ask' in asking) {
    return (await execute(RequestSettlementDocument, { input: { storeId, terminalId, batchNo, kind: asking.ask, reason, idempotencyKey } }))
      .requestSettlement;
  }
  const { id, digest } = asking.request;
  const input = { id, decision: asking.decide, digest, note: reason === '' ? null : reason };
  return (await execute(DecideSettlementRequestDocument, { input })).decideSettlementRequest;
}
