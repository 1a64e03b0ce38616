import { createHash, randomBytes, randomUUID, verify, X509Certificate } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  type EnrolmentAnswer,
  type EnrolmentRefusal,
  type EnrolmentRequest,
  enrolmentProof,
  type RenewalAnswer,
  type RenewalRequest,
  renewalProof,
  storeOfClaim,
} from '@tillward/contracts';
import { ed25519PublicKeyFromRaw, verifyText } from '@tillward/journal';
import { AuditLog } from '../audit/index.js';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { FleetService } from '../fleet/index.js';
import { type RefusalOf, reasonRefusal, refuse } from '../graphql/index.js';
import { BrokerFiles } from './broker.files.js';
import { type CheckedRequest, checkRequest } from './enrolment.authority.js';
import { ENROLMENT_SETUP, type EnrolmentSetup } from './enrolment.config.js';
import {
  CERTIFICATE_LIFE_MS,
  CLAIM_BYTES,
  CLAIM_LIFE_MS,
  CLOCK_TOLERANCE_MS,
  claimCodeOf,
  renewalRefusal,
  serialOf,
} from './enrolment.rules.js';
import * as store from './enrolment.store.js';

const SYSTEM = systemActor('enrolment');
const SERIAL_BYTES = 16;

/** A claim as HQ is shown it, once. */
export interface IssuedClaim {
  readonly storeId: string;
  readonly gatewayId: string;
  readonly claim: string;
  readonly expiresAt: Date;
}

/** A refused enrolment or renewal. */
export interface Refused {
  readonly refused: EnrolmentRefusal;
}

/** Undoes what the transaction has done so far, such as using a claim up, and becomes the answer. */
class Refusal extends Error {
  override name = 'Refusal';

  constructor(readonly refused: EnrolmentRefusal) {
    super(refused);
  }
}

/** True when nothing was issued. */
export function isRefused(answer: object): answer is Refused {
  return 'refused' in answer;
}

