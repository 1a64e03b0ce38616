/** E1: how long a claim can be used. */
export const CLAIM_LIFE_MS = 15 * 60_000;
/** E3: how long a gateway's certificate is valid. */
export const CERTIFICATE_LIFE_MS = 30 * 24 * 60 * 60_000;
/** A certificate counts from a little before it was made: the broker's clock may be behind core's. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;
/**
 * E5: how many of a gateway's newest certificates may be renewed. Two, because the answer to a renewal may be lost; an older one can only come from an
 * old copy of the gateway.
 */
export const RENEWABLE_CERTIFICATES = 2;

/** RFC 4648 section 6: no digits that look like letters. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Random bytes of a claim: 80 bits, 16 letters. */
export const CLAIM_BYTES = 10;

/** A claim's code for a store from its random bytes (contracts, `claimCode`). */
export function claimCodeOf(storeId: string, random: Uint8Array): string {
  let bits = '';
  for (const byte of random) bits += byte.toString(2).padStart(8, '0');
  const letters = (bits.match(/.{5}/g) ?? []).map((group) => BASE32[Number.parseInt(group, 2)]).join('');
  return `${storeId}.${(letters.match(/.{4}/g) ?? []).join('-')}`;
}

/** A positive serial number of at most 127 bits from random bytes, as certificates and lists write it: hexadecimal, no zero before it. */
export function serialOf(random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  // The highest bit is a sign in DER (X.690 section 8.3), and a zero in front would be another way to write the same number.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x10;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Where a gateway stands with its certificates. */
export type EnrolmentState = 'notEnrolled' | 'active' | 'expired' | 'revoked';

/** What decides a gateway's state: its newest certificate, or none. */
export interface NewestCertificate {
  readonly notAfterMs: number;
  readonly revoked: boolean;
}

/** E4: `expired` may renew, `revoked` may nothing. */
export function enrolmentState(newest: NewestCertificate | undefined, nowMs: number): EnrolmentState {
  if (newest === undefined) return 'notEnrolled';
  if (newest.revoked) return 'revoked';
  return nowMs > newest.notAfterMs ? 'expired' : 'active';
}

/** Why a certificate can't be renewed; undefined when it can. An expired one can: a week without core needs no visit (E4). */
export function renewalRefusal(certificate: {
  revoked: boolean;
  newerOnes: number;
}): 'certificateRevoked' | 'certificateSuperseded' | undefined {
  if (certificate.revoked) return 'certificateRevoked';
  return certificate.newerOnes >= RENEWABLE_CERTIFICATES ? 'certificateSuperseded' : undefined;
}
