import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatedFiles, HTTP_ENDPOINTS, LIMITS } from './generate.js';
import { startTestCore, type TestCore } from './graphql/core.fixtures.js';
import { rootFields } from './resolvers.js';

const document = generatedFiles()['docs/permissions.md']!;

let world: TestCore;
let dashboardDir: string;
beforeAll(async () => {
  dashboardDir = mkdtempSync(join(tmpdir(), 'tillward-dashboard-'));
  world = await startTestCore({ config: { graphiql: true, dashboardDir } });
});
afterAll(async () => {
  await world.stop();
  rmSync(dashboardDir, { recursive: true, force: true });
});

describe('docs/permissions.md', () => {
  it('is checked in as the code makes it', () => {
    expect(document).toBe(readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8'));
  });

  it('has a row for every root field, and its limits are of fields there are', () => {
    for (const { name } of rootFields()) expect(document).toContain(`| \`${name}\` |`);
    const known = rootFields().map(({ operation, name }) => `${operation}.${name}`);
    expect(Object.keys(LIMITS).filter((field) => !known.includes(field))).toEqual([]);
  });

  it('lists the routes core serves', () => {
    // A path that begins with another one's is printed below that one, as the rest of it.
    const above: string[] = [];
    const routes = world.core.app
      .getHttpAdapter()
      .getInstance()
      .printRoutes({ commonPrefix: false })
      .split('\n')
      .flatMap((line: string) => {
        const [, indent, rest, methods] = /^([│ ]*)[├└]── (\S+) \((.+)\)$/.exec(line) ?? [];
        if (rest === undefined) return [];
        const depth = indent!.length / 4;
        const path = `${above[depth - 1] ?? ''}${rest}`;
        above[depth] = path;
        // GraphiQL's own files come with its page.
        if (path.startsWith('/graphiql/')) return [];
        // Fastify answers HEAD wherever it answers GET.
        return methods!.split(', ').flatMap((method) => (method === 'HEAD' ? [] : [`${method} ${path}`]));
      });
    expect(routes.toSorted()).toEqual(
      HTTP_ENDPOINTS.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`)).toSorted(),
    );
  });
});
