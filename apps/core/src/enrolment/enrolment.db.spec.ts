import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENROLMENT_PATH, type EnrolmentAnswer, RENEWAL_PATH } from '@tillward/contracts';
import { rawEd25519PublicKey } from '@tillward/journal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { entry } from '../ingest/ingest.fixtures.js';
import { enrolmentBody, type MadeRequest, makeRequest, renewalBody, testEnrolmentConfig } from './enrolment.fixtures.js';

const DAY_MS = 86_400_000;

let world: TestCore;
let hq: string;
let brokerDir: string;

beforeAll(async () => {
  const enrolment = await testEnrolmentConfig();
  brokerDir = enrolment.brokerDir!;
  world = await startTestCore({ config: { enrolment } });
  hq = await world.signIn('hq');
});
afterAll(() => world.stop());

async function issueClaim(store = 'berlin'): Promise<string> {
  const { data } = await world.ask(
    hq,
    `mutation { issueClaim(storeId: "${store}") { __typename ... on IssuedClaim { claim gatewayId expiresAt } } }`,
  );
  expect(data.issueClaim).toMatchObject({ __typename: 'IssuedClaim', gatewayId: `gw-${store}` });
  return data.issueClaim.claim;
}

let address = 0;
/** Every test comes from another address, so that none uses up another's tries. */
async function post(
  path: string,
  body: unknown,
  from = `198.51.100.${++address}`,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${world.core.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The same request with its signature's last byte changed. */
function corrupted(csr: string): string {
  const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64');
  der[der.length - 1] = der.at(-1)! ^ 1;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
}

async function enrolled(store = 'berlin', journal?: KeyObject): Promise<{ request: MadeRequest; answer: EnrolmentAnswer; serial: string }> {
  const request = await makeRequest();
  const { status, body } = await post(ENROLMENT_PATH, enrolmentBody(await issueClaim(store), request, journal));
  expect(status).toBe(200);
  const answer = body as unknown as EnrolmentAnswer;
  return { request, answer, serial: serialIn(answer.certificate) };
}

function serialIn(certificate: string): string {
  return new X509Certificate(certificate).serialNumber.toLowerCase().replace(/^0+/, '');
}

const revoke = (reason = 'stolen') =>
  world.ask(
    hq,
    `mutation { revokeGateway(input: {storeId: "berlin", gatewayId: "gw-berlin", reason: "${reason}"}) {
       __typename ... on GatewayEnrolment { state certificate { revokedReason } } ... on Refusal { code } } }`,
  );

const state = async () => {
  const { data } = await world.ask(
    hq,
    '{ gatewayEnrolments(storeId: "berlin") { edges { node { state claimUntil certificate { serial } } } totalCount } }',
  );
  return data.gatewayEnrolments.edges[0].node;
};

describe('E2 enrolment', () => {
  it('answers with a certificate in the claim’s names, whatever the request says, and takes the journal key', async () => {
    const journal = generateKeyPairSync('ed25519').privateKey;
    const request = await makeRequest();
    const claim = await issueClaim();
    expect(await state()).toMatchObject({ claimUntil: new Date(world.now().getTime() + 15 * 60_000).toISOString() });
    const { status, body } = await post(ENROLMENT_PATH, enrolmentBody(claim, request, journal));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      store: 'berlin',
      gateway: 'gw-berlin',
      broker: { url: 'mqtts://broker.example:8883' },
      coreKey: { keyId: 'test' },
    });
    const certificate = new X509Certificate(body['certificate'] as string);
    const authority = new X509Certificate(body['authority'] as string);
    expect(certificate.subject).toBe('OU=berlin\nCN=gw-berlin');
    expect(certificate.verify(authority.publicKey) && certificate.checkIssued(authority)).toBe(true);
    expect(certificate.checkPrivateKey(request.key)).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(certificate.validTo) - world.now().getTime()).toBe(30 * DAY_MS);
    const [row] = await world.database.query<{ public_key: string }>("SELECT public_key FROM gateway WHERE store_id = 'berlin'");
    expect(row!.public_key).toBe(rawEd25519PublicKey(journal));
    const stored = await world.database.query<{ code_hash: string }>('SELECT code_hash FROM enrolment_claim');
    expect(JSON.stringify(stored)).not.toContain(claim.split('.')[1]);
    expect(await state()).toMatchObject({ state: 'active', claimUntil: null });
  });

  it('lets a claim be used once: the same request gets the same certificate, another nothing', async () => {
    const claim = await issueClaim();
    const body = enrolmentBody(claim, await makeRequest());
    const first = await post(ENROLMENT_PATH, body);
    const again = await post(ENROLMENT_PATH, body);
    expect(again.body['certificate']).toBe(first.body['certificate']);
    expect(await post(ENROLMENT_PATH, enrolmentBody(claim, await makeRequest()))).toMatchObject({
      status: 403,
      body: { error: 'claimRefused' },
    });
  });

  it('takes no repetition with another journal key', async () => {
    const claim = await issueClaim();
    const request = await makeRequest();
    const body = enrolmentBody(claim, request);
    expect((await post(ENROLMENT_PATH, body)).status).toBe(200);
    expect(await post(ENROLMENT_PATH, enrolmentBody(claim, request))).toMatchObject({ status: 403, body: { error: 'claimRefused' } });
    expect((await post(ENROLMENT_PATH, body)).status).toBe(200);
    const [row] = await world.database.query<{ public_key: string }>("SELECT public_key FROM gateway WHERE store_id = 'berlin'");
    expect(row!.public_key).toBe(body.journalKey);
  });

  it('refuses a request that has a certificate already, from an enrolment or a renewal, and keeps the claim', async () => {
    const { request, serial } = await enrolled();
    const next = await makeRequest();
    expect((await post(RENEWAL_PATH, renewalBody('berlin', serial, next, request.key))).status).toBe(200);
    const claim = await issueClaim();
    for (const used of [request, next]) {
      expect(await post(ENROLMENT_PATH, enrolmentBody(claim, used))).toMatchObject({ status: 400, body: { error: 'csrRefused' } });
    }
    expect(await state()).toMatchObject({ state: 'active', claimUntil: expect.any(String) });
    expect((await post(ENROLMENT_PATH, enrolmentBody(claim, await makeRequest()))).status).toBe(200);
  });

  it('lets one of two win who use a claim at the same moment', async () => {
    const claim = await issueClaim();
    const bodies = await Promise.all(Array.from({ length: 6 }, async () => enrolmentBody(claim, await makeRequest())));
    const answers = await Promise.all(bodies.map((body) => post(ENROLMENT_PATH, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403, 403]);
    const [row] = await world.database.query<{ n: number }>(
      "SELECT count(*) AS n FROM gateway_certificate WHERE revoked_at IS NULL AND store_id = 'berlin'",
    );
    expect(row!.n).toBe(1);
  });

  it.each<[string, (claim: string) => string | Promise<string>]>([
    ['of another store', (claim) => claim.replace('berlin', 'tokyo')],
    ['nobody issued', () => 'berlin.AAAA-BBBB-CCCC-DDDD'],
    [
      'that a newer one replaced',
      async (claim) => {
        await issueClaim();
        return claim;
      },
    ],
    [
      'older than fifteen minutes',
      (claim) => {
        world.advance(15 * 60_000);
        return claim;
      },
    ],
  ])('refuses a claim %s', async (_what, change) => {
    const claim = await change(await issueClaim());
    expect(await post(ENROLMENT_PATH, enrolmentBody(claim, await makeRequest()))).toMatchObject({
      status: 403,
      body: { error: 'claimRefused' },
    });
  });

  it('refuses keys that are not proven, and keeps the claim for who proves them', async () => {
    const claim = await issueClaim();
    const [request, other] = [await makeRequest(), await makeRequest()];
    const good = enrolmentBody(claim, request);
    const foreign = enrolmentBody(claim, other);
    const cases: [unknown, number, string][] = [
      [{ ...good, journalProof: foreign.journalProof }, 403, 'proofRefused'],
      [{ ...good, csr: foreign.csr }, 403, 'proofRefused'],
      [enrolmentBody(claim, await makeRequest('P-384')), 400, 'csrRefused'],
      [{ ...good, csr: corrupted(good.csr) }, 400, 'csrRefused'],
      [{ ...good, csr: '-----BEGIN CERTIFICATE REQUEST-----\nnonsense\n-----END CERTIFICATE REQUEST-----' }, 400, 'csrRefused'],
      [{ ...good, csr: 'x' }, 400, 'malformed'],
      [{ ...good, more: 1 }, 400, 'malformed'],
    ];
    for (const [body, status, error] of cases) expect(await post(ENROLMENT_PATH, body)).toMatchObject({ status, body: { error } });
    expect((await post(ENROLMENT_PATH, good)).status).toBe(200);
  });

  it('ends what the store’s gateway had before, and tells the next machine where the journal stands', async () => {
    const before = await enrolled('tokyo', world.gateways.get('tokyo')!.privateKey);
    world.gateways.get('tokyo')!.append(entry('AgentStarted', { agentVersion: '0.1.0', session: 7, recoveredInDoubt: 0 }, null));
    await world.upload('tokyo');
    const after = await enrolled('tokyo');
    expect(before.answer.journal).toEqual({ epoch: 0, session: 0 });
    expect(after.answer.journal.epoch).toBe(1);
    const rows = await world.database.query(
      "SELECT serial, revoked_reason FROM gateway_certificate WHERE store_id = 'tokyo' ORDER BY number",
    );
    expect(rows).toEqual([
      { serial: before.serial, revoked_reason: 'replaced by a new enrolment' },
      { serial: after.serial, revoked_reason: null },
    ]);
  });

  it('E7 counts tries by address', async () => {
    const body = enrolmentBody('berlin.AAAA-BBBB-CCCC-DDDD', await makeRequest());
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++) statuses.push((await post(ENROLMENT_PATH, body, '203.0.113.9')).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect((await post(ENROLMENT_PATH, body)).status).toBe(403);
  });
});

