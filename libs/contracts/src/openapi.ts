import { z } from 'zod';
import { type JsonObject, reachable, withoutIds } from './json-schema.js';
import { registryOf, SHARED_SCHEMAS, TILL_SCHEMAS } from './schema-catalogue.js';
import { idempotencyKey } from './till.js';
import { TILL_REFUSALS, type TillRefusalCode } from './till-refusals.js';
import { COMMON_REFUSALS, PATH_PARAMETERS, TILL_ROUTES, type TillRoute } from './till-routes.js';

const SCHEMAS = { ...SHARED_SCHEMAS, ...TILL_SCHEMAS } as const;

/** The OpenAPI 3.1 document of the interface between tills and the edge agent: https://spec.openapis.org/oas/v3.1.0 */
export function openApiDocument(): JsonObject {
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Tillward: tills and the store’s gateway',
      version: '1.0.0',
      summary: 'One interface for all kinds of terminals, on the store’s own network.',
      description:
        'Amounts are integers in minor units of their currency. Bodies are `application/json`. A refusal has a stable `code` and a sentence in English and Chinese; nothing was sent to a terminal when a request is refused. `inDoubt` is a state, not an error.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'http://{host}:{port}',
        description: 'The gateway of the store.',
        variables: { host: { default: '127.0.0.1' }, port: { default: '8080' } },
      },
    ],
    security: [{ tillToken: [] }],
    paths: paths(),
    components: {
      securitySchemes: {
        tillToken: { type: 'http', scheme: 'bearer', description: 'One token for each till, given out at the store console.' },
      },
      schemas: componentSchemas(),
    },
    'x-refusals': TILL_REFUSALS,
  };
}

function paths(): Record<string, JsonObject> {
  const made: Record<string, JsonObject> = {};
  for (const [operationId, route] of Object.entries(TILL_ROUTES) as [string, TillRoute][]) {
    made[route.path] = { ...made[route.path], [route.method.toLowerCase()]: operationOf(operationId, route) };
  }
  return made;
}

function operationOf(operationId: string, route: TillRoute): JsonObject {
  const parameters = parametersOf(route);
  return {
    operationId,
    summary: route.summary,
    description: route.description,
    ...(route.token ? {} : { security: [] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: refTo(route.body) } } } } : {}),
    responses: { ...answersOf(route), ...refusalsOf(route) },
  };
}

function parametersOf(route: TillRoute): JsonObject[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    const { schema, description } = PATH_PARAMETERS[name as keyof typeof PATH_PARAMETERS];
    return { name, in: 'path', required: true, description, schema: inline(schema) };
  });
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description:
      'Names the order for ever. A UUID is best: its letters may be in upper or lower case and name the same order (RFC 9562 section 4). Of any other key each letter counts as it is.',
    schema: inline(idempotencyKey),
  };
  const inQuery = Object.entries(route.query ?? {}).map(([name, { schema, description }]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema: inline(schema),
  }));
  return [...inPath, ...(route.idempotent ? [key] : []), ...inQuery];
}

function answersOf(route: TillRoute): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, { description, schema }]) => {
      if (schema === null) return [status, { description }];
      if (schema === 'events') {
        const event = { $ref: '#/components/schemas/tillEvent' };
        return [status, { description, content: { 'text/event-stream': { schema: { type: 'string' }, 'x-event-data': event } } }];
      }
      return [status, { description, content: { 'application/json': { schema: refTo(schema) } } }];
    }),
  );
}

/** Refusals of one status share a response; their codes are listed in the schema, so that a client can switch over them. */
function refusalsOf(route: TillRoute): Record<string, JsonObject> {
  const codes: TillRefusalCode[] = [...(route.token ? COMMON_REFUSALS : []), ...route.refusals];
  const byStatus = Map.groupBy(new Set(codes), (code) => TILL_REFUSALS[code].status);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, group]) => [
        String(status),
        {
          description: group.map((code) => `\`${code}\`: ${TILL_REFUSALS[code].en}`).join('\n\n'),
          content: {
            'application/json': {
              schema: { allOf: [{ $ref: '#/components/schemas/tillRefusal' }, { properties: { code: { enum: group } } }] },
            },
          },
        },
      ]),
  );
}

function refTo(schema: z.ZodType): JsonObject {
  const name = Object.entries(SCHEMAS).find(([, known]) => known === schema)?.[0];
  if (name === undefined) throw new Error('a shape of the till interface has no name in TILL_SCHEMAS');
  return { $ref: `#/components/schemas/${name}` };
}

function inline(schema: z.ZodType): JsonObject {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io: 'input' }) as JsonObject;
  return body;
}

function componentSchemas(): Record<string, JsonObject> {
  const { schemas } = z.toJSONSchema(registryOf(SCHEMAS), { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  const named = withoutIds(schemas);
  const used = reachable(named, Object.keys(TILL_SCHEMAS));
  return Object.fromEntries(Object.entries(named).filter(([id]) => used.has(id)));
}
