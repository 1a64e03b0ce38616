import 'reflect-metadata';
import { createPrivateKey } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Gives a stopped gateway the certificate that it has, with another end: same key, same number, same names, signed by the same authority. So an expiry comes in seconds
 * instead of thirty days. `dataDir` holds the enrolment.
 */
export async function endCertificateAt(
  dataDir: string,
  authority: { readonly key: string; readonly certificate: string },
  notAfter: Date,
): Promise<void> {
  const path = join(dataDir, 'enrolment.json');
  const enrolment = JSON.parse(await readFile(path, 'utf8')) as { certificate: string };
  const present = new x509.X509Certificate(enrolment.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: present.serialNumber,
    subject: present.subjectName,
    issuer: new x509.X509Certificate(authority.certificate).subjectName,
    publicKey: present.publicKey,
    // The browser's type of the same thing, which this project of tests has too, knows fewer usages.
    signingKey: createPrivateKey(authority.key).toCryptoKey(ALGORITHM, false, ['sign']) as CryptoKey,
    signingAlgorithm: ALGORITHM,
    notBefore: present.notBefore,
    notAfter,
    extensions: present.extensions,
  });
  await writeFile(`${path}.chaos`, JSON.stringify({ ...enrolment, certificate: `${certificate.toString('pem').trim()}\n` }), {
    mode: 0o600,
  });
  await rename(`${path}.chaos`, path);
}
