import { describe, expect, it } from 'vitest';
import { certificateObjection, trustProblem } from './certificate.rules.js';
import type { TerminalTrust } from './options.js';

const PRINT = `${'AB:'.repeat(31)}AB`;
const pem = '-----BEGIN CERTIFICATE-----';
const test: TerminalTrust = { kind: 'ca', pem, environment: 'test' };
const live: TerminalTrust = { kind: 'ca', pem, environment: 'live' };
const either: TerminalTrust = { kind: 'ca', pem };
const pinned = (sha256: string): TerminalTrust => ({ kind: 'fingerprint', sha256 });

describe('the name of a terminal', () => {
  it.each<[string, TerminalTrust, boolean]>([
    ['V400m-123.test.terminal.adyen.com', test, true],
    ['v400M-123.TEST.terminal.adyen.com', test, true],
    ['legacy-terminal-certificate.test.terminal.adyen.com', test, true],
    ['V400m-123.live.terminal.adyen.com', live, true],
    ['V400m-123.live.terminal.adyen.com', either, true],
    ['V400m-123.test.terminal.adyen.com', either, true],
    ['V400m-123.test.terminal.adyen.com', live, false],
    ['V400m-124.test.terminal.adyen.com', test, false],
    ['V400m-123.test.terminal.adyen.com.example.org', test, false],
    ['xV400m-123.test.terminal.adyen.com', test, false],
    ['', test, false],
  ])('%s', (commonName, trust, good) => {
    const objection = certificateObjection({ commonName, fingerprint256: PRINT }, trust, 'V400m-123');
    expect(objection === null).toBe(good);
  });
});

describe('a pinned certificate', () => {
  it('is that one and no other, whatever its name', () => {
    const shown = { commonName: 'anything', fingerprint256: PRINT };
    expect(certificateObjection(shown, pinned(PRINT), 'x')).toBeNull();
    expect(certificateObjection(shown, pinned(PRINT.replaceAll(':', '').toLowerCase()), 'x')).toBeNull();
    expect(certificateObjection(shown, pinned('ab'.repeat(31).concat('ac')), 'x')).toContain('another fingerprint');
    expect(certificateObjection({ ...shown, fingerprint256: '' }, pinned(PRINT), 'x')).not.toBeNull();
  });
});

it('settings that could never match are found at once', () => {
  expect([pinned(''), pinned('abc'), { kind: 'ca', pem: 'x' } as const].map(trustProblem)).not.toContain(null);
  expect([pinned(PRINT), test].map(trustProblem)).toEqual([null, null]);
});
