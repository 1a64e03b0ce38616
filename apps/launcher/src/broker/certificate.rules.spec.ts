import { expect, test } from 'vitest';
import { readCertificate, refuseCertificate } from './certificate.rules.js';

const PEER = { subject: { CN: 'gw-berlin', OU: 'berlin' }, serialNumber: '00AB12', valid_to: 'Dec 21 12:00:00 2026 GMT' };
const READ = { gateway: 'gw-berlin', store: 'berlin', serial: 'ab12', notAfterMs: Date.UTC(2026, 11, 21, 12) };

test('a certificate says gateway, store, serial number and end', () => {
  expect(readCertificate(PEER)).toEqual(READ);
});

test.each([
  ['nothing', {}],
  ['no store', { ...PEER, subject: { CN: 'gw-berlin' } }],
  ['two gateways', { ...PEER, subject: { CN: ['gw-berlin', 'gw-paris'], OU: 'berlin' } }],
  ['a wildcard', { ...PEER, subject: { CN: '+', OU: 'berlin' } }],
  ['a path', { ...PEER, subject: { CN: 'gw-berlin/live', OU: 'berlin' } }],
  ['an end that is no date', { ...PEER, valid_to: 'never' }],
  ['no serial number', { ...PEER, serialNumber: '00' }],
])('%s is nobody of ours', (_what, peer) => {
  expect(readCertificate(peer)).toBeUndefined();
});

test.each([
  ['gw-berlin', [], READ.notAfterMs, undefined],
  ['gw-paris', [], READ.notAfterMs, 'notItsClientId'],
  ['gw-berlin', [], READ.notAfterMs + 1, 'certificateExpired'],
  ['gw-berlin', ['ab12'], READ.notAfterMs, 'certificateRevoked'],
  ['gw-berlin', ['ab13'], READ.notAfterMs, undefined],
] as const)('as %s with %j revoked: %s', (clientId, revoked, nowMs, expected) => {
  expect(refuseCertificate(READ, clientId, new Set(revoked), nowMs)).toBe(expected);
});
