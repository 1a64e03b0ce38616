import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useState } from 'react';
import { formatMoney } from '../format/money.js';
import { NotReachable } from '../graphql/failures.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { MOST_CHARACTERS } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { atStake } from './difference.rules.js';
import { act, type Difference, type DifferenceAct, renewDifferences } from './difference-queries.js';
import classes from './differences.module.css';

/** What can be done with differences at once. */
export type ActKind = DifferenceAct['kind'];

/** Asks once before an act on differences, saying what it means; all of them or none change. */
export function ActDialog(props: { kind: ActKind | null; differences: readonly Difference[]; close: () => void; done: () => void }) {
  const { t } = useTexts();
  const { kind, differences } = props;
  return (
    <Dialog
      opened={kind !== null}
      close={props.close}
      title={kind === null ? '' : t(`difference.${kind}Title`, { count: differences.length })}
      testId="act-dialog"
    >
      {kind === null ? null : <Form key={kind} {...props} kind={kind} />}
    </Dialog>
  );
}

function Form({ kind, differences, close, done }: Parameters<typeof ActDialog>[0] & { kind: ActKind }) {
  const { t } = useTexts();
  const me = useMe();
  // What was selected when the dialog opened is what is acted on, whatever arrives meanwhile.
  const [chosen] = useState(differences);
  const [owner, setOwner] = useState<'me' | 'manager' | 'hq'>('me');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const { send, sending, problem } = useActing(chosen, () => {
    close();
    done();
  });
  const missing = kind !== 'assign' && note.trim() === '';
  const what = (): DifferenceAct =>
    kind === 'assign'
      ? { kind, role: owner === 'me' ? me.role : owner, personId: owner === 'me' ? me.id : null }
      : { kind, note: note.trim() };
  return (
    <form
      noValidate
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missing) event.currentTarget.querySelector('textarea')?.focus();
        else void send(what());
      }}
    >
      <Meaning kind={kind} differences={chosen} />
      {kind === 'assign' ? (
        <NativeSelect
          label={t('difference.assignTo')}
          value={owner}
          onChange={(event) => setOwner(event.currentTarget.value as typeof owner)}
          data={[
            { value: 'me', label: t('difference.toMe') },
            { value: 'manager', label: t('difference.toManager') },
            { value: 'hq', label: t('difference.toHq') },
          ]}
          data-testid="assign-to"
          data-autofocus
        />
      ) : (
        <Textarea
          label={t('difference.reason')}
          description={t('difference.reasonHelp')}
          required
          rows={2}
          maxLength={MOST_CHARACTERS.reason}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          error={tried && missing ? t('difference.reasonMissing') : undefined}
          data-testid="act-reason"
          data-autofocus
        />
      )}
      {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
      <div className={classes.buttons}>
        <Button variant="default" onClick={close}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" color={kind === 'accept' ? 'danger' : 'accent'} loading={sending} data-testid="act-confirm">
          {t(`difference.${kind}`)}
        </Button>
      </div>
    </form>
  );
}

function Meaning({ kind, differences }: { kind: ActKind; differences: readonly Difference[] }) {
  const { t, locale } = useTexts();
  if (kind !== 'accept') return <p>{t(`difference.${kind}Text`)}</p>;
  const amounts = atStake(differences)
    .filter(({ amountMinor }) => amountMinor !== 0)
    .map((money) => formatMoney(money, locale));
  return (
    <Notice tone="warn" testId="at-stake">
      <p>
        {amounts.length === 0
          ? t('difference.acceptTextPlain')
          : t('difference.acceptText', { amounts: amounts.join(t('list.separator')) })}
      </p>
    </Notice>
  );
}

function useActing(differences: readonly Difference[], done: () => void) {
  const { t } = useTexts();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (what: DifferenceAct) => {
    setSending(true);
    setProblem(null);
    try {
      const answer = await act(
        differences.map(({ id }) => id),
        what,
      );
      await renewDifferences();
      if (answer.__typename === 'DifferencesChanged') {
        tell('ok', t('difference.done', { count: answer.differences.length }));
        done();
      } else setProblem(t(`refusal.${answer.code}`));
    } catch (failure) {
      if (!(failure instanceof NotReachable)) throw failure;
      setProblem(t('difference.notSent'));
    } finally {
      setSending(false);
    }
  };
  return { send, sending, problem };
}
