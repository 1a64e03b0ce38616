import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { decimalText } from '@tillward/money';
import { useState } from 'react';
import { formatGap, formatMoney } from '../format/money.js';
import { formatBusinessDay } from '../format/time.js';
import { execute } from '../graphql/client.js';
import { RequestCorrectingEntryDocument, RequestForceMatchDocument } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { ErrorState, Notice, Skeletons } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import { minorOf } from './amount.rules.js';
import { leftOf, loneSide } from './difference.rules.js';
import { type Difference, partnersQuery, renewDifferences, toleranceQuery } from './difference-queries.js';

/** A remedy that two people decide about. */
export type RemedyChoice = 'forceMatch' | 'correctingEntry';

/** Asks a second person for a remedy. Nothing happens before that person agrees. */
export function RemedyDialog(props: {
  choice: RemedyChoice | null;
  difference: Difference;
  choose: (choice: RemedyChoice) => void;
  close: () => void;
}) {
  const { t } = useTexts();
  const { choice, close } = props;
  return (
    <Dialog
      opened={choice !== null}
      close={close}
      title={choice === null ? '' : t(choice === 'forceMatch' ? 'difference.forceTitle' : 'difference.correctTitle')}
      testId="remedy-dialog"
    >
      {choice === null ? null : <Form key={choice} {...props} choice={choice} />}
    </Dialog>
  );
}

function Form({ choice, difference, choose, close }: Parameters<typeof RemedyDialog>[0] & { choice: RemedyChoice }) {
  const { t } = useTexts();
  const currency = (difference.terminalAmount ?? difference.acquirerAmount)?.currency ?? '';
  const [other, setOther] = useState('');
  const left = leftOf(difference);
  // All of what is left, with its sign; a part of it can be typed instead.
  const [amount, setAmount] = useState(left === undefined ? '' : decimalText(left.amountMinor, left.currency));
  const partners = useQuery({ ...partnersQuery(difference.id), enabled: choice === 'forceMatch' });
  const nothing = choice === 'forceMatch' && (partners.data ?? []).length === 0;
  const amountMinor = minorOf(amount, currency);
  const faulty = choice === 'forceMatch' ? other === '' : amountMinor === undefined || amountMinor === 0;
  const send = async (written: string) => {
    const reason = oneLine(written);
    const answer = await request(
      choice === 'forceMatch'
        ? { choice, ids: loneSide(difference) === 'terminal' ? [difference.id, other] : [other, difference.id], reason }
        : { choice, id: difference.id, amountMinor: amountMinor ?? 0, currency, reason },
    );
    await renewDifferences();
    if (answer.__typename !== 'RemedyRequest') return t(`refusal.${answer.code}`);
    tell('ok', t('difference.asked'));
    close();
    return undefined;
  };
  const reason = { label: t('difference.reason'), help: t('difference.reasonHelp'), missing: t('difference.reasonMissing') };
  return (
    <QuestionForm
      reason={nothing ? undefined : { ...reason, testId: 'remedy-reason', first: false }}
      faulty={faulty}
      confirm={nothing ? undefined : { label: t('difference.ask'), testId: 'remedy-ask' }}
      notSent={t('difference.notSent')}
      send={send}
      close={close}
    >
      {(tried) => (
        <>
          <p>{t(choice === 'forceMatch' ? 'difference.forceText' : 'difference.correctText')}</p>
          {choice === 'forceMatch' ? (
            <Partner
              difference={difference}
              value={other}
              change={setOther}
              missing={tried && faulty}
              correct={() => choose('correctingEntry')}
            />
          ) : (
            <EntryAmount left={left} currency={currency} value={amount} change={setAmount} wrong={tried && faulty} />
          )}
        </>
      )}
    </QuestionForm>
  );
}