describe('E4 renewal', () => {
  it('is for who has the key of the certificate, expired or not; the same request gets the same certificate', async () => {
    const { request, serial } = await enrolled();
    world.advance(31 * DAY_MS);
    hq = await world.signIn('hq');
    expect(await state()).toMatchObject({ state: 'expired' });
    const next = await makeRequest();
    const body = renewalBody('berlin', serial, next, request.key);
    const first = await post(RENEWAL_PATH, body);
    expect(first.status).toBe(200);
    expect(new X509Certificate(first.body['certificate'] as string).checkPrivateKey(next.key)).toBe(true);
    expect((await post(RENEWAL_PATH, body)).body).toEqual(first.body);
    expect(await state()).toMatchObject({ state: 'active', certificate: { serial: serialIn(first.body['certificate'] as string) } });
  });

  it('is refused to anybody else', async () => {
    const { request, serial } = await enrolled();
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const next = await makeRequest();
    const cases: [unknown, string][] = [
      [renewalBody('berlin', serial, next, foreign), 'proofRefused'],
      [renewalBody('berlin', serial, next, next.key), 'proofRefused'],
      [{ ...renewalBody('berlin', serial, next, request.key), csr: (await makeRequest()).csr }, 'proofRefused'],
      [renewalBody('tokyo', serial, next, request.key), 'certificateUnknown'],
      [renewalBody('berlin', 'abc', next, request.key), 'certificateUnknown'],
    ];
    for (const [body, error] of cases) expect(await post(RENEWAL_PATH, body)).toMatchObject({ status: 403, body: { error } });
  });

  it('E5 is refused to an old copy of the gateway, and granted to one whose last answer was lost', async () => {
    const { request, serial } = await enrolled();
    const chain = [{ key: request.key, serial }];
    for (let i = 0; i < 2; i++) {
      const last = chain.at(-1)!;
      const next = await makeRequest();
      const { body } = await post(RENEWAL_PATH, renewalBody('berlin', last.serial, next, last.key));
      chain.push({ key: next.key, serial: serialIn(body['certificate'] as string) });
    }
    const renewAs = async ({ key, serial: of }: { key: MadeRequest['key']; serial: string }) =>
      post(RENEWAL_PATH, renewalBody('berlin', of, await makeRequest(), key));
    expect(await renewAs(chain[0]!)).toMatchObject({ status: 403, body: { error: 'certificateSuperseded' } });
    expect((await renewAs(chain[1]!)).status).toBe(200);
  });
});

