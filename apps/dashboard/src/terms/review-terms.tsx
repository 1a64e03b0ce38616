import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { NotReachable, ServerFault } from '../graphql/failures.js';
import { useTexts } from '../i18n/use-texts.js';
import { tell } from '../ui/announcer.js';
import { ErrorState, Notice, Skeletons } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { ChangeList } from './change-list.js';
import classes from './terms.module.css';
import { changesOf, checkedFrom, NO_TERMS, reachesBack, type Terms } from './terms.rules.js';
import { saveTerms, type TermsVersion, termsToReplaceQuery } from './terms-queries.js';
import { formatDay } from './terms-words.js';

interface Props {
  readonly acquirerId: string;
  /** The version that was written on. */
  readonly base: TermsVersion | undefined;
  readonly terms: Terms | null;
  readonly today: string;
  readonly close: () => void;
  readonly saved: (version: number) => void;
}

/** Asks once: what differs from what is in force by now, and what is checked again. What somebody saved meanwhile is shown, never overwritten unseen. */
export function ReviewTerms(props: Props) {
  const { t } = useTexts();
  const { terms } = props;
  return (
    <Dialog opened={terms !== null} close={props.close} shape="wide" title={t('terms.reviewTitle')} testId="terms-dialog">
      {terms === null ? null : <Review {...props} terms={terms} />}
    </Dialog>
  );
}

function Review({ acquirerId, base, terms, today, close, saved }: Props & { terms: Terms }) {
  const { t, locale } = useTexts();
  // Asked for anew each time: the form may have been open for long.
  const { data: versions, error, refetch } = useQuery(termsToReplaceQuery(acquirerId));
  const { save, saving, problem } = useSaving(acquirerId, saved);
  if (error && versions === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  if (versions === undefined) return <Skeletons rows={3} height={48} />;
  const newest = versions[0];
  const changes = changesOf(newest ?? NO_TERMS, terms);
  const first = checkedFrom(terms);
  return (
    <form
      className={classes.review}
      onSubmit={(event) => {
        event.preventDefault();
        void save(terms);
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
      <div role="alert">{problem === null ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <div className={classes.buttons}>
        <Button variant="default" onClick={close}>
          {t('terms.goOn')}
        </Button>
        <Button type="submit" loading={saving} disabled={changes.length === 0} data-autofocus data-testid="terms-save">
          {t('terms.save')}
        </Button>
      </div>
    </form>
  );
}

function useSaving(acquirerId: string, saved: (version: number) => void) {
  const { t } = useTexts();
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (terms: Terms) => {
    setSaving(true);
    setProblem(null);
    try {
      const answer = await saveTerms(acquirerId, terms);
      if (answer.__typename === 'ProviderTerms') {
        tell('ok', t('terms.saved', { version: answer.version }));
        saved(answer.version);
      } else setProblem(t(`refusal.${answer.code}`));
    } catch (failure) {
      if (failure instanceof NotReachable) setProblem(t('terms.notSaved'));
      else if (failure instanceof ServerFault) setProblem(t('error.faultText'));
      else throw failure;
    } finally {
      setSaving(false);
    }
  };
  return { save, saving, problem };
}
