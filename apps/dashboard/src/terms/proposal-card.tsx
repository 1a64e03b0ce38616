import { Button } from '@mantine/core';
import { Hourglass } from 'lucide-react';
import { useState } from 'react';
import type { RemedyDecision } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { decisionsAbout } from '../statements/statement.rules.js';
import { Card, Fact, Facts, Notice } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import { ChangeList } from './change-list.js';
import { DecideTerms } from './decide-terms.js';
import classes from './terms.module.css';
import { changesOf, checkedFrom, NO_TERMS, reachesBack } from './terms.rules.js';
import type { TermsProposal, TermsVersion } from './terms-queries.js';
import { formatDay } from './terms-words.js';

/** Terms that wait for a second person: what they change of the ones in force, who proposes them and why, and what the viewer may decide. */
export function ProposalCard(props: { proposal: TermsProposal; current: TermsVersion | undefined; today: string }) {
  const { t, locale } = useTexts();
  const { proposal, current, today } = props;
  const [deciding, setDeciding] = useState<RemedyDecision | null>(null);
  const changes = changesOf(current ?? NO_TERMS, proposal.terms);
  const first = checkedFrom(proposal.terms);
  const isStale = (current?.version ?? 0) !== proposal.replaces;
  const decisions = decisionsAbout(proposal).filter((decision) => !(isStale && decision === 'approve'));
  return (
    <Card testId="terms-proposal">
      <div className={ui.cardHead}>
        <h2 className={ui.cardTitle}>{t('terms.proposal')}</h2>
        <StateChip tone="warn" icon={Hourglass}>
          {t('terms.waits')}
        </StateChip>
      </div>
      <div className={classes.review}>
        <Facts>
          <Fact name={t('terms.reason')}>{proposal.reason}</Fact>
          <Fact name={t('terms.proposedBy')}>
            {proposal.mine ? t('terms.you') : proposal.requestedName} · <ZonedMoment at={proposal.requestedAt} />
          </Fact>
        </Facts>
        {isStale ? (
          <Notice tone="warn" title={t('terms.staleTitle')} testId="proposal-stale">
            <p>{t('terms.staleText')}</p>
          </Notice>
        ) : null}
        <h3 className={classes.changesTitle}>{t('terms.reviewTitle')}</h3>
        <ChangeList changes={changes} />
        {changes.some((change) => reachesBack(change, today)) ? (
          <Notice tone="warn" title={t('terms.pastTitle')} testId="proposal-past">
            <p>{t('terms.pastText')}</p>
          </Notice>
        ) : null}
        {first === undefined ? null : <p>{t('terms.checkedAgain', { day: formatDay(first, locale) })}</p>}
        {proposal.mine ? <p className={ui.muted}>{t('terms.waitsForSecond')}</p> : null}
        {decisions.length === 0 ? null : (
          <div className={classes.decisions}>
            {decisions.map((decision) => (
              <Button
                key={decision}
                variant={decision === 'approve' ? 'filled' : 'default'}
                onClick={() => setDeciding(decision)}
                data-testid={`proposal-${decision}`}
              >
                {t(`terms.decide.${decision}`)}
              </Button>
            ))}
          </div>
        )}
      </div>
      <DecideTerms proposal={proposal} decision={deciding} close={() => setDeciding(null)} />
    </Card>
  );
}
