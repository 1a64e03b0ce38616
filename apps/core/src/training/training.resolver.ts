import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  CONNECTIONS,
  type Connection,
  CourseType,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  SubmitQuizInput,
  SubmitQuizResult,
  TrainingRecordType,
  ViewerActor,
} from '../graphql/index.js';
import type { CourseData } from './course.rules.js';
import { COURSES, type QuizOutcome, Training } from './training.service.js';
import { countRecords, listRecords, type RecordRow } from './training.store.js';

/** Courses, and where people stand with them. A cashier sees only the own record. */
@Resolver(() => CourseType)
export class TrainingResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Training) private readonly training: Training,
  ) {}

  @Access('hq', 'manager', 'cashier', 'auditor')
  @Query(() => [CourseType], { name: 'courses' })
  courses(): CourseType[] {
    return COURSES.map(courseType);
  }

  /** By name. */
  @Access('hq', 'manager', 'cashier', 'auditor')
  @Query(() => CONNECTIONS.trainingRecords.type, { name: 'trainingRecords' })
  async trainingRecords(
    @ViewerActor() actor: PersonActor,
    @Args('storeId', { type: () => ID, nullable: true }) storeId: string | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<TrainingRecordType>> {
    const page = pageRequest(first, after, ['string', 'string']);
    const course = COURSES[0]!;
    const where = { courseId: course.id, storeId: storeId ?? null, personId: actor.role === 'cashier' ? actor.id : null };
    const rows = await this.work.run(actor, (ctx) => listRecords(ctx, where, page));
    return pageOf(
      page,
      rows,
      (row) => [row.name, row.id],
      (row) => recordType(row, course),
      () => this.work.run(actor, (ctx) => countRecords(ctx, where)),
    );
  }

  @Access('hq', 'manager', 'cashier', 'auditor')
  @Mutation(() => SubmitQuizResult, { name: 'submitQuiz' })
  submitQuiz(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => SubmitQuizInput }) input: SubmitQuizInput,
  ): Promise<QuizOutcome | RefusalValue> {
    return this.work.run(actor, (ctx) => this.training.submit(ctx, input));
  }
}

/** The course without its right answers. */
function courseType({ id, version, title, minutes, validDays, lessons, questions }: CourseData): CourseType {
  return {
    id,
    version,
    titleEn: title.en,
    titleZh: title.zh,
    minutes,
    validDays,
    lessons: lessons.map((lesson) => ({
      id: lesson.id,
      titleEn: lesson.title.en,
      titleZh: lesson.title.zh,
      bodyEn: lesson.body.en,
      bodyZh: lesson.body.zh,
    })),
    questions: questions.map((question) => ({
      id: question.id,
      textEn: question.text.en,
      textZh: question.text.zh,
      options: question.options.map((option) => ({ id: option.id, textEn: option.text.en, textZh: option.text.zh })),
    })),
  };
}

function recordType(row: RecordRow, course: CourseData): TrainingRecordType {
  const { id, name, role, language, certificateId, issuedAt, validUntil, certificateScore } = row;
  const certificate =
    certificateId === null || issuedAt === null || validUntil === null || certificateScore === null
      ? null
      : { id: certificateId, issuedAt, validUntil, score: certificateScore };
  return {
    person: { id, name, role, language },
    course: courseType(course),
    certificate,
    lastScore: row.lastScore,
    lastAttemptAt: row.lastAttemptAt,
  };
}
