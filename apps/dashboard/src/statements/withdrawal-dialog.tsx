import { useState } from 'react';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  DecideStatementWithdrawalDocument,
  type RemedyDecision,
  WithdrawStatementFileDocument,
} from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import { renewStatements, type StatementFile, type Withdrawal } from './statement-queries.js';

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
  const file = 'ask' in read ? read.ask : read.file;
  const takesEffect = 'ask' in read || read.decide === 'approve';
  const send = async (reason: string) => {
    const answer = await request(read, oneLine(reason));
    await renewStatements();
    if (answer.__typename !== 'StatementWithdrawal') return t(`refusal.${answer.code}`);
    // What its rows led to is worked out anew.
    for (const key of ['differences', 'payouts', 'feeReport', 'wrongFees']) void queryClient.invalidateQueries({ queryKey: [key] });
    tell('ok', t(`statement.withdrawalTold.${answer.state}`));
    close();
    return undefined;
  };
  const reason = { label: t('statement.reason'), help: t('statement.reasonHelp'), missing: t('statement.reasonMissing') };
  return (
    <QuestionForm
      reason={'ask' in read || read.decide === 'refuse' ? { ...reason, testId: 'withdrawal-reason' } : undefined}
      confirm={{
        label: 'ask' in read ? t('statement.askSecond') : t(`statement.decide.${read.decide}`),
        danger: 'decide' in read && read.decide === 'approve',
        testId: 'withdrawal-confirm',
      }}
      notSent={t('statement.notSent')}
      send={send}
      close={close}
    >
      {'ask' in read ? null : <p>{read.withdrawal.reason}</p>}
      {takesEffect ? (
        <Notice tone="warn" testId="withdrawal-effect">
          <p>{t('statement.withdrawEffect', { name: file.name, count: file.rowsRead, rows: file.rowsRead.toLocaleString(locale) })}</p>
          <p>{t(file.kind === 'bank' ? 'statement.withdrawThenBank' : 'statement.withdrawThen')}</p>
        </Notice>
      ) : (
        <p>{t('statement.staysAsItIs')}</p>
      )}
      {'ask' in read ? <p>{t('statement.withdrawAsk')}</p> : null}
    </QuestionForm>
  );
}

async function request(about: About, reason: string) {
  if ('ask' in about) return (await execute(WithdrawStatementFileDocument, { fileId: about.ask.id, reason })).withdrawStatementFile;
  const { id, digest } = about.withdrawal;
  return (await execute(DecideStatementWithdrawalDocument, { id, digest, decision: about.decide, note: reason === '' ? null : reason }))
    .decideStatementWithdrawal;
}
