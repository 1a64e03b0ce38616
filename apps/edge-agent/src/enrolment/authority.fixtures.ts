import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, verify, webcrypto, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as x509 from '@peculiar/x509';
import { ENROLMENT_PATH, enrolmentProof, enrolmentRequest, RENEWAL_PATH, renewalProof, renewalRequest } from '@tillward/contracts';
import { ed25519PublicKeyFromRaw, rawEd25519PublicKey, verifyText } from '@tillward/journal';
import { digestOfRequest } from './signing-request.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;

/** What a certificate of a test is like. */
export interface TestCertificate {
  readonly name: string;
  /** Hours from now. */
  readonly from?: number;
  readonly to?: number;
  readonly usage?: 'client' | 'server';
  readonly dns?: string;
  readonly publicKey?: Uint8Array;
}

/** An authority that signs whatever a test asks for. */
export class TestAuthority {
  private constructor(
    readonly pem: string,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async create(name = 'Test authority'): Promise<TestAuthority> {
    const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - 1_000 * HOUR_MS),
      notAfter: new Date(Date.now() + 1_000 * HOUR_MS),
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    return new TestAuthority(certificate.toString('pem'), keys);
  }

  /** Signs a certificate; its key is new unless one is given. */
  async sign({
    name,
    from = -1,
    to = 24,
    usage = 'client',
    dns,
    publicKey,
  }: TestCertificate): Promise<{ certificate: string; key: string }> {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const authority = new x509.X509Certificate(this.pem);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: `1${randomBytes(8).toString('hex').slice(1)}`,
      subject: `CN=${name}`,
      issuer: authority.subjectName,
      notBefore: new Date(Date.now() + from * HOUR_MS),
      notAfter: new Date(Date.now() + to * HOUR_MS),
      publicKey: new x509.PublicKey(publicKey ?? own.publicKey.export({ type: 'spki', format: 'der' })),
      signingKey: this.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.ExtendedKeyUsageExtension([usage === 'client' ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth]),
        ...(dns === undefined ? [] : [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: dns }])]),
      ],
    });
    return { certificate: certificate.toString('pem'), key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  }
}

/** A core that only enrols: checks every proof as the real one does, and says what a test tells it to. */
export class EnrollingCore {
  readonly requests: { path: string; body: Record<string, unknown> }[] = [];
  /** Answers the next requests with this instead. */
  refuse: { status: number; error: string } | 'hangUp' | undefined;
  /** Changes the next certificates. */
  content: Partial<TestCertificate> = {};
  journal = { epoch: 0, session: 0 };
  signer: TestAuthority;
  readonly #server: Server;
  readonly #coreKey: KeyObject = generateKeyPairSync('ed25519').privateKey;
  #present: string | undefined;

  private constructor(private readonly authority: TestAuthority) {
    this.signer = authority;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((answer) => {
        if (answer === undefined) request.socket.destroy();
        else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
      });
    });
  }

  static async start(): Promise<EnrollingCore> {
    const core = new EnrollingCore(await TestAuthority.create());
    await new Promise<void>((resolve) => core.#server.listen(0, '127.0.0.1', resolve));
    return core;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: object } | undefined> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
    this.requests.push({ path: request.url!, body });
    if (this.refuse === 'hangUp') return undefined;
    if (this.refuse !== undefined) return { status: this.refuse.status, body: { error: this.refuse.error, message: 'No.' } };
    const certificate = request.url === ENROLMENT_PATH ? await this.#enrol(body) : await this.#renew(request.url!, body);
    if (certificate === undefined) return { status: 403, body: { error: 'proofRefused', message: 'No.' } };
    this.#present = certificate;
    if (request.url === RENEWAL_PATH) return { status: 200, body: { certificate } };
    const answer = {
      store: 'berlin',
      gateway: 'gw-berlin',
      certificate,
      authority: this.authority.pem,
      broker: { url: 'mqtts://127.0.0.1:8883', authority: this.authority.pem },
      coreKey: { keyId: 'core-1', publicKey: rawEd25519PublicKey(this.#coreKey) },
      journal: this.journal,
    };
    return { status: 200, body: answer };
  }

  async #enrol(body: unknown): Promise<string | undefined> {
    const { claim, csr, journalKey, journalProof } = enrolmentRequest.parse(body);
    const isProven = verifyText(ed25519PublicKeyFromRaw(journalKey), enrolmentProof(claim, digestOfRequest(csr)), journalProof);
    return isProven ? await this.#sign(csr) : undefined;
  }

  async #renew(path: string, body: unknown): Promise<string | undefined> {
    if (path !== RENEWAL_PATH || this.#present === undefined) return undefined;
    const { serial, csr, signature } = renewalRequest.parse(body);
    const text = renewalProof(serial, digestOfRequest(csr));
    const { publicKey } = new X509Certificate(this.#present);
    return verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64')) ? await this.#sign(csr) : undefined;
  }

  async #sign(pem: string): Promise<string> {
    const csr = new x509.Pkcs10CertificateRequest(pem);
    if (!(await csr.verify())) throw new Error('a request with a wrong signature');
    const publicKey = new Uint8Array(csr.publicKey.rawData);
    createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    return (await this.signer.sign({ name: 'gw-berlin', publicKey, ...this.content })).certificate;
  }
}
