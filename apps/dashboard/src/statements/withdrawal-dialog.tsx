import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import { NotReachable } from '../graphql/failures.js';
import {
  DecideStatementWithdrawalDocument,
  type RemedyDecision,
  WithdrawStatementFileDocument,
} from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { MOST_CHARACTERS, oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { renewStatements, type StatementFile, type Withdrawal } from './statement-queries.js';
import classes from './statements.module.css';

/** A new wish, or a decision about one. */
type About =
  | { readonly ask: StatementFile }
  | { readonly decide: RemedyDecision; readonly withdrawal: Withdrawal; readonly file: StatementFile };

/** Asks once before a file is asked to be withdrawn, or before that is decided, saying what will happen to what. */
export function WithdrawalDialog({ about, close }: { about: About | null; close: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog
      opened={about !== null}
      close={close}
      title={about === null ? '' : 'ask' in about ? t('statement.withdraw') : t(`statement.decide.${about.decide}`)}
      testId="withdrawal-dialog"
    >
      {about === null ? null : <Form about={about} close={close} />}
    </Dialog>
  );
}

function Form({ about, close }: { about: About; close: () => void }) {
  const { t, locale } = useTexts();
  // What was read when the dialog opened is what is asked for or decided about: its digest goes along.
  const [read] = useState(about);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { send, sending, problem } = useSending(close);
  const file = 'ask' in read ? read.ask : read.file;
  const needsReason = 'ask' in read || read.decide === 'refuse';
  const missing = needsReason && reason.trim() === '';
  const takesEffect = 'ask' in read || read.decide === 'approve';
  return (
    <form
      noValidate
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missing) event.currentTarget.querySelector('textarea')?.focus();
        else void send(read, oneLine(reason));
      }}
    >
      {'ask' in read ? null : <p className={classes.reason}>{read.withdrawal.reason}</p>}
      {takesEffect ? (
        <Notice tone="warn" testId="withdrawal-effect">
          <p>{t('statement.withdrawEffect', { name: file.name, count: file.rowsRead, rows: file.rowsRead.toLocaleString(locale) })}</p>
          <p>{t(file.kind === 'bank' ? 'statement.withdrawThenBank' : 'statement.withdrawThen')}</p>
        </Notice>
      ) : (
        <p>{t('statement.staysAsItIs')}</p>
      )}
      {'ask' in read ? <p>{t('statement.withdrawAsk')}</p> : null}
      {needsReason ? (
        <Textarea
          label={t('statement.reason')}
          description={t('statement.reasonHelp')}
          required
          rows={2}
          maxLength={MOST_CHARACTERS.reason}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={tried && missing ? t('statement.reasonMissing') : undefined}
          data-testid="withdrawal-reason"
          data-autofocus
        />
      ) : null}
      <div role="alert">{problem === null ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <div className={classes.buttons}>
        <Button variant="default" onClick={close}>
          {t('action.cancel')}
        </Button>
        <Button
          type="submit"
          color={'decide' in read && read.decide === 'approve' ? 'danger' : 'accent'}
          loading={sending}
          data-testid="withdrawal-confirm"
        >
          {'ask' in read ? t('statement.askSecond') : t(`statement.decide.${read.decide}`)}
        </Button>
      </div>
    </form>
  );
}

async function request(about: About, reason: string) {
  if ('ask' in about) return (await execute(WithdrawStatementFileDocument, { fileId: about.ask.id, reason })).withdrawStatementFile;
  const { id, digest } = about.withdrawal;
  return (await execute(DecideStatementWithdrawalDocument, { id, digest, decision: about.decide, note: reason === '' ? null : reason }))
    .decideStatementWithdrawal;
}

function useSending(close: () => void) {
  const { t } = useTexts();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (about: About, reason: string) => {
    setSending(true);
    setProblem(null);
    try {
      const answer = await request(about, reason);
      await renewStatements();
      if (answer.__typename === 'StatementWithdrawal') {
        // What its rows led to is worked out anew.
        for (const key of ['differences', 'payouts', 'feeReport', 'wrongFees']) void queryClient.invalidateQueries({ queryKey: [key] });
        tell('ok', t(`statement.withdrawalTold.${answer.state}`));
        close();
      } else setProblem(t(`refusal.${answer.code}`));
    } catch (failure) {
      if (!(failure instanceof NotReachable)) throw failure;
      setProblem(t('statement.notSent'));
    } finally {
      setSending(false);
    }
  };
  return { send, sending, problem };
}