describe('E6 revocation', () => {
  it('ends certificate, journal key and claims, in the files for brokers too, and is never renewed', async () => {
    const { request, serial } = await enrolled();
    const claim = await issueClaim();
    expect((await revoke()).data.revokeGateway).toEqual({
      __typename: 'GatewayEnrolment',
      state: 'revoked',
      certificate: { revokedReason: 'stolen' },
    });
    expect(await post(RENEWAL_PATH, renewalBody('berlin', serial, await makeRequest(), request.key))).toMatchObject({
      status: 403,
      body: { error: 'certificateRevoked' },
    });
    expect((await post(ENROLMENT_PATH, enrolmentBody(claim, await makeRequest()))).body['error']).toBe('claimRefused');
    const [row] = await world.database.query("SELECT public_key FROM gateway WHERE store_id = 'berlin'");
    expect(row).toEqual({ public_key: null });
    const list = () => (existsSync(join(brokerDir, 'revoked.json')) ? readFileSync(join(brokerDir, 'revoked.json'), 'utf8') : '');
    await expect.poll(list, { timeout: 4_000 }).toContain(`"${serial}"`);
    const crl = execFileSync(
      'openssl',
      ['crl', '-in', join(brokerDir, 'revoked.crl'), '-noout', '-text', '-CAfile', join(brokerDir, '..', 'ca.pem')],
      {
        encoding: 'utf8',
      },
    );
    expect(crl.toLowerCase()).toContain(serial);
    expect(readFileSync(join(brokerDir, 'mosquitto-acl.conf'), 'utf8')).not.toContain('gw-berlin');
    expect((await revoke()).data.revokeGateway.code).toBe('alreadyDone');
  });

  it('and renewal at the same moment leave nothing valid behind', async () => {
    const { request, serial } = await enrolled();
    const bodies = await Promise.all(
      Array.from({ length: 4 }, async () => renewalBody('berlin', serial, await makeRequest(), request.key)),
    );
    await Promise.all([...bodies.map((body) => post(RENEWAL_PATH, body)), revoke()]);
    const rows = await world.database.query("SELECT serial FROM gateway_certificate WHERE store_id = 'berlin' AND revoked_at IS NULL");
    expect(rows).toEqual([]);
  });

  it('wants a reason and a gateway there is', async () => {
    expect((await revoke(' ')).data.revokeGateway.code).toBe('invalidInput');
    const { data } = await world.ask(
      hq,
      'mutation { revokeGateway(input: {storeId: "paris", gatewayId: "x", reason: "r"}) { ... on Refusal { code } } }',
    );
    expect(data.revokeGateway.code).toBe('notFound');
  });
});

