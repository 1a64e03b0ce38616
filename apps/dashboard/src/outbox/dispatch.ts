import i18next from 'i18next';
import { queryClient } from '../app/query-client.js';
import { execute } from '../graphql/client.js';
import {
  AcknowledgeIncidentDocument,
  CompleteStepDocument,
  type IncidentFullFragment,
  type RefusalCode,
  RunTerminalActionDocument,
  SkipStepDocument,
  SubmitQuizDocument,
  type SubmitQuizMutation,
} from '../graphql/generated/graphql.js';
import { rememberIncident } from '../incidents/incident-cache.js';
import { noteOrder } from '../terminal/order-results.js';
import { tell } from '../ui/announcer.js';
import { newKey } from './new-key.js';
import { Outbox } from './outbox.js';
import { type Answer, lapsed, type OutboxEntry } from './outbox.rules.js';
import { openStore } from './outbox.store.js';

type IncidentAnswer = ({ __typename: 'Incident' } & IncidentFullFragment) | { __typename: string; code: RefusalCode; message: string };

const incidentAnswer = (answer: IncidentAnswer): Answer =>
  'code' in answer ? { outcome: 'refused', code: answer.code, message: answer.message } : { outcome: 'done', result: answer };

/** How a quiz ended. */
export type QuizResult = Extract<SubmitQuizMutation['submitQuiz'], { __typename: 'QuizPassed' | 'QuizFailed' }>;

async function send(entry: OutboxEntry): Promise<Answer> {
  if (lapsed(entry, Date.now())) return { outcome: 'lapsed' };
  const { key, write } = entry;
  switch (write.kind) {
    case 'acknowledgeIncident': {
      const { acknowledgeIncident } = await execute(AcknowledgeIncidentDocument, { incidentId: write.incidentId, idempotencyKey: key });
      return incidentAnswer(acknowledgeIncident as IncidentAnswer);
    }
    case 'completeStep': {
      const { incidentId, stepId, note } = write;
      const { completeStep } = await execute(CompleteStepDocument, { input: { incidentId, stepId, note, idempotencyKey: key } });
      return incidentAnswer(completeStep as IncidentAnswer);
    }
    case 'skipStep': {
      const { incidentId, stepId, reason } = write;
      const { skipStep } = await execute(SkipStepDocument, { input: { incidentId, stepId, reason, idempotencyKey: key } });
      return incidentAnswer(skipStep as IncidentAnswer);
    }
    case 'terminalAction': {
      const { storeId, terminalId, action, reason, text, depth } = write;
      const input = { storeId, terminalId, action, reason, text, depth, idempotencyKey: key };
      const { runTerminalAction } = await execute(RunTerminalActionDocument, { input });
      if ('code' in runTerminalAction) return { outcome: 'refused', code: runTerminalAction.code, message: runTerminalAction.message };
      return { outcome: 'done', result: runTerminalAction };
    }
    case 'submitQuiz': {
      const { courseId, courseVersion, answers } = write;
      const { submitQuiz } = await execute(SubmitQuizDocument, { input: { courseId, courseVersion, answers: [...answers] } });
      if ('code' in submitQuiz) return { outcome: 'refused', code: submitQuiz.code, message: submitQuiz.message };
      return { outcome: 'done', result: submitQuiz };
    }
  }
}

const quizResults = new Map<string, QuizResult>();

/** The result of a quiz handed in on this visit, by the key of its write. */
export const quizResult = (key: string): QuizResult | undefined => quizResults.get(key);

const ABOUT = {
  submitQuiz: 'training',
  terminalAction: 'terminal',
  acknowledgeIncident: 'incident',
  completeStep: 'incident',
  skipStep: 'incident',
} as const;

function onAnswered({ key, write }: OutboxEntry, answer: Answer): void {
  if (write.kind === 'terminalAction') noteOrder(key, write, answer);
  if (answer.outcome === 'lapsed') return tell('bad', i18next.t('outbox.lapsed'));
  if (answer.outcome === 'refused') {
    tell('bad', i18next.t(`refusal.${answer.code}`));
    void queryClient.invalidateQueries({ queryKey: [ABOUT[write.kind]] });
    return;
  }
  if (write.kind === 'terminalAction') return;
  if (write.kind === 'submitQuiz') {
    const result = answer.result as QuizResult;
    quizResults.set(key, result);
    const passed = result.__typename === 'QuizPassed';
    // The person may have left the quiz while it waited for the network.
    tell(passed ? 'ok' : 'warn', i18next.t(passed ? 'quiz.toldPassed' : 'quiz.toldFailed', { score: result.score }));
    void queryClient.invalidateQueries({ queryKey: ['training'] });
    return;
  }
  rememberIncident(answer.result as IncidentFullFragment);
}

const exclusively = <T>(work: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? (navigator.locks.request('tillward-outbox', work) as Promise<T>) : work();

let opened: Promise<Outbox> | undefined;

/** The outbox of this device: opened once, sending again whenever the network comes back or the page is looked at. */
export function openOutbox(): Promise<Outbox> {
  opened ??= openStore().then(({ store }) => {
    const outbox = new Outbox({ store, send, onAnswered, now: () => Date.now(), newKey, exclusively });
    window.addEventListener('online', () => void outbox.flush(true));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void outbox.flush(true);
    });
    return outbox;
  });
  return opened;
}
