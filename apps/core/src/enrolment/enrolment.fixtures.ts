import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EnrolmentRequest, enrolmentProof, type RenewalRequest, renewalProof } from '@tillward/contracts';
import { rawEd25519PublicKey, signText } from '@tillward/journal';
import type { EnrolmentConfig } from '../config.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function x509() {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

/** An authority's files in a folder of their own, as a core is configured with them. */
export async function testEnrolmentConfig(): Promise<EnrolmentConfig & { folder: string }> {
  const lib = await x509();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = {
    privateKey: privateKey.toCryptoKey(ALGORITHM, false, ['sign']),
    publicKey: publicKey.toCryptoKey(ALGORITHM, true, ['verify']),
  };
  const certificate = await lib.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Test authority',
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2036-01-01'),
    extensions: [
      new lib.BasicConstraintsExtension(true, 0, true),
      new lib.KeyUsagesExtension(lib.KeyUsageFlags.keyCertSign | lib.KeyUsageFlags.cRLSign, true),
      await lib.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), 'tillward-ca-'));
  const files = { caKeyFile: join(folder, 'ca.key'), caCertificateFile: join(folder, 'ca.pem') };
  await writeFile(files.caKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(files.caCertificateFile, certificate.toString('pem'));
  return { ...files, gatewayMqttUrl: 'mqtts://broker.example:8883', brokerCaFile: undefined, brokerDir: join(folder, 'broker'), folder };
}

/** A request as a gateway makes it. */
export interface MadeRequest {
  readonly key: KeyObject;
  readonly csr: string;
  readonly digest: string;
}

/** A CSR with a new key of a curve. */
export async function makeRequest(namedCurve: 'P-256' | 'P-384' = 'P-256'): Promise<MadeRequest> {
  const lib = await x509();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const algorithm = { ...ALGORITHM, namedCurve };
  const csr = await lib.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=whatever-it-likes',
    keys: { privateKey: privateKey.toCryptoKey(algorithm, false, ['sign']), publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']) },
    signingAlgorithm: algorithm,
  });
  const digest = createHash('sha256').update(new Uint8Array(csr.rawData)).digest('hex');
  return { key: privateKey, csr: csr.toString('pem'), digest };
}

/** The body of an enrolment. */
export function enrolmentBody(claim: string, request: MadeRequest, journal = generateKeyPairSync('ed25519').privateKey): EnrolmentRequest {
  return {
    claim,
    csr: request.csr,
    journalKey: rawEd25519PublicKey(journal),
    journalProof: signText(journal, enrolmentProof(claim, request.digest)),
  };
}

/** The body of a renewal, signed with `signer`. */
export function renewalBody(store: string, serial: string, request: MadeRequest, signer: KeyObject): RenewalRequest {
  const signature = sign('sha256', Buffer.from(renewalProof(serial, request.digest)), signer).toString('base64');
  return { store, serial, csr: request.csr, signature };
}
