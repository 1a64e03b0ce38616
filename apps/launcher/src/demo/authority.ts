import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, createServerCertificate, isDueForReplacement, type KeyedCertificate } from '../broker/index.js';
import { writeSecretFile } from './secrets.js';

/** The files of a data folder's own authority; PEM. */
export interface AuthorityFiles {
  /** Core signs gateways' certificates with it. */
  readonly caKey: string;
  readonly caCertificate: string;
  /** The embedded broker's. */
  readonly brokerKey: string;
  readonly brokerCertificate: string;
}

/** Reads which files a data folder's authority has, making what is missing and replacing a broker's certificate that ends soon. */
export async function demoAuthority(secretsDir: string): Promise<AuthorityFiles> {
  const files = {
    caKey: join(secretsDir, 'gateway-ca.key'),
    caCertificate: join(secretsDir, 'gateway-ca.pem'),
    brokerKey: join(secretsDir, 'broker.key'),
    brokerCertificate: join(secretsDir, 'broker.pem'),
  };
  const authority =
    (await kept(files.caKey, files.caCertificate)) ??
    (await keep(files.caKey, files.caCertificate, await createAuthority('Tillward demo gateways')));
  const broker = await kept(files.brokerKey, files.brokerCertificate);
  if (broker === undefined || isDueForReplacement(broker.certificate, authority.certificate)) {
    const made = await createServerCertificate(authority, { dns: ['localhost'], ip: ['127.0.0.1'] });
    await keep(files.brokerKey, files.brokerCertificate, made);
  }
  return files;
}

async function kept(keyFile: string, certificateFile: string): Promise<KeyedCertificate | undefined> {
  try {
    return { certificate: await readFile(certificateFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The key first: a certificate without one would never be used. */
async function keep(keyFile: string, certificateFile: string, made: KeyedCertificate): Promise<KeyedCertificate> {
  await writeSecretFile(keyFile, made.key);
  await writeSecretFile(certificateFile, made.certificate);
  return made;
}
