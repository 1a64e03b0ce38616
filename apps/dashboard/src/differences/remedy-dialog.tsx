import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { decimalText } from '@tillward/money';
import { useState } from 'react';
import { formatGap, formatMoney } from '../format/money.js';
import { formatBusinessDay } from '../format/time.js';
import { execute } from '../graphql/client.js';
import { NotReachable } from '../graphql/failures.js';
import { RequestCorrectingEntryDocument, RequestForceMatchDocument } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { MOST_CHARACTERS, oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { ErrorState, Notice, Skeletons } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { minorOf } from './amount.rules.js';
import { leftOf, loneSide } from './difference.rules.js';
import { type Difference, partnersQuery, renewDifferences, toleranceQuery } from './difference-queries.js';
import classes from './differences.module.css';

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
  const { t, locale } = useTexts();
  const currency = (difference.terminalAmount ?? difference.acquirerAmount)?.currency ?? '';
  const [other, setOther] = useState('');
  const left = leftOf(difference);
  // All of what is left, with its sign; a part of it can be typed instead.
  const [amount, setAmount] = useState(left === undefined ? '' : decimalText(left.amountMinor, left.currency));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { send, sending, problem } = useAsking(close);
  const partners = useQuery({ ...partnersQuery(difference.id), enabled: choice === 'forceMatch' });
  const offered = partners.data ?? [];
  const nothing = choice === 'forceMatch' && offered.length === 0;
  const amountMinor = minorOf(amount, currency);
  const wrong = {
    other: choice === 'forceMatch' && other === '',
    amount: choice === 'correctingEntry' && (amountMinor === undefined || amountMinor === 0),
    reason: reason.trim() === '',
  };
  const label = (each: Difference) => {
    const money = each.terminalAmount ?? each.acquirerAmount;
    return [
      money === null ? '' : formatMoney(money, locale),
      formatBusinessDay(each.businessDay, locale),
      `${t('difference.trace')} ${each.traceNo || '–'}`,
    ].join(' · ');
  };
  return (
    <form
      noValidate
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (wrong.other || wrong.amount || wrong.reason) return;
        const text = oneLine(reason);
        void send(
          choice === 'forceMatch'
            ? { choice, ids: loneSide(difference) === 'terminal' ? [difference.id, other] : [other, difference.id], reason: text }
            : { choice, id: difference.id, amountMinor: amountMinor ?? 0, currency, reason: text },
        );
      }}
    >
      <p>{t(choice === 'forceMatch' ? 'difference.forceText' : 'difference.correctText')}</p>
      {choice === 'forceMatch' ? (
        partners.isPending ? (
          <Skeletons rows={1} height={60} />
        ) : partners.error && !partners.data ? (
          <ErrorState error={partners.error} retry={() => void partners.refetch()} />
        ) : offered.length === 0 ? (
          <NoPartner difference={difference} correct={() => choose('correctingEntry')} />
        ) : (
          <NativeSelect
            label={t('difference.forceWith')}
            value={other}
            onChange={(event) => setOther(event.currentTarget.value)}
            data={[{ value: '', label: t('difference.forcePick') }, ...offered.map((each) => ({ value: each.id, label: label(each) }))]}
            error={tried && wrong.other ? t('difference.forcePick') : undefined}
            data-testid="force-with"
            data-autofocus
          />
        )
      ) : (
        <TextInput
          label={t('difference.correctAmount', { currency })}
          description={left ? t('difference.leftToCorrect', { amount: formatGap(left, locale) }) : undefined}
          inputMode="text"
          required
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          error={tried && wrong.amount ? t('difference.amountWrong') : undefined}
          data-testid="correct-amount"
          data-autofocus
        />
      )}
      {nothing ? null : <Reason value={reason} change={setReason} missing={tried && wrong.reason} />}
      {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
      <div className={classes.buttons}>
        <Button variant="default" onClick={close}>
          {t('action.cancel')}
        </Button>
        {nothing ? null : (
          <Button type="submit" loading={sending} data-testid="remedy-ask">
            {t('difference.ask')}
          </Button>
        )}
      </div>
    </form>
  );
}

function Reason({ value, change, missing }: { value: string; change: (reason: string) => void; missing: boolean }) {
  const { t } = useTexts();
  return (
    <Textarea
      label={t('difference.reason')}
      description={t('difference.reasonHelp')}
      required
      rows={2}
      maxLength={MOST_CHARACTERS.reason}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      error={missing ? t('difference.reasonMissing') : undefined}
      data-testid="remedy-reason"
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

function useAsking(close: () => void) {
  const { t } = useTexts();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (ask: Ask) => {
    setSending(true);
    setProblem(null);
    try {
      const answer = await request(ask);
      await renewDifferences();
      if (answer.__typename === 'RemedyRequest') {
        tell('ok', t('difference.asked'));
        close();
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
