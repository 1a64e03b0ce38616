import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ChainFile } from '@tillward/contracts';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import { type CertificateType, type PersonActor, type RefusalValue, refuse } from '../graphql/index.js';
import { Policy } from '../policy/index.js';
import { type Answer, type CourseData, grade, validUntil } from './course.rules.js';
import { SAFE_CLOSING } from './safe-closing.course.js';
import { certifiedPeople, insertAttempt, insertCertificate } from './training.store.js';

/** Every course there is. */
export const COURSES: readonly CourseData[] = [SAFE_CLOSING];

/** A quiz handed in. */
export interface QuizPaper {
  courseId: string;
  courseVersion: number;
  answers: readonly Answer[];
}

/** How it went. */
export type QuizOutcome = { score: number; certificate: CertificateType } | { score: number; passMark: number; wrongQuestionIds: string[] };

/** Courses, quizzes and certificates. The only writer of quiz_attempt and certificate. */
@Injectable()
export class Training {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Policy) private readonly policy: Policy,
  ) {}

  /** T1, T3: grades the paper of the person asking; who passes gets a certificate, and the gateways learn of it with the next policy version. */
  async submit(ctx: WorkContext, paper: QuizPaper): Promise<QuizOutcome | RefusalValue> {
    const actor = ctx.actor as PersonActor;
    const course = COURSES.find((known) => known.id === paper.courseId);
    if (course === undefined) return refuse('notFound', 'There is no such course.');
    if (course.version !== paper.courseVersion) {
      return { refused: true, code: 'quizOutdated', message: 'The course has changed. Read it again.', currentVersion: course.version };
    }
    const result = grade(course, paper.answers);
    if ('refused' in result) return result;
    const { score, passed, wrongQuestionIds } = result;
    await insertAttempt(ctx, { id: randomUUID(), personId: actor.id, courseId: course.id, courseVersion: course.version, score, passed });
    const certificate = passed ? await this.#issue(ctx, course, actor.id, score) : undefined;
    if (certificate !== undefined) await this.policy.bump(ctx, `certificate of ${actor.id}`);
    await this.audit.append(ctx, {
      action: passed ? 'quiz.passed' : 'quiz.failed',
      storeId: actor.stores === '*' ? null : (actor.stores[0] ?? null),
      subject: `person:${actor.id}`,
      summary: `${actor.name} scored ${score} % in ${course.id}`,
      detail: { courseId: course.id, courseVersion: course.version, score, certificateId: certificate?.id ?? null },
    });
    return certificate === undefined ? { score, passMark: course.passMark, wrongQuestionIds } : { score, certificate };
  }

  /** Issues the certificates the chain file grants to people who hold no valid one. Returns how many. */
  async provision(ctx: WorkContext, people: ChainFile['people']): Promise<number> {
    let issued = 0;
    for (const course of COURSES) {
      const named = people.filter((person) => person.certified.includes(course.id)).map((person) => person.id);
      const certified = await certifiedPeople(ctx, course.id, named);
      for (const personId of named.filter((id) => !certified.has(id))) {
        const certificate = await this.#issue(ctx, course, personId, 100);
        issued += 1;
        await this.audit.append(ctx, {
          action: 'certificate.provisioned',
          storeId: null,
          subject: `person:${personId}`,
          summary: `Certificate of ${course.id} granted to ${personId} by the chain file`,
          detail: { courseId: course.id, certificateId: certificate.id },
        });
      }
    }
    return issued;
  }

  async #issue(ctx: WorkContext, course: CourseData, personId: string, score: number): Promise<CertificateType> {
    const issuedAt = ctx.now();
    const certificate: CertificateType = { id: randomUUID(), issuedAt, validUntil: validUntil(course, issuedAt), score };
    await insertCertificate(ctx, { ...certificate, personId, courseId: course.id, courseVersion: course.version });
    return certificate;
  }
}
