import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatMoney } from '../format/money.js';
import { NotReachable } from '../graphql/failures.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { MOST_CHARACTERS } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { atStake, ownerOf, personValue, ROLES, storesOf } from './difference.rules.js';
import { act, type Difference, type DifferenceAct, ownersQuery, renewDifferences } from './difference-queries.js';
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
  const [owner, setOwner] = useState('me');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const { send, sending, problem } = useActing(chosen, () => {
    close();
    done();
  });
  const missing = kind !== 'assign' && note.trim() === '';
  const what = (): DifferenceAct => (kind === 'assign' ? { kind, to: ownerOf(owner, me.id) } : { kind, note: note.trim() });
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
        <OwnerChoice differences={chosen} value={owner} change={setOwner} />
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

/** Whose work it becomes: one's own, everybody's of a role, or one person's among those who see all of the stores. */
function OwnerChoice({
  differences,
  value,
  change,
}: {
  differences: readonly Difference[];
  value: string;
  change: (value: string) => void;
}) {
  const { t } = useTexts();
  const me = useMe();
  const { data: owners } = useQuery(ownersQuery(storesOf(differences)));
  const people = (owners ?? []).filter(({ id }) => id !== me.id);
  return (
    <NativeSelect
      label={t('difference.assignTo')}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      data={[
        { value: 'me', label: t('difference.toMe') },
        { group: t('difference.toRole'), items: ROLES.map((role) => ({ value: role, label: t(`role.${role}`) })) },
        ...(people.length === 0
          ? []
          : [
              {
                group: t('difference.toPerson'),
                items: people.map(({ id, name, role }) => ({ value: personValue(id), label: `${name} · ${t(`role.${role}`)}` })),
              },
            ]),
      ]}
      data-testid="assign-to"
      data-autofocus
    />
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
