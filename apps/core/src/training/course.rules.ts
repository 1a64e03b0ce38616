import { invalidInput, type RefusalOf } from '../graphql/index.js';

/** A text in both languages. */
export interface Bilingual {
  en: string;
  zh: string;
}

/** A quiz question. `right` never leaves core. */
export interface CourseQuestion {
  id: string;
  text: Bilingual;
  options: readonly { id: string; text: Bilingual }[];
  right: string;
}

/** A course as data. A changed question is a new version. */
export interface CourseData {
  id: string;
  version: number;
  title: Bilingual;
  minutes: number;
  /** How long a certificate of it is valid. */
  validDays: number;
  /** Least score, in percent, that passes. */
  passMark: number;
  lessons: readonly { id: string; title: Bilingual; body: Bilingual }[];
  questions: readonly CourseQuestion[];
}

/** One answer handed in. */
export interface Answer {
  questionId: string;
  optionId: string;
}

/** How a quiz went: percent, whole, rounded down. */
export interface Grade {
  score: number;
  passed: boolean;
  wrongQuestionIds: string[];
}

/** T1: grades a quiz. Every question needs exactly one answer, or it is refused and nobody learns anything about the others. */
export function grade(course: CourseData, answers: readonly Answer[]): Grade | RefusalOf<'invalidInput'> {
  const chosen = new Map<string, string>();
  for (const [i, { questionId, optionId }] of answers.entries()) {
    const question = course.questions.find((known) => known.id === questionId);
    if (question === undefined) return invalidInput(`answers[${i}].questionId`, 'There is no such question.');
    if (chosen.has(questionId)) return invalidInput(`answers[${i}].questionId`, 'The question was answered twice.');
    if (!question.options.some((option) => option.id === optionId))
      return invalidInput(`answers[${i}].optionId`, 'There is no such answer.');
    chosen.set(questionId, optionId);
  }
  if (chosen.size < course.questions.length) return invalidInput('answers', 'Every question needs an answer.');
  const wrongQuestionIds = course.questions.filter((question) => chosen.get(question.id) !== question.right).map((question) => question.id);
  const score = Math.floor(((course.questions.length - wrongQuestionIds.length) * 100) / course.questions.length);
  return { score, passed: score >= course.passMark, wrongQuestionIds };
}

const DAY_MS = 24 * 60 * 60_000;

/** T2: until when a certificate issued now is valid. */
export function validUntil(course: CourseData, issuedAt: Date): Date {
  return new Date(issuedAt.getTime() + course.validDays * DAY_MS);
}
