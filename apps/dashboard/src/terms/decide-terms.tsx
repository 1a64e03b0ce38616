import { useState } from 'react';
import type { RemedyDecision } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import { decideTerms, type TermsProposal } from './terms-queries.js';

/** Asks once before proposed terms are approved, refused or taken back, saying what happens then. A refusal needs a reason. */
export function DecideTerms(props: { proposal: TermsProposal; decision: RemedyDecision | null; close: () => void }) {
  const { t } = useTexts();
  const { proposal, decision, close } = props;
  return (
    <Dialog opened={decision !== null} close={close} title={decision === null ? '' : t(`terms.decide.${decision}`)} testId="decide-terms">
      {decision === null ? null : <Form proposal={proposal} decision={decision} close={close} />}
    </Dialog>
  );
}

function Form(props: { proposal: TermsProposal; decision: RemedyDecision; close: () => void }) {
  const { t } = useTexts();
  // What was read when the dialog opened is what is decided about: its digest goes along.
  const [{ proposal, decision }] = useState(props);
  const send = async (note: string) => {
    const answer = await decideTerms(proposal, decision, oneLine(note));
    if (answer.__typename !== 'TermsProposal') return t(`refusal.${answer.code}`);
    tell('ok', t(`terms.told.${answer.state}`));
    props.close();
    return undefined;
  };
  return (
    <QuestionForm
      reason={decision === 'refuse' ? { label: t('terms.reason'), missing: t('terms.reasonMissing'), testId: 'decide-note' } : undefined}
      confirm={{ label: t(`terms.decide.${decision}`), testId: 'decide-confirm' }}
      notSent={t('terms.notDecided')}
      send={send}
      close={props.close}
    >
      <p>{t(`terms.effect.${decision}`, { version: proposal.replaces + 1 })}</p>
    </QuestionForm>
  );
}
