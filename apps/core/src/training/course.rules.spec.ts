import { describe, expect, it } from 'vitest';
import { type Answer, grade, validUntil } from './course.rules.js';
import { SAFE_CLOSING } from './safe-closing.course.js';

const rightAnswers: Answer[] = SAFE_CLOSING.questions.map(({ id, right }) => ({ questionId: id, optionId: right }));

function withWrong(count: number): Answer[] {
  return rightAnswers.map((answer, i) => {
    const question = SAFE_CLOSING.questions[i]!;
    return i < count ? { ...answer, optionId: question.options.find((option) => option.id !== question.right)!.id } : answer;
  });
}

describe('T1 grade', () => {
  it.each([
    [0, 100, true],
    [1, 83, true],
    [2, 66, false],
    [6, 0, false],
  ])('%d wrong answers score %d', (wrong, score, passed) => {
    const result = grade(SAFE_CLOSING, withWrong(wrong));
    expect(result).toMatchObject({ score, passed });
    expect('wrongQuestionIds' in result && result.wrongQuestionIds).toEqual(
      SAFE_CLOSING.questions.slice(0, wrong).map((question) => question.id),
    );
  });

  it.each<[string, Answer[], string]>([
    ['a question left out', rightAnswers.slice(1), 'answers'],
    ['a question twice', [...rightAnswers, rightAnswers[0]!], 'answers[6].questionId'],
    ['a question nobody asked', [{ questionId: 'x', optionId: 'y' }], 'answers[0].questionId'],
    ['an answer of another question', [{ questionId: 'plug', optionId: 'void' }], 'answers[0].optionId'],
  ])('refuses %s', (_name, answers, field) => {
    expect(grade(SAFE_CLOSING, answers)).toMatchObject({ code: 'invalidInput', field });
  });
});

describe('the course', () => {
  const texts = [
    SAFE_CLOSING.title,
    ...SAFE_CLOSING.lessons.flatMap((lesson) => [lesson.title, lesson.body]),
    ...SAFE_CLOSING.questions.flatMap((question) => [question.text, ...question.options.map((option) => option.text)]),
  ];

  it('is complete in both languages', () => {
    for (const { en, zh } of texts) {
      expect(en).toMatch(/^[^一-鿿]+$/);
      expect(zh).toMatch(/[一-鿿]/);
    }
  });

  it('has a right answer for every question, not always in the same place', () => {
    const places = SAFE_CLOSING.questions.map((question) => question.options.findIndex((option) => option.id === question.right));
    expect(places).not.toContain(-1);
    expect(new Set(places).size).toBeGreaterThan(1);
  });
});

describe('T2 validUntil', () => {
  it('is a year of days later', () => {
    expect(validUntil(SAFE_CLOSING, new Date('2026-11-21T20:00:00Z')).toISOString()).toBe('2027-11-21T20:00:00.000Z');
  });
});
