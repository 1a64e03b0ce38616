import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestAuthorization, digestChallenge } from './digest-access.js';

// The example of RFC 7616, 3.9.1.
const NONCE = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
const OPAQUE = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS';
const CHALLENGE = `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="${NONCE}", opaque="${OPAQUE}"`;

describe('digest access', () => {
  it('answers as the RFC does', () => {
    const challenge = digestChallenge(CHALLENGE);
    expect(challenge).toEqual({ realm: 'http-auth@example.org', nonce: NONCE, opaque: OPAQUE, stale: false });
    const header = digestAuthorization(challenge!, {
      username: 'Mufasa',
      password: 'Circle of Life',
      method: 'GET',
      uri: '/dir/index.html',
      count: 1,
      clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    });
    expect(header).toContain('response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"');
    expect(header).toContain('nc=00000001');
    expect(header).not.toContain('Circle');
  });

  it.each([
    ['what a Shelly sends', 'Digest qop="auth", realm="shellypro4pm-f008d1d8b8b8", nonce="60dc2c49", algorithm=SHA-256', '60dc2c49'],
    ['stale', 'Digest qop="auth", realm="r", nonce="1", algorithm=SHA-256, stale=true', '1'],
    ['Basic', 'Basic realm="r"', null],
    ['MD5', 'Digest qop="auth", realm="r", nonce="1", algorithm=MD5', null],
    ['no algorithm, which means MD5', 'Digest qop="auth", realm="r", nonce="1"', null],
    ['only integrity', 'Digest qop="auth-int", realm="r", nonce="1", algorithm=SHA-256', null],
    ['no nonce', 'Digest qop="auth", realm="r", algorithm=SHA-256', null],
    ['nothing', undefined, null],
  ])('%s', (_name, header, nonce) => {
    expect(digestChallenge(header)?.nonce ?? null).toBe(nonce);
  });

  it('keeps a hostile realm inside its quotes', () => {
    const challenge = digestChallenge('Digest qop="auth", realm="a\\", nc=00000000, x=\\"", nonce="1", algorithm=SHA-256')!;
    const header = digestAuthorization(challenge, {
      username: 'admin',
      password: 'p',
      method: 'POST',
      uri: '/rpc',
      count: 1,
      clientNonce: 'c',
    });
    expect(header).toContain('realm="a\\", nc=00000000, x=\\""');
  });

  it('reads any header without throwing, in time', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        digestChallenge(`Digest ${text}`);
      }),
    );
    const startedAt = performance.now();
    expect(digestChallenge(`Digest ${'a="'.repeat(20_000)}`)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
