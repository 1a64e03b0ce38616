import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreeOnTerms } from '../funding/terms.fixtures.js';
import { testAcquirer } from '../statements/statements.fixtures.js';
import { type Loose, startTestCore, type TestCore } from './core.fixtures.js';
import { encodeCursor } from './paging.js';

let world: TestCore;
let hq: string;
beforeAll(async () => {
  world = await startTestCore({ extraPeople: [{ id: 'hq-other', role: 'hq', stores: [] }] });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

const BROKEN = [
  ['a zero byte', 'DE\0'],
  ['half a surrogate pair', 'DE\ud800'],
] as const;
const refused = { status: 400, errors: [{ extensions: { code: 'invalidInput' } }] };
const terms = (variables: Record<string, unknown>) =>
  world.ask(
    hq,
    'mutation ($funding: JSON, $reason: String!) { proposeProviderTerms(input: {acquirerId: "acq", replaces: 0, reason: $reason, funding: $funding}) { __typename } }',
    { reason: 'contract', funding: null, ...variables },
  );

describe.each(BROKEN)('%s', (_, text) => {
  it.each<[string, () => Promise<Loose>]>([
    ['a member of a JSON value', () => terms({ funding: { account: text, country: 'DE', delayBankDays: 1 } })],
    ['a key of a JSON value', () => terms({ funding: { [text]: 1 } })],
    ['a String', () => terms({ reason: text })],
    ['an ID', () => world.ask(hq, 'query ($id: ID!) { difference(id: $id) { id } }', { id: text })],
    ['a filter', () => world.ask(hq, 'query ($f: DifferenceFilter) { differences(filter: $f) { totalCount } }', { f: { storeId: text } })],
  ])('is refused in %s', async (_where, ask) => {
    // The second time the query is compiled.
    for (let i = 0; i < 3; i++) expect(await ask()).toMatchObject(refused);
  });

  it('in no request leaves anything that blocks the next', async () => {
    expect(await world.ask(hq, '{ termsProposals { id } }')).toMatchObject({ status: 200, data: { termsProposals: [] } });
  });
});

it('refuses a zero byte in a literal, escaped and in a block', async () => {
  for (const literal of ['"a\\u0000"', '"a\\u{0}"', '"""a\0"""', '"""\n  a\0\n"""'])
    expect(await world.ask(hq, `{ difference(id: ${literal}) { id } }`)).toMatchObject({ status: 400, errors: [{}] });
  expect(await world.ask(hq, '{ difference(id: "a\\u0000") { id } }')).toMatchObject(refused);
});

it('takes every other text', async () => {
  const account = 'DE 1\u0085 \ud83d\ude00';
  expect(await agreeOnTerms(world, 'acq', { funding: { account, country: 'DE', delayBankDays: 1 } })).toBe(1);
});

it.each([['2026-02-30'], ['2026-01-01 (x)'], ['0000-01-01'], ['2026-01-01\0']])('knows a cursor nobody gave out: %j', async (day) => {
  const id = '00000000-0000-4000-8000-000000000001';
  for (const [field, key] of [
    ['differences', [day, id]],
    ['remedyRequests', [day, id]],
    ['statementFiles', [day, id]],
    ['payouts', [day, 'acq', 'p', 'EUR']],
  ] as const) {
    const answer = await world.ask(hq, `{ ${field}(after: "${encodeCursor(key)}") { totalCount } }`);
    expect([field, answer.errors?.map(({ extensions }) => extensions)]).toEqual([field, [{ code: 'invalidInput', field: 'after' }]]);
  }
});

describe('over HTTP', () => {
  const send = async (path: string, body?: unknown) => {
    const response = await fetch(`${world.core.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { cookie: hq, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return [response.status, ((await response.json()) as Loose).error];
  };

  it('such text is refused in a body and in a query', async () => {
    for (const [, text] of BROKEN) expect(await send('/api/session', { person: 'hq', password: text })).toEqual([400, 'malformed']);
    expect(await send('/api/exports/differences?acquirerId=a%00')).toEqual([400, 'malformed']);
  });
});
