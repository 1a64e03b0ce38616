import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { revokedCertificates } from '@tillward/contracts';
import { z } from 'zod';
import { programOf } from '../project.js';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;

/** Headquarters at core's API, as the dashboard's own session is. */
export class Headquarters {
  private constructor(
    private readonly url: string,
    private readonly cookie: string,
  ) {}

  /** Signs in. Throws a sentence when core refuses. */
  static async signIn(url: string, person: string, password: string): Promise<Headquarters> {
    const response = await post(`${url}/api/session`, { person, password });
    const cookie = response.headers.get('set-cookie')?.split(';', 1)[0];
    if (!response.ok || cookie === undefined) {
      const why =
        response.status === 503 ? 'its database is away at this moment' : 'its database knows other passwords than this data folder';
      throw new Error(`core refused the sign-in of ${person} (${response.status}): ${why}`);
    }
    return new Headquarters(url, cookie);
  }

  /** A claim for the gateway of a store: good once, for fifteen minutes. */
  async issueClaim(storeId: string): Promise<string> {
    const query = `mutation ($storeId: ID!) { issueClaim(storeId: $storeId) { __typename ... on IssuedClaim { claim } ... on Refusal { message } } }`;
    const response = await post(`${this.url}/graphql`, { query, variables: { storeId } }, this.cookie);
    const { data } = issued.parse(await response.json());
    if (data.issueClaim.claim === undefined) throw new Error(`core issued no claim for ${storeId}: ${data.issueClaim.message ?? ''}`);
    return data.issueClaim.claim;
  }

  /** Revokes a gateway. Throws a sentence when core refuses. */
  async revokeGateway(storeId: string, gatewayId: string, reason: string): Promise<void> {
    const query = `mutation ($input: RevokeGatewayInput!) { revokeGateway(input: $input) { __typename ... on Refusal { message } } }`;
    const response = await post(`${this.url}/graphql`, { query, variables: { input: { storeId, gatewayId, reason } } }, this.cookie);
    const { data } = revoked.parse(await response.json());
    if (data.revokeGateway.message !== undefined) throw new Error(`core did not revoke ${gatewayId}: ${data.revokeGateway.message}`);
  }

  /** Why the newest certificate of a store's gateway was revoked; null when it was not. */
  async revokedFor(storeId: string): Promise<string | null> {
    const query = `query ($storeId: ID!) { gatewayEnrolments(storeId: $storeId) { edges { node { state certificate { revokedReason } } } } }`;
    const { gatewayEnrolments } = enrolments.parse(await this.ask(query, { storeId }));
    const node = gatewayEnrolments.edges[0]?.node;
    return node?.state === 'revoked' ? (node.certificate?.revokedReason ?? '') : null;
  }

  /** Asks anything. Rejects for errors; refusals are part of the answer. */
  async ask(query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> {
    const response = await post(`${this.url}/graphql`, { query, variables }, this.cookie);
    const { data, errors } = answered.parse(await response.json());
    if (errors !== undefined) throw new Error(`core answered: ${errors[0]?.message ?? response.status}`);
    return data;
  }

  async signOut(): Promise<void> {
    await fetch(`${this.url}/api/session`, { method: 'DELETE', headers: { cookie: this.cookie }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}

const answered = z.object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() });
const enrolments = z.object({
  gatewayEnrolments: z.object({
    edges: z.array(
      z.object({ node: z.object({ state: z.string(), certificate: z.object({ revokedReason: z.string().nullable() }).nullable() }) }),
    ),
  }),
});
const revoked = z.object({ data: z.object({ revokeGateway: z.object({ message: z.string().optional() }) }) });
const issued = z.object({ data: z.object({ issueClaim: z.object({ claim: z.string().optional(), message: z.string().optional() }) }) });

function post(url: string, body: object, cookie?: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

/** Enrols a gateway with the command an installer would type. */
export async function enrolGateway(options: { core: string; claim: string; dataDir: string }): Promise<void> {
  const words = ['enroll', '--core', options.core, '--claim', options.claim, '--data', options.dataDir];
  await run(process.execPath, [programOf('edge-agent'), ...words], { env: {}, timeout: TIMEOUT_MS });
}

const enrolmentFile = z.object({ authority: z.string(), certificate: z.string(), coreKey: z.object({ keyId: z.string() }) });

/** True when an agent's folder holds an enrolment with this authority and this core's key: it needs no other. */
export async function isEnrolled(dataDir: string, by: { authority: string; coreKeyId: string }): Promise<boolean> {
  const text = await readIfThere(join(dataDir, 'enrolment.json'));
  if (text === undefined) return false;
  const { authority, coreKey } = enrolmentFile.parse(JSON.parse(text));
  return authority === by.authority && coreKey.keyId === by.coreKeyId;
}

/** True when the certificate in an agent's folder is one core says is revoked (contracts, `revokedCertificates`). Without a list nothing was revoked. */
export async function isShutOut(dataDir: string, revocationsFile: string): Promise<boolean> {
  const [own, list] = await Promise.all([readIfThere(join(dataDir, 'enrolment.json')), readIfThere(revocationsFile)]);
  if (own === undefined || list === undefined) return false;
  const { certificate } = enrolmentFile.parse(JSON.parse(own));
  const serial = new X509Certificate(certificate).serialNumber.toLowerCase().replace(/^0+/, '');
  return revokedCertificates.parse(JSON.parse(list)).revoked.includes(serial);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
