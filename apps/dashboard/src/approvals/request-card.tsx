import { Button } from '@mantine/core';
import { Ban, CircleCheck, Hourglass, type LucideIcon, TimerOff, Undo2, UserCheck, UserRound } from 'lucide-react';
import { useState } from 'react';
import type { FleetRequestFieldsFragment, FleetRequestState } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { Fact, Facts } from '../ui/blocks.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { Countdown, Money, ZonedMoment } from '../ui/values.js';
import classes from './approvals.module.css';
import { DecisionDialog, type DecisionKind } from './decision-dialog.js';
import { progressOf, unsettledOf } from './selection.rules.js';
import { requestWords } from './words.js';

type Request = FleetRequestFieldsFragment;

const LOOKS: Record<FleetRequestState, { tone: ChipTone; icon: LucideIcon }> = {
  waiting: { tone: 'warn', icon: Hourglass },
  approved: { tone: 'ok', icon: UserCheck },
  refused: { tone: 'bad', icon: Ban },
  withdrawn: { tone: 'quiet', icon: Undo2 },
  expired: { tone: 'quiet', icon: TimerOff },
};

/** One request: what, on what, by whom and why; what may be done about it; what became of it. */
export function RequestCard({ request }: { request: Request }) {
  const { t } = useTexts();
  const [deciding, setDeciding] = useState<DecisionKind | null>(null);
  const { state, mine, mayDecide } = request;
  return (
    <li className={`${ui.card} ${classes.request}`} data-testid={`request-${request.id}`} data-state={state}>
      <div className={ui.cardHead}>
        <h2 className={ui.cardTitle}>{requestWords(t, request)}</h2>
        <RequestState request={request} />
      </div>
      <p className={classes.reason}>{request.reason}</p>
      <RequestFacts request={request} />
      <Targets request={request} />
      {state === 'waiting' && mine ? <p className={`${ui.muted} ${ui.small}`}>{t('approval.yours')}</p> : null}
      {mayDecide || (mine && state === 'waiting') ? (
        <div className={classes.buttons}>
          {mayDecide ? (
            <>
              <Button color="danger" onClick={() => setDeciding('approve')} data-testid="approve">
                {t('approval.approve')}
              </Button>
              <Button variant="default" onClick={() => setDeciding('refuse')} data-testid="refuse">
                {t('approval.refuse')}
              </Button>
            </>
          ) : (
            <Button variant="default" onClick={() => setDeciding('withdraw')} data-testid="withdraw">
              {t('approval.withdraw')}
            </Button>
          )}
        </div>
      ) : null}
      <DecisionDialog request={request} kind={deciding} close={() => setDeciding(null)} />
    </li>
  );
}

function RequestState({ request: { state, secondPerson } }: { request: Request }) {
  const { t } = useTexts();
  if (!secondPerson) {
    return (
      <StateChip tone="quiet" icon={UserRound} testId="request-state">
        {t('approval.state.alone')}
      </StateChip>
    );
  }
  const { tone, icon } = LOOKS[state];
  return (
    <StateChip tone={tone} icon={icon} testId="request-state">
      {t(`approval.state.${state}`)}
    </StateChip>
  );
}

function RequestFacts({ request }: { request: Request }) {
  const { t } = useTexts();
  const unsettled = unsettledOf(request);
  const progress = progressOf(request);
  return (
    <Facts>
      <Fact name={t('approval.askedBy')}>{request.requestedBy}</Fact>
      <Fact name={t('approval.askedAt')}>
        <ZonedMoment at={request.requestedAt} />
      </Fact>
      {request.state === 'waiting' ? (
        <>
          <Fact name={t('approval.timeLeft')}>
            <Countdown to={request.expiresAt} />
          </Fact>
          <Fact name={t('approval.unsettledNow')} testId="request-unsettled">
            {unsettled.length === 0 ? t('approval.nothing') : <Amounts sums={unsettled} />}
          </Fact>
        </>
      ) : null}
      {request.decidedBy === null ? null : <Fact name={t('approval.decidedBy')}>{request.decidedBy}</Fact>}
      {request.decidedAt === null ? null : (
        <Fact name={t('approval.decidedAt')}>
          <ZonedMoment at={request.decidedAt} />
        </Fact>
      )}
      {request.decisionReason === null ? null : <Fact name={t('approval.refusedWhy')}>{request.decisionReason}</Fact>}
      {request.state === 'approved' ? (
        <Fact name={t('approval.progress')} testId="request-progress">
          {t('approval.progressWords', { ...progress })}
        </Fact>
      ) : null}
    </Facts>
  );
}

function Amounts({ sums }: { sums: ReturnType<typeof unsettledOf> }) {
  return (
    <span className={classes.amounts}>
      {sums.map((money) => (
        <Money key={money.currency} value={money} />
      ))}
    </span>
  );
}

/** Every terminal of a request, folded away until somebody wants to know. */
function Targets({ request }: { request: Request }) {
  const { t } = useTexts();
  return (
    <details className={classes.targets}>
      <summary data-testid="request-targets">{t('approval.targets', { count: request.terminalCount })}</summary>
      <ul>
        {request.targets.map((target) => (
          <li key={`${target.storeId}/${target.terminalId}`}>
            <span>{`${target.storeName} · ${target.terminalName}`}</span>
            {target.online ? null : <span className={ui.muted}>{t('approval.offlineNow')}</span>}
            {target.commandState === null ? null : (
              <StateChip
                tone={target.commandState === 'succeeded' ? 'ok' : 'quiet'}
                icon={target.commandState === 'succeeded' ? CircleCheck : Hourglass}
                plain
              >
                {textOrCode(t, 'commandState', target.commandState)}
              </StateChip>
            )}
            {target.unsettled && target.unsettled.amountMinor > 0 ? <Money value={target.unsettled} /> : null}
          </li>
        ))}
      </ul>
    </details>
  );
}
