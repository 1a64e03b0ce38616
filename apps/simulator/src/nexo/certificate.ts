import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { bitString, boolean, der, integer, objectId, octetString, sequence, set, utcTime, utf8String } from './der.js';

/** A certificate with its private key, PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  subjectKeyIdentifier: '2.5.29.14',
} as const;
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3_650;
const TERMINAL_DAYS = 825;
const AUTHORITY_NAME = 'Simulated terminal fleet root';

/**
 * The root that signs the certificates of all simulated terminals of a data folder: made at first use, kept there with its key. Real terminals have
 * the vendor's root instead; this one is worth nothing outside the simulation.
 */
export function simulatedAuthority(dataDir: string): KeyedCertificate {
  return kept(dataDir, 'root', () => {
    const { publicKey, privateKey } = newKeys();
    const certificate = issue({ subject: AUTHORITY_NAME, publicKey, issuer: AUTHORITY_NAME, issuerKey: privateKey, authority: true });
    return { certificate, key: exported(privateKey) };
  });
}

/** Where the root's certificate lies once it was made: the file a till is pointed to. */
export function authorityFile(dataDir: string): string {
  return `${folderOf(dataDir)}/root.pem`;
}

/** A terminal's certificate, signed by the root of the data folder, in the name the vendor would give it. The same one at every start. */
export function terminalCertificate(dataDir: string, commonName: string): KeyedCertificate {
  const root = simulatedAuthority(dataDir);
  return kept(dataDir, commonName, () => {
    const { publicKey, privateKey } = newKeys();
    const issuer = { issuer: AUTHORITY_NAME, issuerKey: createPrivateKey(root.key) };
    return { certificate: issue({ subject: commonName, publicKey, ...issuer, authority: false }), key: exported(privateKey) };
  });
}

function folderOf(dataDir: string): string {
  return `${dataDir}/nexo-authority`;
}

/** What was made before, or what is made now and kept. The key is written first: a certificate without one would never be used. */
function kept(dataDir: string, name: string, make: () => KeyedCertificate): KeyedCertificate {
  const file = `${folderOf(dataDir)}/${name}.pem`;
  const keyFile = `${folderOf(dataDir)}/${name}.key`;
  if (existsSync(file)) return { certificate: readFileSync(file, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  const made = make();
  mkdirSync(folderOf(dataDir), { recursive: true });
  writeFileSync(keyFile, made.key, { mode: 0o600 });
  writeFileSync(file, made.certificate);
  return made;
}

/** SHA-256 of a certificate, hexadecimal with colons. */
export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}

interface Issue {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly authority: boolean;
}

/** An X.509 v3 certificate (RFC 5280 section 4.1), ECDSA with SHA-256. Valid from a day ago, so that clocks may differ. */
function issue({ subject, publicKey, issuer, issuerKey, authority }: Issue): string {
  const now = Date.now();
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const lifetime = (authority ? AUTHORITY_DAYS : TERMINAL_DAYS) * DAY_MS;
  const serial = randomBytes(16);
  // Positive and never zero at its start: the shortest encoding is demanded.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    nameOf(issuer),
    sequence(utcTime(new Date(now - DAY_MS)), utcTime(new Date(now + lifetime))),
    nameOf(subject),
    spki,
    der(0xa3, sequence(...extensions(authority, spki))),
  );
  const signature = sign('sha256', body, issuerKey);
  const bytes = sequence(body, algorithm, bitString(signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extensions(authority: boolean, spki: Uint8Array): Buffer[] {
  const keyIdentifier = createHash('sha256').update(spki).digest().subarray(0, 20);
  const always = [
    extension(OID.basicConstraints, true, authority ? sequence(boolean(true)) : sequence()),
    // keyCertSign, or digitalSignature.
    extension(OID.keyUsage, true, authority ? bitString(Buffer.from([0x04]), 2) : bitString(Buffer.from([0x80]), 7)),
    extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifier)),
  ];
  return authority ? always : [...always, extension(OID.extendedKeyUsage, false, sequence(objectId(OID.serverAuth)))];
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return critical ? sequence(objectId(id), boolean(true), octetString(value)) : sequence(objectId(id), octetString(value));
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(objectId(OID.commonName), utf8String(commonName))));
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function exported(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}
