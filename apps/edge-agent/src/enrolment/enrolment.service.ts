import { createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import {
  ENROLMENT_PATH,
  enrolmentAnswer,
  enrolmentProof,
  RENEWAL_PATH,
  renewalAnswer,
  renewalProof,
  storeOfClaim,
} from '@tillward/contracts';
import { rawEd25519PublicKey, signText } from '@tillward/journal';
import { raiseIdentity, readIdentity } from '../journal/index.js';
import { serialOf } from './certificate.js';
import { type CoreAddress, postToCore } from './core-client.js';
import { type EnrolmentFile, type PendingRequest, readEnrolment, readPending, writeEnrolment, writePending } from './enrolment.file.js';
import { createSigningRequest, digestOfRequest } from './signing-request.js';

/** Core's answer doesn't fit what was asked: nothing of it was kept. */
export class AnswerRefused extends Error {
  override name = 'AnswerRefused';
}

/** Where an enrolment is kept, and the time. */
export interface EnrolmentPlace {
  readonly dataDir: string;
  readonly now: () => number;
}

/**
 * Enrols this gateway with a claim of HQ: makes its keys here, proves to have them, keeps what core answers. Run again with the same claim after a failure it asks for the
 * same thing. Throws CoreRefusal, {@link AnswerRefused}, or what kept it from reaching core.
 */
export async function enrol(place: EnrolmentPlace, core: CoreAddress, claim: string): Promise<EnrolmentFile> {
  const { dataDir } = place;
  const identity = readIdentity(dataDir);
  if (identity !== undefined && identity.store !== storeOfClaim(claim)) {
    throw new AnswerRefused(
      `${dataDir} holds the journal of store ${identity.store}: a gateway of another store needs a folder of its own`,
    );
  }
  const pending = readPending(dataDir, claim) ?? (await prepare(dataDir, claim, newJournalKey()));
  const journalKey = createPrivateKey(pending.journalKey);
  const answer = await postToCore(
    core,
    ENROLMENT_PATH,
    {
      claim,
      csr: pending.csr,
      journalKey: rawEd25519PublicKey(journalKey),
      journalProof: signText(journalKey, enrolmentProof(claim, digestOfRequest(pending.csr))),
    },
    enrolmentAnswer,
  );
  checkCertificate(answer.certificate, answer.authority, pending.key);
  // Another machine in the place of the old one, or the same after somebody wrote in its place: its journal goes on after everything core has.
  raiseIdentity(dataDir, { store: answer.store, gateway: answer.gateway, epoch: answer.journal.epoch, session: answer.journal.session });
  const { store, gateway, certificate, authority, broker, coreKey } = answer;
  const { key } = pending;
  const kept = { store, gateway, certificate, authority, broker, coreKey, key, journalKey: pending.journalKey };
  const enrolment: EnrolmentFile = { version: 1, core: core.url, ...kept, receivedAtMs: place.now() };
  writeEnrolment(dataDir, enrolment);
  return enrolment;
}

/** Gets the next certificate, with a new key, by signing with the present one. Throws as {@link enrol} does; then the present one stays. */
export async function renew(place: EnrolmentPlace, core: CoreAddress): Promise<EnrolmentFile> {
  const { dataDir } = place;
  const present = readEnrolment(dataDir);
  if (present === undefined) throw new AnswerRefused(`${dataDir} holds no enrolment`);
  const serial = serialOf(present.certificate);
  const pending = readPending(dataDir, serial) ?? (await prepare(dataDir, serial, present.journalKey));
  const proof = renewalProof(serial, digestOfRequest(pending.csr));
  const signature = sign('sha256', Buffer.from(proof, 'utf8'), createPrivateKey(present.key)).toString('base64');
  const { certificate } = await postToCore(
    { ...core, anyDate: true },
    RENEWAL_PATH,
    { store: present.store, serial, csr: pending.csr, signature },
    renewalAnswer,
  );
  checkCertificate(certificate, present.authority, pending.key);
  const enrolment: EnrolmentFile = { ...present, key: pending.key, certificate, receivedAtMs: place.now() };
  writeEnrolment(dataDir, enrolment);
  return enrolment;
}

async function prepare(dataDir: string, purpose: string, journalKey: string): Promise<PendingRequest> {
  const pending = { for: purpose, ...(await createSigningRequest()), journalKey };
  writePending(dataDir, pending);
  return pending;
}

function newJournalKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Dates are not looked at: this machine's clock may be wrong. */
function checkCertificate(certificate: string, authority: string, key: string): void {
  const [own, issuer] = [new X509Certificate(certificate), new X509Certificate(authority)];
  if (!own.checkPrivateKey(createPrivateKey(key))) throw new AnswerRefused('the certificate is for another key');
  if (!own.checkIssued(issuer) || !own.verify(issuer.publicKey)) throw new AnswerRefused('the certificate is of another authority');
}
