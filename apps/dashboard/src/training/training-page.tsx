import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { GraduationCap } from 'lucide-react';
import { useMinute } from '../app/clock.js';
import { TRAINING_TABS } from '../app/searches.js';
import { inLanguage, useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { Card, EmptyState, ErrorState, Fact, Facts, PageHeader, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import { TabLinks } from '../ui/tab-links.js';
import ui from '../ui/ui.module.css';
import { Day } from '../ui/values.js';
import { CertificateChip } from './certificate-chip.js';
import classes from './training.module.css';
import { certificateState, type TrainingRow } from './training.rules.js';
import { type Course, coursesQuery, trainingQuery } from './training-queries.js';

const route = getRouteApi('/signed-in/training');

/** Courses for everybody; for managers and HQ also where their people stand. */
export function TrainingPage() {
  const { t } = useTexts();
  const me = useMe();
  const search = route.useSearch();
  const leads = me.role !== 'cashier';
  const tab = leads ? (search.tab ?? (me.role === 'hq' ? 'team' : 'mine')) : 'mine';
  return (
    <>
      <PageHeader title={t('nav.training')} lead={t('training.lead')} />
      {leads ? (
        <TabLinks label={t('training.tabs')}>
          {TRAINING_TABS.map((each) => (
            <Link
              key={each}
              to="/training"
              search={{ ...search, tab: each }}
              aria-current={each === tab ? 'page' : undefined}
              activeOptions={{ exact: true, includeSearch: true }}
              data-testid={`tab-${each}`}
            >
              {t(`training.tab.${each}`)}
            </Link>
          ))}
        </TabLinks>
      ) : null}
      {tab === 'mine' ? <MyCourses personId={me.id} /> : <Team />}
    </>
  );
}

function MyCourses({ personId }: { personId: string }) {
  const { t } = useTexts();
  const courses = useQuery(coursesQuery);
  const records = useQuery(trainingQuery(null));
  if (courses.isPending) return <Skeletons rows={2} height={140} />;
  if (courses.error && !courses.data) return <ErrorState error={courses.error} retry={() => void courses.refetch()} />;
  if (courses.data.length === 0) return <EmptyState icon={GraduationCap} title={t('training.noneTitle')} />;
  return (
    <div className={ui.stack}>
      {courses.data.map((course) => (
        <CourseCard
          key={course.id}
          course={course}
          record={records.data?.find((row) => row.person.id === personId && row.course.id === course.id)}
        />
      ))}
    </div>
  );
}

function CourseCard({ course, record }: { course: Course; record: TrainingRow | undefined }) {
  const { t, language } = useTexts();
  const minute = useMinute();
  const state = certificateState(record ?? { certificate: null }, minute);
  return (
    <Card testId={`course-${course.id}`} className={classes.course}>
      <div className={ui.cardHead}>
        <h2 className={ui.cardTitle} style={{ margin: 0 }}>
          {inLanguage(language, course.titleEn, course.titleZh)}
        </h2>
        <CertificateChip state={state} />
      </div>
      <Facts>
        <Fact name={t('training.length')}>
          {t('training.minutesAndQuestions', {
            minutes: course.minutes,
            lessons: course.lessons.length,
            questions: course.questions.length,
          })}
        </Fact>
        <Fact name={t('training.validity')}>{t('training.days', { count: course.validDays })}</Fact>
        {record?.certificate ? (
          <Fact name={t('training.validUntil')}>
            <Day at={record.certificate.validUntil} />
          </Fact>
        ) : null}
        {typeof record?.lastScore === 'number' ? (
          <Fact name={t('training.lastScore')}>{t('training.percent', { score: record.lastScore })}</Fact>
        ) : null}
      </Facts>
      <div>
        <Button
          component={Link}
          to="/training/$courseId"
          params={{ courseId: course.id } as never}
          variant={state === 'valid' ? 'default' : 'filled'}
          data-testid="open-course"
        >
          {state === 'valid' ? t('training.again') : t('training.start')}
        </Button>
      </div>
    </Card>
  );
}

function Team() {
  const { t, language } = useTexts();
  const me = useMe();
  const minute = useMinute();
  const { store } = route.useSearch();
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const records = useQuery(trainingQuery(store ?? null));
  const columns: Column<TrainingRow>[] = [
    { key: 'person', header: t('training.person'), head: true, cell: (row) => <strong>{row.person.name}</strong> },
    { key: 'state', header: t('training.state'), head: true, cell: (row) => <CertificateChip state={certificateState(row, minute)} /> },
    { key: 'role', header: t('training.role'), cell: (row) => t(`role.${row.person.role}`) },
    {
      key: 'store',
      header: t('training.store'),
      cell: (row) => row.person.stores.map(({ name }) => name).join(t('list.separator')) || '–',
    },
    { key: 'course', header: t('training.course'), cell: (row) => inLanguage(language, row.course.titleEn, row.course.titleZh) },
    { key: 'until', header: t('training.validUntil'), cell: (row) => (row.certificate ? <Day at={row.certificate.validUntil} /> : '–') },
    {
      key: 'score',
      header: t('training.lastScore'),
      end: true,
      cell: (row) => (row.lastScore === null ? '–' : t('training.percent', { score: row.lastScore })),
    },
  ];
  return (
    <>
      {me.stores.length > 1 ? (
        <search className={ui.filters} aria-label={t('filter.label')}>
          <NativeSelect
            label={t('filter.store')}
            value={store ?? ''}
            onChange={(event) => void navigate({ search: { ...search, store: event.currentTarget.value }, replace: true })}
            data={[{ value: '', label: t('filter.any') }, ...me.stores.map(({ id, name }) => ({ value: id, label: name }))]}
            data-testid="filter-store"
          />
        </search>
      ) : null}
      {records.isPending ? <Skeletons rows={5} height={48} /> : null}
      {records.error && !records.data ? <ErrorState error={records.error} retry={() => void records.refetch()} /> : null}
      {records.data?.length === 0 ? (
        <EmptyState icon={GraduationCap} title={t('training.teamNoneTitle')}>
          {t('training.teamNoneText')}
        </EmptyState>
      ) : null}
      {records.data && records.data.length > 0 ? (
        <Rows
          rows={records.data}
          columns={columns}
          rowKey={(row) => `${row.person.id} ${row.course.id}`}
          label={t('training.tab.team')}
          testId="team"
        />
      ) : null}
    </>
  );
}
