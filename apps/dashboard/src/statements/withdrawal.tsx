import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ban, CircleCheck, Hourglass, type LucideIcon, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { RemedyDecision, RemedyState } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { Card, Fact, Facts, Notice } from '../ui/blocks.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import { decisionsAbout } from './statement.rules.js';
import { type StatementFileDetail, type Withdrawal, withdrawalsQuery } from './statement-queries.js';
import classes from './statements.module.css';
import { WithdrawalDialog } from './withdrawal-dialog.js';

const LOOKS: Record<RemedyState, [ChipTone, LucideIcon]> = {
  requested: ['warn', Hourglass],
  approved: ['ok', CircleCheck],
  refused: ['bad', Ban],
  withdrawn: ['quiet', Undo2],
};

/** Asks that a file counts no more; nothing where it does not count, where it was asked for already, or for people who may not. */
export function WithdrawButton({ file }: { file: StatementFileDetail }) {
  const { t } = useTexts();
  const me = useMe();
  const [asking, setAsking] = useState(false);
  if (me.role !== 'hq' || file.state !== 'imported' || file.withdrawal?.state === 'requested') return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)} data-testid="withdraw">
        {t('statement.withdraw')}
      </Button>
      <WithdrawalDialog about={asking ? { ask: file } : null} close={() => setAsking(false)} />
    </>
  );
}

/** The newest wish to withdraw a file: who asked and why, and what the viewer may decide about it. */
export function WithdrawalCard({ withdrawal, file }: { withdrawal: Withdrawal; file: StatementFileDetail }) {
  const { t } = useTexts();
  const [deciding, setDeciding] = useState<RemedyDecision | null>(null);
  const [tone, icon] = LOOKS[withdrawal.state];
  const decisions = decisionsAbout(withdrawal);
  return (
    <Card testId="withdrawal">
      <div className={ui.cardHead}>
        <h2 className={ui.cardTitle}>{t('statement.withdrawal')}</h2>
        <StateChip tone={tone} icon={icon} testId={`withdrawal-${withdrawal.state}`}>
          {t(`statement.withdrawalState.${withdrawal.state}`)}
        </StateChip>
      </div>
      <p className={classes.reason}>{withdrawal.reason}</p>
      <Facts>
        <Fact name={t('statement.askedBy')}>
          {withdrawal.mine ? t('statement.you') : withdrawal.requestedName} · <ZonedMoment at={withdrawal.requestedAt} />
        </Fact>
        {withdrawal.decidedName === null || withdrawal.decidedAt === null ? null : (
          <Fact name={t('statement.decidedBy')}>
            {withdrawal.decidedName} · <ZonedMoment at={withdrawal.decidedAt} />
          </Fact>
        )}
        {withdrawal.decisionNote === null ? null : <Fact name={t('statement.decisionNote')}>{withdrawal.decisionNote}</Fact>}
      </Facts>
      {withdrawal.state === 'requested' && withdrawal.mine ? <p className={ui.muted}>{t('statement.waitsForSecond')}</p> : null}
      {decisions.length === 0 ? null : (
        <div className={classes.decisions}>
          {decisions.map((decision) => (
            <Button
              key={decision}
              variant={decision === 'approve' ? 'filled' : 'default'}
              onClick={() => setDeciding(decision)}
              data-testid={`withdrawal-${decision}`}
            >
              {t(`statement.decide.${decision}`)}
            </Button>
          ))}
        </div>
      )}
      <WithdrawalDialog about={deciding === null ? null : { decide: deciding, withdrawal, file }} close={() => setDeciding(null)} />
    </Card>
  );
}

/** Says which files somebody wants withdrawn and waits for a second person. */
export function WaitingWithdrawals() {
  const { t } = useTexts();
  const { data } = useQuery(withdrawalsQuery);
  if (data === undefined || data.length === 0) return null;
  return (
    <div className={classes.waiting}>
      <Notice tone="info" title={t('statement.withdrawalsWaiting', { count: data.length })} testId="withdrawals-waiting">
        <ul className={classes.waitingList}>
          {data.map(({ id, fileId, file, mine, requestedName, reason }) => (
            <li key={id}>
              <Link to="/settlement/statements/$fileId" params={{ fileId }} className={classes.fileLink}>
                {file.name}
              </Link>{' '}
              <span>{[mine ? t('statement.you') : requestedName, reason].join(' · ')}</span>
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}
