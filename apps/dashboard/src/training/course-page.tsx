import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, ArrowRight, CircleHelp } from 'lucide-react';
import { inLanguage, useTexts } from '../i18n/use-texts.js';
import { EmptyState, ErrorState, PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { Quiz } from './quiz.js';
import classes from './training.module.css';
import { type Course, coursesQuery } from './training-queries.js';

const route = getRouteApi('/signed-in/training/$courseId');

/** A course: one lesson at a time, then the quiz. Where somebody is stands in the address. */
export function CoursePage() {
  const { t, language } = useTexts();
  const { courseId } = route.useParams();
  const { lesson, quiz } = route.useSearch();
  const { data, error, refetch, isPending } = useQuery(coursesQuery);
  if (isPending) return <Skeletons rows={2} height={200} />;
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  const course = data?.find(({ id }) => id === courseId);
  if (!course) {
    return (
      <>
        <PageHeader title={t('training.unknownTitle')} />
        <EmptyState icon={CircleHelp} title={t('training.unknownLead')} />
      </>
    );
  }
  const at = Math.min(lesson ?? 1, course.lessons.length);
  return (
    <>
      <Button
        component={Link}
        to="/training"
        variant="subtle"
        size="compact-md"
        mb="xs"
        leftSection={<ArrowLeft size={16} aria-hidden="true" />}
      >
        {t('training.back')}
      </Button>
      <PageHeader
        title={inLanguage(language, course.titleEn, course.titleZh)}
        lead={quiz ? t('quiz.lead', { count: course.questions.length }) : t('training.lessonOf', { at, total: course.lessons.length })}
      />
      {quiz ? <Quiz course={course} key={`${course.id} ${course.version}`} /> : <LessonPart course={course} at={at} />}
    </>
  );
}

function LessonPart({ course, at }: { course: Course; at: number }) {
  const { t, language } = useTexts();
  const lesson = course.lessons[at - 1];
  if (!lesson) return null;
  const body = inLanguage(language, lesson.bodyEn, lesson.bodyZh);
  const to = (search: { lesson?: number; quiz?: '1' }): object => ({ to: '/training/$courseId', params: { courseId: course.id }, search });
  return (
    <article className={`${ui.card} ${classes.lesson}`} data-testid={`lesson-${at}`}>
      <h2>{inLanguage(language, lesson.titleEn, lesson.titleZh)}</h2>
      <div className={classes.body}>
        {body.split(/\n{2,}/).map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </div>
      <div className={classes.turns}>
        {at > 1 ? (
          <Button component={Link} {...to({ lesson: at - 1 })} variant="default" leftSection={<ArrowLeft size={18} aria-hidden="true" />}>
            {t('training.previousLesson')}
          </Button>
        ) : (
          <span />
        )}
        {at < course.lessons.length ? (
          <Button
            component={Link}
            {...to({ lesson: at + 1 })}
            rightSection={<ArrowRight size={18} aria-hidden="true" />}
            data-testid="next-lesson"
          >
            {t('training.nextLesson')}
          </Button>
        ) : (
          <Button
            component={Link}
            {...to({ quiz: '1' })}
            rightSection={<ArrowRight size={18} aria-hidden="true" />}
            data-testid="start-quiz"
          >
            {t('quiz.start')}
          </Button>
        )}
      </div>
    </article>
  );
}
