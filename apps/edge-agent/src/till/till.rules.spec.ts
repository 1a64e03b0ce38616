import { TILL_REFUSALS, type TillRefusalCode, tillRefusal } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { refusalOf, routeOf } from './till.rules.js';
import { authorised } from './till.token.js';

describe('routeOf', () => {
  it.each([
    ['GET', '/healthz', { kind: 'health' }],
    ['GET', '/readyz', { kind: 'ready' }],
    ['GET', '/v1/terminals', { kind: 'terminals' }],
    ['POST', '/v1/operator-sessions', { kind: 'signOn' }],
    ['DELETE', '/v1/operator-sessions/t1', { kind: 'signOff', terminal: 't1' }],
    ['POST', '/v1/payments', { kind: 'pay' }],
    ['GET', '/v1/payments/2052a146-cce1-47ac-a259-218cd817524a', { kind: 'payment', paymentId: '2052a146-cce1-47ac-a259-218cd817524a' }],
    ['GET', '/v1/payments', { kind: 'method', allow: 'POST' }],
    ['GET', '/v1/operator-sessions/T1', { kind: 'unknown' }],
    ['GET', '/', { kind: 'unknown' }],
  ] as const)('%s %s', (method, path, route) => {
    expect(routeOf(method, path)).toEqual(route);
  });
});

describe('refusalOf', () => {
  it.each(Object.keys(TILL_REFUSALS) as TillRefusalCode[])('%s speaks both languages', (code) => {
    const refusal = tillRefusal.parse(refusalOf(code, 'amountMinor'));
    expect(refusal.message.en).not.toBe('');
    expect(refusal.message.zh).toMatch(/\p{Script=Han}/u);
  });
});

describe('authorised', () => {
  it.each([
    ['Bearer secret-token', true],
    ['Bearer secret-tokem', false],
    ['Bearer ', false],
    ['secret-token', false],
    [undefined, false],
  ])('%s → %s', (header, result) => {
    expect(authorised(header, 'secret-token')).toBe(result);
  });
});
