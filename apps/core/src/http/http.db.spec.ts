import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';

let world: TestCore;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillward-http-'));
  await writeFile(join(folder, 'index.html'), '<title>dashboard</title>');
  world = await startTestCore({ config: { dashboardDir: folder, graphiql: true } });
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true });
});

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A request with the path exactly as written: `fetch` would tidy it. */
function send(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const { hostname, port } = new URL(world.core.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const JSON_BODY = { 'content-type': 'application/json' };
const CREDENTIALS = JSON.stringify({ person: 'hq', password: 'password of hq' });

function upgrade(path: string, headers: Record<string, string>, protocol = 'graphql-transport-ws'): Promise<number | 'open'> {
  const socket = new WebSocket(`${world.core.url.replace('http', 'ws')}${path}`, protocol, { headers });
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    const done = (result: number | 'open') => {
      resolve(result);
      socket.terminate();
    };
    socket.on('unexpected-response', (_request, response) => done(response.statusCode!));
    socket.on('open', () => done('open'));
  });
}

describe('foreign origins', () => {
  it.each(['/api/session', '/%61pi/session', '/api/%73ession', '/graphql', '/%67raphql', '/nothing'])(
    'POST %s is refused',
    async (path) => {
      const { status, headers, body } = await send('POST', path, { ...JSON_BODY, origin: 'https://evil.example' }, CREDENTIALS);
      expect([status, JSON.parse(body).error, headers['set-cookie']]).toEqual([403, 'foreignOrigin', undefined]);
    },
  );

  it.each(['/graphql', '/%67raphql', '/graph%71l'])('a WebSocket at %s is refused, as is one without a session', async (path) => {
    const cookie = await world.signIn('hq');
    expect(await upgrade(path, { cookie, origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade(path, {})).toBe(401);
    expect(await upgrade(path, { cookie })).toBe('open');
  });

  it('a WebSocket of another protocol is refused', async () => {
    expect(await upgrade('/graphql', { cookie: await world.signIn('hq') }, 'chat')).toBe(400);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/graphql', 'multipart/form-data; boundary=x'])(
    'bodies of %s, which a foreign page could send unasked, are not read',
    async (type) => {
      for (const path of ['/api/session', '/graphql']) {
        const { status, body } = await send('POST', path, { 'content-type': type }, 'person=hq&password=password+of+hq');
        expect([status, JSON.parse(body).error]).toEqual([415, 'unsupportedMediaType']);
      }
    },
  );

  it('a session is known at every spelling of a path', async () => {
    expect((await send('GET', '/%61pi/session', { cookie: await world.signIn('hq') })).status).toBe(200);
  });
});

describe('errors over REST', () => {
  it.each<[string, number, string, Parameters<typeof send>]>([
    ['a body that is no JSON', 400, 'malformed', ['POST', '/api/session', JSON_BODY, '{']],
    ['an empty body', 400, 'malformed', ['POST', '/api/session', JSON_BODY, '']],
    ['a wrong field', 400, 'malformed', ['POST', '/api/session', JSON_BODY, '{"person":5}']],
    ['a body too large', 413, 'bodyTooLarge', ['POST', '/api/session', JSON_BODY, ' '.repeat(1024 * 1024 + 1)]],
    ['a bad URL', 400, 'badUrl', ['GET', '/%', {}]],
    ['an unknown path', 404, 'notFound', ['POST', '/nothing', JSON_BODY, '{}']],
    ['an unknown path below /api', 404, 'notFound', ['GET', '/api/nothing', {}]],
    ['nobody signed in', 401, 'unauthenticated', ['GET', '/api/session', {}]],
    ['a wrong password', 401, 'signInRefused', ['POST', '/api/session', JSON_BODY, '{"person":"hq","password":"x"}']],
  ])('%s: %i %s, in the one shape', async (_name, status, error, asked) => {
    const answer = await send(...asked);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, expect.objectContaining({ error, message: expect.any(String) })]);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.body).not.toMatch(/FST_|node_modules|statusCode/);
  });
});

describe('GraphQL over HTTP', () => {
  it.each<[string, number, string, Parameters<typeof send>]>([
    ['a query that is no text', 400, 'malformedRequest', ['POST', '/graphql', JSON_BODY, '{"query":5}']],
    ['a query that is an object', 400, 'malformedRequest', ['POST', '/graphql', JSON_BODY, '{"query":{}}']],
    ['no query', 400, 'malformedRequest', ['POST', '/graphql', JSON_BODY, '{}']],
    ['a body that is a list', 400, 'malformedRequest', ['POST', '/graphql', JSON_BODY, '[]']],
    ['a body that is no JSON', 400, 'malformedRequest', ['POST', '/graphql', JSON_BODY, '{']],
    ['variables that are no JSON', 400, 'malformedRequest', ['GET', '/graphql?query=%7Bme%7Bid%7D%7D&variables=%7B', {}]],
    ['a syntax error', 400, 'malformedRequest', ['GET', '/graphql?query=%7B', {}]],
    ['a mutation by GET', 405, 'methodNotAllowed', ['GET', '/graphql?query=mutation%7BsetLanguage(language:en)%7Bid%7D%7D', {}]],
    ['a subscription by POST', 400, 'malformedRequest', ['POST', '/graphql', JSON_BODY, '{"query":"subscription{fleetChanged{id}}"}']],
  ])('%s: %i %s', async (_name, status, code, asked) => {
    const answer = await send(...asked);
    expect([answer.status, JSON.parse(answer.body).errors?.[0]?.extensions]).toEqual([status, { code }]);
    expect(answer.body).not.toMatch(/node_modules|stack/);
  });
});

describe('security headers', () => {
  const policy = async (path: string) => String((await send('GET', path)).headers['content-security-policy']);

  it.each(['/', '/stores/berlin', '/api/session', '/healthz', '/assets/none.js', '/graphql?query=%7B', '/%'])('are on %s', async (path) => {
    const { headers } = await send('GET', path);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers['content-security-policy']).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(headers['content-security-policy']).not.toMatch(/unpkg|unsafe-eval|script-src/);
  });

  it('let GraphiQL, and only it, load its scripts', async () => {
    expect((await send('GET', '/graphiql')).status).toBe(200);
    expect(await policy('/graphiql')).toMatch(/script-src [^;]*https:\/\/unpkg\.com.*frame-ancestors 'none'/);
    expect(await policy('/graphiqlx')).not.toMatch(/unpkg/);
  });
});
