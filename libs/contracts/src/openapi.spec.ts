import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.js';
import { TILL_REFUSALS } from './till-refusals.js';
import { COMMON_REFUSALS, TILL_ROUTES, type TillRoute, tillRouteOf } from './till-routes.js';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: { allOf?: [object, { properties: { code: { enum: string[] } } }] } }> }
  >;
}
const document = openApiDocument() as unknown as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};
const routes = Object.entries(TILL_ROUTES) as [string, TillRoute][];
const operation = ({ path, method }: TillRoute) => document.paths[path]![method.toLowerCase()]!;

describe('OpenAPI document', () => {
  it('is version 3.1 and has every route once, by its name', () => {
    expect(document.openapi).toBe('3.1.0');
    const found = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));
    expect(found.toSorted()).toEqual(routes.map(([name]) => name).toSorted());
  });

  it.each(routes)('%s declares exactly the parameters of its path, its key and its query', (_name, route) => {
    const parameters = operation(route).parameters ?? [];
    const of = (place: string) => parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
    expect(of('path')).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    expect(of('header')).toEqual(route.idempotent ? ['Idempotency-Key'] : []);
    expect(of('query')).toEqual(Object.keys(route.query ?? {}));
    for (const parameter of parameters) expect(parameter.required).toBe(parameter.in !== 'query');
  });

  it.each(routes)('%s lists every answer and every refusal under its status', (_name, route) => {
    const { responses, security } = operation(route);
    for (const status of Object.keys(route.answers)) expect(responses[status]!.description).not.toBe('');
    const codes = [...(route.token ? COMMON_REFUSALS : []), ...route.refusals];
    for (const code of codes) {
      const schema = responses[TILL_REFUSALS[code].status]!.content!['application/json']!.schema;
      expect(schema.allOf![1].properties.code.enum).toContain(code);
    }
    expect(security).toEqual(route.token ? undefined : []);
  });

  it('says of no route that it may be refused a second time for the same reason', () => {
    for (const [, { refusals }] of routes) expect(new Set(refusals).size).toBe(refusals.length);
  });
});

describe('tillRouteOf', () => {
  it.each([
    ['GET', '/v1/terminals', { name: 'listTerminals', parameters: {} }],
    ['DELETE', '/v1/operator-sessions/t1', { name: 'signOffOperator', parameters: { terminal: 't1' } }],
    ['POST', '/v1/payments', { name: 'pay', parameters: {} }],
    [
      'GET',
      '/v1/payments/2052a146-cce1-47ac-a259-218cd817524a/receipt',
      { name: 'getReceipt', parameters: { paymentId: '2052a146-cce1-47ac-a259-218cd817524a' } },
    ],
    ['PUT', '/v1/payments', { allow: 'POST, GET' }],
    ['GET', '/v1/refunds', { allow: 'POST' }],
    ['GET', '/v1/payments/not-a-uuid', undefined],
    ['DELETE', '/v1/operator-sessions/T1', undefined],
    ['GET', '/v1/terminals/', undefined],
    ['GET', '/', undefined],
  ] as const)('%s %s', (method, path, route) => {
    expect(tillRouteOf(method, path)).toEqual(route);
  });
});
