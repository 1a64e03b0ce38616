import { z } from 'zod';
import { ed25519PublicKey, ed25519Signature, slug } from './identifiers.js';

/** Where a gateway enrols at core: POST {@link enrolmentRequest}, answered by {@link enrolmentAnswer}. */
export const ENROLMENT_PATH = '/api/enrolment';
/** Where it gets its next certificate: POST {@link renewalRequest}, answered by {@link renewalAnswer}. */
export const RENEWAL_PATH = '/api/enrolment/renewal';

/** A claim as HQ hands it out: the store's id, a dot, and 80 random bits in base32 (RFC 4648 section 6), in groups that can be read out. */
export const claimCode = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?\.[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}$/, 'a claim, such as berlin.7KQD-…');

/** The store a claim is for. */
export function storeOfClaim(claim: string): string {
  return claim.slice(0, claim.indexOf('.'));
}

const pem = z
  .string()
  .min(1)
  .max(16 * 1024);
/** A PKCS #10 request (RFC 2986), PEM: an ECDSA P-256 key and its signature. Names in it are ignored. */
const signingRequest = z
  .string()
  .startsWith('-----BEGIN CERTIFICATE REQUEST-----')
  .max(4 * 1024);

/** Serial number of a certificate, lower-case hexadecimal without leading zeros. */
export const certificateSerial = z.string().regex(/^[1-9a-f][0-9a-f]{0,39}$/, 'a serial number in lower-case hexadecimal');

/**
 * A gateway asks to be let in. `journalKey` is the Ed25519 key it will sign its journal with; `journalProof` is that key's signature over
 * {@link enrolmentProof}. The same request again (claim, CSR and journal key) is answered with the same certificate, so that a lost answer costs nothing.
 */
export const enrolmentRequest = z.strictObject({
  claim: claimCode,
  csr: signingRequest,
  journalKey: ed25519PublicKey,
  journalProof: ed25519Signature,
});
export type EnrolmentRequest = z.infer<typeof enrolmentRequest>;

/** What the gateway's journal key signs: the claim and the SHA-256 (hexadecimal) of the CSR's DER bind it to this enrolment and to the other key. */
export function enrolmentProof(claim: string, csrSha256: string): string {
  return `tillward-enrolment-v1\n${claim}\n${csrSha256}`;
}

/** Everything a gateway needs to know from then on. */
export const enrolmentAnswer = z.object({
  store: slug,
  gateway: slug,
  certificate: pem,
  /** Who signs gateways' certificates; PEM. */
  authority: pem,
  /** Where the broker is and who signs its certificate. */
  broker: z.object({ url: z.string().startsWith('mqtts://').max(300), authority: pem }),
  /** The key core signs policies and commands with, to be pinned. */
  coreKey: z.object({ keyId: z.string().min(1).max(64), publicKey: ed25519PublicKey }),
  /** The newest journal epoch and session core knows of this gateway, 0 when it never heard of it: another machine goes on after them. */
  journal: z.object({ epoch: z.int().nonnegative(), session: z.int().nonnegative() }),
});
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswer>;

/**
 * A gateway asks for its next certificate, also when the present one has expired. `signature` is the present key's ECDSA signature with SHA-256
 * (DER, base64) over {@link renewalProof}. No nonce: the new key in the request is one, and the same request gets the same certificate.
 */
export const renewalRequest = z.strictObject({
  store: slug,
  serial: certificateSerial,
  csr: signingRequest,
  signature: z.string().regex(/^[A-Za-z0-9+/]{80,100}={0,2}$/, 'a base64 ECDSA signature'),
});
export type RenewalRequest = z.infer<typeof renewalRequest>;

/** What the key of the present certificate signs. */
export function renewalProof(serial: string, csrSha256: string): string {
  return `tillward-renewal-v1\n${serial}\n${csrSha256}`;
}

/** The next certificate. Nothing else a gateway has pinned can change this way. */
export const renewalAnswer = z.object({ certificate: pem });
export type RenewalAnswer = z.infer<typeof renewalAnswer>;

/** Why an enrolment or renewal is refused: the stable code of the HTTP answer's `error`. */
export const ENROLMENT_REFUSALS = {
  /** The claim is unknown, used up or too old; which of them is not said. */
  claimRefused: 'claimRefused',
  /** The request is no valid CSR with a P-256 key, or got a certificate already, with another claim or at a renewal. */
  csrRefused: 'csrRefused',
  /** A signature is not that of the key it should be of. */
  proofRefused: 'proofRefused',
  /** There is no such certificate. */
  certificateUnknown: 'certificateUnknown',
  /** The certificate, and so the gateway, was revoked. */
  certificateRevoked: 'certificateRevoked',
  /** The certificate has been renewed so often since that it can only be from an old copy. */
  certificateSuperseded: 'certificateSuperseded',
  /** This core has no certificate authority. */
  enrolmentOff: 'enrolmentOff',
} as const;
export type EnrolmentRefusal = keyof typeof ENROLMENT_REFUSALS;

/** What core writes for the embedded broker: certificates that open nothing any more, by serial number. */
export const revokedCertificates = z.strictObject({ version: z.int().nonnegative(), revoked: z.array(certificateSerial) });
export type RevokedCertificates = z.infer<typeof revokedCertificates>;
