import { z } from 'zod';
import { JOURNAL_KINDS } from './journal-kinds.js';
import { FILE_SCHEMAS, MESSAGES, registryOf, SHARED_SCHEMAS, TILL_SCHEMAS } from './schema-catalogue.js';
import { TILL_REFUSALS } from './till-refusals.js';

/** A value as JSON has it. */
export type JsonObject = { [key: string]: unknown };

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The JSON Schema (draft 2020-12) of one shape, complete in itself. Cross-field rules (`refine`) have no JSON Schema and stay in the code. */
export function jsonSchemaOf(name: string, title: string, schema: z.ZodType): JsonObject {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { metadata: registryOf(SHARED_SCHEMAS), io: 'input' }) as JsonObject;
  return { $schema: DIALECT, $id: `urn:tillward:contracts:${name}`, title, ...body };
}

/** One JSON Schema with many named shapes under `$defs`; building blocks they share are beside them. */
function schemaCollection(name: string, title: string, schemas: Readonly<Record<string, z.ZodType>>, anyOf: boolean): JsonObject {
  const { schemas: made } = z.toJSONSchema(registryOf({ ...SHARED_SCHEMAS, ...schemas }), { uri: (id) => `#/$defs/${id}`, io: 'input' });
  const $defs = withoutIds(made);
  const used = reachable($defs, Object.keys(schemas));
  return {
    $schema: DIALECT,
    $id: `urn:tillward:contracts:${name}`,
    title,
    ...(anyOf ? { anyOf: Object.keys(schemas).map((id) => ({ $ref: `#/$defs/${id}` })) } : {}),
    $defs: Object.fromEntries(Object.entries($defs).filter(([id]) => used.has(id))),
  };
}

/** Drops the `$id` and `$schema` zod writes for separate documents: here they are parts of one. */
export function withoutIds(schemas: Readonly<Record<string, object>>): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $id: _id, $schema: _schema, ...rest } = schema as JsonObject;
      return [id, rest];
    }),
  );
}

/** The names in `defs` that `roots` refer to, directly or not, themselves included. */
export function reachable(defs: Readonly<Record<string, unknown>>, roots: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === '$ref' && typeof inner === 'string') name(inner.slice(inner.lastIndexOf('/') + 1));
        else visit(inner);
      }
    }
  };
  const name = (id: string): void => {
    if (seen.has(id) || !(id in defs)) return;
    seen.add(id);
    visit(defs[id]);
  };
  roots.forEach(name);
  return seen;
}

/** All JSON Schema files: file name → document. */
export function jsonSchemaFiles(): Record<string, JsonObject> {
  const files: Record<string, JsonObject> = {};
  for (const { name, title, schema, body } of MESSAGES) {
    files[`${name}.json`] = jsonSchemaOf(name, title, schema);
    if (body) files[`${body.name}.json`] = jsonSchemaOf(body.name, `${title}: the signed text`, body.schema);
  }
  for (const [name, schema] of Object.entries(FILE_SCHEMAS))
    files[`${name}.json`] = jsonSchemaOf(name, 'The file that provisions a chain', schema);
  files['journalKinds.json'] = schemaCollection('journalKinds', 'Payload of every kind of journal entry, by kind', JOURNAL_KINDS, false);
  files['till.json'] = {
    ...schemaCollection('till', 'Requests and answers of the till interface', TILL_SCHEMAS, true),
    'x-refusals': TILL_REFUSALS,
  };
  return files;
}
