import { createUnionType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { PersonType } from './identity.contract.js';
import { InvalidInputType, isRefusal, NotFoundType, QuizOutdatedType, refusalTypeName } from './refusals.contract.js';
import { DateTime } from './scalars.js';

/** One lesson of a course, in both languages. */
@ObjectType('Lesson')
export class LessonType {
  @Field(() => ID) id!: string;
  @Field(() => String) titleEn!: string;
  @Field(() => String) titleZh!: string;
  @Field(() => String) bodyEn!: string;
  @Field(() => String) bodyZh!: string;
}

/** One answer to choose from. */
@ObjectType('QuestionOption')
export class QuestionOptionType {
  @Field(() => ID) id!: string;
  @Field(() => String) textEn!: string;
  @Field(() => String) textZh!: string;
}

/** A quiz question without its right answer. */
@ObjectType('Question', { description: 'The right answer never leaves the server before the quiz is handed in.' })
export class QuestionType {
  @Field(() => ID) id!: string;
  @Field(() => String) textEn!: string;
  @Field(() => String) textZh!: string;
  @Field(() => [QuestionOptionType]) options!: QuestionOptionType[];
}

/** A course with its quiz. */
@ObjectType('Course')
export class CourseType {
  @Field(() => ID) id!: string;
  @Field(() => Int) version!: number;
  @Field(() => String) titleEn!: string;
  @Field(() => String) titleZh!: string;
  @Field(() => Int) minutes!: number;
  @Field(() => Int) validDays!: number;
  @Field(() => [LessonType]) lessons!: LessonType[];
  @Field(() => [QuestionType]) questions!: QuestionType[];
}

/** The proof that a person passed a course. */
@ObjectType('Certificate')
export class CertificateType {
  @Field(() => ID) id!: string;
  @Field(() => DateTime) issuedAt!: Date;
  @Field(() => DateTime) validUntil!: Date;
  @Field(() => Int) score!: number;
}

/** Where one person stands with one course. */
@ObjectType('TrainingRecord')
export class TrainingRecordType {
  @Field(() => PersonType) person!: PersonType;
  @Field(() => CourseType) course!: CourseType;
  @Field(() => CertificateType, { nullable: true }) certificate!: CertificateType | null;
  @Field(() => Int, { nullable: true }) lastScore!: number | null;
  @Field(() => DateTime, { nullable: true }) lastAttemptAt!: Date | null;
}

/** One answer of a quiz handed in. */
@InputType('QuizAnswer')
export class QuizAnswerInput {
  @Field(() => ID) questionId!: string;
  @Field(() => ID) optionId!: string;
}

/** A quiz handed in. */
@InputType('SubmitQuizInput')
export class SubmitQuizInput {
  @Field(() => ID) courseId!: string;
  @Field(() => Int) courseVersion!: number;
  @Field(() => [QuizAnswerInput]) answers!: QuizAnswerInput[];
}

/** The quiz was passed and a certificate issued. */
@ObjectType('QuizPassed')
export class QuizPassedType {
  @Field(() => Int) score!: number;
  @Field(() => CertificateType) certificate!: CertificateType;
}

/** The quiz was not passed; which questions were wrong, not what is right. */
@ObjectType('QuizFailed')
export class QuizFailedType {
  @Field(() => Int) score!: number;
  @Field(() => Int) passMark!: number;
  @Field(() => [ID]) wrongQuestionIds!: string[];
}

/** Outcome of `submitQuiz`. */
export const SubmitQuizResult = createUnionType({
  name: 'SubmitQuizResult',
  types: () => [QuizPassedType, QuizFailedType, QuizOutdatedType, NotFoundType, InvalidInputType] as const,
  resolveType: (value: unknown) => {
    if (isRefusal(value)) return refusalTypeName(value.code);
    return typeof value === 'object' && value !== null && 'certificate' in value ? 'QuizPassed' : 'QuizFailed';
  },
});
