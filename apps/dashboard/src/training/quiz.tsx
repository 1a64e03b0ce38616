import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { BadgeCheck } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { inLanguage, useTexts } from '../i18n/use-texts.js';
import { type QuizResult, quizResult } from '../outbox/dispatch.js';
import { SavedState } from '../outbox/saved-state.js';
import { useOutbox } from '../outbox/use-outbox.js';
import { useMe } from '../session/session.js';
import { Fact, Facts, Notice } from '../ui/blocks.js';
import { Day } from '../ui/values.js';
import classes from './training.module.css';
import type { Course } from './training-queries.js';

/** The quiz of a course: every question at once, handed in through the outbox, the result when the server has marked it. */
export function Quiz({ course }: { course: Course }) {
  const { t, language } = useTexts();
  const { waiting, write } = useOutbox();
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [key, setKey] = useState<string | null>(null);
  const [incomplete, setIncomplete] = useState(false);
  const saved = waiting.find(({ write: each }) => each.kind === 'submitQuiz' && each.courseId === course.id);
  const result = key === null ? undefined : quizResult(key);
  const wrong = new Set(result?.__typename === 'QuizFailed' ? result.wrongQuestionIds : []);

  const handIn = async (event: FormEvent) => {
    event.preventDefault();
    if (course.questions.some(({ id }) => chosen[id] === undefined)) return setIncomplete(true);
    const answers = course.questions.map(({ id }) => ({ questionId: id, optionId: chosen[id] ?? '' }));
    setKey(await write({ kind: 'submitQuiz', courseId: course.id, courseVersion: course.version, answers }));
  };

  if (saved) {
    return (
      <div role="status">
        <Notice tone="info" title={<SavedState entry={saved} />} testId="quiz-saved">
          {t('quiz.savedText')}
        </Notice>
      </div>
    );
  }
  if (result?.__typename === 'QuizPassed') return <Passed course={course} result={result} />;
  return (
    <form className={classes.questions} onSubmit={(event) => void handIn(event)} data-testid="quiz">
      {result?.__typename === 'QuizFailed' ? (
        <div role="alert">
          <Notice tone="bad" title={t('quiz.failedTitle', { score: result.score })} testId="quiz-failed">
            <p>{t('quiz.failedText', { passMark: result.passMark, count: wrong.size })}</p>
          </Notice>
        </div>
      ) : null}
      {course.questions.map((question, at) => (
        <fieldset
          key={question.id}
          className={classes.question}
          data-wrong={wrong.has(question.id)}
          data-testid={`question-${question.id}`}
        >
          <legend>{t('quiz.question', { at: at + 1, text: inLanguage(language, question.textEn, question.textZh) })}</legend>
          <div>
            {question.options.map((option) => (
              <label key={option.id} className={classes.option}>
                <input
                  type="radio"
                  name={question.id}
                  value={option.id}
                  checked={chosen[question.id] === option.id}
                  onChange={() => {
                    setIncomplete(false);
                    setChosen({ ...chosen, [question.id]: option.id });
                  }}
                />
                <span>{inLanguage(language, option.textEn, option.textZh)}</span>
              </label>
            ))}
          </div>
          {wrong.has(question.id) ? <Notice tone="bad">{t('quiz.wrong')}</Notice> : null}
        </fieldset>
      ))}
      <div role="alert">{incomplete ? <Notice tone="warn">{t('quiz.incomplete')}</Notice> : null}</div>
      <div>
        <Button type="submit" size="md" data-testid="hand-in">
          {t('quiz.handIn')}
        </Button>
      </div>
    </form>
  );
}

function Passed({ course, result }: { course: Course; result: Extract<QuizResult, { __typename: 'QuizPassed' }> }) {
  const { t, language } = useTexts();
  const me = useMe();
  return (
    <div role="status">
      <section className={classes.certificate} data-testid="certificate">
        <h2>
          <BadgeCheck aria-hidden="true" />
          {t('quiz.passedTitle')}
        </h2>
        <Facts>
          <Fact name={t('training.person')}>{me.name}</Fact>
          <Fact name={t('training.course')}>{inLanguage(language, course.titleEn, course.titleZh)}</Fact>
          <Fact name={t('quiz.score')}>{t('training.percent', { score: result.score })}</Fact>
          <Fact name={t('quiz.issued')}>
            <Day at={result.certificate.issuedAt} />
          </Fact>
          <Fact name={t('training.validUntil')}>
            <Day at={result.certificate.validUntil} />
          </Fact>
        </Facts>
        <p>{t('quiz.passedText')}</p>
        <Button component={Link} to="/training" variant="default">
          {t('training.back')}
        </Button>
      </section>
    </div>
  );
}