/** Who may connect: claims, gateways' certificates, revocation. The only writer of enrolment_claim, gateway_certificate and enrolment_head. */
@Injectable()
export class Enrolment {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(FleetService) private readonly fleet: FleetService,
    @Inject(BrokerFiles) private readonly brokers: BrokerFiles,
    @Inject(ENROLMENT_SETUP) private readonly setup: EnrolmentSetup | undefined,
  ) {}

  /** E1: makes a claim for a store's gateway. Its code is in the answer and nowhere else; an earlier open one of the store ends. */
  async issueClaim(ctx: WorkContext, storeId: string): Promise<IssuedClaim | RefusalOf<'notFound' | 'notAllowed'>> {
    if (this.setup === undefined) return refuse('notAllowed', 'This core has no certificate authority (TILLWARD_CA_KEY_FILE).');
    const gatewayId = await store.gatewayOfStore(ctx, storeId);
    if (gatewayId === undefined) return refuse('notFound', 'There is no such store.');
    const claim = claimCodeOf(storeId, randomBytes(CLAIM_BYTES));
    const expiresAt = new Date(ctx.now().getTime() + CLAIM_LIFE_MS);
    const id = randomUUID();
    await store.insertClaim(ctx, { storeId, id, gatewayId, codeHash: hashOf(claim), issuedBy: ctx.actor.name, expiresAt });
    await this.audit.append(ctx, {
      action: 'enrolment.claimIssued',
      storeId,
      subject: `gateway:${storeId}/${gatewayId}`,
      summary: `Claim issued for the gateway of ${storeId}`,
      detail: { claimId: id, gatewayId, expiresAt },
    });
    ctx.changed({ stores: [storeId] });
    return { storeId, gatewayId, claim, expiresAt };
  }

  /**
   * E2: lets a gateway in for a claim. Its keys are proven by their own signatures before the claim is touched. What the store's gateway had before,
   * certificates and journal key, ends in the same transaction. A request that got a certificate with another claim, or at a renewal, is refused and leaves the claim as it was. The same claim with the
   * same request and the same journal key gets the same answer; with another key it is somebody else's.
   */
  async enrol(request: EnrolmentRequest): Promise<EnrolmentAnswer | Refused> {
    const { setup } = this;
    if (setup === undefined) return { refused: 'enrolmentOff' };
    const csr = await checkRequest(request.csr);
    if (csr === undefined) return { refused: 'csrRefused' };
    if (!verifyText(ed25519PublicKeyFromRaw(request.journalKey), enrolmentProof(request.claim, csr.digest), request.journalProof))
      return { refused: 'proofRefused' };
    const storeId = storeOfClaim(request.claim);
    const issuing = this.work.run(SYSTEM, async (ctx) => {
      const codeHash = hashOf(request.claim);
      const gatewayId = await store.useClaim(ctx, storeId, codeHash, csr.digest);
      if (gatewayId === undefined) {
        return await this.#again(ctx, storeId, { codeHash, requestDigest: csr.digest, journalKey: request.journalKey });
      }
      await store.lockGateway(ctx, storeId, gatewayId);
      if ((await store.certificateOfRequest(ctx, storeId, csr.digest)) !== undefined) throw new Refusal('csrRefused');
      const replaced = await store.revokeCertificates(ctx, storeId, gatewayId, 'replaced by a new enrolment');
      await this.fleet.setJournalKey(ctx, storeId, gatewayId, request.journalKey);
      const certificate = await this.#issue(ctx, setup, { storeId, gatewayId, csr });
      const journal = await store.journalPosition(ctx, storeId, gatewayId);
      await this.#told(ctx, storeId);
      await this.audit.append(ctx, {
        action: 'gateway.enrolled',
        storeId,
        subject: `gateway:${storeId}/${gatewayId}`,
        summary: `Gateway ${gatewayId} of ${storeId} enrolled`,
        detail: { gatewayId, serial: certificate.serial, fingerprint: certificate.fingerprint, journalKey: request.journalKey, replaced },
      });
      return { gatewayId, certificate: certificate.pem, journal };
    });
    const done = await issuing.catch((error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    });
    if (done === undefined) return { refused: 'claimRefused' };
    if (done instanceof Refusal) return { refused: done.refused };
    return {
      store: storeId,
      gateway: done.gatewayId,
      certificate: done.certificate,
      authority: setup.authority.certificate,
      broker: setup.broker,
      coreKey: setup.coreKey,
      journal: done.journal,
    };
  }

  /** E4: the next certificate for a gateway that proves to have the key of one of its newest. */
  async renew(request: RenewalRequest): Promise<RenewalAnswer | Refused> {
    const { setup } = this;
    if (setup === undefined) return { refused: 'enrolmentOff' };
    const csr = await checkRequest(request.csr);
    if (csr === undefined) return { refused: 'csrRefused' };
    return await this.work.run(SYSTEM, async (ctx): Promise<RenewalAnswer | Refused> => {
      const known = await store.findCertificate(ctx, request.store, request.serial);
      if (known === undefined) return { refused: 'certificateUnknown' };
      if (!signedBy(known.certificate, renewalProof(request.serial, csr.digest), request.signature)) return { refused: 'proofRefused' };
      const { storeId, gatewayId } = known;
      await store.lockGateway(ctx, storeId, gatewayId);
      // Read again under the lock: it may have been revoked, or renewed by the same request, a moment ago.
      const present = (await store.findCertificate(ctx, storeId, request.serial))!;
      const refusal = renewalRefusal({ revoked: present.revokedAt !== null, newerOnes: present.newerOnes });
      if (refusal !== undefined) return { refused: refusal };
      const earlier = await store.certificateOfRequest(ctx, storeId, csr.digest);
      if (earlier !== undefined) return earlier.gatewayId === gatewayId ? { certificate: earlier.certificate } : { refused: 'csrRefused' };
      const certificate = await this.#issue(ctx, setup, { storeId, gatewayId, csr });
      await this.audit.append(ctx, {
        action: 'gateway.renewed',
        storeId,
        subject: `gateway:${storeId}/${gatewayId}`,
        summary: `Certificate of ${gatewayId} renewed`,
        detail: { gatewayId, serial: certificate.serial, fingerprint: certificate.fingerprint, presentSerial: request.serial },
      });
      ctx.changed({ stores: [storeId] });
      return { certificate: certificate.pem };
    });
  }

  /** E6: ends everything a gateway may do: its certificates, its journal key, its open claims, and within seconds its session. */
  async revoke(
    ctx: WorkContext,
    input: { storeId: string; gatewayId: string; reason: string },
  ): Promise<store.EnrolmentRow | RefusalOf<'notFound' | 'invalidInput' | 'alreadyDone'>> {
    const { storeId, gatewayId } = input;
    const reason = input.reason.trim();
    const wrong = reasonRefusal(reason);
    if (wrong !== undefined) return wrong;
    if (!(await store.lockGateway(ctx, storeId, gatewayId))) return refuse('notFound', 'There is no such gateway.');
    const serials = await store.revokeCertificates(ctx, storeId, gatewayId, reason);
    if (serials.length === 0) return refuse('alreadyDone', 'This gateway has no certificate to revoke.');
    await store.endClaims(ctx, storeId);
    await this.fleet.setJournalKey(ctx, storeId, gatewayId, null);
    await this.#told(ctx, storeId);
    const row = (await store.findEnrolment(ctx, storeId, gatewayId))!;
    await this.audit.append(ctx, {
      action: 'gateway.revoked',
      storeId,
      subject: `gateway:${storeId}/${gatewayId}`,
      summary: `Gateway ${gatewayId} of ${storeId} revoked`,
      detail: { gatewayId, serials, reason },
    });
    return row;
  }

  /** The same request for the same claim, once more: its answer was lost on the way. */
  async #again(ctx: WorkContext, storeId: string, used: { codeHash: string; requestDigest: string; journalKey: string }) {
    const gatewayId = await store.usedClaim(ctx, storeId, used);
    if (gatewayId === undefined) return undefined;
    const certificate = await store.certificateOfRequest(ctx, storeId, used.requestDigest);
    if (certificate === undefined || certificate.revokedAt !== null) return undefined;
    return { gatewayId, certificate: certificate.certificate, journal: await store.journalPosition(ctx, storeId, gatewayId) };
  }

  async #issue(ctx: WorkContext, setup: EnrolmentSetup, to: { storeId: string; gatewayId: string; csr: CheckedRequest }) {
    const now = ctx.now();
    const serial = serialOf(randomBytes(SERIAL_BYTES));
    const notAfter = new Date(now.getTime() + CERTIFICATE_LIFE_MS);
    const { pem, fingerprint } = await setup.authority.issue({
      gateway: to.gatewayId,
      store: to.storeId,
      publicKey: to.csr.publicKey,
      serial,
      notBefore: new Date(now.getTime() - CLOCK_TOLERANCE_MS),
      notAfter,
    });
    const { storeId, gatewayId, csr } = to;
    await store.insertCertificate(ctx, {
      storeId,
      gatewayId,
      serial,
      fingerprint,
      requestDigest: csr.digest,
      certificate: pem,
      issuedAt: now,
      notAfter,
    });
    return { serial, fingerprint, pem };
  }

  async #told(ctx: WorkContext, storeId: string): Promise<void> {
    await store.bumpVersion(ctx);
    ctx.changed({ stores: [storeId] });
    ctx.afterCommit(() => this.brokers.nudge());
  }
}

function hashOf(claim: string): string {
  return createHash('sha256').update(claim).digest('hex');
}

/** ECDSA P-256 with SHA-256, DER, by the key of a certificate. */
function signedBy(certificate: string, text: string, signature: string): boolean {
  return verify('sha256', Buffer.from(text, 'utf8'), new X509Certificate(certificate).publicKey, Buffer.from(signature, 'base64'));
}
