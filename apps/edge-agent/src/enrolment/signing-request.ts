import { createHash, generateKeyPairSync } from 'node:crypto';

/** A new ECDSA P-256 key and a request for its certificate. */
export interface SigningRequest {
  /** PKCS8 PEM. It never leaves this machine. */
  readonly key: string;
  /** PKCS #10, PEM. */
  readonly csr: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Makes a key and its request. The library weighs more than the rest of an idle agent's code: only the enrol and renew commands, processes of their own, load it.
 * tsyringe, below it, wants reflect-metadata first.
 */
export async function createSigningRequest(): Promise<SigningRequest> {
  await import('reflect-metadata');
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // No names: core knows who the claim was for, and writes that.
  const request = await Pkcs10CertificateRequestGenerator.create({
    keys: { privateKey: privateKey.toCryptoKey(ALGORITHM, false, ['sign']), publicKey: publicKey.toCryptoKey(ALGORITHM, true, ['verify']) },
    signingAlgorithm: ALGORITHM,
  });
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), csr: `${request.toString('pem').trim()}\n` };
}

/** SHA-256 of a request's DER, lower-case hexadecimal: what proofs are made over. */
export function digestOfRequest(csr: string): string {
  const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64');
  return createHash('sha256').update(der).digest('hex');
}
