import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLArgument, getNamedType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from './core.fixtures.js';

let world: TestCore;
beforeAll(async () => {
  world = await startTestCore({});
});
afterAll(() => world.stop());

const isDate = ({ type }: Pick<GraphQLArgument, 'type'>) => ['Date', 'DateTime'].includes(getNamedType(type).name);
const codes = (errors: Loose[] | undefined) => (errors ?? []).map(({ extensions }) => extensions.code);

/** Every date a query may be asked with, as `field(argument: "…")`. */
function datesAsked(bad: string): string[] {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  return Object.values(schema.getQueryType()!.getFields()).flatMap((field) =>
    field.args.flatMap((argument) => {
      if (isDate(argument)) return `{ ${field.name}(${argument.name}: "${bad}") { __typename } }`;
      const named = getNamedType(argument.type);
      if (!isInputObjectType(named)) return [];
      return Object.values(named.getFields())
        .filter(isDate)
        .map(({ name }) => `{ ${field.name}(${argument.name}: {${name}: "${bad}"}) { __typename } }`);
    }),
  );
}

it.each(['2026-13-45', '2026-02-30', '2026-11-21T25:00:00Z', 'yesterday'])('says which part of a request is no date: %s', async (bad) => {
  const hq = await world.signIn('hq');
  const asked = datesAsked(bad);
  expect(asked.length).toBeGreaterThan(15);
  for (const query of asked) {
    const { errors, status } = (await world.ask(hq, query)) as Loose;
    expect([query, status]).toEqual([query, 400]);
    expect([query, codes(errors)]).toEqual([query, expect.arrayContaining(['invalidInput'])]);
    expect(codes(errors)).not.toContain('internal');
  }
  for (const [query, variables] of [
    ['query ($f: DifferenceFilter) { differences(filter: $f) { totalCount } }', { f: { fromDay: bad } }],
    ['query ($d: DateTime) { auditEntries(filter: {from: $d}) { totalCount } }', { d: bad }],
  ] as const)
    expect(codes((await world.ask(hq, query, variables)).errors)).toEqual(['invalidInput']);
});

it('knows no year 0, as the database doesn’t', async () => {
  const hq = await world.signIn('hq');
  expect(codes((await world.ask(hq, '{ payouts(filter: {fromDay: "0000-01-01"}) { totalCount } }')).errors)).toEqual(['invalidInput']);
});
