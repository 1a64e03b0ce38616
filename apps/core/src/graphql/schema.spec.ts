import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { ACCESS_METADATA, type AccessRule } from './access.js';
import { RESOLVERS } from './resolvers.js';
import { schemaText } from './schema-text.js';

const checkedIn = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

/** Every root field of the code with what its resolver declares: Nest marks the method with its operation. */
const rootFields = RESOLVERS.flatMap((resolver) =>
  Object.getOwnPropertyNames(resolver.prototype).flatMap((name) => {
    const method = resolver.prototype[name] as object;
    const operation = Reflect.getMetadata('graphql:resolver_type', method) as string | undefined;
    if (operation !== 'Query' && operation !== 'Mutation' && operation !== 'Subscription') return [];
    const access = Reflect.getMetadata(ACCESS_METADATA, method) as readonly AccessRule[] | undefined;
    return [{ field: `${operation}.${(Reflect.getMetadata('graphql:resolver_name', method) as string) ?? name}`, access }];
  }),
);

describe('the GraphQL schema', () => {
  it('is checked in as the code makes it', async () => {
    expect(await schemaText()).toBe(checkedIn);
  });
});

describe('access', () => {
  it('is declared on every root field there is', () => {
    const schema = buildSchema(checkedIn);
    const inSchema = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
      Object.keys(type!.getFields()).map((field) => `${type!.name}.${field}`),
    );
    expect(rootFields.map(({ field }) => field).sort()).toEqual(inSchema.sort());
    expect(rootFields.filter(({ access }) => access === undefined || access.length === 0)).toEqual([]);
  });

  it('is open to everyone only for the question who is asking', () => {
    expect(rootFields.filter(({ access }) => access?.includes('everyone')).map(({ field }) => field)).toEqual(['Query.me']);
  });

  it('lets only those who answer for stores change anything there', () => {
    const changing = rootFields.filter(({ field }) => field.startsWith('Mutation.') && !/setLanguage|submitQuiz/.test(field));
    for (const { access } of changing) expect(access).toEqual(['hq', 'manager']);
  });
});
