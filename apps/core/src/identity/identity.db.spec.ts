import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS } from './identity.rules.js';

let world: TestCore;
beforeAll(async () => {
  world = await startTestCore();
});
afterAll(() => world.stop());

function session(method: string, headers: Record<string, string> = {}, body?: unknown): Promise<Response> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return fetch(`${world.core.url}/api/session`, {
    method,
    headers: { ...json, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

const me = async (cookie?: string) => (await session('GET', cookie === undefined ? {} : { cookie })).status;

describe('sign-in', () => {
  it('gives a cookie no script and no other site can use, and says who is signed in', async () => {
    const response = await session('POST', {}, { person: 'manager-berlin', password: 'password of manager-berlin' });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(
      /^tillward_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/,
    );
    expect(await response.json()).toEqual({
      id: 'manager-berlin',
      name: 'Name of manager-berlin',
      role: 'manager',
      language: 'en',
      stores: ['berlin'],
    });
  });

  it('keeps the token only as a hash, the password only as argon2id', async () => {
    const token = (await world.signIn('hq')).split('=')[1]!;
    const [{ hit }] = (await database(`SELECT count(*) AS hit FROM session WHERE token_hash = '${token}'`)) as [{ hit: number }];
    expect(hit).toBe(0);
    const hashes = (await database('SELECT password_hash FROM person')) as { password_hash: string }[];
    for (const { password_hash } of hashes) expect(password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it.each([
    ['a wrong password', { person: 'hq', password: 'password of nobody' }, 401],
    ['an unknown person', { person: 'nobody', password: 'password of nobody' }, 401],
    ['no password', { person: 'hq' }, 400],
    ['more than is asked for', { person: 'hq', password: 'password of hq', role: 'hq' }, 400],
    ['no JSON', '{"person"', 400],
    ['an id with a zero byte', { person: 'h\0q', password: 'password of hq' }, 400],
  ])('refuses %s without a cookie', async (_name, body, status) => {
    const response = await session('POST', {}, body);
    expect(response.status).toBe(status);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('answers the same to an unknown person as to a wrong password, after the same work', async () => {
    const timed = async (person: string) => {
      const startedAt = performance.now();
      const text = await (await session('POST', {}, { person, password: 'password of nobody' })).text();
      return { text, tookMs: performance.now() - startedAt };
    };
    await timed('nobody-else');
    const [known, unknown] = [await timed('auditor'), await timed('nobody-at-all')];
    expect(unknown.text).toBe(known.text);
    expect(unknown.tookMs).toBeGreaterThan(known.tookMs / 4);
  });

  it('writes openings, refusals and closings into the audit log', async () => {
    const cookie = await world.signIn('cashier-tokyo');
    await session('POST', {}, { person: 'cashier-tokyo', password: 'password of nobody' });
    await session('DELETE', { cookie });
    const rows = (await database(
      "SELECT action, actor, actor_role FROM audit_entry WHERE actor_id = 'cashier-tokyo' ORDER BY index",
    )) as Record<string, string>[];
    expect(rows).toEqual([
      { action: 'session.opened', actor: 'Name of cashier-tokyo', actor_role: 'cashier' },
      { action: 'session.refused', actor: 'anonymous', actor_role: 'none' },
      { action: 'session.closed', actor: 'Name of cashier-tokyo', actor_role: 'cashier' },
    ]);
  });

  it('stops guessing at one person from one address, and says when to try again', async () => {
    const guess = () => session('POST', {}, { person: 'cashier-berlin', password: 'password of nobody' });
    let last = await guess();
    for (let tries = 0; tries < 30 && last.status === 401; tries++) last = await guess();
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await last.json()).toMatchObject({ error: 'tooManyTries' });
    expect((await session('POST', {}, { person: 'auditor', password: 'password of auditor' })).status).toBe(200);
  });
});

describe('I2 the life of a session', () => {
  it('ends when it is signed out of, everywhere', async () => {
    const cookie = await world.signIn('hq');
    expect(await me(cookie)).toBe(200);
    const response = await session('DELETE', { cookie });
    expect(response.status).toBe(204);
    expect(response.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(await me(cookie)).toBe(401);
  });

  it('ends when it is idle', async () => {
    const cookie = await world.signIn('hq');
    world.advance(SESSION_IDLE_MS - 1_000);
    expect(await me(cookie)).toBe(200);
    world.advance(SESSION_IDLE_MS);
    expect(await me(cookie)).toBe(401);
  });

  it('ends when it is old, however busy', async () => {
    const cookie = await world.signIn('hq');
    const step = SESSION_IDLE_MS / 2;
    for (let age = step; age < SESSION_ABSOLUTE_MS; age += step) {
      world.advance(step);
      expect(await me(cookie)).toBe(200);
    }
    world.advance(step);
    expect(await me(cookie)).toBe(401);
  });

  it('is nobody’s without a cookie, with a made-up one, or with another’s name', async () => {
    expect(await me()).toBe(401);
    expect(await me(`tillward_session=${'A'.repeat(43)}`)).toBe(401);
    expect(await me('tillward_session=hq')).toBe(401);
  });
});

describe('I4 requests from foreign pages', () => {
  it('are refused before anything is done', async () => {
    const cookie = await world.signIn('hq');
    const origin = 'https://evil.example';
    expect((await session('DELETE', { cookie, origin })).status).toBe(403);
    expect(await me(cookie)).toBe(200);
    const mutation = await fetch(`${world.core.url}/graphql`, {
      method: 'POST',
      headers: { cookie, origin, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { setLanguage(language: zh) { language } }' }),
    });
    expect(mutation.status).toBe(403);
  });

  it('can change nothing with a GET', async () => {
    const cookie = await world.signIn('hq');
    const query = encodeURIComponent('mutation { setLanguage(language: zh) { language } }');
    const response = await fetch(`${world.core.url}/graphql?query=${query}`, { headers: { cookie } });
    expect(response.status).toBeGreaterThanOrEqual(400);
    const { data } = await world.ask(cookie, '{ me { language } }');
    expect(data.me.language).toBe('en');
  });
});

describe('setLanguage', () => {
  it('changes the language of the person asking, for all sessions', async () => {
    const [one, other] = [await world.signIn('manager-tokyo'), await world.signIn('manager-tokyo')];
    await world.ask(one, 'mutation { setLanguage(language: zh) { id language } }');
    expect((await world.ask(other, '{ me { language } }')).data.me.language).toBe('zh');
  });
});

function database(sql: string): Promise<unknown[]> {
  return world.database.query(sql);
}