it('every decision is in the audit log, and no claim or key is', async () => {
  const { data } = await world.ask(hq, '{ auditEntries(first: 200) { edges { node { action subject summary detail } } } }');
  const entries = data.auditEntries.edges.map(({ node }: { node: { action: string } }) => node);
  const actions = new Set(entries.map(({ action }: { action: string }) => action));
  for (const action of ['enrolment.claimIssued', 'gateway.enrolled', 'gateway.renewed', 'gateway.revoked'])
    expect(actions).toContain(action);
  expect(JSON.stringify(entries)).not.toMatch(/BEGIN|[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}/);
});

describe('a core without an authority', () => {
  it('says so', async () => {
    const plain = await startTestCore({ config: { enrolment: undefined } });
    try {
      const cookie = await plain.signIn('hq');
      const { data } = await plain.ask(cookie, 'mutation { issueClaim(storeId: "berlin") { ... on Refusal { code message } } }');
      expect(data.issueClaim).toMatchObject({ code: 'notAllowed', message: expect.stringContaining('TILLWARD_CA_KEY_FILE') });
      const response = await fetch(`${plain.core.url}${ENROLMENT_PATH}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(enrolmentBody('berlin.AAAA-BBBB-CCCC-DDDD', await makeRequest())),
      });
      expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([503, 'enrolmentOff']);
    } finally {
      await plain.stop();
    }
  });
});
