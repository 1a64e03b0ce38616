import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatMoney } from '../format/money.js';
import { formatBusinessDay } from '../format/time.js';
import { execute } from '../graphql/client.js';
import { NotReachable } from '../graphql/failures.js';
import { RequestCorrectingEntryDocument, RequestForceMatchDocument } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { MOST_CHARACTERS, oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { minorOf } from './amount.rules.js';
import { between, candidates, loneSide } from './difference.rules.js';
import { type Difference, othersQuery, renewDifferences } from './difference-queries.js';
import classes from './differences.module.css';

/** A remedy that two people decide about. */
export type RemedyChoice = 'forceMatch' | 'correctingEntry';

/** Asks a second person for a remedy. Nothing happens before that person agrees. */
export function RemedyDialog({ choice, difference, close }: { choice: RemedyChoice | null; difference: Difference; close: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog
      opened={choice !== null}
      close={close}
      title={choice === null ? '' : t(choice === 'forceMatch' ? 'difference.forceTitle' : 'difference.correctTitle')}
      testId="remedy-dialog"
    >
      {choice === null ? null : <Form key={choice} choice={choice} difference={difference} close={close} />}
    </Dialog>
  );
}

function Form({ choice, difference, close }: { choice: RemedyChoice; difference: Difference; close: () => void }) {
  const { t, locale } = useTexts();
  const currency = (difference.terminalAmount ?? difference.acquirerAmount)?.currency ?? '';
  const [other, setOther] = useState('');
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { send, sending, problem } = useAsking(close);
  const { data: others } = useQuery({ ...othersQuery(difference), enabled: choice === 'forceMatch' });
  const offered = candidates(difference, others ?? []);
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
  const suggested = between(difference);
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
        others && offered.length === 0 ? (
          <Notice tone="info">{t('difference.forceNone')}</Notice>
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
          description={suggested ? `${t('difference.between')}: ${formatMoney(suggested, locale)}` : undefined}
          inputMode="text"
          required
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          error={tried && wrong.amount ? t('difference.amountWrong') : undefined}
          data-testid="correct-amount"
          data-autofocus
        />
      )}
      <Textarea
        label={t('difference.reason')}
        description={t('difference.reasonHelp')}
        required
        rows={2}
        maxLength={MOST_CHARACTERS.reason}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={tried && wrong.reason ? t('difference.reasonMissing') : undefined}
        data-testid="remedy-reason"
      />
      {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
      <div className={classes.buttons}>
        <Button variant="default" onClick={close}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" loading={sending} disabled={choice === 'forceMatch' && offered.length === 0} data-testid="remedy-ask">
          {t('difference.ask')}
        </Button>
      </div>
    </form>
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
