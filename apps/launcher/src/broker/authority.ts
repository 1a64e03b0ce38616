import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';

/** A certificate with its private key, PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3_650;
/** What browsers and TLS stacks take at most for a server certificate (CA/Browser Forum, 2020), with room. */
const SERVER_DAYS = 365;
/** A server certificate is made anew when less than this is left. */
const SERVER_RENEWAL_DAYS = 90;

/** Loaded when a certificate is made, which is once in a long while; tsyringe, below it, wants reflect-metadata first. */
async function x509() {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

function newKeys(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function exported(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function serial(): string {
  return `1${randomBytes(16).toString('hex').slice(1)}`;
}

/** An authority of one's own for gateways' certificates: core signs with its key (TILLWARD_CA_KEY_FILE), the broker trusts its certificate. */
export async function createAuthority(name: string, now = new Date()): Promise<KeyedCertificate> {
  const lib = await x509();
  const { privateKey, publicKey } = newKeys();
  const keys = {
    privateKey: privateKey.toCryptoKey(ALGORITHM, false, ['sign']),
    publicKey: publicKey.toCryptoKey(ALGORITHM, true, ['verify']),
  };
  const certificate = await lib.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: new lib.Name([{ CN: [name] }]),
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + AUTHORITY_DAYS * DAY_MS),
    extensions: [
      new lib.BasicConstraintsExtension(true, 0, true),
      new lib.KeyUsagesExtension(lib.KeyUsageFlags.keyCertSign | lib.KeyUsageFlags.cRLSign, true),
      await lib.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem').trim()}\n`, key: exported(privateKey) };
}

/** A server certificate of that authority for these DNS names and IP addresses: good for TLS servers and nothing else. */
export async function createServerCertificate(
  authority: KeyedCertificate,
  names: { dns: readonly string[]; ip: readonly string[] },
  now = new Date(),
): Promise<KeyedCertificate> {
  const lib = await x509();
  const issuer = new lib.X509Certificate(authority.certificate);
  const { privateKey, publicKey } = newKeys();
  const subjectKey = publicKey.toCryptoKey(ALGORITHM, true, ['verify']);
  const certificate = await lib.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: new lib.Name([{ CN: [names.dns[0] ?? names.ip[0] ?? 'broker'] }]),
    issuer: issuer.subjectName,
    publicKey: subjectKey,
    signingKey: createPrivateKey(authority.key).toCryptoKey(ALGORITHM, false, ['sign']),
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + SERVER_DAYS * DAY_MS),
    extensions: [
      new lib.BasicConstraintsExtension(false, undefined, true),
      new lib.KeyUsagesExtension(lib.KeyUsageFlags.digitalSignature, true),
      new lib.ExtendedKeyUsageExtension([lib.ExtendedKeyUsage.serverAuth]),
      new lib.SubjectAlternativeNameExtension([
        ...names.dns.map((value) => ({ type: 'dns' as const, value })),
        ...names.ip.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await lib.SubjectKeyIdentifierExtension.create(subjectKey),
      await lib.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem').trim()}\n`, key: exported(privateKey) };
}

/** True when a server certificate should be replaced: it ends soon, or another authority made it. */
export function isDueForReplacement(certificatePem: string, authorityPem: string, now = new Date()): boolean {
  const certificate = new X509Certificate(certificatePem);
  const leftMs = Date.parse(certificate.validTo) - now.getTime();
  return leftMs < SERVER_RENEWAL_DAYS * DAY_MS || !certificate.checkIssued(new X509Certificate(authorityPem));
}