/** What a lone difference is matched with: only what the server would accept is offered. */
function Partner(props: { difference: Difference; value: string; change: (id: string) => void; missing: boolean; correct: () => void }) {
  const { t, locale } = useTexts();
  const { difference } = props;
  const { data: offered, error, isPending, refetch } = useQuery(partnersQuery(difference.id));
  if (isPending) return <Skeletons rows={1} height={60} />;
  if (error && !offered) return <ErrorState error={error} retry={() => void refetch()} />;
  if (offered.length === 0) return <NoPartner difference={difference} correct={props.correct} />;
  const label = (each: Difference) => {
    const money = each.terminalAmount ?? each.acquirerAmount;
    return [
      money === null ? '' : formatMoney(money, locale),
      formatBusinessDay(each.businessDay, locale),
      `${t('difference.trace')} ${each.traceNo || '–'}`,
    ].join(' · ');
  };
  return (
    <NativeSelect
      label={t('difference.forceWith')}
      value={props.value}
      onChange={(event) => props.change(event.currentTarget.value)}
      data={[{ value: '', label: t('difference.forcePick') }, ...offered.map((each) => ({ value: each.id, label: label(each) }))]}
      error={props.missing ? t('difference.forcePick') : undefined}
      data-testid="force-with"
      data-autofocus
    />
  );
}

/** How much a correcting entry makes up for. */
function EntryAmount(props: {
  left: ReturnType<typeof leftOf>;
  currency: string;
  value: string;
  change: (amount: string) => void;
  wrong: boolean;
}) {
  const { t, locale } = useTexts();
  const { left, currency } = props;
  return (
    <TextInput
      label={t('difference.correctAmount', { currency })}
      description={left ? t('difference.leftToCorrect', { amount: formatGap(left, locale) }) : undefined}
      inputMode="text"
      required
      value={props.value}
      onChange={(event) => props.change(event.currentTarget.value)}
      error={props.wrong ? t('difference.amountWrong') : undefined}
      data-testid="correct-amount"
      data-autofocus
    />
  );
}

/** Why nothing can be matched with it, and what can be done instead. */
function NoPartner({ difference, correct }: { difference: Difference; correct: () => void }) {
  const { t, locale } = useTexts();
  const currency = (difference.terminalAmount ?? difference.acquirerAmount)?.currency ?? '';
  const { data: tolerance } = useQuery(toleranceQuery(difference.acquirerId, currency));
  return (
    <Notice
      tone="info"
      title={t(loneSide(difference) === 'terminal' ? 'difference.forceNoRow' : 'difference.forceNoSale')}
      testId="force-none"
    >
      <p>
        {tolerance === undefined || tolerance.amountMinor === 0
          ? t('difference.forceWhyExact')
          : t('difference.forceWhy', { amount: formatMoney(tolerance, locale) })}
      </p>
      {difference.viewerMay.includes('correctingEntry') ? (
        <>
          <p>{t('difference.forceInstead')}</p>
          <Button size="sm" mt="xs" onClick={correct} data-autofocus data-testid="force-correct">
            {t('difference.correct')}
          </Button>
        </>
      ) : null}
    </Notice>
  );
}

type Ask =
  | { readonly choice: 'forceMatch'; readonly ids: readonly string[]; readonly reason: string }
  | {
      readonly choice: 'correctingEntry';
      readonly id: string;
      readonly amountMinor: number;
      readonly currency: string;
      readonly reason: string;
    };

async function request(ask: Ask) {
  if (ask.choice === 'forceMatch') {
    const [terminalDifferenceId = '', acquirerDifferenceId = ''] = ask.ids;
    return (await execute(RequestForceMatchDocument, { input: { terminalDifferenceId, acquirerDifferenceId, reason: ask.reason } }))
      .requestForceMatch;
  }
  const { id: differenceId, amountMinor, currency, reason } = ask;
  return (await execute(RequestCorrectingEntryDocument, { input: { differenceId, amountMinor, currency, reason } })).requestCorrectingEntry;
}
