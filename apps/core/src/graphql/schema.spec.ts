import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { rootFields } from '../resolvers.js';
import { schemaText } from './schema-text.js';

const checkedIn = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

const fields = rootFields().map(({ operation, name, access }) => ({ field: `${operation}.${name}`, access }));

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
    expect(fields.map(({ field }) => field).sort()).toEqual(inSchema.sort());
    expect(fields.filter(({ access }) => access.length === 0)).toEqual([]);
  });

  it('is open to everyone only for the question who is asking', () => {
    expect(fields.filter(({ access }) => access.includes('everyone')).map(({ field }) => field)).toEqual(['Query.me']);
  });

  it('lets only those who answer for stores change anything there', () => {
    const changing = fields.filter(({ field }) => field.startsWith('Mutation.') && !/setLanguage|submitQuiz/.test(field));
    for (const { access } of changing) expect([['hq'], ['hq', 'manager']]).toContainEqual(access);
  });
});
