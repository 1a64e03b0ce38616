import { desiredBody } from '@tillward/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { SAFE_CLOSING } from './safe-closing.course.js';

let world: TestCore;
beforeAll(async () => {
  world = await startTestCore();
});
afterAll(() => world.stop());

const SUBMIT = `mutation ($input: SubmitQuizInput!) { submitQuiz(input: $input) { __typename ... on Refusal { code }
  ... on QuizOutdated { currentVersion } ... on QuizPassed { score certificate { id validUntil score } }
  ... on QuizFailed { score passMark wrongQuestionIds } } }`;

/** Answers with the first `wrong` of them wrong. */
function answers(wrong = 0) {
  return SAFE_CLOSING.questions.map((question, i) => ({
    questionId: question.id,
    optionId: i < wrong ? question.options.find((option) => option.id !== question.right)!.id : question.right,
  }));
}

async function submit(cookie: string, change: Record<string, unknown> = {}) {
  const input = { courseId: 'safe-closing', courseVersion: SAFE_CLOSING.version, answers: answers(), ...change };
  return (await world.ask(cookie, SUBMIT, { input })).data.submitQuiz;
}

function grantOf(person: string) {
  const body = desiredBody.parse(world.told.findLast((told) => told.channel === 'desired' && told.gateway === 'gw-tokyo')!.body);
  return { version: body.version, grant: body.operators.find((operator) => operator.id === person) };
}

describe('the course', () => {
  it('is shown in both languages without its right answers', async () => {
    const cookie = await world.signIn('cashier-tokyo');
    const { data, errors } = await world.ask(
      cookie,
      '{ courses { id version minutes validDays titleZh lessons { titleEn bodyZh } questions { id textZh options { id textEn } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.courses[0]).toMatchObject({ id: 'safe-closing', validDays: 365, titleZh: '安全闭店' });
    expect(data.courses[0].questions).toHaveLength(6);
    expect(JSON.stringify(data)).not.toMatch(/"right"/);
  });
});

describe('a quiz handed in', () => {
  it('that fails says which questions were wrong, gives no certificate and is kept', async () => {
    const cookie = await world.signIn('cashier-tokyo');
    expect(await submit(cookie, { answers: answers(2) })).toEqual({
      __typename: 'QuizFailed',
      score: 66,
      passMark: 80,
      wrongQuestionIds: SAFE_CLOSING.questions.slice(0, 2).map((question) => question.id),
    });
    await world.settle();
    expect(grantOf('cashier-tokyo').grant).toMatchObject({ certifiedUntil: null, certificateId: null });
    const { data } = await world.ask(cookie, '{ trainingRecords { edges { node { lastScore certificate { id } } } } }');
    expect(data.trainingRecords.edges.map((edge: Loose) => edge.node)).toEqual([{ lastScore: 66, certificate: null }]);
  });

  it('that passes gives a certificate for a year, which the store’s gateway learns with the next policy version', async () => {
    const cookie = await world.signIn('cashier-tokyo');
    const before = grantOf('cashier-tokyo').version;
    const passed = await submit(cookie);
    expect(passed).toMatchObject({
      __typename: 'QuizPassed',
      score: 100,
      certificate: { validUntil: '2027-11-21T19:00:00.000Z', score: 100 },
    });
    await world.settle();
    expect(grantOf('cashier-tokyo')).toEqual({
      version: before + 1,
      grant: {
        id: 'cashier-tokyo',
        name: 'Name of cashier-tokyo',
        role: 'cashier',
        certifiedUntil: '2027-11-21T19:00:00.000Z',
        certificateId: passed.certificate.id,
      },
    });
    const manager = await world.signIn('manager-tokyo');
    const { data } = await world.ask(manager, '{ auditEntries { edges { node { action actor } } } }');
    expect(data.auditEntries.edges.map((edge: Loose) => edge.node.action)).toEqual(['quiz.passed', 'quiz.failed']);
  });

  it.each([
    ['of another version', { courseVersion: 0 }, { code: 'quizOutdated', currentVersion: SAFE_CLOSING.version }],
    ['of no course', { courseId: 'cooking' }, { code: 'notFound' }],
    ['with a question left out', { answers: answers().slice(1) }, { code: 'invalidInput' }],
  ])('%s is refused and leaves no trace', async (_name, change, expected) => {
    const cookie = await world.signIn('cashier-berlin');
    expect(await submit(cookie, change)).toMatchObject(expected);
    expect(await world.database.query("SELECT 1 FROM quiz_attempt WHERE person_id = 'cashier-berlin'")).toEqual([]);
  });
});

describe('training records', () => {
  const records = async (person: string, argument = '') => {
    const cookie = await world.signIn(person);
    const { data } = await world.ask(
      cookie,
      `{ trainingRecords${argument} { totalCount edges { node { person { id } certificate { score } } } } }`,
    );
    return data.trainingRecords.edges.map((edge: Loose) => edge.node.person.id);
  };

  it('show HQ everybody who works, a manager the own store, a cashier the own record', async () => {
    expect(await records('hq')).toEqual(['cashier-berlin', 'cashier-tokyo', 'manager-berlin', 'manager-tokyo']);
    expect(await records('hq', '(storeId: "tokyo")')).toEqual(['cashier-tokyo', 'manager-tokyo']);
    expect(await records('manager-berlin')).toEqual(['cashier-berlin', 'manager-berlin']);
    expect(await records('cashier-berlin')).toEqual(['cashier-berlin']);
  });

  it('come in pages that neither miss nor repeat anybody', async () => {
    const cookie = await world.signIn('hq');
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const query: string =
        'query ($after: String) { trainingRecords(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { person { id } } } } }';
      const { data } = await world.ask(cookie, query, { after });
      seen.push(...data.trainingRecords.edges.map((edge: Loose) => edge.node.person.id));
      after = data.trainingRecords.pageInfo.hasNextPage ? data.trainingRecords.pageInfo.endCursor : null;
      expect(data.trainingRecords.totalCount).toBe(4);
    } while (after !== null);
    expect(seen).toEqual(['cashier-berlin', 'cashier-tokyo', 'manager-berlin', 'manager-tokyo']);
  });
});
