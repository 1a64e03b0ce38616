import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatMoney } from '../format/money.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { tell } from '../ui/announcer.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import { atStake, ownerOf, personValue, ROLES, storesOf } from './difference.rules.js';
import { act, type Difference, type DifferenceAct, ownersQuery, renewDifferences } from './difference-queries.js';

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
  const send = async (note: string) => {
    const answer = await act(
      chosen.map(({ id }) => id),
      kind === 'assign' ? { kind, to: ownerOf(owner, me.id) } : { kind, note: note.trim() },
    );
    await renewDifferences();
    if (answer.__typename !== 'DifferencesChanged') return t(`refusal.${answer.code}`);
    tell('ok', t('difference.done', { count: answer.differences.length }));
    close();
    done();
    return undefined;
  };
  const reason = { label: t('difference.reason'), help: t('difference.reasonHelp'), missing: t('difference.reasonMissing') };
  return (
    <QuestionForm
      reason={kind === 'assign' ? undefined : { ...reason, testId: 'act-reason' }}
      confirm={{ label: t(`difference.${kind}`), danger: kind === 'accept', testId: 'act-confirm' }}
      notSent={t('difference.notSent')}
      send={send}
      close={close}
    >
      <Meaning kind={kind} differences={chosen} />
      {kind === 'assign' ? <OwnerChoice differences={chosen} value={owner} change={setOwner} /> : null}
    </QuestionForm>
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
