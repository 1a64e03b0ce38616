import { Button, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { NotReachable, ServerFault } from '../graphql/failures.js';
import { useTexts } from '../i18n/use-texts.js';
import { MOST_CHARACTERS, oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { ErrorState, Notice, Skeletons } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { ChangeList } from './change-list.js';
import classes from './terms.module.css';
import { changesOf, checkedFrom, NO_TERMS, reachesBack, type Terms } from './terms.rules.js';
import { proposalsQuery, proposeTerms, type TermsVersion, termsToReplaceQuery } from './terms-queries.js';
import { formatDay } from './terms-words.js';

interface Props {
  readonly acquirerId: string;
  /** The version that was written on. */
  readonly base: TermsVersion | undefined;
  readonly terms: Terms | null;
  readonly today: string;
  readonly close: () => void;
  readonly proposed: () => void;
}

/** Asks once: what differs from what is in force by now, what is checked again, and why. Somebody else approves it. What came into force meanwhile is shown, never overwritten unseen. */
export function ReviewTerms(props: Props) {
  const { t } = useTexts();
  const { terms } = props;
  return (
    <Dialog opened={terms !== null} close={props.close} shape="wide" title={t('terms.reviewTitle')} testId="terms-dialog">
      {terms === null ? null : <Review {...props} terms={terms} />}
    </Dialog>
  );
}

function Review({ acquirerId, base, terms, today, close, proposed }: Props & { terms: Terms }) {
  const { t, locale } = useTexts();
  // Asked for anew each time: the form may have been open for long.
  const { data: versions, error, refetch } = useQuery(termsToReplaceQuery(acquirerId));
  const waiting = useQuery(proposalsQuery).data?.find((one) => one.acquirerId === acquirerId);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { propose, proposing, problem } = useProposing(acquirerId, proposed);
  if (error && versions === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  if (versions === undefined) return <Skeletons rows={3} height={48} />;
  const newest = versions[0];
  const changes = changesOf(newest ?? NO_TERMS, terms);
  const first = checkedFrom(terms);
  const missing = reason.trim() === '';
  return (
    <form
      noValidate
      className={classes.review}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missing) event.currentTarget.querySelector('textarea')?.focus();
        else void propose(newest?.version ?? 0, terms, oneLine(reason));
      }}
    >
      {newest !== undefined && newest.version !== base?.version ? (
        <Notice tone="warn" title={t('terms.meanwhileTitle', { version: newest.version, who: newest.savedBy })} testId="terms-meanwhile">
          <p>{t('terms.meanwhileText')}</p>
        </Notice>
      ) : null}
      {changes.length === 0 ? <p>{t('terms.same')}</p> : <ChangeList changes={changes} />}
      {changes.some((change) => reachesBack(change, today)) ? (
        <Notice tone="warn" title={t('terms.pastTitle')} testId="terms-past">
          <p>{t('terms.pastText')}</p>
        </Notice>
      ) : null}
      {first === undefined ? null : <p>{t('terms.checkedAgain', { day: formatDay(first, locale) })}</p>}
      <p>{t('terms.keptText', { version: (newest?.version ?? 0) + 1 })}</p>
      <Textarea
        label={t('terms.reason')}
        description={t('terms.reasonHelp')}
        required
        rows={2}
        maxLength={MOST_CHARACTERS.reason}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={tried && missing ? t('terms.reasonMissing') : undefined}
        data-testid="terms-reason"
        data-autofocus
      />
      {waiting === undefined ? null : (
        <Notice tone="warn" title={t('terms.waitsAlready', { who: waiting.requestedName })} testId="terms-waits" />
      )}
      <div role="alert">{problem === null ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <div className={classes.buttons}>
        <Button variant="default" onClick={close}>
          {t('terms.goOn')}
        </Button>
        <Button type="submit" loading={proposing} disabled={changes.length === 0 || waiting !== undefined} data-testid="terms-propose">
          {t('terms.propose')}
        </Button>
      </div>
    </form>
  );
}

function useProposing(acquirerId: string, proposed: () => void) {
  const { t } = useTexts();
  const [proposing, setProposing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const propose = async (replaces: number, terms: Terms, reason: string) => {
    setProposing(true);
    setProblem(null);
    try {
      const answer = await proposeTerms(acquirerId, replaces, terms, reason);
      if (answer.__typename === 'TermsProposal') {
        tell('ok', t('terms.told.requested'));
        proposed();
      } else setProblem(t(`refusal.${answer.code}`));
    } catch (failure) {
      if (failure instanceof NotReachable) setProblem(t('terms.notSaved'));
      else if (failure instanceof ServerFault) setProblem(t('error.faultText'));
      else throw failure;
    } finally {
      setProposing(false);
    }
  };
  return { propose, proposing, problem };
}
