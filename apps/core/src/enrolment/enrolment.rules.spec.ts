import { claimCode, storeOfClaim } from '@tillward/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mosquittoAcl } from './broker.rules.js';
import { CLAIM_BYTES, claimCodeOf, enrolmentState, renewalRefusal, serialOf } from './enrolment.rules.js';

describe('E1 claimCodeOf', () => {
  it('writes 80 random bits after the store, all of them, and nothing that looks alike', () => {
    expect(claimCodeOf('berlin', new Uint8Array(CLAIM_BYTES))).toBe('berlin.AAAA-AAAA-AAAA-AAAA');
    expect(claimCodeOf('berlin', new Uint8Array(CLAIM_BYTES).fill(255))).toBe('berlin.7777-7777-7777-7777');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: CLAIM_BYTES, maxLength: CLAIM_BYTES }), (random) => {
        const code = claimCodeOf('new-york-2', random);
        expect(claimCode.safeParse(code).success).toBe(true);
        expect(storeOfClaim(code)).toBe('new-york-2');
      }),
    );
  });
});

describe('serialOf', () => {
  it('is positive, as long as its bytes and written in one way', () => {
    for (const first of [0x00, 0x0f, 0x80, 0xff]) {
      expect(serialOf(Uint8Array.from([first, 0, 1]))).toMatch(/^[1-7][0-9a-f]0001$/);
    }
  });
});

describe('E4 what a certificate may', () => {
  it.each([
    ['notEnrolled', undefined, 0],
    ['active', { notAfterMs: 10, revoked: false }, 10],
    ['expired', { notAfterMs: 10, revoked: false }, 11],
    ['revoked', { notAfterMs: 10, revoked: true }, 11],
    ['revoked', { notAfterMs: 10, revoked: true }, 0],
  ] as const)('is %s', (state, newest, nowMs) => {
    expect(enrolmentState(newest, nowMs)).toBe(state);
  });

  it.each([
    [{ revoked: false, newerOnes: 0 }, undefined],
    [{ revoked: false, newerOnes: 1 }, undefined],
    [{ revoked: false, newerOnes: 2 }, 'certificateSuperseded'],
    [{ revoked: true, newerOnes: 0 }, 'certificateRevoked'],
  ] as const)('E5 renewal of %j: %s', (certificate, expected) => {
    expect(renewalRefusal(certificate)).toBe(expected);
  });
});

describe('mosquittoAcl', () => {
  it('gives every gateway exactly its own topics, and nobody a wildcard but core', () => {
    const text = mosquittoAcl([
      { storeId: 'berlin', gatewayId: 'gw-berlin' },
      { storeId: 'paris', gatewayId: 'gw-paris' },
    ]);
    const [core, berlin, paris] = text.split('\nuser ').slice(1);
    expect(core).toContain('topic read tw/v1/+/+/journal\n');
    expect(berlin!.split('\n').filter((line) => line.startsWith('topic'))).toEqual([
      'topic write tw/v1/berlin/gw-berlin/presence',
      'topic write tw/v1/berlin/gw-berlin/live',
      'topic write tw/v1/berlin/gw-berlin/journal',
      'topic read tw/v1/berlin/gw-berlin/journal/ack',
      'topic read tw/v1/berlin/gw-berlin/journal/resend',
      'topic read tw/v1/berlin/gw-berlin/desired',
      'topic read tw/v1/berlin/gw-berlin/command',
    ]);
    expect(berlin! + paris!).not.toMatch(/[+#]/);
  });
});
