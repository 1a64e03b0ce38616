import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config.js';
import { reasonOf } from '../logging.js';

/** What a gateway's certificate says. */
export interface CertificateContent {
  /** Common name, and so client id and user name at the broker. */
  readonly gateway: string;
  /** Organisational unit: brokers that know it hold the gateway to this store's topics. */
  readonly store: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Hexadecimal. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A certificate just made. */
export interface IssuedCertificate {
  readonly pem: string;
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string;
}

/** A CSR whose own signature holds: whoever made it has the key. */
export interface CheckedRequest {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the request's DER, lower-case hexadecimal. */
  readonly digest: string;
}

/**
 * ECDSA on P-256 with SHA-256 (FIPS 186-5), which every TLS stack a broker may have speaks; Ed25519 certificates fail with some (Java before 15, older
 * Windows), and nothing here needs them.
 */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const NODE_CURVE = 'prime256v1';
const CRL_NUMBER = '2.5.29.20';

/** The library is loaded at first use: a core that issues nothing today doesn't hold it in memory. tsyringe, below it, wants reflect-metadata first. */
async function x509() {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

/** Checks a PKCS #10 request. Undefined when it isn't one, its signature is wrong or its key is of another kind than P-256. */
export async function checkRequest(pem: string): Promise<CheckedRequest | undefined> {
  const { Pkcs10CertificateRequest } = await x509();
  try {
    const request = new Pkcs10CertificateRequest(pem);
    const publicKey = new Uint8Array(request.publicKey.rawData);
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve !== NODE_CURVE || !(await request.verify())) return undefined;
    return { publicKey, digest: createHash('sha256').update(new Uint8Array(request.rawData)).digest('hex') };
  } catch (error) {
    // What arrived is a stranger's: whatever the parser thinks of it, it is no request.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Signs gateways' certificates and the list of those that were revoked. */
export class CertificateAuthority {
  readonly #key: KeyObject;
  /** Its own certificate, PEM. */
  readonly certificate: string;
  readonly #subject: X509Certificate;

  /** Throws when the key isn't P-256 or the certificate is of another key or no authority's. */
  constructor(keyPem: string, certificatePem: string) {
    this.#key = createPrivateKey(keyPem);
    this.#subject = new X509Certificate(certificatePem);
    this.certificate = certificatePem;
    if (this.#key.asymmetricKeyDetails?.namedCurve !== NODE_CURVE) throw new TypeError('the key is not an ECDSA P-256 key');
    if (!this.#subject.ca) throw new TypeError('the certificate is no authority’s (basicConstraints CA)');
    if (!this.#subject.checkPrivateKey(this.#key)) throw new TypeError('the certificate belongs to another key');
  }

  /** A client certificate (RFC 5280): good for TLS client authentication and nothing else, so that no gateway can pose as the broker. */
  async issue(content: CertificateContent): Promise<IssuedCertificate> {
    const lib = await x509();
    const own = new lib.X509Certificate(this.certificate);
    const publicKey = new lib.PublicKey(content.publicKey);
    const certificate = await lib.X509CertificateGenerator.create({
      serialNumber: content.serial,
      subject: new lib.Name([{ OU: [content.store] }, { CN: [content.gateway] }]),
      issuer: own.subjectName,
      notBefore: content.notBefore,
      notAfter: content.notAfter,
      publicKey,
      signingKey: this.#key.toCryptoKey(ALGORITHM, false, ['sign']),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new lib.BasicConstraintsExtension(false, undefined, true),
        new lib.KeyUsagesExtension(lib.KeyUsageFlags.digitalSignature, true),
        new lib.ExtendedKeyUsageExtension([lib.ExtendedKeyUsage.clientAuth]),
        await lib.SubjectKeyIdentifierExtension.create(publicKey),
        await lib.AuthorityKeyIdentifierExtension.create(own.publicKey),
      ],
    });
    const der = new Uint8Array(certificate.rawData);
    return { pem: `${certificate.toString('pem').trim()}\n`, fingerprint: createHash('sha256').update(der).digest('hex') };
  }

  /** A certificate revocation list (RFC 5280 section 5), PEM. `number` grows with every list. */
  async revocationList(
    revoked: readonly { serial: string; revokedAt: Date }[],
    list: { number: number; thisUpdate: Date; nextUpdate: Date },
  ): Promise<string> {
    const lib = await x509();
    const own = new lib.X509Certificate(this.certificate);
    const crl = await lib.X509CrlGenerator.create({
      issuer: own.subjectName,
      thisUpdate: list.thisUpdate,
      nextUpdate: list.nextUpdate,
      signingKey: this.#key.toCryptoKey(ALGORITHM, false, ['sign']),
      signingAlgorithm: ALGORITHM,
      entries: revoked.map(({ serial, revokedAt }) => ({ serialNumber: serial, revocationDate: revokedAt })),
      extensions: [
        await lib.AuthorityKeyIdentifierExtension.create(own.publicKey),
        new lib.Extension(CRL_NUMBER, false, derInteger(list.number)),
      ],
    });
    return crlPem(new Uint8Array(crl.rawData));
  }
}

/** RFC 7468 section 6: `X509 CRL`. The library writes another label, with which OpenSSL, and so Mosquitto, doesn't take the file. */
function crlPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n');
}

/** A non-negative integer in DER (X.690 section 8.3). */
function derInteger(value: number): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const bytes = Buffer.from(Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even, 'hex');
  return Uint8Array.from([0x02, bytes.length, ...bytes]);
}

/** Reads the authority's files. Throws {@link ConfigError} naming the variable that is wrong. */
export function readAuthority(files: { keyFile: string; certificateFile: string }): CertificateAuthority {
  const key = readPem('TILLWARD_CA_KEY_FILE', files.keyFile);
  const certificate = readPem('TILLWARD_CA_CERTIFICATE_FILE', files.certificateFile);
  try {
    return new CertificateAuthority(key, certificate);
  } catch (error) {
    throw new ConfigError(
      `TILLWARD_CA_KEY_FILE, TILLWARD_CA_CERTIFICATE_FILE: expected an ECDSA P-256 key (PKCS8 PEM) and its authority certificate (PEM): ${reasonOf(error)}`,
    );
  }
}

/** Reads a file that a variable names. Throws {@link ConfigError}. */
export function readPem(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${variable}: expected a readable PEM file: ${reasonOf(error)}`);
  }
}
