import { describe, expect, it } from 'vitest';
import {
  originIsOwn,
  type RequestOrigin,
  SESSION_ABSOLUTE_MS,
  SESSION_IDLE_MS,
  sessionCookie,
  sessionIsValid,
  sessionNeedsTouch,
  tokenInCookies,
} from './identity.rules.js';

const token = 'A'.repeat(43);

describe('I2 session life', () => {
  it.each([
    ['just begun', 0, 0, true],
    ['used a moment before the idle limit', 0, SESSION_IDLE_MS - 1, true],
    ['idle for the limit', 0, SESSION_IDLE_MS, false],
    ['in use at the absolute limit', SESSION_ABSOLUTE_MS, 0, false],
  ])('%s', (_name, ageMs, idleMs, valid) => {
    const now = 10 * SESSION_ABSOLUTE_MS;
    expect(sessionIsValid({ createdAtMs: now - Math.max(ageMs, idleMs), lastSeenAtMs: now - idleMs }, now)).toBe(valid);
  });

  it('writes a use down once a minute', () => {
    expect(sessionNeedsTouch({ createdAtMs: 0, lastSeenAtMs: 0 }, 59_999)).toBe(false);
    expect(sessionNeedsTouch({ createdAtMs: 0, lastSeenAtMs: 0 }, 60_000)).toBe(true);
  });
});

describe('I4 origin of state-changing requests', () => {
  const post: RequestOrigin = { method: 'POST', isUpgrade: false, origin: undefined, host: 'hq.example:8080', fetchSite: undefined };
  it.each<[string, Partial<RequestOrigin>, boolean]>([
    ['our own page', { origin: 'https://hq.example:8080', fetchSite: 'same-origin' }, true],
    ['a program without Origin', {}, true],
    ['another site', { origin: 'https://evil.example' }, false],
    ['another port of our host', { origin: 'https://hq.example:9090' }, false],
    ['an opaque origin', { origin: 'null' }, false],
    ['a browser that says cross-site', { fetchSite: 'cross-site' }, false],
    ['a sibling site', { fetchSite: 'same-site' }, false],
    ['no Host to compare with', { origin: 'https://hq.example', host: undefined }, false],
    ['a GET from another site, which changes nothing', { method: 'GET', origin: 'https://evil.example' }, true],
    ['a WebSocket from another site', { method: 'GET', isUpgrade: true, origin: 'https://evil.example' }, false],
    ['a WebSocket of our own page', { method: 'GET', isUpgrade: true, origin: 'http://hq.example:8080' }, true],
  ])('%s', (_name, change, expected) => {
    expect(originIsOwn({ ...post, ...change })).toBe(expected);
  });
});

describe('the session cookie', () => {
  it('is out of reach of scripts and other sites', () => {
    expect(sessionCookie(token, true)).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=604800; Secure$/);
    expect(sessionCookie(token, false)).not.toContain('Secure');
    expect(sessionCookie('', true)).toContain('Max-Age=0');
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['alone', `tillward_session=${token}`, token],
    ['among others', `a=b; tillward_session=${token}; c=d`, token],
    ['absent', 'a=b', undefined],
    ['no header', undefined, undefined],
    ['too short', 'tillward_session=abc', undefined],
    ['with a foreign character', `tillward_session=${'%'.repeat(43)}`, undefined],
  ])('is read when %s', (_name, header, expected) => {
    expect(tokenInCookies(header)).toBe(expected);
  });
});
